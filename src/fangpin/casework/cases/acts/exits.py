"""The ways out of a procedure before its end: human acts with a reason of the pack's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fangpin.casework.cases.gate import Turn, perform
from fangpin.casework.cases.models import CaseAct
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack


@dataclass(frozen=True, slots=True)
class Leaving:
    """An act that ends a case by an exit of its procedure."""

    act: str

    def __call__(
        self,
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
        """End the case for a reason of the pack's list; the note says in words what was found.

        Raises also ProblemError TEXT_MISSING.
        """

        def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
            turn.said(note, zh="说明", en="What was found, in words")
            return {}

        return perform(
            self.act,
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


find_not_at_risk = Leaving("find_not_at_risk")
"""Find, after a visit, that the household is not at risk; its alerts end with the case."""

refuse = Leaving("refuse")
"""Decide at the county not to identify, after the whole procedure."""

withdraw = Leaving("withdraw")
"""Record that the household itself took its application back."""

keep_in_monitoring = Leaving("keep_in_monitoring")
"""End a proposed elimination: monitoring and help go on.

A clue that came while it was under way and has no alert of its own opens a case of its own.
"""
