"""What one official has before them of one case: where it stands, and what is theirs to do now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.utils.functional import cached_property

from fangpin.casework.cases import queries
from fangpin.casework.cases.assessment import Assessment, assess
from fangpin.casework.cases.models import Appeal, Case, CaseAct, Comparison, PublicNotice, Visit
from fangpin.casework.cases.progress import clocks_of, standing_of
from fangpin.casework.cases.states import ACTS, CaseState
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.policy.models.procedures import Procedure, Step
from fangpin.policy.procedure import ClockState, Standing, edition_of
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.clocks import ClockView, clock_views
from fangpin.web.ground.words import listed, said

COMPARISON = "close_comparison"
NOTICE_END = "end_notice"


@dataclass(frozen=True, slots=True)
class Task:
    """One act that the official may do now.

    now: it completes an open step, or is what the step waits for; also: done within a step; aside:
    it leaves the procedure or stands beside it.
    """

    act: str
    title: str
    group: Literal["now", "also", "aside"]


@dataclass
class Desk:
    """One case before one official on one moment; what it reads, it reads once."""

    pack: Pack
    case: Case
    scope: Scope
    at: datetime
    today: date
    tasks: list[Task] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tasks = list(_tasks(self))

    @cached_property
    def procedure(self) -> Procedure:
        return edition_of(
            self.pack, procedure=self.case.procedure, from_date=self.case.procedure_from
        )

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.pack, self.case)

    @cached_property
    def clock_states(self) -> tuple[ClockState, ...]:
        return clocks_of(self.pack, self.case, on=self.today)

    @cached_property
    def clocks(self) -> list[ClockView]:
        return clock_views(self.clock_states)

    @cached_property
    def log(self) -> list[CaseAct]:
        return queries.log(self.scope, self.case)

    @cached_property
    def comparisons(self) -> list[Comparison]:
        return queries.comparisons(self.scope, self.case)

    @cached_property
    def visit(self) -> Visit | None:
        return queries.visit(self.scope, self.case)

    @cached_property
    def notice(self) -> PublicNotice | None:
        return queries.notice(self.scope, self.case)

    @cached_property
    def appeals(self) -> list[Appeal]:
        return queries.appeals(self.scope, case=self.case)

    @cached_property
    def figures(self) -> Assessment | None:
        """What the figures say; None where the pack states no parameter or calendar for the day."""
        try:
            return assess(self.pack, self.case, on=self.today)
        except ProblemError:
            return None

    @property
    def waiting_departments(self) -> list[Comparison]:
        """Departments that were asked and have not answered."""
        return [one for one in self.comparisons if not one.answer]

    @property
    def open_findings(self) -> list[tuple[Comparison, int, str, str]]:
        """(comparison, id, item, figure) of counter-evidence without a written answer."""
        return [
            (one, found.pk, found.item, found.figure)
            for one in self.comparisons
            for found in one.findings.all()
            if not found.is_superseded and not found.reply
        ]

    @property
    def open_objections(self) -> list[tuple[int, str]]:
        """(id, text) of objections to the standing notice without an answer."""
        if self.notice is None:
            return []
        return [
            (one.pk, one.text) for one in self.notice.objections.all() if one.answered_at is None
        ]

    @property
    def returns(self) -> list[Step]:
        """Earlier steps to which the official may return the case now."""
        codes = {
            code
            for step in self.standing.open
            if self.scope.role in step.by
            for code in step.may_return_to
            if code in self.standing.done
        }
        return [step for step in self.procedure.steps if step.step in codes]

    def task(self, act: str) -> Task | None:
        """The task of this act; None when it is not the official's to do now."""
        return next((one for one in self.tasks if one.act == act), None)

    @property
    def first(self) -> Task | None:
        """What the page opens with: the first task that moves the case on."""
        return next((one for one in self.tasks if one.group == "now"), None)

    def title_of(self, act: str) -> str:
        word = self.pack.words.get(f"act.{act}")
        return said(word.title) if word else act


def _tasks(desk: Desk) -> list[Task]:
    """Every act open to the official, what moves the case on first."""
    found: dict[str, Task] = {}

    def put(act: str, group: Literal["now", "also", "aside"]) -> None:
        if desk.scope.can(act):
            found.setdefault(act, Task(act, desk.title_of(act), group))

    if desk.case.state == CaseState.OPEN:
        mine = [step for step in _open_steps(desk) if desk.scope.role in step.by]
        for step in mine:
            if step.act == COMPARISON:
                put(_next_of_comparison(desk), "now")
            elif step.act == NOTICE_END:
                if desk.open_objections:
                    put("answer_objection", "now")
                elif desk.notice is not None and desk.at >= desk.notice.earliest_end:
                    put(step.act, "now")
            else:
                put(step.act, "now")
        _within(desk, put)
        if desk.returns:
            put("return_for_correction", "aside")
        green = desk.procedure.green_channel
        if green is not None and not desk.case.is_green and desk.scope.role in green.by:
            put("open_green_channel", "aside")
        for way in desk.standing.exits:
            if desk.scope.role in way.by:
                put(way.act, "aside")
    put("appeal", "aside")
    if any(one.answered_at is None for one in desk.appeals):
        put("answer_appeal", "now")
    return list(found.values())


def _open_steps(desk: Desk) -> list[Step]:
    steps = list(desk.standing.open)
    green = desk.procedure.green_channel
    if desk.case.is_green and green is not None and desk.scope.role in green.by:
        steps += [
            step
            for step in desk.procedure.steps
            if step.act in green.acts and step.step not in desk.standing.done and step not in steps
        ]
    return steps


def _next_of_comparison(desk: Desk) -> str:
    if not desk.comparisons:
        return "request_comparison"
    if desk.waiting_departments:
        return "answer_comparison"
    return COMPARISON


def _within(desk: Desk, put: object) -> None:
    """Acts done within open steps, as far as there is something to do them on."""
    assert callable(put)
    opened = {step.act for step in desk.standing.open}
    waiting = {
        "request_comparison": True,
        "answer_comparison": bool(desk.comparisons),
        "reply_to_counter_evidence": bool(desk.open_findings),
        "record_objection": desk.notice is not None,
        "answer_objection": bool(desk.open_objections),
    }
    for act, rule in ACTS.items():
        if rule.opens == "within" and opened & set(rule.of) and waiting.get(act, True):
            urgent = act == "reply_to_counter_evidence"
            put(act, "now" if urgent else "also")


def waiting_words(desk: Desk) -> list[tuple[str, str]]:
    """(step, who) of the open steps that wait for someone else."""
    found = []
    for step in desk.standing.open:
        if desk.scope.role in step.by and desk.scope.can(step.act):
            continue
        owners = [said(desk.pack.roles[role].title) for role in step.by if role in desk.pack.roles]
        found.append((said(step.title), listed(owners)))
    return found
