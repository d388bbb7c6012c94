"""Departments' files: read by content, mapped to their contract, checked, accepted or set aside."""
