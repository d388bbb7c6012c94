"""Persons and households over time: which household a fact belongs to."""
