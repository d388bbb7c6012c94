"""A finished run's folder into the case database."""
