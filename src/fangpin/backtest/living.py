"""The hits of replayed months without those that waited then, because a person was reported dead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fangpin.backtest.bereaved import BEREAVED, excerpts_of_bereaved
from fangpin.lake.engine import Engine
from fangpin.ledger.snapshot import Snapshot
from fangpin.policy.expressions.spans import base_items
from fangpin.policy.models.header import Deaths
from fangpin.policy.models.lists import Rule
from fangpin.policy.pack import Pack
from fangpin.rules.deaths import DEAD, HELD, forget, make_dead, make_held, make_rows
from fangpin.rules.evaluate import RAISING
from fangpin.rules.evidence import evidence_of_hits


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule hit in one month: a list of household_ref for each set of values tried."""

    snapshot: Snapshot
    """Of `feeds_of_holding` at least."""
    rule: Rule
    hits: list[list[int]]


def feeds_of_holding(pack: Pack, rule: Rule) -> set[str]:
    """The feeds that tell whether a rule's hits wait: those that report deaths, and its evidence."""
    declared = pack.header.deaths
    if declared is None or rule.kind not in RAISING:
        return set()
    return {one.feed for one in declared.told_by} | _feeds_of_evidence(pack, rule)


def without_held(
    engine: Engine, pack: Pack, judged: Sequence[Judged], *, spill: Path
) -> list[list[list[int]]]:
    """The hits of each judged month, less those that a run of that day would have held."""
    declared = pack.header.deaths
    asked = [
        place for place, one in enumerate(judged) if one.rule.kind in RAISING and any(one.hits)
    ]
    found = [one.hits for one in judged]
    if declared is None or not asked:
        return found
    engine.load_rows(
        "judged_hits",
        {"place": "INTEGER", "household_ref": "BIGINT"},
        # What a hit rests on is the same whatever values were tried.
        ((place, ref) for place in asked for ref in sorted(set().union(*judged[place].hits))),
    )
    with excerpts_of_bereaved(
        engine,
        pack,
        declared,
        [judged[place].snapshot for place in asked],
        asked="judged_hits",
        feeds=set().union(*(_feeds_of_evidence(pack, judged[place].rule) for place in asked)),
        spill=spill,
    ) as snapshots:
        for place, snapshot in zip(asked, snapshots, strict=True):
            held = _held(engine, pack, declared, snapshot, judged[place].rule, place)
            found[place] = [[ref for ref in refs if ref not in held] for refs in found[place]]
    engine.drop("judged_hits")
    return found


def _held(
    engine: Engine, pack: Pack, declared: Deaths, snapshot: Snapshot, rule: Rule, place: int
) -> set[int]:
    """The households of one judged month whose hit waited."""
    engine.make_table(
        "hits",
        f"SELECT household_ref, CAST(? AS VARCHAR) AS rule FROM judged_hits "
        f"SEMI JOIN {BEREAVED} USING (household_ref) WHERE place = {place}",
        [rule.rule],
    )
    held: set[int] = set()
    if engine.value("SELECT count(*) FROM hits"):
        make_dead(engine, snapshot, declared)
        if engine.value(f"SELECT count(*) FROM {DEAD}"):
            make_rows(engine, pack, snapshot, declared, feeds=_feeds_of_evidence(pack, rule))
            with evidence_of_hits(
                engine=engine, pack=pack, rules=[rule], snapshot=snapshot
            ) as rows:
                make_held(engine, snapshot, evidence=f"({rows})")
                held = {ref for (ref,) in engine.rows(f"SELECT household_ref FROM {HELD}")}
        forget(engine)
    engine.drop("hits")
    return held


def _feeds_of_evidence(pack: Pack, rule: Rule) -> set[str]:
    items = (item for code in rule.evidence for item in base_items(pack, code))
    return {item.feed for item in items if item.feed is not None}
