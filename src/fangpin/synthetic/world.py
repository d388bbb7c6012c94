"""The truth: persons, households, what they earn and pay month by month, and what befell them.

Money is whole yuan where people earn it and fen where a department bills it (`_fen`). Lists
`by_month` have one figure a month from the world's first month on. Nothing here knows a rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fangpin.policy.models.feeds import Contract
from fangpin.values.month import Month


@dataclass(slots=True)
class Job:
    """What a person earns wages with; `wage_by_month` is 0 in a month without pay."""

    province: str
    city: str
    county: str
    employer: str
    industry: str
    channel: str
    away: bool
    wage_by_month: list[int]
    began: date
    changed_employer: tuple[Month, str] | None = None
    unpaid_leave: tuple[Month, ...] = ()
    """Months in which the employer keeps the person on its list without pay."""


@dataclass(slots=True)
class Disability:
    """A certified disability: category 1-7, grade 1 (most severe) to 4."""

    category: int
    grade: int
    certificate_no: str
    issued: date


@dataclass(slots=True)
class Person:
    """One person; `identifier` is empty for a person without an identity number."""

    household_no: str
    person_no: str
    name: str
    sex: str
    birth: date
    identifier: str
    relation: str
    health: str
    work_ability: str
    education: str
    phone: str = ""
    job: Job | None = None
    disability: Disability | None = None
    upper_school: str = ""
    """What follows compulsory school: senior, vocational or nothing."""
    higher_school: str = ""
    """What follows senior school: bachelor, college or nothing."""
    chronic_disease: str = ""
    insured: bool = True
    numbered: Month | None = None
    """Month from which the number is known: infants wait for it; None: always known."""
    joined: Month | None = None
    """Month of birth of a child born in the world's time; None: was there before."""
    died: date | None = None

    def age_on(self, day: date) -> int:
        """Complete years on a day."""
        before = (day.month, day.day) < (self.birth.month, self.birth.day)
        return day.year - self.birth.year - before

    def number_in(self, month: Month) -> str:
        """The identity number as departments know it in a month; empty when there is none."""
        known = self.numbered is None or month >= self.numbered
        return self.identifier if known else ""

    def is_aged(self, years: int, month: Month) -> bool:
        """Whether the person had completed so many years on the month's first day."""
        reached = (self.birth.year + years) * 12 + self.birth.month - 1
        return reached < month or (reached == month and self.birth.day == 1)

    def is_there(self, month: Month) -> bool:
        """Born by the end of the month and alive at its beginning."""
        if self.joined is not None and month < self.joined:
            return False
        return self.died is None or month <= Month.containing(self.died)


@dataclass(slots=True)
class Bill:
    """One medical settlement; what the person bears is in-policy and out-of-policy self payment."""

    person: Person
    visit: str
    admitted: date
    settled: date
    hospital: str
    hospital_level: str
    diagnosis: str
    total_fen: int
    fund_fen: int
    serious_fen: int
    aid_fen: int
    in_policy_fen: int
    out_policy_fen: int
    away: bool = False
    refund: bool = False
    sent_months_late: int = 0
    number: str = ""

    @property
    def self_paid_fen(self) -> int:
        """What the household bears; negative for a refund."""
        return self.in_policy_fen + self.out_policy_fen


@dataclass(slots=True)
class Spell:
    """Support paid every month from a month on, to the month before `stopped`."""

    kind: str
    amount: int
    began: date
    stopped: Month | None = None
    stop_reason: str = ""

    def is_paid(self, month: Month) -> bool:
        """Whether the support is paid for this month."""
        return Month.containing(self.began) <= month and (
            self.stopped is None or month < self.stopped
        )


@dataclass(slots=True)
class Record:
    """A single event as one department knows it: a row of one feed in one month."""

    feed: str
    month: Month
    person: Person | None
    values: dict[str, object]


@dataclass(slots=True)
class Shock:
    """What befell a household, when, and whether it truly needed help because of it."""

    kind: str
    household_no: str
    person_no: str
    struck: date
    lasts_months: int
    cost: int
    """Yuan lost or paid in all because of it, as far as known at the end of the world."""
    is_noise: bool = False
    is_in_need: bool = False
    need_months: list[Month] = field(default_factory=list)
    traces: list[tuple[str, Month]] = field(default_factory=list)
    """Feeds and months whose rows this shock left behind: (feed, month of the fact)."""


@dataclass(slots=True)
class Household:
    """An economic unit with its true means; `buffer` is what it can draw on before it is in need."""

    household_no: str
    village: str
    village_name: str
    kind: str
    exit_year: int | None
    members: list[Person]
    buffer: int
    land_tenths_mu: int = 0
    farm_year: int = 0
    """Net income of farming in a year, yuan."""
    gifts_month: int = 0
    """Money from children who live elsewhere, a month."""
    gifts_from: str = ""
    gifts_stopped: Month | None = None
    supporter_in_distress: Month | None = None
    well_off: bool = False
    relocated: bool = False
    house_grade: str = "A"
    subsistence: Spell | None = None
    hardship: Spell | None = None
    category: str = ""
    """Monitoring category that officials gave it, from `identified` on; empty: never monitored."""
    identified: Month | None = None
    shop: str = ""
    vehicle: str = ""
    income_by_month: list[int] = field(default_factory=list)
    expense_by_month: list[int] = field(default_factory=list)
    need_months: list[Month] = field(default_factory=list)
    shocks: list[Shock] = field(default_factory=list)

    @property
    def head(self) -> Person:
        """The first member is the head."""
        return self.members[0]

    def gifts_of(self, month: Month) -> int:
        """What children who live elsewhere give in a month."""
        stopped = self.gifts_stopped is not None and month >= self.gifts_stopped
        return 0 if stopped else self.gifts_month


@dataclass(slots=True)
class World:
    """A synthetic place with known truth, from its first to its last month, both included."""

    seed: int
    first_month: Month
    last_month: Month
    households: list[Household]
    bills: list[Bill]
    records: list[Record]
    shocks: list[Shock]
    contracts: dict[str, Contract] = field(default_factory=dict)
    """The pack's contracts by feed: what the departments' files must look like."""
    registry_feed: str = ""
    planted: frozenset[str] = frozenset()
    """Households planted by hand, whose rows are never spoilt."""
    _by_number: dict[str, Household] = field(default_factory=dict)
    _bills_by_month: dict[int, list[Bill]] = field(default_factory=dict)

    def household(self, number: str) -> Household:
        """The household of a number. Raises KeyError when there is none."""
        if len(self._by_number) != len(self.households):
            self._by_number.update((h.household_no, h) for h in self.households)
        return self._by_number[number]

    def bills_sent_in(self, month: Month) -> list[Bill]:
        """The bills that a department learns of in a month, late ones with their own dates."""
        if not self._bills_by_month:
            for bill in self.bills:
                sent = Month.containing(bill.settled).plus(bill.sent_months_late)
                self._bills_by_month.setdefault(sent, []).append(bill)
        return self._bills_by_month.get(month, [])

    def months(self) -> list[Month]:
        """Every month of the world in order."""
        return [Month(number) for number in range(self.first_month, self.last_month + 1)]

    def offset(self, month: Month) -> int:
        """Position of a month in the lists `by_month`."""
        return int(month) - int(self.first_month)
