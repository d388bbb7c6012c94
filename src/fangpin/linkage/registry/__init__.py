"""Persons and households over time: who lives where, under which number, since when."""
