"""Where deliveries come from besides files that someone hands in: databases and folders."""
