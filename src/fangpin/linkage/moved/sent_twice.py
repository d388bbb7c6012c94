"""Rows that were sent under two numbers of one subject: of one key the last word counts alone.

The subject is a person whose number was corrected, or a household that got another number.

On receipt a row replaces the one of its key. Where the number is part of the key and was corrected
meanwhile, the two have two keys, and only the registry knows that they are one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.facts.claims import key_if_about
from fangpin.feeds.facts.live_facts import view_live_facts, without_replaced
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.linkage.registry.present import HOMES, PRESENT
from fangpin.policy.expressions.sql import quoted
from fangpin.policy.models.feeds import Contract
from fangpin.values.files import published_folder

RENUMBERED = "renumbered_rows"
"""delivery, row_no and `key_now`, the key under the number that stands for the subject: of every row of a
feed whose subject has or had another number."""
_NUMBERS = {
    "person": (
        f"(SELECT person_ref, present_ref FROM {PRESENT} UNION ALL "
        f"SELECT DISTINCT present_ref, present_ref FROM {PRESENT})"
    ),
    "household": (
        f"(SELECT home_number_ref AS household_ref, household_ref AS present_ref FROM {HOMES})"
    ),
}
"""Subject -> the references under which its rows may come, and the one that stands for it."""


def has_number_in_key(contract: Contract) -> bool:
    """Whether a corrected number gives a feed's rows another key, in a way that can be followed."""
    key = key_if_about(contract, facts="rows", ref="NULL")
    return key is not None and contract.subject_field in contract.key


def digest_of_numbers(engine: Engine, subject: str) -> str:
    """Names the content of PRESENT, or of HOMES; empty where no number ever changed."""
    found = engine.value(
        f"SELECT CAST(bit_xor(CAST('0x' || substr(sha256(concat_ws(':', {subject}_ref, present_ref)), 1, "
        f"15) AS BIGINT)) AS VARCHAR) FROM {_NUMBERS[subject]} AS numbers "
        f"WHERE {subject}_ref <> present_ref"
    )
    return "" if found is None else hashlib.sha256(str(found).encode()).hexdigest()[:12]


def make_renumbered(
    *,
    home: Home,
    engine: Engine,
    contract: Contract,
    deliveries: Sequence[Arrival],
    present: str,
) -> None:
    """Make RENUMBERED of a feed's deliveries in force, after `view_present` or `view_homes`.

    `present` is `digest_of_numbers`: a delivery is looked through once under it, and what was found is
    kept under `links/numbers`.
    """
    folder = home.links / "numbers" / present / contract.feed
    held = [one for one in deliveries if one.accepted]
    done = {name for batch in folder.glob("batch-*") for name in _names_of(batch)}
    missing = [one for one in held if one.key not in done]
    if missing:
        _look_through(engine, contract, missing, folder)
    engine.make_empty_table(
        RENUMBERED,
        {
            "delivery": "VARCHAR",
            "row_no": "INTEGER",
            "key_now": "BIGINT",
        },
    )
    files = sorted(folder.glob("batch-*/rows.parquet"))
    if not held or not files:
        return
    engine.view_files("numbered_files", files)
    in_force = ", ".join(f"({quoted(one.delivery)}, {quoted(one.key)})" for one in held)
    engine.make_view(
        "numbered_rows",
        # Two runs at once may both have looked through one delivery.
        "SELECT DISTINCT delivery, row_no, key_now FROM numbered_files AS found "
        f"JOIN (VALUES {in_force}) AS held(delivery, arrival) USING (delivery, arrival)",
    )
    engine.append(
        RENUMBERED,
        "SELECT delivery, row_no, key_now FROM ("
        + without_replaced(
            engine=engine, name="numbered", rows="numbered_rows", arrivals=deliveries
        )
        + ") AS rows",
    )


def take_overtaken(
    *, engine: Engine, deliveries: Sequence[Arrival], linked: str, is_begun: bool
) -> bool:
    """Add to `linked`, with the sign -1, the RENUMBERED rows whose key came again under another number.

    `deliveries` are in order of arrival. `linked` are the feed's rows that linkage moves, a table if
    `is_begun`: what it took from its number's person already is asked no more. False: none were added.
    """
    asked = RENUMBERED
    if is_begun:
        asked = (
            f"(SELECT * FROM {RENUMBERED} ANTI JOIN (SELECT delivery, row_no FROM {linked} "
            "WHERE sign < 0) AS gone USING (delivery, row_no))"
        )
    order = ", ".join(f"({quoted(one.delivery)}, {place})" for place, one in enumerate(deliveries))
    engine.make_table(
        "overtaken",
        f"SELECT delivery, row_no FROM {asked} AS rows JOIN "
        f"(SELECT * FROM (VALUES {order}) AS listed(delivery, arrived)) AS arrived USING (delivery) "
        "QUALIFY row_number() OVER (PARTITION BY key_now ORDER BY arrived DESC, row_no DESC) > 1",
    )
    meant = {name for (name,) in engine.rows("SELECT DISTINCT delivery FROM overtaken")}
    if not meant:
        return False
    view_live_facts(
        engine=engine,
        name="overtaken_facts",
        arrivals=[one for one in deliveries if one.delivery in meant],
        beside=deliveries,
    )
    taken = (
        "SELECT facts.*, -1 AS sign, CAST(NULL AS BIGINT) AS claim_ref, 'number' AS link_step, "
        "CAST(1 AS DOUBLE) AS link_chance "
        "FROM overtaken_facts AS facts SEMI JOIN overtaken USING (delivery, row_no)"
    )
    before = f"SELECT * FROM {linked} UNION ALL BY NAME " if is_begun else ""
    engine.make_table(linked, before + taken)
    engine.drop("overtaken")
    return True


def _names_of(batch: Path) -> list[str]:
    return list(json.loads((batch / "batch.json").read_text(encoding="utf-8")))


def _look_through(
    engine: Engine, contract: Contract, deliveries: Sequence[Arrival], folder: Path
) -> None:
    """One batch; without a file of rows where no subject of the deliveries has another number."""
    view_live_facts(engine=engine, name="facts_to_number", arrivals=deliveries, is_live=False)
    names = sorted(one.key for one in deliveries)
    arrivals = ", ".join(f"({quoted(one.delivery)}, {quoted(one.key)})" for one in deliveries)
    written = f"rows.{contract.subject}_ref"
    key = key_if_about(contract, facts="rows", ref="numbers.present_ref", written=written)
    engine.make_table(
        "numbered",
        "SELECT rows.delivery, listed.arrival, CAST(rows.row_no AS INTEGER) AS row_no, "
        f"CAST({key} AS BIGINT) AS key_now FROM facts_to_number AS rows "
        f"JOIN {_NUMBERS[contract.subject]} AS numbers USING ({contract.subject}_ref) "
        f"JOIN (VALUES {arrivals}) AS listed(delivery, arrival) ON listed.delivery = rows.delivery",
    )
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    with published_folder(folder / f"batch-{digest}") as temporary:
        if engine.value("SELECT count(*) FROM numbered"):
            engine.write(
                "SELECT * FROM numbered ORDER BY delivery, row_no", temporary / "rows.parquet"
            )
        (temporary / "batch.json").write_text(json.dumps(names, indent=1), encoding="utf-8")
    engine.drop("numbered")
