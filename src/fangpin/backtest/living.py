"""The hits of a replayed month without those that waited then, because a person was reported dead."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.lake.engine import Engine
from fangpin.ledger.snapshot import Snapshot
from fangpin.policy.expressions.spans import base_items
from fangpin.policy.models import Rule
from fangpin.policy.pack import Pack
from fangpin.rules.deaths import DEAD, HELD, forget, make_dead, make_held, make_rows
from fangpin.rules.evaluate import RAISING
from fangpin.rules.evidence import evidence_of_hits


def feeds_of_holding(pack: Pack, rule: Rule) -> set[str]:
    """The feeds that tell whether a rule's hits wait: those that report deaths, and its evidence."""
    declared = pack.header.deaths
    if declared is None or rule.kind not in RAISING:
        return set()
    return {one.feed for one in declared.told_by} | _feeds_of_evidence(pack, rule)


def without_held(
    engine: Engine, pack: Pack, snapshot: Snapshot, rule: Rule, hits: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Each list of households hit, less those whose hit a run of that day would have held.

    The snapshot is of `feeds_of_holding` at least.
    """
    declared = pack.header.deaths
    found = [list(refs) for refs in hits]
    if declared is None or rule.kind not in RAISING or not any(found):
        return found
    make_dead(engine, snapshot, declared)
    once = sorted({ref for refs in found for ref in refs})
    engine.load_rows("hit_once", {"household_ref": "BIGINT"}, [(ref,) for ref in once])
    engine.view_files("lived_where", [snapshot.registry.membership])
    # What a hit rests on is the same whatever values were tried, and is looked up for the bereaved.
    engine.make_table(
        "hits",
        f"SELECT household_ref, CAST(? AS VARCHAR) AS rule FROM hit_once SEMI JOIN "
        f"(SELECT household_ref FROM lived_where SEMI JOIN {DEAD} USING (person_ref)) AS bereaved "
        "USING (household_ref)",
        [rule.rule],
    )
    held: set[int] = set()
    if engine.value("SELECT count(*) FROM hits"):
        make_rows(engine, pack, snapshot, declared, feeds=_feeds_of_evidence(pack, rule))
        with evidence_of_hits(engine=engine, pack=pack, rules=[rule], snapshot=snapshot) as rows:
            make_held(engine, snapshot, evidence=f"({rows})")
            held = {ref for (ref,) in engine.rows(f"SELECT household_ref FROM {HELD}")}
    engine.drop("hits", "hit_once")
    forget(engine)
    return [[ref for ref in refs if ref not in held] for refs in found]


def _feeds_of_evidence(pack: Pack, rule: Rule) -> set[str]:
    items = (item for code in rule.evidence for item in base_items(pack, code))
    return {item.feed for item in items if item.feed is not None}
