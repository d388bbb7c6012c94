"""Figures over the ledger: windows, runs of months, shares, per head."""
