"""The list of cases: what waits for this official, all that is under way, what has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import get_args

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from fangpin.casework.cases import turns
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.reading import Reading, readings
from fangpin.casework.cases.turns import COUNT_CAP, After, Counts, TurnFilters, View
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.queries import divisions_below, names_of
from fangpin.policy.models.lists import Severity
from fangpin.policy.models.procedures import Step
from fangpin.web.console.cases.clocks import ClockView, clock_views
from fangpin.web.console.frame import chosen_division
from fangpin.web.ground.access import SEE_CASE, ConsoleRequest, opens
from fangpin.web.ground.figures import number
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.words import said, step_words

PAGE = 50
SOON_DAYS = 3
VISIT = "record_visit"
KEPT = ("view", "overdue", "q")


@dataclass(frozen=True, slots=True)
class Line:
    """One case as the list shows it."""

    case: Case
    severity: Severity | None
    path: tuple[Division, ...]
    step: str
    owner: str
    clock: ClockView | None
    outcome: str
    assigned: str
    group: str
    """Words of the group that begins with this line; empty within a group."""


@opens(SEE_CASE)
@require_safe
def cases(request: ConsoleRequest) -> HttpResponse:
    """One page of the list; the address holds every filter. Raises Http404 outside the scope."""
    division, scope = chosen_division(request)
    pack = installation_pack()
    filters = _filters(request)
    counts = turns.counts(scope, filters=filters, on=request.today, soon_days=SOON_DAYS)
    try:
        page = turns.page(scope, filters=filters, after=_after(request), limit=PAGE)
    except ValueError:
        raise Http404 from None
    context = {
        "division": division,
        "lines": _lines(request, page.cases, division),
        "page": page,
        "next": f"{page.next[0]}_{page.next[1]}" if page.next else "",
        "filters": filters,
        "views": _views(filters, counts),
        "counts": counts,
        "told": _told(counts),
        "below": divisions_below(request.scope, parent=division.code),
        "kinds": [("identification", gettext("识别认定")), ("elimination", gettext("风险消除"))],
        "steps": _steps(),
        "severities": pack.severities,
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
        "is_filtered": any(
            value for name, value in request.GET.items() if name not in ("after", "view")
        ),
    }
    return render(request, "console/cases.html", context)


def _filters(request: ConsoleRequest) -> TurnFilters:
    asked = request.GET
    view = asked.get("view") or "mine"
    if view not in get_args(View):
        raise Http404
    return TurnFilters(
        view=view,  # type: ignore[arg-type]
        kind=asked.get("kind", ""),
        step=asked.get("step", ""),
        severity=asked.get("severity", ""),
        overdue_on=request.today if asked.get("overdue") else None,
        text=asked.get("q", ""),
    )


def _after(request: ConsoleRequest) -> After | None:
    text = request.GET.get("after", "")
    if not text:
        return None
    place, _, number = text.rpartition("_")
    return place, int(number)


def _views(filters: TurnFilters, counts: Counts) -> list[tuple[str, str, str, bool]]:
    return [
        ("mine", gettext("轮到我办"), _capped(counts.mine), filters.view == "mine"),
        ("open", gettext("全部在办"), _capped(counts.open), filters.view == "open"),
        ("ended", gettext("已办结"), _capped(counts.ended), filters.view == "ended"),
    ]


def _told(counts: Counts) -> dict[str, str]:
    overdue, soon, under_way = counts.overdue, counts.soon, counts.open
    return {
        "overdue": ngettext("逾期 %(n)s 件", "逾期 %(n)s 件", overdue) % {"n": _capped(overdue)},
        "soon": ngettext("3 天内到期 %(n)s 件", "3 天内到期 %(n)s 件", soon) % {"n": _capped(soon)},
        "open": ngettext("在办 %(n)s 件", "在办 %(n)s 件", under_way) % {"n": _capped(under_way)},
    }


def _capped(count: int) -> str:
    return f"{number(COUNT_CAP)}+" if count > COUNT_CAP else number(count)


def _steps() -> list[tuple[str, str]]:
    codes = [step.step for one in installation_pack().procedures for step in one.steps]
    return [(code, step_words(code)) for code in dict.fromkeys(codes)]


def _lines(request: ConsoleRequest, found: tuple[Case, ...], division: Division) -> list[Line]:
    pack = installation_pack()
    paths = divisions.paths(one.division for one in found)
    names = names_of(one.assigned_to for one in found)
    read = readings(pack, found, on=request.today)
    lines: list[Line] = []
    last = "" if not request.GET.get("after") else None
    for one in found:
        clock = _nearest(read[one.pk])
        step = _step(request, read[one.pk])
        group = _group(one, clock, today=request.today)
        word = pack.words.get(f"outcome.{one.outcome}")
        owner = pack.roles.get(step.by[0]) if step else None
        lines.append(
            Line(
                case=one,
                severity=severity_of(one.severity),
                path=_below(paths[one.division], division),
                step=said(step.title) if step else "",
                owner=said(owner.title) if owner else "",
                clock=clock,
                outcome=said(word.title) if word else one.outcome,
                assigned=names.get(one.assigned_to, "") if step and step.act == VISIT else "",
                group=group if group != last else "",
            )
        )
        last = group
    return lines


def _step(request: ConsoleRequest, read: Reading) -> Step | None:
    """The open step that is the reader's, else the first one."""
    opened = read.standing.open
    mine = [one for one in opened if request.scope.role in one.by and request.scope.can(one.act)]
    return next(iter([*mine, *opened]), None)


def _nearest(read: Reading) -> ClockView | None:
    running = [clock for clock in clock_views(read.clocks) if clock.is_running]
    return min(running, key=lambda one: (one.deadline is None, one.deadline), default=None)


def _group(case: Case, clock: ClockView | None, *, today: date) -> str:
    if case.ended_at is not None:
        return timezone.localdate(case.ended_at).strftime("%Y-%m")
    if case.due_date is None or clock is None or clock.deadline is None:
        return gettext("没有时限")
    if clock.running == "overdue":
        return gettext("已逾期")
    if (clock.deadline - today).days <= SOON_DAYS:
        return gettext("3 天内到期")
    return gettext("以后到期")


def _below(path: tuple[Division, ...], division: Division) -> tuple[Division, ...]:
    below = [step for step in path if len(step.code) > len(division.code)]
    return tuple(below) or path[-1:]
