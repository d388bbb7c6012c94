"""What a delivered file may cost before it is refused; an installation may change every figure."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, seconds and counts; whatever exceeds one is refused as a whole file."""

    file_bytes: int = 1024 * _MEBIBYTE
    unpacked_bytes: int = 512 * _MEBIBYTE
    unpacked_ratio: int = 100
    archive_members: int = 1_000
    reader_memory_bytes: int = 1024 * _MEBIBYTE
    reader_seconds: int = 120
    columns: int = 1_000
    rows: int = 50_000_000
    """Rows of a Parquet file, told by its own end before any is read."""
    header_rows: int = 30
    """How many rows at the top may be titles before the row of column names."""
    findings_shown: int = 1_000
    """Findings of single rows in a receipt; all of them stand in quarantine.parquet."""
