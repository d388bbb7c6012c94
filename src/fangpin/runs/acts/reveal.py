"""Showing a full identity number: a reason first, then the record, then the number."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import datetime

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.lake.home import Home
from fangpin.lake.vault import identity_number
from fangpin.values.problem import Problem, ProblemError
from fangpin.values.text import normalise

REVEAL_IDENTITY = "reveal_identity"
"""The permission, and the act's name in the audit trail."""
REVEAL_REASONS = "reveal."
"""The pack's words that begin so are the reasons for which a number may be shown."""
NOTE_CHARACTERS = 200
_A_NUMBER = re.compile(r"\d[\d \-]{9,}")


def reveal_identity(
    *,
    person_ref: int,
    by: Scope,
    at: datetime,
    reason: str,
    reasons: Container[str],
    home: Home,
    note: str = "",
) -> str:
    """The full identity number of a member of a household in the scope.

    The audit entry is committed before the vault is opened: whatever happens afterwards, the look
    is on the record. `reasons` are the pack's words. Raises Member.DoesNotExist outside the scope;
    ProblemError ACT_NOT_PERMITTED, REVEAL_REASON_UNKNOWN, REVEAL_NOTE or IDENTITY_UNKNOWN.
    """
    member = registry.member(by, person_ref)
    note = note.strip()
    _refuse(by=by, person_ref=person_ref, reason=reason, reasons=reasons, note=note)
    with transaction.atomic(durable=True):
        record(
            act=REVEAL_IDENTITY,
            official=by,
            subject_kind="person",
            subject=str(person_ref),
            division=member.household.division,
            at=at,
            detail={"reason": reason, **({"note": note} if note else {})},
        )
    number = identity_number(home=home, person_ref=person_ref)
    if number is None:
        raise ProblemError(
            Problem(
                code="IDENTITY_UNKNOWN",
                where=f"person {person_ref}",
                zh="身份库里没有这个人的证件号码。",
                en="The vault holds no identity number of this person.",
                fix_zh="请向报送名册的部门核实。",
                fix_en="Ask the department that sends the registry.",
            )
        )
    return number


def _refuse(*, by: Scope, person_ref: int, reason: str, reasons: Container[str], note: str) -> None:
    where = f"person {person_ref}"
    if not by.can(REVEAL_IDENTITY):
        raise ProblemError(
            Problem(
                code="ACT_NOT_PERMITTED",
                where=where,
                zh="您的岗位不能办理这件事。",
                en="Your post may not do this.",
                fix_zh="请交给有此权限的岗位办理。",
                fix_en="Hand it to a post that may.",
            )
        )
    if not reason.startswith(REVEAL_REASONS) or reason not in reasons:
        raise ProblemError(
            Problem(
                code="REVEAL_REASON_UNKNOWN",
                where=where,
                zh="查看完整证件号码须先从清单中选择理由。",
                en="A reason of the list must be chosen before a full identity number is shown.",
                fix_zh="请从清单中选择一个理由。",
                fix_en="Choose a reason of the list.",
            )
        )
    if len(note) > NOTE_CHARACTERS or _A_NUMBER.search(normalise(note)):
        raise ProblemError(
            Problem(
                code="REVEAL_NOTE",
                where=where,
                zh=f"说明不能超过 {NOTE_CHARACTERS} 字，也不能写证件、电话或账户号码。",
                en=f"The note may hold {NOTE_CHARACTERS} characters and no number of a person, "
                "telephone or account.",
                fix_zh="请改短，或去掉号码。",
                fix_en="Shorten it, or leave the number out.",
            )
        )
