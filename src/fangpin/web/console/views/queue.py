"""The queue: what presses first, filtered by the address alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert, AlertReason
from fangpin.casework.alerts.queue import After, QueueFilters
from fangpin.casework.alerts.states import FIRST_STEP
from fangpin.casework.cases import turns
from fangpin.casework.cases.turns_kept import NO_DATE
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.queries import divisions_below, in_office
from fangpin.policy.models.lists import Rule, Severity
from fangpin.values.month import Month
from fangpin.web.console.frame import chosen_division
from fangpin.web.ground.access import SEE_CASE, SEE_QUEUE, ConsoleRequest, opens
from fangpin.web.ground.due import Due, due_of
from fangpin.web.ground.figures import place
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.words import cause_words, queue_steps, rule_of, step_words, waiting_steps

PAGE = 50
SOON_DAYS = 3
ASSIGN = "assign"
VISIT = "record_visit"
MOST_PEOPLE = 2000
KEPT = ("month", "overdue", "rule", "state", "q")
"""Filters that a figure's link sets and the form carries on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the queue as it is shown."""

    alert: Alert
    severity: Severity | None
    path: tuple[Division, ...]
    rule: Rule | None
    reason: AlertReason | None
    sentence: str
    count_of_others: int
    step: str
    case_no: str
    """The case that the alert is a clue of; empty before one."""
    can_be_chosen: bool
    """Whether it waits to be dispatched, by this official."""
    due: Due | None
    """The day that presses; None while no clock of its case runs."""
    due_of: str
    """Words for whose day it is: the alert's, or its case's."""
    group: str
    """Words of the group that begins with this row; empty within a group."""


@opens(SEE_QUEUE)
@require_safe
def queue(request: ConsoleRequest) -> HttpResponse:
    """One page of open alerts; the address holds every filter. Raises Http404 outside the scope."""
    division, scope = chosen_division(request)
    filters = _filters(request)
    page = alerts.queue(scope, filters=filters, after=_after(request), limit=PAGE)
    paths = divisions.paths(row.alert.division for row in page.rows)
    may_dispatch = request.scope.can(ASSIGN)
    shown = [row.alert.pk for row in page.rows] if request.scope.can(SEE_CASE) else []
    numbers = turns.case_numbers(scope, shown)
    lines: list[Line] = []
    last_group = "" if not request.GET.get("after") else None
    for row in page.rows:
        due = _due(row.alert, request.today)
        group = _group(due)
        lines.append(
            Line(
                alert=row.alert,
                severity=severity_of(row.alert.severity),
                path=_shown(paths[row.alert.division], division),
                rule=rule_of(row.reason.rule, edition=row.reason.edition) if row.reason else None,
                reason=row.reason,
                sentence=_sentence(row.reason),
                count_of_others=max(row.count_of_reasons - 1, 0),
                step=step_words(row.alert.step),
                case_no=numbers.get(row.alert.pk, ""),
                can_be_chosen=may_dispatch and row.alert.step == FIRST_STEP,
                due=due,
                due_of=gettext("办理限") if row.alert.is_pressed_by_case else gettext("预警限"),
                group=group if group != last_group else "",
            )
        )
        last_group = group
    pack = installation_pack()
    context = {
        "division": division,
        "lines": lines,
        "page": page,
        "next": f"{page.next[0].isoformat()}_{page.next[1]}" if page.next else "",
        "filters": filters,
        "is_filtered": any(value for key, value in request.GET.items() if key != "after"),
        "below": divisions_below(request.scope, parent=division.code),
        "severities": pack.severities,
        "causes": [(code, cause_words(code)) for code in pack.causes],
        "steps": queue_steps(),
        "may_dispatch": may_dispatch,
        "people": _people(request, [row.alert.division for row in page.rows])
        if may_dispatch
        else [],
        "key": secrets.token_hex(16),
        "rule_asked": next((rule for rule in pack.rules if rule.rule == filters.rule), None),
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
        "has_run": alerts.latest_run() is not None,
    }
    return render(request, "console/queue.html", context)


def _people(
    request: ConsoleRequest, villages: list[str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """(village, its officials) of the villages on the page, for whom a visit can be meant."""
    roles = [one.role for one in installation_pack().roles.values() if VISIT in one.may]
    lowest = {code for code in villages if request.scope.covers(code)}
    posts = [
        post
        for post in in_office(request.scope, roles=roles, on=request.today)[:MOST_PEOPLE]
        if post.division in lowest
    ]
    paths = divisions.paths(post.division for post in posts)
    found: dict[str, list[tuple[str, str]]] = {}
    for post in posts:
        name = place(paths[post.division][-2:])
        found.setdefault(name, []).append((post.official.user.get_username(), post.official.name))
    return list(found.items())


def _filters(request: ConsoleRequest) -> QueueFilters:
    """The filters of the address. Raises Http404 for a month or a state that cannot be read."""
    asked = request.GET
    month = asked.get("month", "")
    try:
        raised = int(Month.parse(month)) if month else None
    except ValueError:
        raise Http404 from None
    state = asked.get("state") or "open"
    if state not in ("open", "ended", "any"):
        raise Http404
    step = asked.get("step", "")
    return QueueFilters(
        severity=asked.get("severity", ""),
        cause=asked.get("cause") or None,
        step="" if step == "waiting" else step,
        steps=waiting_steps() if step == "waiting" else (),
        rule=asked.get("rule", ""),
        raised_month=raised,
        overdue_at=request.today if asked.get("overdue") else None,
        state=state,
        text=asked.get("q", ""),
    )


def _after(request: ConsoleRequest) -> After | None:
    text = request.GET.get("after", "")
    if not text:
        return None
    day, _, number = text.partition("_")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        raise Http404 from None


def _due(alert: Alert, today: date) -> Due | None:
    """What is left until the day that presses: an alert's own is counted as its severity says."""
    if alert.pressing_date == NO_DATE:
        return None
    severity = "" if alert.is_pressed_by_case else alert.severity
    return due_of(due_date=alert.pressing_date, severity=severity, today=today)


def _group(due: Due | None) -> str:
    if due is None:
        return gettext("没有在走的时限")
    if due.is_overdue:
        return gettext("已逾期")
    if timedelta(days=due.days) <= timedelta(days=SOON_DAYS):
        return gettext("3 天内到期")
    return gettext("以后到期")


def _sentence(reason: AlertReason | None) -> str:
    if reason is None:
        return ""
    return reason.sentence_en if short_language() == "en" else reason.sentence_zh


def _shown(path: tuple[Division, ...], division: Division) -> tuple[Division, ...]:
    """The path below the chosen division; its last step at least."""
    below = [step for step in path if len(step.code) > len(division.code)]
    return tuple(below) or path[-1:]
