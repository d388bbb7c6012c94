"""The column type of division codes: compared byte by byte, so that a half-open range is a subtree."""

from __future__ import annotations

from typing import Any

from django.db import models


class DivisionCodeField(models.CharField):
    """A division code; PostgreSQL compares it under the C collation, SQLite always does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 16)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: Any) -> dict[str, str | None]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
