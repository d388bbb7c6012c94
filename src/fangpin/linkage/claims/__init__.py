"""Whom a row without a telling number is about: exact steps first, then a stored model's chances."""
