"""Clearing away photos and papers that were sent and never became part of anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fangpin.casework.audit.actions import record
from fangpin.casework.declarations.queries import named_papers
from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from fangpin.policy import Pack
from fangpin.values.problem import ProblemError

DAYS = "papers.unsent_days"
"""The parameter of the pack: days after which what nothing names is removed."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed. `days` None: the pack states none, and nothing was looked at."""

    days: int | None
    contents: int = 0
    """Whole contents that no act and no declaration names."""
    unfinished: int = 0
    """Contents of which only pieces had arrived."""


def sweep_papers(*, home: Home, pack: Pack, at: datetime) -> Swept:
    """Remove what has lain unnamed, or unfinished, for the pack's days; the sweep is on record.

    What an act or a declaration names is never touched, however old it is.
    """
    try:
        days = int(pack.parameter(DAYS, at=at.date(), division=None).number)
    except ProblemError:
        return Swept(None)
    store, before = Papers(home), (at - timedelta(days=days)).timestamp()
    old = store.old(before=before)
    named = named_papers(old)
    contents = sum(store.drop(one, before=before) for one in old if one not in named)
    unfinished = store.sweep(before=before)
    if contents or unfinished:
        record(
            act="sweep_papers",
            official="",
            subject_kind="papers",
            subject="",
            division="",
            at=at,
            detail={"days": days, "contents": contents, "unfinished": unfinished},
        )
    return Swept(days, contents, unfinished)
