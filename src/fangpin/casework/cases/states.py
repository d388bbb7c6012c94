"""The states of a case and of a time in monitoring, and what each act may do, as literal tables.

`tests/casework/test_no_path_to_less_help.py` reads these tables: no row leads from an alert, a
score or a conflict of data to less help without a human act with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import models


class CaseState(models.TextChoices):
    """open: officials are at work on it; ended: an official's act ended it."""

    OPEN = "open"
    ENDED = "ended"


class EpisodeState(models.TextChoices):
    """monitored: help is owed; eliminated: the risk has gone, by a decision."""

    MONITORED = "monitored"
    ELIMINATED = "eliminated"


Opens = Literal["step", "within", "exit", "any"]


@dataclass(frozen=True, slots=True)
class ActRule:
    """How one act meets the procedure.

    opens: `step` completes the open step that names it; `within` is done while the step of `of` is
    open; `exit` ends the case by an exit of the procedure; `any` only needs an open case.
    lessens_help: it can end, lower or refuse help, so it needs a human and a reason.
    """

    opens: Opens
    of: tuple[str, ...] = ()
    lessens_help: bool = False
    needs_reason: bool = False
    permission: str = ""
    """Where it is not the act's own: whoever may do that act may do this one."""
    after_end: bool = False
    """Also done once an exit has ended the case, where the procedure has its step."""


ACTS: dict[str, ActRule] = {
    "assign": ActRule("step"),
    "record_visit": ActRule("step"),
    "supplement_visit": ActRule("any", permission="record_visit"),
    "record_consent": ActRule("step"),
    "request_comparison": ActRule("within", ("close_comparison",)),
    "answer_comparison": ActRule("within", ("close_comparison",)),
    "reply_to_counter_evidence": ActRule("within", ("close_comparison",)),
    "close_comparison": ActRule("step"),
    "hold_deliberation": ActRule("step"),
    "post_notice": ActRule("step"),
    "record_objection": ActRule("within", ("end_notice",)),
    "answer_objection": ActRule("within", ("end_notice", "review_at_township")),
    "end_notice": ActRule("step"),
    "review_at_township": ActRule("step"),
    "approve_at_county": ActRule("step"),
    "announce": ActRule("step"),
    "tell_applicant": ActRule("step", after_end=True),
    "make_plan": ActRule("step"),
    "deliver_measure": ActRule("step"),
    "return_for_correction": ActRule("any", needs_reason=True),
    "open_green_channel": ActRule("any", needs_reason=True),
    "find_not_at_risk": ActRule("exit", lessens_help=True, needs_reason=True),
    "refuse": ActRule("exit", lessens_help=True, needs_reason=True),
    "withdraw": ActRule("exit", lessens_help=True, needs_reason=True),
    "keep_in_monitoring": ActRule("exit", needs_reason=True),
}
"""Every act on a case by its code; the procedure of the pack says which steps and exits there are."""

REASONS: dict[str, str] = {
    "return_for_correction": "reason.return",
    "roll_back_elimination": "reason.rollback",
    "stop_measure": "reason.stop",
}
"""Acts whose reasons are words of the pack under this code; exits name theirs in the procedure."""

OUTCOME_OF_KIND = {"identification": "identified", "elimination": "eliminated"}
"""What the approval of a case of a kind decides."""
