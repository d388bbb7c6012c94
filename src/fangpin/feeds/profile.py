"""What a delivery looks like as a whole: the figures that later deliveries are compared with.

Quantiles are those of the sizes of a column's amounts, zeros left out; of a large file every nth
row is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fangpin.feeds.shapes import quoted
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.feed_models import Contract

QUANTILES = (0.1, 0.5, 0.9)
_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class AmountProfile:
    """How large the amounts of a column are."""

    count: int
    quantiles: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """Rows that say something new, the sizes of amounts by field, and rows by division."""

    rows: int
    amounts: dict[str, AmountProfile]
    divisions: dict[str, int]
    """Of a registry delivery: how many rows each division has."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values for delivery.json."""
        return {
            "rows": self.rows,
            "amounts": {
                name: [one.count, *(f"{size:f}" for size in one.quantiles)]
                for name, one in sorted(self.amounts.items())
            },
            "divisions": self.divisions,
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
    )


def take_profile(
    *,
    engine: Engine,
    contract: Contract,
    names: Sequence[str],
    rows: int,
    division: str | None,
) -> Profile:
    """The profile of the table `settling`; `division` is the column of a registry's villages."""
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
    return Profile(rows=rows, amounts=amounts, divisions=divisions)
