"""The ledger files of a snapshot as the tables that windows are computed over."""

from __future__ import annotations

from fangpin.indicators.compile import Source, SourceOf
from fangpin.lake.engine import Engine
from fangpin.ledger.snapshot import Snapshot, are_plain


def ledger_source(engine: Engine, snapshot: Snapshot) -> SourceOf:
    """Names a view of a feed's ledger rows in a window of months; None without such rows."""
    sources: dict[tuple[str, int, int], Source] = {}

    def source_of(feed: str, first: int, last: int) -> Source | None:
        files = snapshot.files_between(feed, first, last)
        if not files:
            return None
        key = (feed, first, last)
        if key not in sources:
            name = f"ledger_{len(sources)}"
            engine.view_files(name, [file.path for file in files])
            sources[key] = Source(name, is_plain=are_plain(files))
        return sources[key]

    return source_of
