"""One act of a history about to be done, and what an ordinary one would say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import words_under
from fangpin.casework.officials.scope import Scope
from fangpin.policy.models.histories import HistoryEntry
from fangpin.runs.cases.histories.stage import Stage


@dataclass(frozen=True, slots=True)
class Play:
    """One act about to be done: what the case file says of it, by whom, when."""

    stage: Stage
    entry: HistoryEntry
    by: Scope
    at: datetime

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def case_no(self) -> str:
        """The case that the act is about. Raises ProblemError NO_CASE before the first."""
        case = self.stage.latest_case()
        if case is None:
            raise refusals.refusal(
                "NO_CASE",
                "history",
                zh="这一户还没有件。",
                en="The household has no case yet.",
                fix_zh="请先登记线索。",
                fix_en="Record a clue first.",
            )
        return case.case_no

    def of_case(self) -> dict[str, Any]:
        """What every act on a case is given."""
        return {
            "pack": self.stage.pack,
            "case_no": self.case_no,
            "by": self.by,
            "at": self.at,
        }

    def of_household(self) -> dict[str, Any]:
        """What every act on a household is given."""
        return {
            "pack": self.stage.pack,
            "household_ref": self.stage.household.pk,
            "by": self.by,
            "at": self.at,
        }

    def reason(self, prefix: str) -> str:
        """The reason written, else the first of the pack's words under a prefix."""
        if self.entry.reason is not None:
            return self.entry.reason
        return next(iter(words_under(self.stage.pack, prefix)), "")


def causes_of_clues(stage: Stage) -> list[str]:
    """The causes that the clues named, else the first of the pack that needs no note."""
    case = stage.latest_case()
    named = [clue.cause for clue in case.clues.order_by("on", "id") if clue.cause] if case else []
    plain = [code for code, cause in stage.pack.causes.items() if not cause.note_required]
    return list(dict.fromkeys(named)) or plain[:1]
