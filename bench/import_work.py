"""The pieces of work that `bench/import.py` measures, each run in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from month_work import PACK


def write_register(folder: str, persons: int, seed: int) -> tuple[str, str, str]:
    """Write the register alone: its feed, file and day of receipt."""
    from fangpin.policy import load_pack
    from fangpin.synthetic.chenzhou.bench_month import bench_deliveries
    from fangpin.web.settings.environment import shipped_packs

    pack = load_pack(shipped_packs() / PACK)
    sent = next(
        iter(
            bench_deliveries(
                pack=pack, folder=Path(folder), persons=persons, seed=seed, months_of_history=1
            )
        )
    )
    return sent.feed, str(sent.file), sent.received.isoformat()


def register(home: str, sent: Sequence[str]) -> dict[str, Any]:
    """Receive the register; returns its counts and row errors."""
    os.environ |= {"FANGPIN_HOME": home, "FANGPIN_PACK": PACK}
    from fangpin.cli.session import Session
    from fangpin.feeds.receive import receive
    from fangpin.lake.vault import Vault

    session = Session()
    feed, file, received = sent
    with session.engine() as engine:
        receipt = receive(
            home=session.home,
            pack=session.pack,
            feed=feed,
            file=Path(file),
            original_name=Path(file).name,
            received=date.fromisoformat(received),
            engine=engine,
            vault=Vault(home=session.home, engine=engine),
        )
    return {
        "read": receipt.read,
        "accepted": receipt.accepted,
        "set_aside": receipt.quarantined,
        "errors": receipt.counts_by_code,
    }
