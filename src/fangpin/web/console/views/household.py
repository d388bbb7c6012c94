"""One household: its ledger, why it is looked at, who lives in it. Opening it is on the record."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.acts import END_ALERT, END_REASONS, end_alert
from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.alerts.queries import MonthOfReasons
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.audit import actions as audit
from fangpin.casework.cases import queries as cases
from fangpin.casework.cases.assessment import delivered_of
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.queries import episodes_of_household
from fangpin.casework.cases.states import CaseState, EpisodeState
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.followup import queries as followup
from fangpin.casework.officials.queries import divisions_named
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from fangpin.policy.models.nodes import Words
from fangpin.runs.acts.links import DECIDE_LINKS
from fangpin.runs.parts.deaths import conflicts_of_household
from fangpin.runs.parts.months import months_of_household
from fangpin.runs.parts.registrations import registrations_of_household
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.desk import Desk
from fangpin.web.console.cases.progress import StepLine, step_lines
from fangpin.web.console.deaths import ConflictLine, conflict_lines
from fangpin.web.console.done import on_to
from fangpin.web.console.feeds import home
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.gaps import gaps_of
from fangpin.web.console.help import help_of
from fangpin.web.console.ledger_view import flags_of, ledger_of
from fangpin.web.console.listing import listed_households
from fangpin.web.console.reasons import ReasonView, categories_of, reason_views
from fangpin.web.console.registrations import RegistrationLine, registration_lines
from fangpin.web.console.steps import Step, steps_of
from fangpin.web.console.story import case_lines, episode_lines, measure_lines, story_of
from fangpin.web.console.views.errors import refused
from fangpin.web.ground.access import (
    SEE_AUDIT,
    SEE_CASE,
    SEE_FEEDS,
    SEE_HOUSEHOLD,
    ConsoleRequest,
    opens,
)
from fangpin.web.ground.due import Due, due_of
from fangpin.web.ground.known import KnownLedger
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.people import attribute_facts, member_lines
from fangpin.web.ground.words import cause_words, said

PAGE = 60
SHOWN_PLACES = 8


@opens(SEE_HOUSEHOLD)
@require_safe
def household(request: ConsoleRequest, household_ref: int) -> HttpResponse:
    """The household's page. Raises Http404 outside the scope; records who looked."""
    scope = request.scope
    try:
        found = registry.household(scope, household_ref)
    except Household.DoesNotExist:
        raise Http404 from None
    audit.record(
        act="view_household",
        official=scope,
        subject_kind="household",
        subject=str(found.household_ref),
        division=found.division,
        at=request.at,
        detail={"role": scope.role},
    )
    of_household = alerts.alerts_of_household(scope, household_ref)
    alert = of_household[0] if of_household else None
    run = alert.last_run if alert else alerts.latest_run()
    history = alerts.reasons(scope, alert) if alert else ()
    as_of = run.as_of if run else request.today
    ledger = KnownLedger(_months(scope, household_ref, run=run), delivered_of(run))
    evidence = alerts.all_evidence(scope, alert) if alert else []

    def told(of_run: MonthOfReasons, key: str) -> list[ReasonView]:
        return reason_views(
            reasons=[reason for reason in of_run.reasons if not reason.is_withdrawn],
            evidence=evidence,
            ledger=ledger,
            division=found.division,
            as_of=of_run.run.as_of,
            key=key,
        )

    # Why it was raised comes first; what the latest run says of it since stands below.
    raised = told(history[-1], "why") if history else []
    latest = told(history[0], "now") if len(history) > 1 else []
    path = divisions.path(found.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    severity = severity_of(alert.severity) if alert else None
    due = (
        due_of(due_date=alert.due_date, severity=alert.severity, today=request.today)
        if alert and alert.state == AlertState.OPEN
        else None
    )
    open_case = _open_case(request, household_ref)
    lines = measure_lines(scope, household_ref) if scope.can(SEE_CASE) else []
    is_followed = bool(lines) or bool(
        scope.can(SEE_CASE) and episodes_of_household(scope, household_ref)
    )
    context = {
        "household": found,
        "provisional": getattr(found, "provisional", None),
        "join": registry.join_of(scope, household_ref),
        "joined": registry.joined_into(scope, household_ref),
        "former_numbers": registry.former_numbers(scope, household_ref),
        "path": path,
        "alert": alert,
        "severity": severity,
        "due": None if open_case else due,
        "cause": cause_words(alert.cause) if alert else "",
        "others": of_household[1:],
        "ledger": ledger_of(
            ledger=ledger,
            last_month=run.month if run else None,
            flags=flags_of(alert=alert, history=history),
            division=found.division,
            count_of_members=found.count_of_members,
        ),
        "main": raised[0] if raised else None,
        "more": raised[1:],
        "latest": latest,
        "categories": categories_of(alert=alert, division=found.division, as_of=as_of),
        "gaps": gaps_of(ledger=ledger, last_month=run.month, today=request.today)
        if run and ledger
        else [],
        "members": member_lines(registry.members(scope, household_ref), on=request.today),
        "facts": attribute_facts(found),
        "steps": _steps(request, open_case, alert, history, due),
        "open_case": open_case,
        "cases": case_lines(scope, household_ref) if scope.can(SEE_CASE) else [],
        "episodes": episode_lines(scope, household_ref) if scope.can(SEE_CASE) else [],
        "measures": lines,
        "help": help_of(request, found, [line.measure for line in lines]) if is_followed else None,
        "contact": followup.contact(scope, household_ref, on=request.today),
        "story": story_of(scope, household_ref, alerts=of_household) if scope.can(SEE_CASE) else [],
        "acts": _acts(request, household_ref, open_case),
        "may_see_audit": scope.can(SEE_AUDIT),
        "end_reasons": _end_reasons()
        if alert and alert.state == AlertState.OPEN and scope.can(END_ALERT) and open_case is None
        else [],
        "run": run,
        "may_see_feeds": scope.can(SEE_FEEDS),
        "may_decide_links": scope.can(DECIDE_LINKS),
        "deaths": _deaths(scope, found, alerts.latest_run()),
        "registrations": _registrations(scope, found, alerts.latest_run()),
    }
    return render(request, "console/household.html", context)


@opens(END_ALERT)
@require_POST
def end(request: ConsoleRequest, alert_no: str) -> HttpResponse:
    """Ends an alert with a reason. Raises Http404 outside the scope; a refusal is told as a page."""
    reasons = [code for code, _ in _end_reasons()]
    try:
        ended = end_alert(
            alert_no=alert_no,
            by=request.scope,
            at=request.at,
            reason=request.POST.get("reason", ""),
            reasons=reasons,
        )
    except Alert.DoesNotExist:
        raise Http404 from None
    except ProblemError as error:
        return refused(request, error.problems[0])
    return on_to("household", ended.household_id, done=END_ALERT)


def _deaths(scope: Scope, found: Household, run: Run | None) -> list[ConflictLine]:
    """Members whom one office reports dead and another contradicts, until someone has answered."""
    if run is None:
        return []
    folder = home().runs / run.folder
    conflicts = conflicts_of_household(run_folder=folder, household_ref=found.household_ref)
    return [one for one in conflict_lines(scope, conflicts, run_folder=folder) if one.waits]


def _registrations(scope: Scope, found: Household, run: Run | None) -> list[RegistrationLine]:
    """Where the household and another office's grouping of people differ, as the latest run knew."""
    if run is None:
        return []
    listed = registrations_of_household(
        run_folder=home().runs / run.folder, household_ref=found.household_ref
    )
    return registration_lines(scope, found, listed)


def _open_case(request: ConsoleRequest, household_ref: int) -> Case | None:
    """The household's case under way, if the role may see cases."""
    if not request.scope.can(SEE_CASE):
        return None
    found = cases.cases_of_household(request.scope, household_ref)
    return found[0] if found and found[0].state == CaseState.OPEN else None


def _steps(
    request: ConsoleRequest,
    open_case: Case | None,
    alert: Alert | None,
    history: Sequence[MonthOfReasons],
    due: Due | None,
) -> list[StepLine] | list[Step]:
    """Of the case under way; before one, what happened to the alert and what comes next."""
    if open_case is not None:
        desk = Desk(installation_pack(), open_case, request.scope, request.at, request.today)
        return step_lines(desk)
    return steps_of(alert=alert, history=history, due=due) if alert else []


def _acts(
    request: ConsoleRequest, household_ref: int, open_case: Case | None
) -> list[tuple[str, str]]:
    """(act, title) of what the official may begin for this household."""
    pack, scope = installation_pack(), request.scope
    episodes = cases.episodes_of_household(scope, household_ref)
    latest = episodes[0].state if episodes else ""
    possible = ["report_clue"]
    if latest == EpisodeState.MONITORED and open_case is None:
        possible.append("propose_elimination")
    if latest == EpisodeState.ELIMINATED:
        possible.append("roll_back_elimination")
    return [
        (act, said(pack.words[f"act.{act}"].title))
        for act in possible
        if scope.can(act) and scope.can(SEE_CASE) and f"act.{act}" in pack.words
    ]


def _end_reasons() -> list[tuple[str, Words]]:
    words = installation_pack().words
    return [(code, word.title) for code, word in words.items() if code.startswith(END_REASONS)]


def _months(scope: Scope, household_ref: int, *, run: Run | None) -> dict[int, dict[str, str]]:
    """Month -> item -> amount: copied with the alert, or else read from the run's own ledger."""
    copied = {row.month: row.amounts for row in registry.months(scope, household_ref)}
    folder = home().runs / run.folder if run else None
    if copied or folder is None or not folder.exists():
        return copied
    return months_of_household(
        home=home(),
        pack=installation_pack(),
        run_folder=folder,
        household_ref=household_ref,
    )


@opens(SEE_HOUSEHOLD)
@require_safe
def households(request: ConsoleRequest) -> HttpResponse:
    """Find a household by its head's name, its number, an alert's number or its village; else list all."""
    division, scope = chosen_division(request)
    text = request.GET.get("q", "").strip()
    following = ""
    if text:
        found = alerts.search(scope, text, limit=PAGE)
    else:
        found = listed_households(scope, after=request.GET.get("after", ""), limit=PAGE + 1)
        following = found[PAGE - 1].household.household_no if len(found) > PAGE else ""
        found = found[:PAGE]
    paths = divisions.paths(one.household.division for one in found)
    places = divisions_named(scope, text, limit=SHOWN_PLACES)
    context = {
        "division": division,
        "text": text,
        "places": [(one, divisions.path(one.code)[-2:]) for one in places],
        "lines": [
            (
                one.household,
                paths[one.household.division][-2:],
                severity_of(one.alert.severity) if one.alert else None,
                one.alert,
            )
            for one in found
        ],
        "count": registry.count(scope),
        "following": following,
        "is_cut": bool(text) and len(found) >= PAGE,
    }
    return render(request, "console/households.html", context)
