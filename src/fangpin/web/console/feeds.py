"""How the departments' feeds stand: for the menu, the overview's strip and the calendar."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from fangpin.casework.officials.scope import Scope
from fangpin.feeds import arrivals as feeds
from fangpin.feeds.arrivals import Arrival, FeedStatus
from fangpin.lake.home import Home
from fangpin.policy import Pack
from fangpin.policy.models.feeds import Contract, Department
from fangpin.values.month import Month
from fangpin.web.ground.figures import share
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

State = Literal["on-time", "late", "partly", "missing", "rest"]
COUNT_OF_MONTHS = 24
REJECTS_THAT_MATTER = 0.01
"""Share of rows set aside from which a delivery is shown as partly rejected."""
_SAME_TIME_NS = 100_000_000
"""Two changes that lie less apart may bear one time: disks count in steps of some milliseconds."""
SIGNS: dict[State, str] = {
    "on-time": "✓",
    "late": gettext_noop("迟"),
    "partly": gettext_noop("退"),
    "missing": gettext_noop("缺"),
    "rest": "·",
}


@dataclass(frozen=True, slots=True)
class StripItem:
    """One department in the overview's strip."""

    title: str
    state: str
    note: str
    tone: str
    href: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip, and the as-of line above it."""

    items: list[StripItem]
    count_of_departments: int
    count_arrived: int
    late: list[FeedStatus]


@dataclass(frozen=True, slots=True)
class Cell:
    """One feed in one month of the calendar."""

    month: int
    state: State
    sign: str
    words: str
    delivery: str


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One feed of a department over the months."""

    contract: Contract
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class CalendarGroup:
    """A department's feeds."""

    department: Department
    rows: list[CalendarRow]


def home() -> Home:
    """The installation's folder."""
    return Home(settings.FANGPIN.home)


def reaches(scope: Scope) -> bool:
    """Whether the departments' deliveries concern a scope.

    They are of the pack's place as a whole: of those who serve in it or above it, and of nobody who
    serves elsewhere.
    """
    place = installation_pack().header.root_division or ""
    return any(code.startswith(place) or place.startswith(code) for code in scope.divisions)


def known_arrivals(today: date) -> list[Arrival]:
    """All deliveries received by a day; read again only when a folder of deliveries has changed."""
    folder = home().deliveries
    return [one for one in _arrivals(folder, _signature(folder)) if one.received <= today]


def late_feeds(today: date, *, only_department: str = "") -> list[FeedStatus]:
    """Feeds whose latest due delivery has not come by a day: all, or those of one department."""
    return [
        one for one in statuses(today) if _is_late(one) and only_department in ("", one.department)
    ]


def statuses(today: date) -> tuple[FeedStatus, ...]:
    """How every feed of the pack stands at the end of a day."""
    folder = home().deliveries
    return _statuses(folder, _signature(folder), installation_pack().digest, today)


@lru_cache(maxsize=4)
def _arrivals(folder: Path, _signature: tuple[tuple[str, int], ...]) -> tuple[Arrival, ...]:
    return tuple(feeds.arrivals(Home(folder.parent)))


@lru_cache(maxsize=8)
def _statuses(
    folder: Path, signature: tuple[tuple[str, int], ...], _digest: str, today: date
) -> tuple[FeedStatus, ...]:
    known = _arrivals(folder, signature)
    return tuple(feeds.status_of(known, pack=installation_pack(), as_of=today))


def signature_of_deliveries() -> tuple[tuple[str, int], ...]:
    """Changes whenever a delivery comes."""
    return _signature(home().deliveries)


def _signature(folder: Path) -> tuple[tuple[str, int], ...]:
    """Names and times of the feeds' folders: a delivery's arrival changes its feed's folder.

    What has only just changed may change again at the same time, as the disk counts: it is known anew
    at every look, and what was read of it then stands for nothing later.
    """
    if not folder.is_dir():
        return ()
    found = [(place.name, place.stat().st_mtime_ns) for place in folder.iterdir() if place.is_dir()]
    looked = time.time_ns()
    if any(looked - changed < _SAME_TIME_NS for _, changed in found):
        found.append(("", looked))
    return tuple(sorted(found))


def strip_of(today: date) -> Strip:
    """The departments whose feeds rules read, as they stand on a day."""
    pack = installation_pack()
    by_department: dict[str, list[FeedStatus]] = {}
    for one in statuses(today):
        if pack.contracts[one.feed].use == "screening":
            by_department.setdefault(one.department, []).append(one)
    late = [one for found in by_department.values() for one in found if _is_late(one)]
    items = [_strip_item(department, found, pack) for department, found in by_department.items()]
    return Strip(
        items=items,
        count_of_departments=len(items),
        count_arrived=len(items) - len({one.department for one in late}),
        late=sorted(late, key=lambda one: -one.late_days),
    )


def _is_late(one: FeedStatus) -> bool:
    return bool(one.due and one.late_days and not one.delivery)


def _strip_item(department: str, found: Sequence[FeedStatus], pack: Pack) -> StripItem:
    """A department's tile: what is worst about its feeds, else when the last of them came."""
    title = said(pack.departments[department].short)
    late = [one for one in found if _is_late(one)]
    partly = [one for one in found if one.reject_share >= REJECTS_THAT_MATTER]
    received = [one.received for one in found if one.received]
    if late:
        worst = max(late, key=lambda one: one.late_days)
        note = gettext("迟 %(days)d 天 · %(feed)s") % {
            "feed": said(pack.contracts[worst.feed].title),
            "days": worst.late_days,
        }
        return StripItem(title, gettext("迟报"), note, "is-late", _feed_href(worst))
    if partly:
        worst = max(partly, key=lambda one: one.reject_share)
        note = gettext("退回 %(share)s · %(feed)s") % {
            "feed": said(pack.contracts[worst.feed].title),
            "share": share(worst.reject_share),
        }
        return StripItem(title, gettext("有退回"), note, "is-partly", _feed_href(worst))
    count = ngettext("%(n)d 项数据", "%(n)d 项数据", len(found)) % {"n": len(found)}
    href = _feed_href(found[0]) if len(found) == 1 else f"{reverse('feeds')}#{department}"
    if not received:
        is_event = all(one.frequency == "event" for one in found)
        state = gettext("有事才报") if is_event else gettext("未到期")
        return StripItem(title, state, count, "is-none", href)
    return StripItem(title, gettext("已到"), f"{count} · {max(received):%m-%d}", "", href)


def _feed_href(one: FeedStatus) -> str:
    return reverse("feed", args=[one.feed])


def calendar_of(*, today: date, only_department: str = "") -> tuple[list[int], list[CalendarGroup]]:
    """The last 24 months and, by department, how each feed's deliveries came."""
    pack = installation_pack()
    last = int(Month.last_complete(today))
    months = list(range(last - COUNT_OF_MONTHS + 1, last + 1))
    by_feed: dict[str, list[Arrival]] = {}
    for arrival in known_arrivals(today):
        # One that is held or was refused leaves its month undelivered.
        if arrival.is_in_force(today):
            by_feed.setdefault(arrival.feed, []).append(arrival)
    began = min((one.month for found in by_feed.values() for one in found), default=last + 1)
    groups = []
    for department in pack.departments.values():
        if only_department and department.department != only_department:
            continue
        rows = [
            CalendarRow(
                contract,
                [
                    _cell(contract, month, by_feed.get(contract.feed, []), began, today)
                    for month in months
                ],
            )
            for contract in department.feeds
        ]
        if rows:
            groups.append(CalendarGroup(department, rows))
    return months, groups


def _cell(
    contract: Contract, month: int, found: Sequence[Arrival], began: int, today: date
) -> Cell:
    here = [one for one in found if one.month == month]
    due = feeds.due_date(contract, month)
    if here:
        first = here[0]
        counts = Counter[str]()
        for one in here:
            counts.update(read=one.read, quarantined=one.quarantined)
        late = (first.received - due).days if due else 0
        if late > 0:
            state: State = "late"
            words = gettext("%(date)s 到，迟 %(days)d 天") % {
                "date": first.received.isoformat(),
                "days": late,
            }
        elif counts["read"] and counts["quarantined"] / counts["read"] >= REJECTS_THAT_MATTER:
            state = "partly"
            words = gettext("%(date)s 到，退回 %(share)s") % {
                "date": first.received.isoformat(),
                "share": share(counts["quarantined"] / counts["read"]),
            }
        else:
            state, words = "on-time", gettext("%(date)s 到") % {"date": first.received.isoformat()}
        return Cell(month, state, sign_of(state), words, here[-1].delivery)
    is_due = month >= began and due is not None and due < today and _is_expected(contract, month)
    if is_due and not any(feeds.last_of_period(contract, one.month) == month for one in found):
        return Cell(month, "missing", sign_of("missing"), gettext("应到未到"), "")
    return Cell(month, "rest", SIGNS["rest"], gettext("不要求"), "")


def sign_of(state: State) -> str:
    """The sign of a state in a cell, in the reader's language."""
    return gettext(SIGNS[state]) if state in ("late", "partly", "missing") else SIGNS[state]


def _is_expected(contract: Contract, month: int) -> bool:
    return contract.frequency != "event" and feeds.last_of_period(contract, month) == month
