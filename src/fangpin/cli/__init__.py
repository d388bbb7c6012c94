"""Thin commands: read the settings and the clock, call the rooms, print the answer."""
