"""Says on which database these tests ran."""

from __future__ import annotations

from typing import Any

from django.db import connection

DATABASE_LINE = "casework ran on "


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.line(f"{DATABASE_LINE}{connection.vendor}")
