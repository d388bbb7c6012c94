"""What has arrived: every delivery of a home in the order in which it may be replayed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from fangpin.feeds.decisions import Decision, Standing, decisions_of, standing
from fangpin.feeds.findings import NO_RECORDS
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.policy.models.feeds import Contract
from fangpin.policy.pack import Pack
from fangpin.values.files import TEMPORARY
from fangpin.values.month import Month

DELIVERY = "delivery.json"
FACTS = "facts.parquet"
QUARANTINE = "quarantine.parquet"
SUPERSEDED = "superseded.parquet"
REPEATED = "repeated.parquet"
PROPOSED = "proposed.bin"
CONFIRMS = "confirms"
"""Of an origin: the delivery whose proposed readings were confirmed."""
SHARED = "shared.parquet"
"""Of a registry's delivery: person_ref of the numbers under which several names were listed."""
UNREAD = "unread.parquet"
"""Of a registry's delivery: what its rows that were set aside say of person, household, division."""

MONTHS_OF = {"monthly": 1, "quarterly": 3, "term": 6, "yearly": 12}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One accepted delivery; months are year*12+month-1.

    `month` is the month that it delivers: the one stated on receipt or the most frequent of its
    rows; first and last are those of its rows. `order` counts the deliveries of its feed.
    """

    feed: str
    delivery: str
    department: str
    received: date
    month: int
    first_month: int
    last_month: int
    sha256: str
    read: int
    accepted: int
    quarantined: int
    duplicate: int
    order: int
    folder: Path
    is_registry: bool = False
    counts_by_code: dict[str, int] = field(default_factory=dict)
    superseded: tuple[str, ...] = ()
    """Deliveries of which this one corrects rows."""
    suspicions: tuple[dict[str, Any], ...] = ()
    """Findings for which it was held on receipt; empty: nothing about it was strange."""
    decisions: tuple[Decision, ...] = ()
    """What people decided about it since."""
    repeated: int = 0
    """Rows that stood already when it came; they are in repeated.parquet."""
    span: tuple[int, int] | None = None
    sheet: str = ""
    """Of a workbook, where the sender said which; empty: nobody had to."""
    """First and last month of its rows, those that stood already included."""
    context: str | None = None
    """Names the deliveries that its rows were compared with."""
    profile: dict[str, Any] = field(default_factory=dict)
    """Counts and medians of its columns, which later deliveries are compared with."""
    origin: dict[str, Any] = field(default_factory=dict)
    """What it came from when nobody sent it as a file: a confirmation or a source."""
    proposed: dict[str, Any] = field(default_factory=dict)
    """The columns of the rows that wait for a reading to be confirmed (confirm.py)."""
    replay: Path | None = None
    """Where its rows stand when it is compared with others than on receipt (replay.py)."""
    replaced: tuple[tuple[Path, Path], ...] | None = None
    """superseded_facts() of a replay, or of a delivery that replaces rows of a replayed one."""
    claims: int = 0
    """Rows about a person whom linkage has to find."""
    is_correction: bool = False
    """Whether it came beside others of its month and is too small to be the month without them."""

    @property
    def facts(self) -> Path:
        """The accepted rows."""
        return (self.replay or self.folder) / FACTS

    @property
    def key(self) -> str:
        """Its name in the names of what is built from it: with its context where that has a say."""
        if self.replay:
            return f"{self.delivery}~{self.replay.parent.name}"
        return self.delivery if self.replaced is None else f"{self.delivery}~{self.context}"

    @property
    def confirms(self) -> str | None:
        """The delivery whose proposed readings it holds; it never makes a month delivered itself."""
        confirmed = self.origin.get(CONFIRMS)
        return None if confirmed is None else str(confirmed)

    @property
    def makes_its_month_delivered(self) -> bool:
        """Whether its month is there with it; no part and no few corrections make it so alone."""
        return bool(self.accepted + self.duplicate) and not (self.confirms or self.is_correction)

    @property
    def changes_rows(self) -> bool:
        """Whether it brings rows or takes some back: a month sent again without one does only that."""
        return bool(self.accepted or self.superseded)

    @property
    def months_of_rows(self) -> tuple[int, int]:
        """First and last month of its rows, those that stood already included."""
        return self.span or (self.first_month, self.last_month)

    @property
    def replaced_rows(self) -> Path | None:
        """The list of the rows of other deliveries that this one replaces; None: it replaces none."""
        return (self.replay or self.folder) / SUPERSEDED if self.superseded else None

    def standing_on(self, day: date | None) -> Standing:
        """How it stands at the end of a day; None: after all that was decided."""
        return standing(begins_held=bool(self.suspicions), decisions=self.decisions, on=day)

    def is_in_force(self, day: date) -> bool:
        """Whether it had come by the end of a day and was neither held nor refused then."""
        return self.received <= day and self.standing_on(day) == "in_force"

    @property
    def quarantine(self) -> Path:
        """The rows set aside, one line a reason."""
        return self.folder / QUARANTINE

    @property
    def no_records(self) -> int:
        """Of the rows set aside: headers and totals, which it does not lack."""
        return sum(self.counts_by_code.get(code, 0) for code in NO_RECORDS)

    @property
    def reject_share(self) -> float:
        """Rows set aside of rows read, 0..1."""
        return self.quarantined / self.read if self.read else 0.0

    def superseded_facts(self, home: Home) -> list[tuple[Path, Path]]:
        """(facts.parquet of an earlier delivery, the list of its rows that this one replaces)."""
        if self.replaced is not None:
            return list(self.replaced)
        listed = self.folder / SUPERSEDED
        return [
            (home.deliveries / self.feed / delivery / FACTS, listed) for delivery in self.superseded
        ]

    def months_touched(self, home: Home) -> tuple[int, int]:
        """The months of its rows, widened by those of the rows that it replaces."""
        first, last = self.first_month, self.last_month
        for old in self.superseded_arrivals(home):
            # Those that stood already when it came included: it may have brought them after all.
            old_first, old_last = old.months_of_rows
            first, last = min(first, old_first), max(last, old_last)
        return first, last

    def superseded_arrivals(self, home: Home) -> list[Arrival]:
        """The earlier deliveries of which this one replaces rows."""
        return [
            read_arrival(home.deliveries / self.feed / delivery) for delivery in self.superseded
        ]


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """How a feed stands on a day: what it owes, what came, and how much of it was usable."""

    feed: str
    department: str
    title_zh: str
    title_en: str
    frequency: str
    expected_month: int | None
    due: date | None
    state: Literal["on_time", "late", "overdue", "not_due", "never", "no_schedule"]
    late_days: int
    delivery: str | None
    received: date | None
    read: int
    accepted: int
    quarantined: int
    duplicate: int
    reject_share: float
    held: int = 0
    """Deliveries that wait for a person; they count as not delivered."""

    @property
    def is_partly_rejected(self) -> bool:
        """Whether some rows of the delivery were set aside."""
        return self.quarantined > 0

    def as_dict(self) -> dict[str, Any]:
        """The status as plain values for `--json`; months as YYYY-MM."""
        return {
            "feed": self.feed,
            "department": self.department,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "frequency": self.frequency,
            "expected_month": None
            if self.expected_month is None
            else str(Month(self.expected_month)),
            "due": self.due.isoformat() if self.due else None,
            "state": self.state,
            "late_days": self.late_days,
            "delivery": self.delivery,
            "received": self.received.isoformat() if self.received else None,
            "read": self.read,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "duplicate": self.duplicate,
            "reject_share": round(self.reject_share, 4),
            "is_partly_rejected": self.is_partly_rejected,
            "held": self.held,
        }


def read_arrival(folder: Path, *, decisions: tuple[Decision, ...] = ()) -> Arrival:
    """The arrival whose folder this is. Raises OSError or ValueError for a folder not our own."""
    told = json.loads((folder / DELIVERY).read_text(encoding="utf-8"))
    first, last = (int(Month.parse(text)) for text in told["months"])
    return Arrival(
        feed=told["feed"],
        delivery=told["delivery"],
        department=told["department"],
        received=date.fromisoformat(told["received"]),
        month=int(Month.parse(told["month"])),
        first_month=first,
        last_month=last,
        sha256=told["sha256"],
        read=told["read"],
        accepted=told["accepted"],
        quarantined=told["quarantined"],
        duplicate=told["duplicate"],
        order=told["order"],
        folder=folder,
        is_registry=told["is_registry"],
        counts_by_code=told["counts_by_code"],
        superseded=tuple(told["superseded"]),
        suspicions=tuple(told.get("suspicions", ())),
        decisions=decisions,
        repeated=told.get("repeated", 0),
        span=_span(told),
        sheet=told.get("sheet", ""),
        context=told.get("context"),
        profile=told.get("profile", {}),
        origin=told.get("origin") or {},
        proposed=told.get("proposed") or {},
        claims=told.get("claims", 0),
        is_correction=told.get("is_correction", False),
    )


def _span(told: dict[str, Any]) -> tuple[int, int] | None:
    if not told.get("span"):
        return None
    first, last = (int(Month.parse(text)) for text in told["span"])
    return first, last


def arrivals(home: Home, *, feed: str | None = None) -> list[Arrival]:
    """All deliveries: by day of receipt, registry feeds first, then feed and order of receipt."""
    decided: dict[str, dict[str, tuple[Decision, ...]]] = {}
    found = []
    for place in home.deliveries.glob(f"{feed or '*'}/*/{DELIVERY}"):
        folder = place.parent
        if folder.name.startswith(TEMPORARY):
            continue
        sender = folder.parent.name
        if sender not in decided:
            decided[sender] = decisions_of(home, feed=sender)
        found.append(read_arrival(folder, decisions=decided[sender].get(folder.name, ())))
    return sorted(
        found, key=lambda one: (one.received, not one.is_registry, one.feed, one.order, one.sha256)
    )


def coverage(found: Iterable[Arrival], *, as_of: date) -> dict[str, frozenset[int]]:
    """Feed -> the months that it had delivered by a day.

    A delivery of no usable row is none, nor is one that is held or was refused; of a month whose delivery
    was refused, the few rows that corrected it are none either.
    """
    months: dict[str, set[int]] = {}
    for arrival in found:
        if arrival.makes_its_month_delivered and arrival.is_in_force(as_of):
            months.setdefault(arrival.feed, set()).add(arrival.month)
    return {feed: frozenset(delivered) for feed, delivered in months.items()}


def status(home: Home, *, pack: Pack, as_of: date) -> list[FeedStatus]:
    """How every feed of the pack stands at the end of a day, in the pack's order."""
    return status_of(arrivals(home), pack=pack, as_of=as_of)


def status_of(found: Iterable[Arrival], *, pack: Pack, as_of: date) -> list[FeedStatus]:
    """The same, by the deliveries that are known."""
    come = [arrival for arrival in found if arrival.received <= as_of]
    return [
        _feed_status(
            contract,
            department=pack.owners[feed],
            known=[one for one in come if one.feed == feed and one.is_in_force(as_of)],
            held=sum(one.feed == feed and one.standing_on(as_of) == "held" for one in come),
            as_of=as_of,
        )
        for feed, contract in pack.contracts.items()
    ]


def _feed_status(
    contract: Contract, *, department: str, known: Sequence[Arrival], held: int, as_of: date
) -> FeedStatus:
    expected = expected_month(contract, as_of=as_of)
    due = due_date(contract, expected) if expected is not None else None
    usable = [arrival for arrival in known if arrival.makes_its_month_delivered]
    if expected is None:
        chosen = usable[-1:] or list(known[-1:])
        state: Literal["on_time", "late", "overdue", "not_due", "never", "no_schedule"]
        state, late = ("no_schedule" if chosen else "never"), 0
    else:
        chosen = [one for one in usable if last_of_period(contract, one.month) == expected][:1]
        if chosen:
            late = max((chosen[0].received - due).days, 0) if due else 0
            state = "late" if late else "on_time"
        elif due is not None and as_of > due:
            state, late = ("overdue" if known else "never"), (as_of - due).days
        else:
            state, late = ("not_due" if known or due else "never"), 0
    of_month = [arrival for arrival in known if arrival.month == chosen[0].month] if chosen else []
    totals = Counter[str]()
    for arrival in of_month:
        totals.update(
            read=arrival.read,
            accepted=arrival.accepted,
            quarantined=arrival.quarantined,
            duplicate=arrival.duplicate,
        )
    return FeedStatus(
        feed=contract.feed,
        department=department,
        title_zh=contract.title.zh,
        title_en=contract.title.en,
        frequency=contract.frequency,
        expected_month=expected,
        due=due,
        state=state,
        late_days=late,
        delivery=chosen[0].delivery if chosen else None,
        received=chosen[0].received if chosen else None,
        read=totals["read"],
        accepted=totals["accepted"],
        quarantined=totals["quarantined"],
        duplicate=totals["duplicate"],
        reject_share=totals["quarantined"] / totals["read"] if totals["read"] else 0.0,
        held=held,
    )


def expected_month(contract: Contract, *, as_of: date) -> int | None:
    """The last month of the latest period that had ended before a day; None for event feeds."""
    if contract.frequency == "event":
        return None
    length = MONTHS_OF[contract.frequency]
    last = int(Month.last_complete(as_of))
    return last - (last + 1) % length


def last_of_period(contract: Contract, month: int) -> int:
    """The last month of the quarter, term or year in which a month lies; the month itself otherwise."""
    length = MONTHS_OF.get(contract.frequency, 1)
    return month + (-1 - month) % length


def due_date(contract: Contract, month: int) -> date | None:
    """The day by which the delivery of a month is due; None: no due day.

    It lies in the month after the period: rows of a quarter may tell any of its months.
    """
    if contract.due_day is None:
        return None
    last = Month(last_of_period(contract, month))
    return last.plus(1).first_day.replace(day=contract.due_day)


def month_due(contracts: Iterable[Contract], *, on: date) -> tuple[int, date] | None:
    """The latest month of which every monthly delivery was due before a day, and the last due day.

    None where no feed is monthly with a due day.
    """
    monthly = [one for one in contracts if one.frequency == "monthly" and one.due_day is not None]
    if not monthly:
        return None
    month = int(Month.last_complete(on))
    while (due := max(filter(None, (due_date(one, month) for one in monthly)))) >= on:
        month -= 1
    return month, due


def quarantine_rows(
    home: Home, *, engine: Engine, feed: str, delivery: str, limit: int = 100, offset: int = 0
) -> list[dict[str, Any]]:
    """Rows set aside, one entry a reason, by row number; values are masked."""
    file = home.deliveries / feed / delivery / QUARANTINE
    names = (
        "row_no",
        "code",
        "severity",
        "column",
        "value_masked",
        "message_zh",
        "message_en",
        "repair_zh",
        "repair_en",
    )
    listed = ", ".join(f'"{name}"' for name in names)
    rows = engine.rows(
        f'SELECT {listed} FROM read_parquet(?) ORDER BY row_no, code, "column" LIMIT ? OFFSET ?',
        [str(file), limit, offset],
    )
    return [dict(zip(names, row, strict=True)) for row in rows]
