"""A clerk who keeps the ledger of a small world in plain Python.

He knows who everyone is and reads no code of the product: he has one register of people, a box
of papers for each feed with the last word of each key, and a list of deliveries that are set aside.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from fangpin.values.month import Month
from tests.ledger.house_numbers import HouseNumbers
from tests.ledger.village import Amounts
from tests.linkage.valley import BILLS, REGISTRY, WAGES
from tests.runs.small_worlds import (
    JUDGED,
    RELIEF,
    Act,
    Row,
    is_right,
    target,
    told_by,
    written_as,
)


class Clerk:
    """The ledger at the end of a day, counted by hand."""

    def __init__(self, acts: list[Act], as_of: date) -> None:
        self.spans: list[tuple[str, str, int, int | None]] = []
        self.listed: dict[str, Row] = {}
        self.told: dict[str, Row] = {}
        self.numbers: dict[str, set[str]] = defaultdict(set)
        self.papers: list[tuple[str, str, Row]] = []
        """Feed, whom it is about, and the row, in order of arrival."""
        self.latest = 0
        self.homes = HouseNumbers()
        said = {one.of: one.kind for one in acts if one.kind in JUDGED and one.on <= as_of}
        self._part([one if one.on <= as_of else Act(one.on, "hold") for one in acts])
        for place, one in enumerate(acts):
            if one.kind != "send" or one.on > as_of or said.get(place) in ("hold", "refuse"):
                continue
            if one.feed == REGISTRY:
                self._register(one)
            self.papers += [(one.feed, name, row) for name, row in one.rows]

    def _part(self, acts: list[Act]) -> None:
        """To whom what was parted or joined belongs, by what it holds for."""
        self.parted: dict[Any, str] = {}
        self.joined: dict[Any, str] = {}
        back = {one.of for one in acts if one.kind == "take back"}
        for place, one in enumerate(acts):
            if one.kind not in ("part", "join") or place in back:
                continue
            name, row = acts[one.of].rows[one.row]
            if one.kind == "join":
                self.joined[told_by(row)] = one.to
            else:
                self.parted[target(name, row)] = one.to

    def _register(self, act: Act) -> None:
        month = max(int(Month.parse(row["month"])) for _, row in act.rows)
        self.latest = month = max(self.latest, month)
        new = dict(act.rows)
        villages = {row["village"] for _, row in act.rows}
        stay = {
            name: row
            for name, row in self.listed.items()
            if row["village"] not in villages and name not in new
        }
        self.listed = stay | new
        self.told |= new
        for name, row in new.items():
            self.numbers[name] |= {row["id_number"]} - {""}
        under = {name: row["household_no"] for name, row in self.listed.items()}
        home = self.homes.restate(under, {row["household_no"] for row in new.values()})
        self.listed = {
            name: row | {"household_no": under[name]} for name, row in self.listed.items()
        }
        self.spans = [
            (name, at, first, month if last is None and home.get(name) != at else last)
            for name, at, first, last in self.spans
        ]
        lasting = {name for name, _, _, last in self.spans if last is None}
        known = {name for name, *_ in self.spans}
        self.spans += [
            (name, at, month if name in known else 0, None)
            for name, at in home.items()
            if name not in lasting
        ]

    def home_of(self, name: str, month: int) -> str | None:
        for who, home, first, last in self.spans:
            if who == name and first <= month and (last is None or month < last):
                return home
        return None

    def amounts(self) -> Amounts:
        """What is not nought."""
        found: Amounts = defaultdict(Decimal)
        patients = defaultdict(set)
        for name, row in self._last_words(BILLS):
            day = date.fromisoformat(row["paid_date"])
            home = self.home_of(name, int(Month.containing(day)))
            if home is None:
                continue
            month, share = str(Month.containing(day)), Decimal(row["own_share"])
            patients[home, month].add(name)
            counted = {"bills": share, "visits": Decimal(1)}
            counted |= {"head_bills": share} if self.told[name]["relation"] == "head" else {}
            counted |= {"farmer_bills": share} if self.told[name]["trade"] == "farmer" else {}
            for item, amount in counted.items():
                found[home, month, item] += amount
        for name, row in self._last_words(WAGES):
            home = self.home_of(name, int(Month.parse(row["month"])))
            if home is not None:
                found[home, row["month"], "wage"] += Decimal(row["wage"])
                found[home, row["month"], "good_wages"] += int(row["wage"]) >= 1000
        paid = {
            (self.homes.household(written), row["month"]): Decimal(row["paid"])
            for feed, written, row in self.papers
            if feed == RELIEF
        }
        found |= {(*place, "relief"): amount for place, amount in paid.items()}
        counts = {(*place, "patients"): Decimal(len(who)) for place, who in patients.items()}
        return {place: amount for place, amount in (dict(found) | counts).items() if amount}

    def _last_words(self, feed: str) -> list[tuple[str, Row]]:
        """Whom each record is about, as far as anyone can tell, and what was said last of it.

        What bears a right number, or none, is a record of its own; a wrong number waits beside it for
        somebody to tell whose it is, and says nothing where a record with a number is known.
        """
        records: dict[Any, tuple[str, Row]] = {}
        waiting: dict[Any, list[tuple[int, str, Row]]] = defaultdict(list)
        for turn, (of, name, row) in enumerate(self.papers):
            if of != feed:
                continue
            told = name if self._is_told(name, row) else ""
            if not row["id_number"]:
                told = self.joined.get(told_by(row), "")
            elif feed == BILLS:
                told = self.parted.get(target(name, row), told)
            if feed == BILLS:
                key = row["bill_no"]
            else:
                key = told, row["month"]
            if not row["id_number"] or is_right(name, row):
                if feed == BILLS or told:
                    records[key] = told, row | {"turn": turn}
            elif told:
                waiting[key].append((turn, told, row))
        for key, rows in waiting.items():
            turn, told, row = rows[-1]
            record = records.get(key)
            if record is None or (
                not record[1]["id_number"] and (not record[0] or record[1]["turn"] < turn)
            ):
                records[key] = told, row
        return [(told, row) for told, row in records.values() if told]

    def is_joined(self, row: Row) -> bool:
        """Whether an official gave a row of a wrong name alone to someone."""
        return told_by(row) in self.joined

    def _is_told(self, name: str, row: Row) -> bool:
        """Not as long as the registry has told nobody's number like it."""
        return any(written_as(row["id_number"], one) for one in self.numbers[name])
