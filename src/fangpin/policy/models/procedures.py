"""The shape of official procedure in a pack: steps, clocks, exits, forms and duties.

What the strict loader accepts and nothing else, like `lists.py` for rules and values. Every
figure stands in a parameter, so that it has a date, a place, a source and a status.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fangpin.policy.models.decisions import Dated
from fangpin.policy.models.nodes import Code, DottedCode, Node, Overlay, Sourced, Words

FIRST_CLUE = "first_clue"
"""The moment at which clocks of a case begin that start before any act: its earliest clue."""


class Escalation(Node):
    """Whom an overdue clock is told to, and how many days (a parameter) after its deadline."""

    role: Code
    after: DottedCode


class Clock(Node):
    """A time limit: from the first clue or an act until one of the acts that stop it.

    `days` names a parameter: its value on the day the clock starts, in the case's division.
    """

    clock: Code
    title: Words
    starts: Code
    ends: list[Code] = Field(min_length=1)
    days: DottedCode
    working_days: bool = False
    channels: list[Code] = []
    """Only for cases with a clue that came this way, from its day; empty: for all."""
    pauses: dict[Code, list[Code]] = {}
    """Act that stops the clock for a while -> the acts after which it runs on."""
    overdue: Code | None = None
    """The severity in which an overdue case is shown."""
    escalation: list[Escalation] = []


class Step(Node):
    """One step of a procedure: the act that completes it, whose it is, and what comes before.

    Steps without `after` are open from the start; several steps after the same one run side by
    side; a step after several waits for all of them.
    """

    step: Code
    title: Words
    act: Code
    by: list[Code] = Field(min_length=1)
    after: list[Code] = []
    channels: list[Code] = []
    """Only for cases with a clue that came this way; empty: for all."""
    optional: bool = False
    """It may be left out: what comes after it does not wait for it."""
    may_return_to: list[Code] = []
    """Earlier steps to which whoever owns this one may return the case for correction."""
    minimum: dict[Code, DottedCode] = {}
    """What the act must reach -> the parameter with the figure (verifiers, attended_share, ...)."""
    evidence: list[Code] = []
    """Kinds of attachment that the act must carry."""


class Exit(Node):
    """A way out of a procedure before its end, by a human act with a reason."""

    exit: Code
    title: Words
    act: Code
    by: list[Code] = Field(min_length=1)
    after: list[Code] = []
    """Steps that must be done first."""
    before: list[Code] = []
    """Steps that must not be done yet."""
    reasons: DottedCode
    """Words of the pack under this code are the reasons."""
    outcome: Code


class GreenChannel(Node):
    """Help first, procedure after: for these causes these acts are open at once."""

    causes: list[Code] = Field(min_length=1)
    acts: list[Code] = Field(min_length=1)
    by: list[Code] = Field(min_length=1)


class Procedure(Overlay, Sourced, Dated):
    """procedures/*.yaml: the way of a case, from its first clue to its end.

    kind: `identification` may begin a time in monitoring; `elimination` may end it.
    """

    procedure: Code
    title: Words
    kind: Literal["identification", "elimination"]
    continues: bool = False
    """In a child pack: the parent's editions stay in force until this one begins."""
    channels: list[Code] = Field(min_length=1)
    steps: list[Step] = Field(min_length=1)
    clocks: list[Clock] = []
    exits: list[Exit] = []
    green_channel: GreenChannel | None = None


class FormBlock(Node):
    """A part of a form; the visit has income, self-paid spending, difficulties, coping."""

    block: Code
    title: Words


class FormField(Node):
    """One question. It is asked only where the system lacks the answer or doubts it.

    `prefill` is an expression over what is known of the household: the system's value. `fact` is
    the name under which an answer, once established, is known to expressions.
    """

    field: Code
    title: Words
    block: Code
    type: Literal["truth", "amount", "count", "choice", "text", "date"]
    unit: str = ""
    choices: dict[Code, Words] = {}
    prefill: str | None = None
    ask: Literal["always", "unknown", "doubtful"] = "unknown"
    """always; unknown: when `prefill` has no value; doubtful: also when `doubtful_when` holds."""
    doubtful_when: str | None = None
    required: bool = False
    fact: Code | None = None
    gap: Code | None = None
    """Answered yes, this guarantee is lacking: a word of the pack, `guarantees.<gap>`."""
    holds: Literal["head_name", "address", "members", "phone", "identity"] | None = None
    """In the form of a household that no registry lists: what of the household the answer is."""
    hint: Words | None = None


class Form(Overlay, Sourced):
    """forms/*.yaml: what an act asks, the same on the console, the phone and as an XLSForm."""

    form: Code
    title: Words
    act: Code
    kind: Literal["identification", "elimination"] = "identification"
    """The kind of case whose act asks this form."""
    feed: DottedCode | None = None
    """The feed that carries the answers to the next run: its fields have the names of the form's."""
    version: int = Field(ge=1)
    blocks: list[FormBlock] = Field(min_length=1)
    fields: list[FormField] = Field(min_length=1)
    attachments: dict[Code, Words] = {}
    """Kind of attachment -> its name: photo, signature, paper."""


class VisitRhythm(Node):
    """How often a household of a category is visited by a role: `visits` every `months`."""

    category: Code
    role: Code
    visits: DottedCode
    months: DottedCode


class Duty(Overlay, Sourced):
    """duties.yaml: something that must stay true after help began, with the clock that proves it.

    `watches` says what restarts the clock; it lapses when nothing of the kind happened for `days`.
    """

    duty: Code
    title: Words
    group: DottedCode
    """A word of the pack: which of the continuings it belongs to."""
    level: Literal["household", "county"]
    watches: Literal[
        "contact", "measure_in_force", "delivery_of_measure", "follow_up", "supervision_visit"
    ]
    days: DottedCode | None = None
    rhythm: list[VisitRhythm] = []
    lapse: Words
    """What is said when it lapses."""
