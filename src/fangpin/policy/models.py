"""The shape of a policy pack, file by file: what the strict loader accepts and nothing else.

A pack is data: every figure has a date, a source and a status. The words of these models are the
words of the YAML files under `packs/`; docs/packs.md explains each with an example.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
DottedCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Status = Literal["published", "proposed"]
"""published: the source states this very value; proposed: derived by us, a county must review it."""


class Node(BaseModel):
    """Base of every node: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Node):
    """A text for people in both languages of the interface."""

    zh: Text
    en: Text


class Sourced(Node):
    """Whatever states policy names its source (a key of sources.yaml) and its status."""

    source: Code
    status: Status


class Overlay(Node):
    """A child pack replaces a parent's entry of the same code only where it says so."""

    override: bool = False


# ── pack.yaml, sources.yaml ─────────────────────────────────────────────────────────────────────


class DivisionLevel(Node):
    """One level of administrative divisions, highest first; `width` is the length of its codes."""

    level: Code
    title: Words
    width: int = Field(gt=0)


class Registry(Node):
    """Which feed lists the persons of each household, and which of its fields mean what."""

    feed: DottedCode
    household_no: Code
    person_no: Code
    name: Code
    identifier: Code | None = None
    relation: Code
    head: Text
    division: Code
    birth: Code | None = None
    sex: Code | None = None
    phone: Code | None = None
    address: Code | None = None


class FieldIs(Node):
    """Rows whose field has one of some values."""

    field: Code
    is_one_of: list[Text] = Field(min_length=1)


class HouseholdUnit(Node):
    """Another way in which an office groups people, kept apart from the registry's households.

    The registry's households are the economic units: they alone make ledgers and denominators.
    """

    unit: Code
    title: Words
    feed: DottedCode
    number: Code
    """The field that names the unit, such as a booklet's number."""
    division: Code
    """The field that says where the person belongs by it."""
    lives_here_only: Words
    """What is said of a member of the economic unit whom this unit places elsewhere."""
    listed_here_only: Words
    """What is said of one whom this unit lists with the household and the economic unit does not."""
    must_be_listed: FieldIs | None = None
    """Of the feed's rows, those of people whom some household should list; None: of nobody is that said."""
    in_no_household: Words | None = None
    """What is said of one of them whom no household lists."""


class DeathTold(Node):
    """A feed that reports deaths: which of its rows do, and on which day."""

    feed: DottedCode
    where: FieldIs | None = None
    on: Code
    """Its date of the death."""


class SignOfLife(Node):
    """A feed whose rows a dead person cannot cause: benefits, visits, bills."""

    feed: DottedCode
    where: FieldIs | None = None
    on: Code | None = None
    """The date on which the thing happened; None: the row's month, and the whole of it."""


class Deaths(Sourced):
    """How a death that one feed tells is held against what others go on telling."""

    told_by: list[DeathTold] = Field(min_length=1)
    contradicted_by: list[SignOfLife] = Field(min_length=1)
    months: int = Field(ge=1)
    """How far back from the judged month rows are looked at."""


class PackHeader(Node):
    """pack.yaml: who the pack is for and what the pack extends."""

    pack: Code
    title: Words
    extends: Code | None = None
    currency: Words | None = None
    division_levels: list[DivisionLevel] = []
    root_division: str | None = None
    registry: Registry | None = None
    household_units: list[HouseholdUnit] = []
    deaths: Deaths | None = None
    calendar: Code | None = None
    school_year_start_month: int | None = Field(default=None, ge=1, le=12)
    monitoring_feed: DottedCode | None = None
    """The feed by which a run knows which households this platform has in monitoring."""


class Source(Node):
    """sources.yaml: a document that a value rests on."""

    source: Code
    title: Words
    place: str = ""
    published_date: date | None = None


# ── parameters/*.yaml ───────────────────────────────────────────────────────────────────────────


class ParameterValue(Sourced):
    """A value in force from a date (inclusive) to a date (exclusive) in one division (or all)."""

    from_date: date = Field(alias="from")
    to_date: date | None = Field(default=None, alias="to")
    division: str | None = None
    value: Decimal | list[str]

    @property
    def number(self) -> Decimal:
        """The value of a parameter that is a figure. Raises TypeError for a list of words."""
        if isinstance(self.value, list):
            raise TypeError("this parameter is a list of words, not a figure")
        return self.value


class Parameter(Overlay):
    """A dated, sourced policy value; asked for a date without a value it refuses."""

    parameter: DottedCode
    title: Words
    unit: Text
    values: list[ParameterValue] = Field(min_length=1)


# ── feeds/*.yaml ────────────────────────────────────────────────────────────────────────────────

FieldType = Literal[
    "identifier",  # a person's identity number; becomes person_ref before anything reaches the lake
    "name",  # a person's name; kept for linkage and the registry, never in evidence
    "text",
    "code",  # one of `values`
    "amount",  # money, DECIMAL(18,2) in the pack's currency
    "number",
    "count",
    "date",
    "month",
    "year",
    "flag",  # yes / no / true / false words of the pack
    "division",
    "household_no",
    "phone",
]


class ContractField(Node):
    """One column of a feed: its names in the departments' files, type and limits."""

    field: Code
    title: Words
    aliases: list[str] = []
    type: FieldType
    scheme: Code | None = None
    required: bool = False
    values: dict[str, list[str]] | None = None
    """For code and flag: stored value -> the words departments write for it."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    open_ended: bool = False
    """For dates: 9999-12-31 means 'until further notice'."""


class Contract(Overlay, Sourced):
    """A feed: who sends which table, how often, keyed how, and what each row is about."""

    feed: DottedCode
    title: Words
    subject: Literal["person", "household", "division"]
    subject_field: Code
    """The field that names the subject: an identifier, a household_no or a division."""
    frequency: Literal["monthly", "quarterly", "term", "yearly", "event"]
    due_day: int | None = Field(default=None, ge=1, le=28)
    """Day of the following month by which a monthly delivery is due; None: no due day."""
    absence: Literal["zero", "unknown"]
    """What no row means for a subject in a month that was delivered."""
    key: list[Code] = Field(min_length=1)
    dated_by: Code
    """The date, month or year field that places a row in its month (a year: its January)."""
    restates: Literal["rows", "month"] = "rows"
    """rows: a later row of the same key replaces the earlier one; month: a delivery is moreover the
    whole of its month, so that earlier rows of the month which it lacks are taken back."""
    sheets: list[str] = []
    """Names of the workbook's sheet that is meant where a department's file always has several."""
    volume: Literal["steady", "varying"] = "steady"
    """Whether a month far smaller or larger than the feed's earlier ones is held for a person."""
    use: Literal["screening", "cross_check"] = "screening"
    """cross_check: counter-evidence, read only for applicants, never in mass screening."""
    fields: list[ContractField] = Field(min_length=1)


class Department(Node):
    """feeds/<department>.yaml: a department and the feeds it owns."""

    department: Code
    title: Words
    short: Words
    feeds: list[Contract] = Field(min_length=1)


# ── ledger/*.yaml ───────────────────────────────────────────────────────────────────────────────


class LedgerGroup(Node):
    """A branch of the income or expense tree; `order` places it in charts."""

    group: DottedCode
    title: Words
    order: int


class LedgerItem(Overlay):
    """What is known of a household per month, from one feed, or a total of such items.

    kind: `amount` sums `value` (an expression over the feed's fields); `count` counts rows;
    `count_persons` counts distinct persons; `state` keeps the latest `value`; `total` adds `of`.
    """

    item: Code
    title: Words
    kind: Literal["amount", "count", "count_persons", "state", "total"]
    feed: DottedCode | None = None
    value: str | None = None
    where: str | None = None
    of: list[Code] = []
    unit: str = ""
    group: DottedCode | None = None
    sign: Literal["income", "expense", "neither"] = "neither"
    period: Literal["month", "year"] = "month"
    never_negative: bool = False
    """A partial sum is then a lower bound: reaching a threshold is certain though months lack."""
    detail: list[Code] = []
    """Fields of the feed shown beside each source row in evidence."""
    show: list[Code] = []


class HouseholdAttribute(Overlay):
    """A fact of the household as a unit, from the registry: an expression over its members.

    Functions: count(), count(where), any(condition), head(field), first(field), min/max(field).
    Fields of the registry feed and `age` (complete years at the end of the judged month).
    """

    attribute: Code
    title: Words
    value: str
    unit: str = ""


# ── indicators/*.yaml, rules/*.yaml, categories.yaml ────────────────────────────────────────────


class Indicator(Overlay):
    """A figure over the ledger: an expression of the language in docs/expressions.md."""

    indicator: Code
    title: Words
    unit: str
    expression: Text
    decimals: int = 2
    source: Code | None = None


class SeverityStep(Node):
    """The first step whose condition holds gives the severity; without `when` it always holds."""

    severity: Code
    when: str | None = None


class Rule(Overlay, Sourced):
    """An early-warning rule: who it looks at, when it hits, how severe, and how it is told."""

    rule: Code
    code: Text
    title: Words
    kind: Literal["alert", "clue", "screening", "supervision", "counter_evidence"]
    """alert: raises one; clue: a report that starts the clock; screening: a low-key lead; others
    never raise an alert by themselves."""
    edition: int = Field(ge=1)
    from_date: date = Field(alias="from")
    to_date: date | None = Field(default=None, alias="to")
    applies_when: str | None = None
    hit_when: Text
    suppressed_when: str | None = None
    severity: list[SeverityStep] = Field(min_length=1)
    cause: Code | None = None
    figures: list[Code] = []
    """Indicators, items or attributes shown with the alert, the most telling first."""
    thresholds: list[DottedCode] = []
    chart: Code | None = None
    """The ledger item drawn month by month in 'why this alert'."""
    chart_threshold: DottedCode | None = None
    evidence: list[Code] = []
    """Ledger items whose source rows prove the hit."""
    evidence_months: int = Field(default=12, ge=1, le=36)
    explain: Words
    """A sentence with {placeholders}: figures, thresholds, {start}, {end}, {month}."""
    window: Words | None = None


class Severity(Node):
    """severities.yaml: a step of urgency; rank 1 is the most urgent."""

    severity: Code
    rank: int
    title: Words
    numeral: str
    shape: Literal["diamond", "triangle", "square", "circle"]
    due_days: int
    working_days: bool
    source: Code
    status: Status


class Category(Overlay, Sourced):
    """A monitoring category and the condition under which a verified household would be in it."""

    category: Code
    title: Words
    from_date: date = Field(alias="from")
    to_date: date | None = Field(default=None, alias="to")
    order: int
    when: Text


class RiskCause(Overlay):
    """risk_causes.yaml."""

    cause: Code
    title: Words
    order: int
    note_required: bool = False


class Guard(Words):
    """What a measure asks of a household, or `of: person` of whoever receives it.

    Without `when` it is for people to judge.
    """

    when: str | None = None
    of: Literal["household", "person"] = "household"
    thresholds: list[DottedCode] = []


class MeasureKind(Overlay, Sourced):
    """measures/*.yaml: one class of assistance measure, or one kind of help within a class."""

    measure: Code
    title: Words
    group: Code
    developmental: bool
    part_of: Code | None = None
    """The class that this kind of help belongs to."""
    suits: list[Code] = []
    """Risk causes that it answers."""
    fills: list[Code] = []
    """Gaps that it closes: `guarantees.<gap>` is a word of the pack."""
    department: Code | None = None
    guards: list[Guard] = []
    until_date: date | None = None
    items: list[Code] = []
    """Ledger items in which its payments are seen: what feeds report of it."""


class Role(Node):
    """roles.yaml: an official's role, the level of its divisions, and what it may open."""

    role: Code
    title: Words
    level: Code
    may: list[Code]
    administers: Literal["system", "security", "audit"] | None = None
    """One of the three administrations, which no person may join; None: works on households."""


class CalendarYear(Sourced):
    """calendar/<year>.yaml: days off on weekdays, and weekend days that are worked."""

    year: int
    weekend: list[int] = [5, 6]
    holidays: list[date]
    make_up_days: list[date]


class Word(Overlay):
    """words.yaml: a word of policy used in the interface."""

    word: DottedCode
    title: Words


# ── demo.yaml ───────────────────────────────────────────────────────────────────────────────────


class DemoRound(Sourced):
    """One round of a survey: the month it stands for and the day it was handed over."""

    round: int
    month: str
    received: date


class DemoDelivery(Node):
    """Rows of a survey archive that become one delivery a round: columns renamed, rows chosen."""

    feed: DottedCode
    archive: str
    """Glob below the real-data folder, e.g. `worldbank_hfps/UGA_*.zip`."""
    member: str
    beside: str | None = None
    """Another table of the archive; its columns stand beside each row where `by` agrees."""
    by: list[str] = []
    rounds: list[int] = Field(min_length=1)
    columns: dict[str, str]
    """Contract field -> column of the table, `=text` for a constant, or a template of columns such
    as `HUG{region:02}{district:03}`; `{round}` and `{month}` are those of the round."""
    keep: dict[str, list[str]] = {}
    """Column -> the values of rows that are kept; an empty list keeps rows where it is present."""
    recode: dict[str, dict[str, str]] = {}
    """Contract field -> the archive's value -> the word written for it; others stay as they are."""


class DemoOfficial(Node):
    """An account of the demonstration: who signs in, in which role, for which division."""

    username: Text
    name: Text
    role: Code
    division: Text
    department: str = ""


class DemoGenerator(Node):
    """A county with known truth in place of real files: which world is made, and for which months."""

    world: Code
    households: int = Field(gt=0)
    seed: int
    from_month: str
    to_month: str


class DemoResource(Node):
    """Places of help that the demonstration's county offers."""

    division: Text
    measure: Code
    title: Text
    provider: str = ""
    quota: int = Field(gt=0)
    monthly_amount: Decimal | None = None
    from_date: date = Field(alias="from")


class DemoPresent(Node):
    """A case under way at the demonstration's clock: its clue, and the last step that was done."""

    channel: Code
    cause: Code
    days_ago: int = Field(ge=0)
    done: Code | None = None


class DemoStory(Node):
    """A household of the demonstration whose whole case is told, with the help it got."""

    household_no: Text
    judgement: Text
    cause: Code
    measures: list[DemoResource] = []


class DemoCasework(Node):
    """Cases that officials of one county worked in the demonstration's past, act by act."""

    division: Text
    every: int = Field(gt=0)
    """One in so many of the county's alerts is told as a whole case."""
    identified: int = Field(gt=0)
    """One in so many of those cases finds a household to be identified and helped."""
    measures: list[DemoResource] = Field(min_length=1)
    """What the identified get: the same kind and title as a resource takes a place of it."""
    present: list[DemoPresent] = []
    stories: list[DemoStory] = []
    names: list[Text] = Field(min_length=1)
    """Invented names of village and township officials."""
    judgement: Text
    not_at_risk: Text
    place: Text
    chair: Text
    second_verifier: Text


class DemoPast(Node):
    """What officials had done before the demonstration's clock: most alerts were ended in time.

    It is invented, like the rest of a generated county.
    """

    official: Text
    share: Decimal = Field(ge=0, le=1)
    """Of the alerts that fell due in `late_in`, those that were ended by then."""
    late_in: list[Text] = []
    """Divisions where some alerts are overdue; everywhere else all were ended in time."""
    reasons: list[DottedCode] = Field(min_length=1)
    stay_open: list[str] = []
    """Numbers of households whose alerts wait for whoever tries the demonstration."""
    casework: DemoCasework | None = None


class DemoRecipe(Node):
    """demo/<name>.yaml: what `fangpin demo --pack P --country NAME` receives and who may sign in.

    Either real deliveries (`rounds`, `deliveries`) or a `generator`.
    """

    name: Text
    title: Words
    clock: date
    """The day at which the demonstration's clock stands at first."""
    until: date | None = None
    """The day to which whoever tries it may move the clock; absent: it stands still."""
    run_day: int = Field(default=10, ge=1, le=28)
    """Day of the month on which each monthly run is made."""
    source: Code
    generator: DemoGenerator | None = None
    rounds: list[DemoRound] = []
    deliveries: list[DemoDelivery] = []
    accounts: list[DemoOfficial] = []
    past: DemoPast | None = None
    resources: list[DemoResource] = []

    @model_validator(mode="after")
    def _is_one_kind(self) -> DemoRecipe:
        if (self.generator is None) == (not self.deliveries):
            raise ValueError("a demo has either a generator or deliveries")
        return self
