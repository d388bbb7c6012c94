"""Facts that have a claim's key already: looked up once for each two deliveries, and kept.

A meeting rests on the key alone; whether the fact counts on some day is asked when it is read. So a
month asks its own claims of all facts and the earlier claims of its own facts, and an earlier day,
asked after it, finds all its meetings among the later one's. Grain of a batch's file: a row of a
claim and a fact row of its key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.facts.duplicates import is_comparable
from fangpin.feeds.facts.live_facts import without_replaced
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.policy.expressions.sql import quoted
from fangpin.policy.models.feeds import Contract
from fangpin.values.files import published_folder

MEETINGS = "meetings_of_claims"
"""claim_delivery, claim_row and row_key of a claim's row; delivery and row_no of a fact that counts."""


@dataclass(frozen=True, slots=True)
class _Claims:
    """One delivery's claims, as they are given to persons."""

    delivery: str
    digest: str
    months: tuple[int, int]
    """The first and the last month of their rows."""

    @property
    def name(self) -> str:
        return f"{self.delivery} {self.digest}"


def make_meetings(
    *, home: Home, engine: Engine, contract: Contract, claims: str, deliveries: Sequence[Arrival]
) -> None:
    """Make MEETINGS of the claims in a table, with the facts of a feed's deliveries in force.

    `claims` has delivery, row_no, month and `key_then`, which is NULL where a claim meets none.
    """
    asked = _asked(engine, claims)
    by_name = {one.key: one for one in deliveries}
    folder = home.links / "meetings" / contract.feed
    done = _looked_up(folder)
    missing: dict[tuple[str, ...], list[_Claims]] = {}
    for one in asked:
        beside = (each for each in deliveries if is_comparable(contract, each, one.months))
        unasked = [each.key for each in beside if each.key not in done.get(one.name, ())]
        if unasked:
            missing.setdefault(tuple(unasked), []).append(one)
    for names, together in missing.items():
        _look_up(engine, claims, together, [by_name[name] for name in names], folder)
    _view_those_that_count(engine, deliveries, sorted(folder.glob("batch-*/meetings.parquet")))


def _asked(engine: Engine, claims: str) -> list[_Claims]:
    found = engine.rows(
        "SELECT delivery, CAST(bit_xor(CAST('0x' || substr(sha256(concat_ws(':', row_no, key_then)), "
        f"1, 15) AS BIGINT)) AS VARCHAR), min(month), max(month) FROM {claims} "
        "WHERE key_then IS NOT NULL GROUP BY delivery ORDER BY delivery"
    )
    return [_Claims(delivery, digest, (first, last)) for delivery, digest, first, last in found]


def _looked_up(folder: Path) -> Mapping[str, set[str]]:
    """The claims of a delivery, by `_Claims.name`, and the deliveries that they were asked of."""
    done: dict[str, set[str]] = {}
    for file in folder.glob("batch-*/batch.json"):
        told = json.loads(file.read_text(encoding="utf-8"))
        for name in told["claims"]:
            done.setdefault(name, set()).update(told["beside"])
    return done


def _look_up(
    engine: Engine,
    claims: str,
    asked: Sequence[_Claims],
    beside: Sequence[Arrival],
    folder: Path,
) -> None:
    """One batch; without a file of meetings where there are none."""
    told = {"claims": [one.name for one in asked], "beside": [one.key for one in beside]}
    listed = ", ".join(quoted(one.delivery) for one in asked)
    engine.make_table(
        "claimed_keys",
        "SELECT delivery AS claim_delivery, row_no AS claim_row, key_then AS row_key "
        f"FROM {claims} WHERE delivery IN ({listed}) AND key_then IS NOT NULL",
    )
    engine.view_files("facts_beside", [one.facts for one in beside], with_file_name=True)
    engine.make_table(
        "met",
        "SELECT asked.*, facts.delivery, listed.arrival, facts.row_no FROM "
        "(SELECT split_part(filename, '/', -2) AS delivery, row_no, row_key FROM facts_beside) "
        f"AS facts JOIN claimed_keys AS asked USING (row_key) JOIN {_named(beside)} USING (delivery)",
    )
    digest = hashlib.sha256("\n".join([*told["claims"], "", *told["beside"]]).encode()).hexdigest()
    with published_folder(folder / f"batch-{digest[:12]}") as temporary:
        if engine.value("SELECT count(*) FROM met"):
            engine.write(
                "SELECT * FROM met ORDER BY claim_delivery, claim_row, delivery, row_no",
                temporary / "meetings.parquet",
            )
        (temporary / "batch.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    engine.drop("claimed_keys", "met")


def _view_those_that_count(
    engine: Engine, deliveries: Sequence[Arrival], files: Sequence[Path]
) -> None:
    columns = {
        "claim_delivery": "VARCHAR",
        "claim_row": "INTEGER",
        "row_key": "BIGINT",
        "delivery": "VARCHAR",
        "row_no": "INTEGER",
    }
    engine.make_empty_table(MEETINGS, columns)
    held = [one for one in deliveries if one.accepted or one.repeated]
    if not files or not held:
        return
    engine.view_files("meeting_files", files)
    engine.make_view(
        "meeting_rows",
        # Two runs at once may both have looked for the same.
        "SELECT DISTINCT met.* EXCLUDE (arrival) FROM meeting_files AS met "
        f"JOIN {_named(held)} USING (delivery, arrival)",
    )
    counting = without_replaced(
        engine=engine, name="meeting", rows="meeting_rows", arrivals=deliveries
    )
    engine.append(MEETINGS, f"SELECT {', '.join(columns)} FROM ({counting}) AS rows")


def _named(deliveries: Sequence[Arrival]) -> str:
    """A table of delivery and arrival, which names what of it counts."""
    listed = ", ".join(f"({quoted(one.delivery)}, {quoted(one.key)})" for one in deliveries)
    return f"(SELECT * FROM (VALUES {listed}) AS named(delivery, arrival)) AS listed"
