"""The ways out of a procedure before its end: human acts with a reason of the pack's list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fangpin.casework.cases.gate import Turn, perform
from fangpin.casework.cases.models import CaseAct
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack


def find_not_at_risk(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    reason: str,
    note: str,
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Find, after a visit, that the household is not at risk; its alerts end with the case.

    The reason is the pack's, the note says in words what was seen. Raises also ProblemError
    TEXT_MISSING.
    """
    return _leave("find_not_at_risk", pack, case_no, by, at, reason, note, key, version)


def refuse(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    reason: str,
    note: str,
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Decide at the county not to identify, after the whole procedure. Raises TEXT_MISSING also."""
    return _leave("refuse", pack, case_no, by, at, reason, note, key, version)


def withdraw(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    reason: str,
    note: str,
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Record that the household itself took its application back. Raises TEXT_MISSING also."""
    return _leave("withdraw", pack, case_no, by, at, reason, note, key, version)


def keep_in_monitoring(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    reason: str,
    note: str,
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """End a proposed elimination: monitoring and help go on. Raises TEXT_MISSING also.

    A clue that came while it was under way and has no alert of its own opens a case of its own.
    """
    return _leave("keep_in_monitoring", pack, case_no, by, at, reason, note, key, version)


def _leave(
    act: str,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    reason: str,
    note: str,
    key: str,
    version: int | None,
) -> CaseAct:
    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        turn.said(note, zh="说明", en="What was found, in words")
        return {}

    return perform(
        act,
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        reason=reason,
        note=note,
        version=version,
        effect=effect,
    )
