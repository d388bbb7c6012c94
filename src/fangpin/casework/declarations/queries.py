"""Declarations: for officials within a scope, and for whoever holds the receipt."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Appeal, Attachment, CaseAct
from fangpin.casework.cases.progress import clocks_of
from fangpin.casework.declarations.models import Declaration, DeclarationState
from fangpin.casework.officials.asked import counted
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.joining import refs_of
from fangpin.policy import Pack
from fangpin.policy.procedure import ClockState

NEVER = "0" * 64
VIEW_DECLARATION = "view_declaration"
_MOST_LOOKS = 50
_AT_ONCE = 500
_IN_PERSON = ("record_visit", "tell_applicant")


@dataclass(frozen=True, slots=True)
class Look:
    """Someone opened the household's file or the declaration: a role and a day, no name."""

    on: datetime
    act: str
    role: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a household may know of its own declaration."""

    declaration: Declaration
    acts: tuple[CaseAct, ...]
    clocks: tuple[ClockState, ...]
    looks: tuple[Look, ...]
    appeals: tuple[Appeal, ...]


def waiting(scope: Scope) -> list[Declaration]:
    """Declarations whose household nobody has found yet, the oldest first."""
    return list(_waiting(scope).order_by("received_at", "id"))


def count_of_waiting(scope: Scope) -> int:
    """How many declarations of the scope wait for people."""
    return counted(_waiting, scope)


def declaration(scope: Scope, receipt_no: str) -> Declaration:
    """The declaration of a receipt. Raises Declaration.DoesNotExist outside the scope."""
    found = Declaration.objects.select_related("case__household")
    return within(found, scope).get(receipt_no=receipt_no)


def declarations(scope: Scope, *, limit: int = 100) -> list[Declaration]:
    """The latest declarations of the scope."""
    found = Declaration.objects.select_related("case__household")
    return list(within(found, scope).order_by("-received_at", "-id")[:limit])


def by_receipt(receipt_no: str, phone_digest: str) -> Declaration | None:
    """The declaration of a receipt, if the phone's last four fit; None for every other try.

    An unknown receipt costs the same comparison as a wrong phone.
    """
    found = Declaration.objects.filter(receipt_no=receipt_no).select_related("case").first()
    kept = found.phone_digest if found is not None else NEVER
    fits = hmac.compare_digest(kept, phone_digest)
    return found if fits and found is not None else None


def named_papers(names: Iterable[str]) -> set[str]:
    """Which of these contents an act or a declaration names: they stay."""
    asked = list(names)
    found: set[str] = set()
    for at in range(0, len(asked), _AT_ONCE):
        some = asked[at : at + _AT_ONCE]
        acts = Attachment.objects.filter(sha256__in=some).values_list("sha256", flat=True)
        rows = Declaration.objects.filter(paper_sha256__in=some)
        found |= {*acts, *rows.values_list("paper_sha256", flat=True)}
    return found


def has_been_met(declaration: Declaration) -> bool:
    """Whether officials have dealt with the declarant in person: they visited or told the applicant
    after the declaration, or someone said by hand whose it is.

    Until then a number that somebody wrote down proves nothing, and nothing of the household's file
    is told to whoever holds the receipt.
    """
    case = declaration.case
    if case is None:
        return False
    since = case.log.filter(act__in=_IN_PERSON, is_undone=False, at__gte=declaration.received_at)
    by_hand = AuditEntry.objects.filter(
        subject_kind="declaration",
        subject=declaration.receipt_no,
        act="attach_declaration",
        detail__by_hand=True,
    )
    return since.exists() or by_hand.exists()


def looks_at_declaration(declaration: Declaration) -> tuple[Look, ...]:
    """Who opened the declaration itself, the latest first.

    Only what no computer could place is opened by hand: to tell this before officials have met the
    declarant, or answered, would tell whether the number is in the registry.
    """
    return _looks("declaration", declaration.receipt_no, VIEW_DECLARATION)


def progress(declaration: Declaration, *, pack: Pack, on: date) -> Progress:
    """The steps, days left by law, looks at the file and appeals of a declaration's case."""
    case = declaration.case
    if case is None:
        return Progress(declaration, (), (), (), ())
    files = map(str, refs_of(case.household_id))
    looks = [look for one in files for look in _looks("household", one, "view_household")]
    return Progress(
        declaration,
        tuple(case.log.filter(is_undone=False).exclude(step="").order_by("seq")),
        clocks_of(pack, case, on=on),
        (*looks, *looks_at_declaration(declaration)),
        tuple(case.appeals.order_by("raised_at")),
    )


def _waiting(scope: Scope) -> QuerySet[Declaration]:
    return within(Declaration.objects.filter(state=DeclarationState.RECEIVED), scope)


def _looks(kind: str, subject: str, act: str) -> tuple[Look, ...]:
    found = AuditEntry.objects.filter(subject_kind=kind, subject=subject, act=act)
    return tuple(
        Look(one.at, one.act, str(one.detail.get("role", "")))
        for one in found.order_by("-at")[:_MOST_LOOKS]
    )
