"""A pack's cases, run through the same compiled SQL and the same acts as the real thing."""
