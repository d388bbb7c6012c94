"""Supervision: the answer first, then where it comes from. Counts only; places stay in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from fangpin.casework.alerts.states import FIRST_STEP
from fangpin.casework.cases import timeliness
from fangpin.casework.cases.timeliness import DivisionTimes
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.queries import divisions_below
from fangpin.policy.models.procedures import Clock
from fangpin.policy.procedure import ClockRunning
from fangpin.values.withheld import is_small, is_withheld, shown, withheld_cells
from fangpin.web.console.cases.clocks import clock_views
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.small_numbers import smallest_cell
from fangpin.web.ground.access import SEE_CASE, SEE_OVERVIEW, ConsoleRequest, opens
from fangpin.web.ground.figures import named, number, share
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import listed, said

PERIODS = (30, 90, 365)
NAMED = 3
LISTED = 20
"""Of more places than these, those where nothing waits are told by their number."""
MOST_ROWS = 500
HOW: dict[str, tuple[ClockRunning, ...]] = {
    "stopped": ("met", "late"),
    "late": ("late",),
    "overdue": ("overdue",),
}
"""Which clocks a count of the table holds."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A count as it is shown: a number, or 'fewer than n'; where it leads."""

    words: str
    href: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One division of the table."""

    division: Division
    inside: str
    open: Cell
    overdue: Cell
    untaken: Cell
    oldest: date | None
    oldest_days: int | None


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock over the whole scope."""

    title: str
    on_time: str
    stopped: Cell
    late: Cell
    overdue: Cell


@opens(SEE_OVERVIEW)
@require_safe
def supervision(request: ConsoleRequest) -> HttpResponse:
    """How officials keep their time. Raises Http404 outside the scope."""
    division, scope = chosen_division(request)
    pack = installation_pack()
    days = _days(request)
    below = _below(request, division)
    width = len(below[0].code) if below else len(division.code)
    since = request.today - timedelta(days=days)
    found = timeliness.times(scope, pack=pack, width=width, since=since, on=request.today)
    rows = request.scope.can(SEE_CASE)
    if not rows and division.code not in request.scope.divisions:
        raise Http404  # the sums of a part would tell the small counts of the whole
    smallest = 0 if rows else smallest_cell(request.today)
    by_code = {one.division: one for one in found}
    places = [(one, by_code.get(one.code, DivisionTimes(one.code))) for one in below or [division]]
    lines = _places(request, places, smallest=smallest, rows=rows)
    context = {
        "division": division,
        "answer": _answer(places, division, smallest=smallest),
        "untaken": _untaken(places, smallest=smallest),
        "has_overdue": any(times.overdue for _, times in places),
        "lines": lines,
        "count_of_others": len(places) - len(lines),
        "clocks": _clocks(
            found,
            smallest=smallest,
            query=urlencode({"division": division.code, "days": str(days)}) if rows else "",
        ),
        "days": days,
        "periods": [(one, one == days) for one in PERIODS],
        "since": since,
        "smallest": smallest,
    }
    return render(request, "console/supervision.html", context)


@opens(SEE_CASE)
@require_safe
def behind(request: ConsoleRequest, clock: str, how: str) -> HttpResponse:
    """The cases behind one count of a clock. Raises Http404 outside the scope and for nonsense."""
    if not request.scope.can(SEE_OVERVIEW) or how not in HOW:
        raise Http404
    division, scope = chosen_division(request)
    stated = _clock(clock)
    since = request.today - timedelta(days=_days(request))
    found = timeliness.behind(
        scope,
        pack=installation_pack(),
        since=since,
        on=request.today,
        clock=clock,
        how=HOW[how],
        limit=MOST_ROWS,
    )
    paths = divisions.paths(case.division for case, _ in found)
    views = [(case, clock_views([state])[0]) for case, state in found]
    context = {
        "division": division,
        "title": said(stated.title),
        "how": how,
        "since": since,
        "lines": [(case, view, paths[case.division][-2:]) for case, view in views],
        "is_cut": len(found) == MOST_ROWS,
    }
    return render(request, "console/behind.html", context)


def _clock(code: str) -> Clock:
    for procedure in installation_pack().procedures:
        for clock in procedure.clocks:
            if clock.clock == code:
                return clock
    raise Http404


def _days(request: ConsoleRequest) -> int:
    """The period that the address asks for. Raises Http404 for another than those offered."""
    try:
        days = int(request.GET.get("days") or PERIODS[1])
    except ValueError:
        raise Http404 from None
    if days not in PERIODS:
        raise Http404
    return days


def _below(request: ConsoleRequest, division: Division) -> list[Division]:
    """Counties below a province or a prefecture; else what lies directly below."""
    found = divisions.level_below(division.code, level="county")
    inside = [one for one in found if request.scope.covers(one.code) and one.code != division.code]
    return inside or divisions_below(request.scope, parent=division.code)


def _hidden(counts: Sequence[int], *, smallest: int) -> list[int]:
    """The counts of a line whose sum is shown, without small ones and what gives them away."""
    return shown(counts, withheld_cells(counts, smallest=smallest))


def _words(count: int, smallest: int) -> str:
    """A count; 'fewer than n' for a small one standing alone; else that it is withheld."""
    if is_withheld(count):
        return gettext("不显示")
    if is_small(count, smallest=smallest):
        return gettext("不到 %(n)d") % {"n": smallest}
    return number(count)


def _cell(count: int, smallest: int, *, href: str = "", is_late: bool = False) -> Cell:
    leads = bool(count) and not is_withheld(count)
    return Cell(_words(count, smallest), href if leads else "", is_late and bool(count))


def _places(
    request: ConsoleRequest,
    places: list[tuple[Division, DivisionTimes]],
    *,
    smallest: int,
    rows: bool,
) -> list[PlaceLine]:
    opened = _hidden([times.open for _, times in places], smallest=smallest)
    overdue = [times.overdue for _, times in places]  # their sum is not shown
    lines = []
    is_long = len(places) > LISTED
    for (one, times), count, late in zip(places, opened, overdue, strict=True):
        if is_long and count == 0 and late == 0 and not times.untaken:
            continue
        href = (
            f"{reverse('cases')}?{urlencode({'view': 'open', 'division': one.code})}"
            if rows
            else ""
        )
        waiting = {"division": one.code, "step": FIRST_STEP, "overdue": "1"}
        oldest = None if is_withheld(count) else times.oldest
        lines.append(
            PlaceLine(
                division=one,
                inside=f"{reverse('supervision')}?{urlencode({'division': one.code})}"
                if rows
                else "",
                open=_cell(count, smallest, href=href),
                overdue=_cell(
                    late, smallest, href=f"{href}&overdue=1" if href else "", is_late=True
                ),
                untaken=_cell(
                    times.untaken,
                    smallest,
                    href=f"{reverse('queue')}?{urlencode(waiting)}" if rows else "",
                    is_late=True,
                ),
                oldest=oldest,
                oldest_days=(request.today - oldest).days if oldest else None,
            )
        )
    return lines


def _clocks(found: list[DivisionTimes], *, smallest: int, query: str) -> list[ClockLine]:
    """Each clock of the pack over the whole scope; hidden where too few cases stand behind it."""
    lines = []
    known: dict[str, Clock] = {}
    for procedure in installation_pack().procedures:
        for clock in procedure.clocks:
            known.setdefault(clock.clock, clock)
    for code, clock in known.items():
        counts = [one.clocks[code] for one in found if code in one.clocks]
        met, late = sum(one.met for one in counts), sum(one.late for one in counts)
        overdue = sum(one.overdue for one in counts)
        if not met + late + overdue:
            continue
        stopped = met + late
        small = [is_small(one, smallest=smallest) for one in (stopped, late, met)]
        told = stopped > 0 and not any(small)
        href = {
            how: f"{reverse('clock-cases', args=[code, how])}?{query}" if query else ""
            for how in HOW
        }
        lines.append(
            ClockLine(
                title=said(clock.title),
                on_time=share(Decimal(met) / Decimal(met + late)) if told else "—",
                stopped=_cell(stopped, smallest, href=href["stopped"]),
                late=_cell(late, smallest, href=href["late"], is_late=True),
                overdue=_cell(overdue, smallest, href=href["overdue"], is_late=True),
            )
        )
    return lines


def _answer(
    places: list[tuple[Division, DivisionTimes]], division: Division, *, smallest: int
) -> str:
    """One sentence: nobody is late, or who is late where; nothing to praise where nothing is under way."""
    levels = {one.level: one.title for one in installation_pack().header.division_levels}
    count = sum(times.open for _, times in places)
    begins = ngettext(
        "%(place)s %(n)d 个%(level)s在办 %(total)s 件",
        "%(place)s %(n)d 个%(level)s在办 %(total)s 件",
        len(places),
    ) % {
        "place": named(division),
        "n": len(places),
        "level": said(levels.get(places[0][0].level)),
        "total": _words(count, smallest),
    }
    late = [
        gettext("%(place)s %(n)s 件") % {"place": named(one), "n": _words(times.overdue, smallest)}
        for one, times in places
        if times.overdue
    ]
    if not count:
        return gettext("%(begins)s。") % {"begins": begins}
    if not late:
        return gettext("%(begins)s，无一逾期。") % {"begins": begins}
    return gettext("%(begins)s；逾期：%(late)s。") % {"begins": begins, "late": _first(late)}


def _untaken(places: list[tuple[Division, DivisionTimes]], *, smallest: int) -> str:
    """One sentence: where nobody took up an alert until its day was past; empty when nowhere."""
    told = [
        gettext("%(place)s %(n)s 条") % {"place": named(one), "n": _words(times.untaken, smallest)}
        for one, times in places
        if times.untaken
    ]
    return gettext("过了期限还没派发的预警：%(where)s。") % {"where": _first(told)} if told else ""


def _first(told: list[str]) -> str:
    """The first places, and in how many it is so."""
    text = listed(told[:NAMED])
    if len(told) > NAMED:
        return gettext("%(places)s等 %(n)d 个地方") % {"places": text, "n": len(told)}
    return text
