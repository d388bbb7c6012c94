"""What a delivery looks like as a whole: the figures that later deliveries are compared with.

Quantiles are those of the sizes of a column's amounts, zeros left out; of a large file every nth
row is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.cells.shapes import quoted
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract

QUANTILES = (0.1, 0.5, 0.9)
_LOOKED_AT = 20_000
_SUBJECTS = 2_000
"""Rows of whose persons it is asked whether the feed told of them before."""


@dataclass(frozen=True, slots=True)
class AmountProfile:
    """How large the amounts of a column are."""

    count: int
    quantiles: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """How many of its persons or households, of so many that were looked at, a feed had told of before.

    Looked for in the deliveries that the pack's `delivery.known_looked_in` reaches back to.
    """

    looked_at: int
    known: int

    @property
    def share(self) -> Decimal:
        """0..1."""
        return Decimal(self.known) / self.looked_at


@dataclass(frozen=True, slots=True)
class Profile:
    """Rows that say something new, the sizes of amounts by field, and rows by division."""

    rows: int
    amounts: dict[str, AmountProfile]
    divisions: dict[str, int]
    """Of a registry delivery: how many rows each division has."""
    known: Known | None = None
    """None: nobody was looked at, or the feed's first delivery."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for delivery.json."""
        return {
            "rows": self.rows,
            "amounts": {
                name: [one.count, *(f"{size:f}" for size in one.quantiles)]
                for name, one in sorted(self.amounts.items())
            },
            "divisions": self.divisions,
            "known": None if self.known is None else [self.known.looked_at, self.known.known],
        }


def read_profile(told: dict[str, Any]) -> Profile | None:
    """The profile that a delivery.json holds; None: it was received before there were any."""
    if not told:
        return None
    return Profile(
        rows=told["rows"],
        amounts={
            name: AmountProfile(int(count), tuple(map(Decimal, sizes)))
            for name, (count, *sizes) in told["amounts"].items()
        },
        divisions=told["divisions"],
        known=Known(*told["known"]) if told.get("known") else None,
    )


def take_profile(
    *,
    engine: Engine,
    contract: Contract,
    names: Sequence[str],
    rows: int,
    division: str | None,
    before: Sequence[Arrival] = (),
) -> Profile:
    """The profile of the table `settling`; `division` is the column of a registry's villages.

    `before` are the deliveries in which known persons and households are looked for.
    """
    fields = [one.field for one in contract.fields if one.type == "amount" and one.field in names]
    amounts: dict[str, AmountProfile] = {}
    if fields:
        columns = []
        for name in fields:
            size = f"CASE WHEN {quoted(name)} <> 0 THEN abs({quoted(name)}) END"
            columns.append(f"count({size})")
            columns += [f"quantile_disc({size}, {share})" for share in QUANTILES]
        step = max(1, rows // _LOOKED_AT)
        (values,) = engine.rows(
            f"SELECT {', '.join(columns)} FROM settling WHERE row_no % {step} = 0"
        )
        width = 1 + len(QUANTILES)
        for place, name in enumerate(fields):
            count, *sizes = values[place * width : (place + 1) * width]
            if count:
                amounts[name] = AmountProfile(int(count), tuple(sizes))
    divisions: dict[str, int] = {}
    if division is not None and division in names:
        divisions = dict(
            engine.rows(
                f"SELECT {quoted(division)}, count(*) FROM settling "
                f"WHERE {quoted(division)} IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
        )
    known = None if division is not None else _known(engine, contract, rows, before)
    return Profile(rows=rows, amounts=amounts, divisions=divisions, known=known)


def _known(
    engine: Engine, contract: Contract, rows: int, before: Sequence[Arrival]
) -> Known | None:
    files = [one.facts for one in before if one.accepted]
    subject = contract.subject_column
    if not files or subject == "division":
        return None
    engine.view_files("known_files", files)
    step = max(1, rows // _SUBJECTS)
    engine.make_table(
        "subjects_looked_at",
        f"SELECT DISTINCT {subject} FROM settling WHERE row_no % {step} = 0 "
        f"AND {subject} IS NOT NULL",
    )
    looked_at = engine.value("SELECT count(*) FROM subjects_looked_at")
    # The few are built into a table and the many run past it: the other way costs ten times more.
    known = engine.value(
        f"SELECT count(DISTINCT {subject}) FROM known_files SEMI JOIN subjects_looked_at "
        f"USING ({subject})"
    )
    engine.drop("known_files", "subjects_looked_at")
    return Known(int(looked_at), int(known)) if looked_at else None
