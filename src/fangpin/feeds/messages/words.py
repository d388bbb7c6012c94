"""The words of one finding: what a clerk reads, in both languages, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["auto", "propose", "row", "file", "warn", "hold"]


@dataclass(frozen=True, slots=True)
class FindingWords:
    """How severe a finding is, what it says and what mends it; placeholders stand in braces."""

    severity: Severity
    zh: str
    en: str
    fix_zh: str = ""
    fix_en: str = ""
