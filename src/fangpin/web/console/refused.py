"""What is told of a delivery: the findings of its file, and its refused rows by reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from fangpin.feeds import arrivals as deliveries
from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.findings import NO_RECORDS
from fangpin.feeds.messages import WORDS
from fangpin.lake.engines.duckdb import connect
from fangpin.web.console.feeds import home
from fangpin.web.ground.figures import number
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import listed, said

SHOWN_ROWS = 12
READ_ROWS = 4000


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Refused rows of one reason; `rows` are the first of them."""

    code: str
    message: str
    cure: str
    count: int
    rows: list[Mapping[str, Any]]
    has_own_words: bool
    """Whether rows tell more than the reason's own words."""
    is_of_whole_rows: bool
    """Whether no column of them is at fault, so that their numbers tell all."""

    @property
    def places(self) -> str:
        """The numbers of the first rows, one after another."""
        return listed(number(row["row_no"]) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Told:
    """A finding of the file as a whole, in the reader's language."""

    code: str
    severity: str
    message: str
    cure: str
    count: int | None
    """The rows that it is about; None where its words say how many, or name them all."""


def findings_of(arrival: Arrival) -> list[Told]:
    """What was found about the file as a whole."""
    told = json.loads((arrival.folder / deliveries.DELIVERY).read_text(encoding="utf-8"))
    return in_words(one for one in told.get("findings", []) if one.get("row") is None)


def in_words(findings: Iterable[Mapping[str, Any]]) -> list[Told]:
    """Findings as plain values, in the reader's language."""
    language = short_language()
    return [
        Told(
            one["code"],
            one["severity"],
            one[f"message_{language}"],
            one.get(f"repair_{language}") or "",
            None if _says_how_many(one["code"]) else one.get("count"),
        )
        for one in findings
    ]


def _says_how_many(code: str) -> bool:
    words = WORDS.get(code)
    named = {name for _, name, _, _ in Formatter().parse(words.zh)} if words else set()
    return bool(named & {"count", "columns", "others"})


def error_groups(arrival: Arrival) -> list[ErrorGroup]:
    """The refused rows of a delivery by reason, the most frequent first; last those that need no cure."""
    if not arrival.quarantined:
        return []
    with connect(memory_limit="256MB", threads=1, spill=home().spill) as engine:
        rows = deliveries.quarantine_rows(
            home(), engine=engine, feed=arrival.feed, delivery=arrival.delivery, limit=READ_ROWS
        )
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append(row)
    language = short_language()
    contract = installation_pack().contracts.get(arrival.feed)
    titles = {one.field: said(one.title) for one in contract.fields} if contract else {}
    groups = [
        ErrorGroup(
            code=code,
            message=found[0][f"message_{language}"],
            cure=found[0][f"repair_{language}"] or "",
            count=max(arrival.counts_by_code.get(code, 0), len(found)),
            rows=[
                {
                    **row,
                    "said": row[f"message_{language}"],
                    "title": titles.get(row["column"], row["column"]),
                }
                for row in found[:SHOWN_ROWS]
            ],
            has_own_words=len({row[f"message_{language}"] for row in found}) > 1,
            is_of_whole_rows=all(
                row["column"] is None and row["value_masked"] is None for row in found
            ),
        )
        for code, found in by_code.items()
    ]
    return sorted(groups, key=lambda group: (group.code in NO_RECORDS, -group.count, group.code))
