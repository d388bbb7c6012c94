"""What a household owes to linkage, and taking a wrong merge apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import EvidenceRow
from fangpin.casework.audit import actions as audit
from fangpin.casework.cases.turns import case_numbers
from fangpin.casework.claims import queries as claims
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.queries import names_of
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household, Member
from fangpin.linkage.decisions import Decision, all_decisions, standing
from fangpin.linkage.review.split import RestingRow, row_of_number
from fangpin.runs.acts.links import DECIDE_LINKS, split_claim, split_fact, standing_against
from fangpin.runs.acts.references import references_of_household
from fangpin.runs.parts.linked_rows import Link, link_of, links_of_household
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.base import told
from fangpin.web.console.done import on_to
from fangpin.web.console.feeds import home, known_arrivals
from fangpin.web.console.pairs import (
    STEPS,
    alerts_of_rows,
    feed_title,
    feed_titles,
    months_said,
    pair_lines,
    percent,
    row_lines,
)
from fangpin.web.console.views.links import REASONS
from fangpin.web.ground.access import SEE_FEEDS, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

SHOWN_CITED = 60


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One claim that stands with a member."""

    claim_ref: int
    person_ref: int
    name: str
    feeds: str
    count_of_rows: int
    months: str
    step: str
    chance: str
    count_of_alerts: int


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision in force on a member."""

    decision: Decision
    name: str
    words: str
    of: str
    by: str
    is_counted: bool
    """The latest run knew it already."""


@opens(DECIDE_LINKS)
@require_safe
def household_links(request: ConsoleRequest, household_ref: int) -> HttpResponse:
    """What linkage gave to a household's members, and what officials decided of it.

    Raises Http404 outside the scope. Opening it is on the record.
    """
    household = _household(request, household_ref)
    members = registry.members(request.scope, household_ref)
    names = {one.person_ref: one.name for one in members}
    lived = references_of_household(home=home(), household_ref=household_ref)
    audit.record(
        act="view_links",
        official=request.scope,
        subject_kind="household",
        subject=str(household_ref),
        division=household.division,
        at=request.at,
    )
    run = alerts.latest_run()
    folder = _run_folder()
    found = links_of_household(run_folder=folder, household_ref=household_ref) if folder else []
    context = _of_household(request, household) | {
        "links": [_link_line(request, one, names) for one in found],
        "cited": [
            (row, feed_title(row.feed))
            for row in claims.cited_rows(request.scope, household_ref, limit=SHOWN_CITED)
            if _is_person_row(row)
        ],
        "pairs": pair_lines(claims.of_household(request.scope, household_ref)),
        "decisions": _decisions(names, lived, run.as_of if run else None),
        "run": run,
    }
    return render(request, "console/household_links.html", context)


@opens(DECIDE_LINKS)
@require_http_methods(["GET", "HEAD", "POST"])
def split_of_claim(
    request: ConsoleRequest, household_ref: int, claim_ref: int, person_ref: int
) -> HttpResponse:
    """What rests on a claim that a run gave to a member; posted, they are parted.

    Raises Http404 outside the scope, or where the latest run gave this person no such claim.
    """
    household = _household(request, household_ref)
    member = _member_of(request, household_ref, person_ref)
    folder = _run_folder()
    found = (
        link_of(run_folder=folder, claim_ref=claim_ref, person_ref=person_ref) if folder else None
    )
    if found is None:
        raise Http404
    refused, status = "", 200
    if request.method == "POST":
        try:
            split_claim(
                home=home(),
                claim_ref=claim_ref,
                person_ref=person_ref,
                rows=len(found.rows),
                by=request.scope,
                at=request.at,
                reason=request.POST.get("reason", "").strip(),
            )
            return on_to("household-links", household_ref, done="link_split")
        except ProblemError as error:
            refused, status = told(error.problems[0]), 409
    context = (
        _of_household(request, household)
        | _resting(request, found.rows)
        | {
            "name": member.name,
            "how": gettext(STEPS.get(found.step, found.step)),
            "chance": percent(found.chance) if found.step == "model" else "",
            "refused": refused,
            "said_before": standing_against(home(), person_ref, claim_ref=claim_ref),
            "action": reverse("split-claim", args=(household_ref, claim_ref, person_ref)),
        }
    )
    return render(request, "console/split.html", context, status=status)


@opens(DECIDE_LINKS)
@require_http_methods(["GET", "HEAD", "POST"])
def split_of_row(
    request: ConsoleRequest, household_ref: int, feed: str, delivery: str, row_no: int
) -> HttpResponse:
    """What rests on one row that its number joined to a member; posted, it is taken away.

    Raises Http404 outside the scope, and for a row that is none of this household's.
    """
    household = _household(request, household_ref)
    row = row_of_number(
        arrivals=known_arrivals(request.today), feed=feed, delivery=delivery, row_no=row_no
    )
    names = {one.person_ref: one.name for one in registry.members(request.scope, household_ref)}
    lived = references_of_household(home=home(), household_ref=household_ref)
    if row is None or not (
        row.person_ref in names or row.person_ref in lived or _cites(request, household_ref, row)
    ):
        raise Http404
    person_ref = lived.get(row.person_ref, row.person_ref)
    refused, status = "", 200
    if request.method == "POST":
        try:
            split_fact(
                home=home(),
                row=row,
                household_ref=household_ref,
                by=request.scope,
                at=request.at,
                reason=request.POST.get("reason", "").strip(),
                belongs_to=_belongs_to(request, names, person_ref),
            )
            return on_to("household-links", household_ref, done="link_split")
        except ProblemError as error:
            refused, status = told(error.problems[0]), 409
    context = (
        _of_household(request, household)
        | _resting(request, [row])
        | {
            "name": names.get(person_ref, gettext("已不在名册的人")),
            "how": gettext(STEPS["number"]),
            "chance": "",
            "refused": refused,
            "said_before": standing_against(
                home(), row.person_ref, feed=feed, delivery=delivery, row_no=row_no
            ),
            "others": [(one, name) for one, name in names.items() if one != person_ref],
            "action": reverse("split-row", args=(household_ref, feed, delivery, row_no)),
        }
    )
    return render(request, "console/split.html", context, status=status)


def _household(request: ConsoleRequest, household_ref: int) -> Household:
    try:
        return registry.household(request.scope, household_ref)
    except (Household.DoesNotExist, OverflowError):
        raise Http404 from None


def _member_of(request: ConsoleRequest, household_ref: int, person_ref: int) -> Member:
    try:
        member = registry.member(request.scope, person_ref)
    except (Member.DoesNotExist, OverflowError):
        raise Http404 from None
    if member.household_id != household_ref:
        raise Http404
    return member


def _of_household(request: ConsoleRequest, household: Household) -> dict[str, Any]:
    path = divisions.path(household.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    words = installation_pack().words
    return {
        "household": household,
        "path": path,
        "reason": request.POST.get("reason", ""),
        "reasons": [said(word.title) for code, word in words.items() if code.startswith(REASONS)],
        "may_see_feeds": request.scope.can(SEE_FEEDS),
    }


def _resting(request: ConsoleRequest, rows: Sequence[RestingRow]) -> dict[str, Any]:
    told_rows = [(row.feed, row.delivery, row.row_no, int(Month.parse(row.month))) for row in rows]
    citing = alerts_of_rows(request.scope, told_rows)
    cases = case_numbers(request.scope, [alert.pk for alert in citing])
    return {
        "rows": row_lines(told_rows),
        "months": months_said([row[3] for row in told_rows]),
        "alerts": [(alert, cases.get(alert.pk, "")) for alert in citing],
        "count_of_cases": len(set(cases.values())),
    }


def _link_line(request: ConsoleRequest, link: Link, names: dict[int, str]) -> LinkLine:
    rows = [(row.feed, row.delivery, row.row_no) for row in link.rows]
    return LinkLine(
        claim_ref=link.claim_ref,
        person_ref=link.person_ref,
        name=names.get(link.person_ref, gettext("已不在名册的人")),
        feeds=feed_titles(sorted({row.feed for row in link.rows})),
        count_of_rows=len(link.rows),
        months=months_said([int(Month.parse(row.month)) for row in link.rows]),
        step=gettext(STEPS.get(link.step, link.step)),
        chance=percent(link.chance) if link.step == "model" else "",
        count_of_alerts=len(claims.alerts_resting_on(request.scope, rows)),
    )


def _decisions(names: dict[int, str], lived: dict[int, int], as_of: Any) -> list[DecisionLine]:
    """Decisions in force that took something from a member or gave it, the latest first.

    `lived` is reference -> person of now, of all whose rows count here or did last.
    """
    kinds = {
        "same": gettext("归给这个人"),
        "different": gettext("与这个人拆开"),
        "unknown": gettext("无法判断"),
    }
    found = [
        one
        for one in standing(all_decisions(home()))
        if (one.person_ref in names or one.person_ref in lived) and one.kind in kinds
    ]
    left = gettext("已不在名册的人")
    officials = names_of({one.by for one in found})
    return [
        DecisionLine(
            decision=one,
            name=names.get(lived.get(one.person_ref or 0, one.person_ref or 0), left),
            words=kinds[one.kind],
            of=gettext("%(feed)s %(delivery)s 第 %(row)s 行")
            % {"feed": feed_title(one.feed), "delivery": one.delivery, "row": one.row_no}
            if one.feed
            else gettext("待归人的数据"),
            by=officials.get(one.by, one.by),
            is_counted=as_of is not None and one.at.date() <= as_of,
        )
        for one in reversed(found)
    ]


def _belongs_to(request: ConsoleRequest, names: dict[int, str], now: int) -> int | None:
    """The member that was chosen; None where nobody knows whose it is. Raises Http404 for another."""
    text = request.POST.get("belongs_to", "")
    if not text:
        return None
    if not text.isdigit() or int(text) not in names or int(text) == now:
        raise Http404
    return int(text)


def _is_person_row(row: EvidenceRow) -> bool:
    contract = installation_pack().contracts.get(row.feed)
    return contract is not None and contract.subject == "person"


def _run_folder() -> Path | None:
    run = alerts.latest_run()
    return home().runs / run.folder if run else None


def _cites(request: ConsoleRequest, household_ref: int, row: RestingRow) -> bool:
    """Whether an alert of the household cites a row: its person may have left since."""
    found = claims.alerts_resting_on(request.scope, [(row.feed, row.delivery, row.row_no)])
    return any(one.household_id == household_ref for one in found)
