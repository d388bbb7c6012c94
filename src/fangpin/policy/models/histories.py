"""The shape of a case's history and of what is expected of casework on its day.

A history is a list of official acts; each is played through the very function that the console
calls. `DATA_OF_ACT` says which keys an act takes; docs/cases.md explains each.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from pydantic import Field

from fangpin.policy.models.nodes import Code, Node, Text

Moment = date | str
"""A day (ten in the morning is meant), or a quoted "2021-04-06 09:59"."""

TEN_IN_THE_MORNING = time(10)
_WRITTEN_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")


def read_moment(moment: Moment) -> datetime:
    """Day and hour of a moment, where the office stands. Raises ValueError when it is none."""
    if isinstance(moment, date):
        return datetime.combine(moment, TEN_IN_THE_MORNING)
    if not _WRITTEN_MOMENT.fullmatch(moment):
        raise ValueError(f"no moment: {moment}")
    return datetime.fromisoformat(moment)


class PlannedHelp(Node):
    """One measure of a plan in a history."""

    measure: Code
    person: int | None = None
    """Position among `persons` of the member it is for; the first is 0."""
    place: Text | None = None
    """A place of this name, which the household's village offers: the measure takes it."""
    from_date: date | None = Field(default=None, alias="from")
    until_date: date | None = Field(default=None, alias="until")
    monthly: Decimal | None = None
    reason: str | None = None


class HistoryEntry(Node):
    """One act of the history, or with `through` the standard way up to a step.

    `by` is a role of the pack; without it whoever may do the act does it. `refused` is the code of
    the Problem with which the act must be refused; the history then goes on without it.
    """

    act: Code | None = None
    through: Code | None = None
    at: Moment
    by: Code | None = None
    division: str | None = None
    """Where the acting official's post is held, if not over the household's own village."""
    refused: Text | None = None
    days: dict[Code, Moment] = {}
    """For `through`: step -> when it is done; others are done as soon as they may be."""

    channel: Code | None = None
    on: date | None = None
    cause: Code | None = None
    severity: Code | None = None
    category: Code | None = None
    verifiers: int | list[str] | None = None
    visited: Moment | None = None
    at_risk: bool | None = None
    severe: bool | None = None
    found: bool | None = None
    coping: Code | None = None
    causes: list[Code] | None = None
    judgement: str | None = None
    answers: dict[Code, Decimal | bool | str] = {}
    corrections: dict[Code, Decimal] = {}
    form: Code | None = None
    signed: date | None = None
    read_aloud: bool | None = None
    departments: list[Code] | None = None
    department: Code | None = None
    findings: dict[Code, Decimal | str] = {}
    item: Code | None = None
    reply: str | None = None
    body: Code | None = None
    held: date | None = None
    entitled: int | None = None
    attending: int | None = None
    count_for: int | None = Field(default=None, alias="for")
    count_against: int | None = Field(default=None, alias="against")
    abstained: int | None = None
    posted: Moment | None = None
    text: str | None = None
    answer: str | None = None
    upheld: bool | None = None
    opinion: str | None = None
    kind: Code | None = None
    natural_reason: Code | None = None
    to_step: Code | None = None
    reason: str | None = None
    note: str | None = None
    measures: list[Code | PlannedHelp] | None = None
    measure: Code | None = None
    amount: Decimal | None = None
    name: str | None = None
    situation: Code | None = None

    @property
    def given(self) -> set[str]:
        """The keys of the act's own data that are written, as they are written."""
        names = {"count_for": "for", "count_against": "against"}
        return {names.get(name, name) for name in self.model_fields_set} - COMMON_KEYS


COMMON_KEYS = {"act", "through", "at", "by", "division", "refused"}
_DECISION = ("opinion", "category", "causes", "kind", "natural_reason")
_EXIT = ("reason", "note")
_VISIT = (
    *("verifiers", "visited", "at_risk", "severe", "found", "coping", "causes", "judgement"),
    *("form", "answers", "corrections"),
)
DATA_OF_ACT: dict[str, tuple[str, ...]] = {
    "raise_alert": ("severity", "cause", "category"),
    "end_alert": ("reason",),
    "report_clue": ("channel", "on", "cause", "note"),
    "register_household": ("channel", "on", "cause", "note", "name"),
    "join_household": ("note",),
    "part_household": ("note",),
    "dispatch_alert": (),
    "assign": (),
    "record_visit": _VISIT,
    "supplement_visit": _VISIT,
    "record_consent": ("form", "signed", "read_aloud"),
    "request_comparison": ("departments",),
    "answer_comparison": ("department", "findings"),
    "reply_to_counter_evidence": ("item", "reply"),
    "close_comparison": (),
    "hold_deliberation": (
        *("body", "held", "entitled", "attending", "for", "against", "abstained", "opinion"),
    ),
    "post_notice": ("posted",),
    "record_objection": ("text",),
    "answer_objection": ("answer", "upheld"),
    "end_notice": (),
    "review_at_township": _DECISION,
    "approve_at_county": _DECISION,
    "announce": ("note",),
    "tell_applicant": ("note",),
    "make_plan": ("measures",),
    "amend_plan": ("measures",),
    "deliver_measure": ("measure", "on", "amount"),
    "stop_measure": ("measure", "on", "reason", "note"),
    "return_for_correction": ("to_step", "reason", "note"),
    "find_not_at_risk": _EXIT,
    "refuse": _EXIT,
    "withdraw": _EXIT,
    "keep_in_monitoring": _EXIT,
    "open_green_channel": ("cause", "reason"),
    "propose_elimination": (),
    "roll_back_elimination": ("reason", "note"),
    "name_contact": ("name",),
    "record_follow_up": ("situation", "visited", "note"),
    "record_supervision_visit": ("on", "note"),
    "appeal": ("text",),
    "answer_appeal": ("answer", "upheld"),
}
"""Act -> the keys of its own data."""

DATA_OF_THROUGH = (
    "days",
    "channel",
    "on",
    "category",
    "causes",
    "kind",
    "natural_reason",
    "severe",
)


class ExpectedClock(Node):
    """One clock of the latest case on the day of the case file."""

    state: Literal["waiting", "running", "paused", "overdue", "met", "late", "absent"] | None = None
    """absent: this procedure has no such clock for a case of this channel."""
    started: date | None = None
    deadline: date | None = None
    ended: date | None = None
    days: int | None = None
    days_left: int | None = None
    """Negative once overdue; working days where the clock counts so."""
    days_paused: int | None = None


class ExpectedCase(Node):
    """The latest case of the household. An empty text or `none` states that there is none of it."""

    state: Literal["open", "ended"] | None = None
    kind: Literal["identification", "elimination"] | None = None
    outcome: Code | None = None
    category: Code | None = None
    channel: Code | None = None
    step: Code | None = None
    """The first open step."""
    first_clue: date | None = None
    due: date | Literal["none"] | None = None
    overdue: bool | None = None
    is_green: bool | None = None
    clues: int | None = None
    reason: Code | None = None
    """For which the case was ended by an exit."""


class ExpectedDecision(Node):
    """The latest review or approval that stands."""

    category: Code | None = None
    suggested: Code | None = None
    causes: list[Code] | None = None
    line: Decimal | None = None
    income_per_head: Decimal | None = None


class ExpectedMonitored(Node):
    """The time in monitoring under way."""

    category: Code | None = None
    since: date | None = None
    causes: list[Code] | None = None
    rolled_back: date | None = None


class ExpectedEpisode(Node):
    """One time in monitoring, the earliest first; `ended: none` states that it goes on."""

    category: Code | None = None
    since: date | None = None
    ended: date | Literal["none"] | None = None
    kind: Code | None = None
    rolled_back: date | None = None


class ExpectedAlertState(Node):
    """The household's latest alert."""

    state: Literal["open", "ended"] | None = None
    reason: Code | None = None
    severity: Code | None = None
    due: date | None = None
    """The day by which its severity asks for a visit."""


class ExpectedDuty(Node):
    """One duty of the household on the day: whether it holds, and until when it was to be seen."""

    holds: bool
    last: date | None = None
    due: date | None = None


class ExpectedNotice(Node):
    """The household's line on the public sheet of the latest case."""

    head_name: str | None = None
    group: str | None = None
    members: int | None = None
    category: Code | None = None
    never: list[Text] = []
    """Texts of which none may stand anywhere on it: numbers, telephones, accounts, illnesses."""


class ExpectedCasework(Node):
    """What casework must say on `as_of`, after the history."""

    clocks: dict[Code, ExpectedClock] = {}
    open_acts: list[Code] = []
    """Each is tried with ordinary data and must be done; nothing of it stays."""
    closed_acts: list[Code] = []
    """Each is tried and must be refused, for whatever reason."""
    refused: dict[Code, Text] = {}
    """Act -> the code of the Problem with which it must be refused when it is tried."""
    open_steps: list[Code] | None = None
    """Exactly the steps that are open, in the procedure's order."""
    steps: list[Code] | None = None
    """Exactly the steps that are done and stand, in the order in which they were done."""
    case_: ExpectedCase | Literal["none"] | None = Field(default=None, alias="case")
    cases: int | None = None
    """How many cases the household has had."""
    decision: ExpectedDecision | Literal["none"] | None = None
    monitored: ExpectedMonitored | Literal["none"] | None = None
    episodes: list[ExpectedEpisode] | None = None
    overdue_severity: Code | None = None
    """The most urgent severity that an overdue clock shows the case in; `none`."""
    told: list[Code] | None = None
    """Exactly the roles that the escalation of overdue clocks has told by this day."""
    alert_state: ExpectedAlertState | Literal["none"] | None = None
    duties: dict[Code, ExpectedDuty] = {}
    notice: ExpectedNotice | None = None
    appeal_due: date | None = None
    """The day by which the latest appeal is answered."""

    @property
    def asks_of_casework(self) -> bool:
        """Whether anything is expected that only casework can answer."""
        return bool(self.model_fields_set & ExpectedCasework.model_fields.keys())
