"""Opening a case row: its number, its procedure's edition, its first clock."""

from __future__ import annotations

import base64
import hashlib
from datetime import date, datetime

from django.utils import timezone

from fangpin.casework.cases.models import Case
from fangpin.casework.cases.progress import refresh
from fangpin.casework.cases.states import CaseState
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.brought import bring_months_of
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.policy.procedure import procedure_of

_CROCKFORD = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)
"""None of its letters is mistaken for a digit when read out by telephone."""


def held_case_of(household: Household) -> Case | None:
    """The household's open case, held until the transaction ends, as an act on the case holds it."""
    open_ones = Case.objects.filter(household=household, state=CaseState.OPEN)
    while (case := open_ones.select_for_update().first()) is None:
        # One that was being ended when it was asked for may have left its clues to a new one.
        if not open_ones.exists():
            return None
    return case


def open_case(
    *,
    pack: Pack,
    household: Household,
    kind: str,
    channel: str,
    first_clue: date,
    by: Scope,
    at: datetime,
    severity: str = "",
    category: str = "",
) -> Case:
    """A new case under the procedure in force on the day of its first clue, with what the latest run
    knew of the household's months.

    Raises ProblemError NO_PROCEDURE. The caller holds the transaction and writes the audit entry.
    """
    procedure = procedure_of(pack, kind=kind, at=first_clue)
    ranks = {one.severity: one.rank for one in pack.severities}
    case = Case.objects.create(
        case_no=_number(household, first_clue),
        household=household,
        division=household.division,
        procedure=procedure.procedure,
        procedure_from=procedure.from_date,
        kind=kind,
        channel=channel,
        first_clue_date=first_clue,
        opened_at=at,
        opened_by=by.official,
        severity=severity,
        severity_rank=ranks.get(severity, 9),
        category=category,
    )
    bring_months_of(household.household_ref, pack=pack)
    refresh(pack, case, on=max(first_clue, timezone.localdate(at)), by=by, at=at)
    return case


def _number(household: Household, first_clue: date) -> str:
    """C, the year, and eight letters: the same household's next case has another number."""
    earlier = Case.objects.filter(household=household).count()
    content = f"{household.household_ref}:{earlier}:{first_clue}".encode()
    letters = base64.b32encode(hashlib.sha256(content).digest()[:5]).translate(_CROCKFORD)
    return f"C{first_clue:%y}-{letters.decode()}"
