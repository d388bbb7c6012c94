"""How far cases have come, as their procedures read their logs: many cases in two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Min
from django.utils import timezone

from fangpin.casework.cases.models import Case, CaseAct, Clue
from fangpin.casework.cases.states import CaseState
from fangpin.policy import Pack
from fangpin.policy.calendar import calendar_of
from fangpin.policy.procedure import (
    ClockState,
    Happening,
    Standing,
    clock_states,
    edition_of,
    standing,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A case as its procedure reads its log on a day."""

    standing: Standing
    clocks: tuple[ClockState, ...]


def readings(pack: Pack, cases: Iterable[Case], *, on: date) -> dict[int, Reading]:
    """Case id -> how far it has come; the logs of all in one query."""
    found = list(cases)
    logs, clues = logs_of(found), clues_of_many(found)
    calendar = calendar_of(pack)
    read: dict[int, Reading] = {}
    for case in found:
        procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
        read[case.pk] = Reading(
            standing(
                procedure,
                clues=clues[case.pk],
                log=logs[case.pk],
                is_ended=case.state == CaseState.ENDED,
            ),
            clock_states(
                procedure,
                pack=pack,
                calendar=calendar,
                division=case.division,
                clues=clues[case.pk],
                log=logs[case.pk],
                on=on,
                ended=timezone.localdate(case.ended_at) if case.ended_at else None,
            ),
        )
    return read


def logs_of(cases: Iterable[Case]) -> dict[int, list[Happening]]:
    """Case id -> its acts in order, for many cases at once."""
    logs: dict[int, list[Happening]] = defaultdict(list)
    rows = CaseAct.objects.filter(case__in=[one.pk for one in cases]).order_by("case", "seq")
    for case, act, on, step, undone in rows.values_list("case", "act", "on", "step", "is_undone"):
        logs[case].append(Happening(act, on, step, undone))
    return logs


def clues_of_many(cases: Iterable[Case]) -> dict[int, dict[str, date]]:
    """Case id -> channel -> the earliest day of a clue that came by it."""
    first = {one.pk: {one.channel: one.first_clue_date} for one in cases}
    found: dict[int, dict[str, date]] = defaultdict(dict)
    rows = Clue.objects.filter(case__in=list(first)).order_by().values_list("case", "channel")
    for case, channel, day in rows.annotate(day=Min("on")):
        found[case][channel] = day
    return {case: found[case] or first[case] for case in first}
