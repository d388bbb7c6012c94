"""The shape of demo/*.yaml: what a demonstration receives, what had happened, and who may sign in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field, model_validator

from fangpin.policy.models.nodes import Code, DottedCode, Node, Sourced, Text, Words


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
