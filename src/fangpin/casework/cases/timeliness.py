"""Are officials on time: clocks met and missed, what is overdue now, the oldest case; as counts.

Grain of an answer: one division of a level, one clock. A clock counts in the period in which an act
stopped it; a clock that runs counts on the day. Everything follows from the log, but for the alerts
that nobody took up: they are in no case and have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import FIRST_STEP, AlertState
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.reading import Reading, readings
from fangpin.casework.cases.states import CaseState
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack
from fangpin.policy.procedure import ClockRunning, ClockState
from fangpin.values.problem import ProblemError

_CHUNK = 500


@dataclass(slots=True)
class ClockCount:
    """One clock in one division: stopped in time, stopped late, overdue on the day."""

    clock: str
    met: int = 0
    late: int = 0
    overdue: int = 0

    @property
    def stopped(self) -> int:
        return self.met + self.late


@dataclass(slots=True)
class DivisionTimes:
    """One division: cases under way, those past a deadline, the earliest first clue among them.

    `untaken` are open alerts past their due day that no case has taken up: where nobody acts, no case
    is late.
    """

    division: str
    open: int = 0
    overdue: int = 0
    untaken: int = 0
    oldest: date | None = None
    clocks: dict[str, ClockCount] = field(default_factory=dict)


def times(scope: Scope, *, pack: Pack, width: int, since: date, on: date) -> list[DivisionTimes]:
    """Every division of a code's width that has cases or alerts past their day.

    They come in the order of the codes: never a ranking.
    """
    found = {row.division: row for row in _open_by_division(scope, width=width, on=on)}
    for code, untaken in _untaken_by_division(scope, width=width, on=on):
        found.setdefault(code, DivisionTimes(code)).untaken = untaken
    for case, state in _stopped(scope, pack=pack, since=since, on=on):
        code = case.division[:width]
        place = found.setdefault(code, DivisionTimes(code))
        count = place.clocks.setdefault(state.clock.clock, ClockCount(state.clock.clock))
        if state.running == "met":
            count.met += 1
        elif state.running == "late":
            count.late += 1
        else:
            count.overdue += 1
    return [found[code] for code in sorted(found)]


def behind(
    scope: Scope,
    *,
    pack: Pack,
    since: date,
    on: date,
    clock: str,
    how: Sequence[ClockRunning],
    limit: int,
) -> list[tuple[Case, ClockState]]:
    """The cases behind a count of one clock, by their deadlines; at most `limit`."""
    found = [
        (case, state)
        for case, state in _stopped(scope, pack=pack, since=since, on=on)
        if state.clock.clock == clock and state.running in how
    ]
    found.sort(key=lambda pair: (pair[1].deadline or date.max, pair[0].pk))
    return found[:limit]


def _open_by_division(scope: Scope, *, width: int, on: date) -> Iterator[DivisionTimes]:
    rows = (
        within(Case.objects.filter(state=CaseState.OPEN), scope)
        .annotate(place=Substr("division", 1, width))
        .order_by()
        .values("place")
        .annotate(
            open=Count("id"),
            overdue=Count("id", filter=Q(due_date__lt=on)),
            oldest=Min("first_clue_date"),
        )
    )
    for row in rows:
        yield DivisionTimes(
            row["place"], open=row["open"], overdue=row["overdue"], oldest=row["oldest"]
        )


def _untaken_by_division(scope: Scope, *, width: int, on: date) -> Iterator[tuple[str, int]]:
    alerts = Alert.objects.filter(state=AlertState.OPEN, due_date__lt=on, step=FIRST_STEP)
    rows = (
        within(alerts, scope)
        .annotate(place=Substr("division", 1, width))
        .order_by()
        .values("place")
        .annotate(count=Count("id"))
    )
    for row in rows:
        yield row["place"], row["count"]


def _stopped(
    scope: Scope, *, pack: Pack, since: date, on: date
) -> Iterator[tuple[Case, ClockState]]:
    """Each case with each clock of it that was stopped in the period or is overdue now."""
    acted = CaseAct.objects.filter(on__gte=since, on__lte=on).values("case")
    ended_since = timezone.make_aware(datetime.combine(since, time.min))
    cases = within(Case.objects.select_related("household"), scope).filter(
        Q(pk__in=acted) | Q(ended_at__gte=ended_since) | Q(state=CaseState.OPEN, due_date__lt=on)
    )
    for chunk in _chunks(cases):
        for case, read in _read(pack, chunk, on=on):
            for state in read.clocks:
                if state.running == "overdue" or (
                    state.running in ("met", "late")
                    and state.ended is not None
                    and since <= state.ended <= on
                ):
                    yield case, state


def _read(pack: Pack, cases: list[Case], *, on: date) -> Iterator[tuple[Case, Reading]]:
    """Each case with its clocks; one of a year or a place that the pack does not state is left."""
    try:
        read = readings(pack, cases, on=on)
    except ProblemError:
        if len(cases) > 1:
            for one in cases:
                yield from _read(pack, [one], on=on)
        return
    for one in cases:
        yield one, read[one.pk]


def _chunks(cases: QuerySet[Case]) -> Iterator[list[Case]]:
    last = 0
    while True:
        rows = list(cases.filter(id__gt=last).order_by("id")[:_CHUNK])
        if not rows:
            return
        yield rows
        last = rows[-1].pk
