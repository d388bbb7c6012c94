"""Whom rows are about: the queue of doubtful pairs, one pair, and taking a decision back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.audit import actions as audit
from fangpin.casework.claims import queries as claims
from fangpin.casework.claims.models import DECIDED, Candidate, CandidateState
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.queries import names_of
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household, Member
from fangpin.runs.acts.links import DECIDE_LINKS, decide_candidate, undo_decision
from fangpin.runs.acts.reveal import REVEAL_IDENTITY, REVEAL_REASONS, reveal_identity
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.base import told
from fangpin.web.console.feeds import home
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.pairs import (
    SHOWN_ROWS,
    alerts_of_rows,
    field_lines,
    months_said,
    pair_lines,
    parts_of,
    percent,
    row_lines,
    state_words,
    waterfall,
    why_doubtful,
)
from fangpin.web.console.views.errors import refused
from fangpin.web.ground.access import SEE_FEEDS, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

PAGE, LATEST = 50, 12
REASONS = "link_reason."
"""The pack's words that begin so are offered as reasons; any other may be written."""


@opens(DECIDE_LINKS)
@require_safe
def links(request: ConsoleRequest) -> HttpResponse:
    """The pairs that wait, in the order in which they are worked off; then the latest decisions."""
    division, scope = chosen_division(request)
    offset = _offset(request)
    page = claims.waiting(scope, limit=PAGE, offset=offset)
    decided = claims.decided(scope, limit=LATEST)
    names = names_of({one.decided_by for one in decided})
    context = {
        "division": division,
        "lines": pair_lines(page.candidates),
        "count": claims.count_of_waiting(scope),
        "capped": claims.CAPPED,
        "offset": offset,
        "next": offset + PAGE if page.has_more else None,
        "decided": [
            (line, names.get(line.candidate.decided_by, line.candidate.decided_by))
            for line in pair_lines(decided)
        ],
        "run": alerts.latest_run(),
        "saved": _saved(request),
    }
    return render(request, "console/links.html", context)


@opens(DECIDE_LINKS)
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: ConsoleRequest, claim_ref: int, person_ref: int) -> HttpResponse:
    """One pair, side by side; posted, it is decided, or the person's number is shown.

    Raises Http404 outside the scope. Opening it is on the record.
    """
    candidate = _candidate(request, claim_ref, person_ref)
    more: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            if "show" in request.POST:
                more["number"] = _reveal(request, person_ref)
            else:
                decide_candidate(
                    home=home(),
                    kind=_kind(request),
                    claim_ref=claim_ref,
                    person_ref=person_ref,
                    by=request.scope,
                    at=request.at,
                    reason=request.POST.get("reason", "").strip(),
                )
                return _go_on(request, candidate)
        except ProblemError as error:
            more["refused"] = told(error.problems[0])
            more["reason"] = request.POST.get("reason", "")
            status = 409
            candidate = _candidate(request, claim_ref, person_ref)
        except Member.DoesNotExist:
            raise Http404 from None
    else:
        audit.record(
            act="view_link",
            official=request.scope,
            subject_kind="claim",
            subject=str(claim_ref),
            division=candidate.division,
            at=request.at,
            detail={"person_ref": str(person_ref)},
        )
    return render(request, "console/link.html", _pair(request, candidate) | more, status=status)


@opens(DECIDE_LINKS)
@require_POST
def undo(request: ConsoleRequest, decision: str) -> HttpResponse:
    """Takes a decision back. Raises Http404 outside the scope; a refusal is told as a page."""
    try:
        undo_decision(
            home=home(),
            decision=decision,
            by=request.scope,
            at=request.at,
            reason=request.POST.get("reason", "").strip(),
        )
    except Candidate.DoesNotExist:
        raise Http404 from None
    except ProblemError as error:
        return refused(request, error.problems[0])
    back = request.POST.get("back", "")
    allowed = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if allowed and back.startswith("/") else reverse("links"))


def _pair(request: ConsoleRequest, candidate: Candidate) -> dict[str, Any]:
    scope = request.scope
    path = divisions.path(candidate.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    household = _household(request, candidate)
    following = claims.following(scope, candidate)
    parts = parts_of(candidate)
    words = installation_pack().words
    rows = row_lines(candidate.rows)
    is_decided = candidate.state in DECIDED
    by = names_of({candidate.decided_by}).get(candidate.decided_by, candidate.decided_by)
    return {
        "pair": candidate,
        "state": state_words(candidate),
        "is_open": candidate.state == CandidateState.OPEN,
        "is_decided": is_decided,
        "decided_by": by if is_decided else "",
        "fields": field_lines(candidate),
        "why": why_doubtful(candidate),
        "chance": percent(candidate.chance),
        "chart": waterfall(candidate),
        "parts": parts,
        "others": [
            line
            for line in pair_lines(claims.of_claim(scope, candidate.claim_ref))
            if line.candidate.pk != candidate.pk
        ],
        "path": path,
        "household": household,
        "member": _member(request, candidate),
        "rows": rows[:SHOWN_ROWS],
        "more_rows": rows[SHOWN_ROWS:],
        "months": months_said([row.month for row in rows]),
        "alerts": alerts_of_rows(scope, candidate.rows),
        "alerts_of_household": alerts.alerts_of_household(scope, household.household_ref)[:5]
        if household
        else [],
        "next": following,
        "reasons": [said(word.title) for code, word in words.items() if code.startswith(REASONS)],
        "reveal_reasons": [
            (code, word.title) for code, word in words.items() if code.startswith(REVEAL_REASONS)
        ]
        if scope.can(REVEAL_IDENTITY)
        else [],
        "may_see_feeds": scope.can(SEE_FEEDS),
        "run": alerts.latest_run(),
        "saved": _saved(request),
    }


def _candidate(request: ConsoleRequest, claim_ref: int, person_ref: int) -> Candidate:
    try:
        return claims.candidate(request.scope, claim_ref=claim_ref, person_ref=person_ref)
    except (Candidate.DoesNotExist, OverflowError):
        raise Http404 from None


def _household(request: ConsoleRequest, candidate: Candidate) -> Household | None:
    if candidate.household_ref is None:
        return None
    try:
        return registry.household(request.scope, candidate.household_ref)
    except Household.DoesNotExist:
        return None


def _member(request: ConsoleRequest, candidate: Candidate) -> Member | None:
    """The person as the registry lists it today; None where it no longer does."""
    try:
        return registry.member(request.scope, candidate.person_ref)
    except Member.DoesNotExist:
        return None


def _kind(request: ConsoleRequest) -> Any:
    kind = request.POST.get("kind", "")
    if kind not in DECIDED:
        raise Http404
    return kind


def _reveal(request: ConsoleRequest, person_ref: int) -> str:
    words = installation_pack().words
    return reveal_identity(
        person_ref=person_ref,
        by=request.scope,
        at=request.at,
        reason=request.POST.get("why", ""),
        reasons=words,
        home=home(),
    )


def _go_on(request: ConsoleRequest, candidate: Candidate) -> HttpResponse:
    """To the next pair that waits, with a word on the one that was saved."""
    following = claims.following(request.scope, candidate)
    saved = urlencode({"saved": f"{candidate.claim_ref}.{candidate.person_ref}"})
    if following is None:
        return redirect(f"{reverse('links')}?{saved}")
    there = reverse("link", args=(following.claim_ref, following.person_ref))
    return redirect(f"{there}?{saved}")


def _saved(request: ConsoleRequest) -> tuple[Candidate, str] | None:
    """The pair that was decided a moment ago, if the address names one that the scope reaches."""
    claim_ref, _, person_ref = request.GET.get("saved", "").partition(".")
    if not (claim_ref.isdigit() and person_ref.isdigit() and len(claim_ref + person_ref) < 40):
        return None
    try:
        found = claims.candidate(
            request.scope, claim_ref=int(claim_ref), person_ref=int(person_ref)
        )
    except (Candidate.DoesNotExist, OverflowError):
        return None
    return (found, state_words(found)) if found.state in DECIDED else None


def _offset(request: ConsoleRequest) -> int:
    text = request.GET.get("from", "0")
    if not (text.isdigit() and len(text) < 7):
        raise Http404
    return int(text)
