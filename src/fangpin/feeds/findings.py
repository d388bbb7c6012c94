"""What receiving a file has to say of it: findings with their place, in both languages, masked.

Severities: `auto` a lossless repair was made; `propose` a person must confirm a reading, the row
waits in quarantine; `row` the row is set aside; `file` nothing was loaded; `warn` loaded, look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fangpin.feeds.messages import WORDS
from fangpin.feeds.messages.words import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `row` is the number of the row that a clerk sees, None for the file as a whole."""

    code: str
    severity: Severity
    message_zh: str
    message_en: str
    repair_zh: str = ""
    repair_en: str = ""
    row: int | None = None
    column: str | None = None
    value_masked: str | None = None
    sheet: str | None = None
    count: int | None = None

    @property
    def repair(self) -> str:
        """What to do, in both languages."""
        return " ".join(part for part in (self.repair_zh, self.repair_en) if part)

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain values for `--json` and delivery.json."""
        return {**asdict(self), "repair": self.repair}


class FileRefused(Exception):
    """The file as a whole cannot be loaded; nothing was changed."""

    def __init__(self, findings: Finding | Sequence[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__(", ".join(finding.code for finding in self.findings))


def severity_of(code: str) -> Severity:
    """The severity of a finding's code."""
    return WORDS[code].severity


def finding(
    code: str,
    *,
    row: int | None = None,
    column: str | None = None,
    value_masked: str | None = None,
    sheet: str | None = None,
    count: int | None = None,
    **words: object,
) -> Finding:
    """The finding of a code with its words filled in. Raises KeyError for a code without words."""
    told = WORDS[code]
    places = {"row": row, "sheet": sheet, "count": count}
    words |= {name: place for name, place in places.items() if place is not None}
    return Finding(
        code=code,
        severity=told.severity,
        message_zh=told.zh.format_map(words),
        message_en=told.en.format_map(words),
        repair_zh=told.fix_zh.format_map(words),
        repair_en=told.fix_en.format_map(words),
        row=row,
        column=column,
        value_masked=value_masked,
        sheet=sheet,
        count=count,
    )


ROW_IS_HEADER, ROW_IS_FOOTER = "ROW_IS_HEADER", "ROW_IS_FOOTER"
NO_RECORDS = (ROW_IS_HEADER, ROW_IS_FOOTER)
"""The problems of rows that are set aside and yet are no part of what a delivery should hold."""

CODES = frozenset(WORDS)
"""Every code that a finding may have."""
