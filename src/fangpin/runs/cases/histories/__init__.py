"""Histories of case files, played through the acts of casework on a throw-away stage."""
