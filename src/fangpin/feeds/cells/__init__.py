"""Contract -> SQL: what a raw table's columns and cells say, and what cannot be read."""
