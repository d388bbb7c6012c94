"""Rows of households that came under two of their numbers: of one key the last word counts alone.

Grain of a feed's file: a fact row of which another of the household was sent later for the same key,
with the sign -1, in the columns of the facts that linkage moves (linked.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from fangpin.feeds.arrivals import Arrival
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.linkage.moved.sent_twice import (
    digest_of_numbers,
    has_number_in_key,
    make_renumbered,
    take_overtaken,
)
from fangpin.linkage.registry.present import view_homes
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.pack import Pack
from fangpin.values.files import published_file

FORM = "1"
"""Of these files: those of an earlier form are left lying and made anew."""
_ROWS = "overtaken_of_households"


def overtaken_rows_of_households(
    *, home: Home, pack: Pack, engine: Engine, state: RegistryState, arrivals: Sequence[Arrival]
) -> dict[str, Path]:
    """Feed -> its file, as known with these deliveries; feeds of which no row was overtaken are not in it."""
    known: dict[str, list[Arrival]] = {}
    for one in arrivals:
        contract = pack.contracts.get(one.feed)
        if contract and contract.subject == "household" and has_number_in_key(contract):
            known.setdefault(one.feed, []).append(one)
    if not known:
        return {}
    view_homes(engine, state)
    numbers = digest_of_numbers(engine, "household")
    if not numbers:
        return {}
    files = {}
    for feed, deliveries in sorted(known.items()):
        named = "\n".join([FORM, numbers, *(one.key for one in deliveries)])
        key = hashlib.sha256(named.encode()).hexdigest()[:12]
        file = home.links / "facts" / feed / f"{key}.parquet"
        if not file.exists() and not file.with_suffix(".none").exists():
            make_renumbered(
                home=home,
                engine=engine,
                contract=pack.contracts[feed],
                deliveries=deliveries,
                present=numbers,
            )
            _write(engine, deliveries, file)
        if file.exists():
            files[feed] = file
    return files


def _write(engine: Engine, deliveries: Sequence[Arrival], file: Path) -> None:
    if not take_overtaken(engine=engine, deliveries=deliveries, linked=_ROWS, is_begun=False):
        with published_file(file.with_suffix(".none")) as temporary:
            temporary.touch()
        return
    if "person_ref" not in engine.columns(f"SELECT * FROM {_ROWS}"):
        engine.make_table(_ROWS, f"SELECT *, CAST(NULL AS BIGINT) AS person_ref FROM {_ROWS}")
    with published_file(file) as temporary:
        engine.write(f"SELECT * FROM {_ROWS} ORDER BY delivery, row_no", temporary)
    engine.drop(_ROWS)
