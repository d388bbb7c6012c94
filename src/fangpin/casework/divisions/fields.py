"""Column types compared byte by byte, so that a half-open range of codes is a subtree."""

from __future__ import annotations

from typing import Any

from django.db import models


class ByteOrderedField(models.CharField):
    """A text searched by its beginning: PostgreSQL orders it under "C", SQLite always does."""

    def db_parameters(self, connection: Any) -> dict[str, str | None]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class DivisionCodeField(ByteOrderedField):
    """A division code; it begins with the code of its parent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 16)
        super().__init__(*args, **kwargs)
