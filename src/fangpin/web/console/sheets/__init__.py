"""Sheets of paper: the meeting's, the notice, the announcement; on screen, printed, and as PDF."""
