"""Spreadsheets; the reader proper runs in a child process (workbook_child.py)."""

from __future__ import annotations

from pathlib import Path

from fangpin.feeds.findings import FileRefused, finding
from fangpin.feeds.limits import Limits
from fangpin.feeds.readers.table import RawTable
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models import Contract


def read_workbook(
    file: Path,
    *,
    container: str,
    contract: Contract,
    engine: Engine,
    limits: Limits,
    workplace: Path,
) -> RawTable:
    raise FileRefused(finding("FILE_TYPE_UNSUPPORTED", kind=container))
