"""Rules that cannot tell for some households of a scope, for want of data: what the overview shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fangpin.casework.alerts.models import Run
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.scope import Scope, narrow_to
from fangpin.runs.parts.cannot_tell import JUDGED, cannot_tell
from fangpin.values.withheld import WITHHELD, is_small, withheld_cells
from fangpin.web.charts.inline import stacked_bar
from fangpin.web.console.feeds import home
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said


@dataclass(frozen=True, slots=True)
class UnsureLine:
    """A rule that cannot tell for some households."""

    code: str
    words: str
    count: int
    bar: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """The blindest rule first; `count_of_households` are all of the scope that the run judged."""

    lines: tuple[UnsureLine, ...]
    count_of_households: int


def unsure_of(scope: Scope, *, run: Run) -> Unsure | None:
    """What a run could not tell of a scope's households. None where the run did not keep it."""
    counts = _of_scope(scope, run)
    return None if counts is None else _told(counts, run)


def guarded_unsure_of(
    own: Scope, scope: Scope, *, division: Division, run: Run, smallest: int
) -> Unsure | None:
    """The same for who may not see rows: `scope` is the part of one's `own` that is looked at.

    Small counts are withheld, and those that, taken from the page of the division above, would tell
    a small one of the places beside this.
    """
    counts = _of_scope(scope, run)
    if counts is None:
        return None
    gone = _withheld_above(own, division, run, smallest=smallest)
    kept = {
        rule: WITHHELD if rule in gone or is_small(count, smallest=smallest) else count
        for rule, count in counts.items()
    }
    return _told(kept, run)


def _of_scope(scope: Scope, run: Run) -> Mapping[str, int] | None:
    found = cannot_tell(scope, run_folder=_folder(run), width=1)
    return None if found is None else _summed(found)


def _folder(run: Run) -> Path:
    return home().runs / run.folder


def _summed(found: Mapping[str, Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in found.values():
        total.update(counts)
    return total


def _told(counts: Mapping[str, int], run: Run) -> Unsure:
    whole = counts.get(JUDGED, 0)
    rules = [
        (rule, counts[code])
        for code, rule in (
            (rule.rule, rule) for rule in installation_pack().rules_in_force(run.as_of)
        )
        if rule.kind != "counter_evidence" and counts.get(code)
    ]
    return Unsure(
        lines=tuple(
            UnsureLine(
                code=rule.code,
                words=said(rule.title),
                count=count,
                bar=stacked_bar(
                    [("bar-unsure", count), ("bar-rest", whole - count)],
                    whole=whole,
                    width=120,
                    height=8,
                ),
            )
            for rule, count in sorted(rules, key=lambda pair: (-pair[1], pair[0].code))
        ),
        count_of_households=whole,
    )


def _withheld_above(own: Scope, division: Division, run: Run, *, smallest: int) -> frozenset[str]:
    """The rules whose count of a division the pages above it, within one's own scope, must not let
    one compute; empty for the topmost division."""
    inside = [step for step in divisions.path(division.code) if own.covers(step.code)]
    gone: frozenset[str] = frozenset()
    for above, below in zip(inside, inside[1:], strict=False):
        found = cannot_tell(
            narrow_to(own, above.code),
            run_folder=_folder(run),
            width=len(below.code),
        )
        places = sorted(found or {})
        if below.code not in places or found is None:
            return frozenset()
        here = places.index(below.code)
        gone = frozenset(
            rule
            for rule, total in _summed(found).items()
            if here
            in withheld_cells(
                [found[place].get(rule, 0) for place in places],
                smallest=smallest,
                total_is_withheld=rule in gone or is_small(total, smallest=smallest),
            )
        )
    return gone
