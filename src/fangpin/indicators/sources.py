"""The ledger files of a snapshot as the tables that windows are computed over."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.indicators.window_queries import Source, SourceOf
from fangpin.lake.engine import Engine
from fangpin.ledger.snapshot import LedgerFile, Snapshot, plain_and_others

_FEW = 0.1
"""Up to this share of rows it pays to treat the households of the other files apart."""


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
            sources[key] = _source(engine, name, files)
        return sources[key]

    return source_of


def _source(engine: Engine, name: str, files: Sequence[LedgerFile]) -> Source:
    plain, others = plain_and_others(files)
    if not others:
        return Source(name, is_plain=True)
    engine.view_files(f"{name}_others", [file.path for file in others])
    if not plain:
        return Source(name)
    engine.view_files(f"{name}_plain", [file.path for file in plain])
    # The rows are counted in the files' own tables of contents.
    few, many = (
        int(engine.value(f"SELECT count(*) FROM {view}"))
        for view in (f"{name}_others", f"{name}_plain")
    )
    if few > many * _FEW:
        return Source(name)
    engine.make_table(f"{name}_touched", f"SELECT DISTINCT household_ref FROM {name}_others")
    return Source(name, plain=f"{name}_plain", touched=f"{name}_touched")
