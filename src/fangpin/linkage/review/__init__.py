"""The pairs that a person decides, and what rests on a link that was wrong."""
