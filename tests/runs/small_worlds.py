"""Small random worlds of two villages: who lives there, what offices send and what officials decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Literal

from fangpin.values.month import Month
from tests.linkage.valley import BILLS, REGISTRY, WAGES, citizen, claim, number, with_wrong_digit

RELIEF = "relief.pay"
DEATHS, CERTIFICATES = "police.deaths", "health.certificates"
OF_DEATHS = (DEATHS, CERTIFICATES)
VILLAGES = {home: "H01" if home in "ABEGIKM" else "H02" for home in "ABCDEFGHIJKLMN"}
BORN = {
    "李竹喜": "1971-03-08",
    "王玉兰": "1973-06-21",
    "周大力": "1950-01-01",
    "陈小妹": "2012-05-05",
    "赵文武": "1988-11-30",
    "孙桂英": "1946-07-07",
    "钱多多": "2000-02-29",
    "吴国强": "1979-09-09",
    "郑秀珍": "1982-12-12",
    "冯双庆": "1998-05-05",
}
BEGIN = 8
"""So many live there at the beginning; the others are born."""
ITEMS = {
    "bills",
    "visits",
    "patients",
    "wage",
    "good_wages",
    "head_bills",
    "farmer_bills",
    "relief",
}
Row = dict[str, Any]
Kind = Literal["send", "hold", "release", "refuse", "part", "join", "take back", "alive"]
JUDGED = ("hold", "release", "refuse")
"""What an official says of a whole delivery."""


@dataclass
class Villager:
    """Who someone is: the numbers borne one after the other, and the home of now."""

    name: str
    place: int
    home: str | None
    numbers: list[str] = field(default_factory=list)
    moves: bool = True
    is_renumbered: bool = True
    untold: str = ""
    """What changed since the registry last listed them; of two at once nobody could tell who it is."""

    def renumber(self, random: Random) -> None:
        serial = 10 * self.place + 11 + 2 * random.randint(0, 3)
        self.numbers.append(number(BORN[self.name], serial))


@dataclass(frozen=True)
class Act:
    """A file that came, or a decision on an earlier one (`of`: its place among the acts).

    `part` takes one row of a file, and every claim that says the same, from the one it is truly about,
    and gives it to another or to nobody; `join` gives one that says a wrong name alone to someone; `take
    back` undoes either; `alive` answers a reported death.
    """

    on: date
    kind: Kind
    feed: str = ""
    rows: tuple[tuple[str, Row], ...] = ()
    """Each with the name of the one it is truly about, or the household's number."""
    of: int = -1
    row: int = -1
    to: str = ""
    """To whom a parted row is given; nobody where it is empty."""


def world(seed: int) -> list[Act]:
    """The acts of some months, each on a day of its own."""
    random = Random(seed)
    names = list(BORN)
    people = [
        Villager(name, place, random.choice("ABCD") if place else "A")
        for place, name in enumerate(names[:BEGIN])
    ]
    for one in people:
        one.renumber(random)
    day = date(2020, 1, 5)
    is_withdrawn = random.random() < 0.4
    """A registry may be set aside. Then whoever moves is not renumbered: of both at once nobody could
    tell who it is."""
    for one in people:
        one.moves = not is_withdrawn or random.random() < 0.5
        one.is_renumbered = not is_withdrawn or not one.moves
    acts = [Act(day, "send", REGISTRY, _listed(people, set(VILLAGES.values()), day, random))]
    for _ in range(random.randint(5, 9)):
        day += timedelta(days=random.randint(1, 25))
        feeds = [REGISTRY, REGISTRY, BILLS, BILLS, BILLS, WAGES, WAGES, "again", *OF_DEATHS]
        feeds += [REGISTRY, REGISTRY, RELIEF, RELIEF]
        feed = random.choice(feeds)
        if feed == REGISTRY:
            _live_on(people, names, random, is_withdrawn=is_withdrawn)
            villages = set(random.choice([["H01", "H02"], ["H01"], ["H02"], ["H01", "H02"]]))
            told = day - timedelta(days=random.choice([0, 0, 0, 40]))
            rows = _listed(people, villages, told, random)
            listed = {name for name, _ in rows}
            for one in people:
                one.untold = "" if one.name in listed else one.untold
        elif feed == RELIEF:
            rows = _relief(random)
        elif feed == "again":
            feed, rows = _again(acts, random)
        else:
            rows = _papers(feed, [one for one in people if one.numbers], day, random)
        acts += [Act(day, "send", feed, rows)] if rows else []
        for decide in (_judge, _part, _join, _take_back, _see_alive):
            found = decide(acts, day + timedelta(days=1), random, is_withdrawn)
            if found is not None:
                day += timedelta(days=1)
                acts.append(found)
    return acts


def _again(acts: list[Act], random: Random) -> tuple[str, tuple[tuple[str, Row], ...]]:
    """The rows of an earlier file of bills or wages in another order."""
    files = [one for one in acts if one.feed in (BILLS, WAGES) and len(one.rows) > 1]
    if not files:
        return BILLS, ()
    of = random.choice(files)
    rows = tuple(random.sample(of.rows, len(of.rows)))
    is_sent = any(one.rows == rows for one in acts)
    return of.feed, () if is_sent else rows


def _judge(acts: list[Act], day: date, random: Random, is_withdrawn: bool) -> Act | None:
    files = [
        at
        for at, one in enumerate(acts)
        if at and one.kind == "send" and (is_withdrawn or one.feed != REGISTRY)
    ]
    if not files or random.random() >= 0.3:
        return None
    kind: Kind = random.choice(["hold", "release", "refuse"])
    return Act(day, kind, of=random.choice(files))


def _part(acts: list[Act], day: date, random: Random, _: bool) -> Act | None:
    """Of the rows of those whom the first registry lists: nobody else has a number for certain."""
    known = [name for name, _ in acts[0].rows]
    parted = {target(*acts[one.of].rows[one.row]) for one in acts if one.kind == "part"}
    rows = [
        (at, no)
        for at, one in enumerate(acts)
        if one.feed == BILLS
        for no, (name, row) in enumerate(one.rows)
        if name in known and row["id_number"] and target(name, row) not in parted
    ]
    if not rows or random.random() >= 0.3:
        return None
    at, no = random.choice(rows)
    others = [name for name in known if name != acts[at].rows[no][0]]
    return Act(day, "part", of=at, row=no, to=random.choice(["", *others[:2]]))


def _join(acts: list[Act], day: date, random: Random, _: bool) -> Act | None:
    """Of the rows that say a wrong name alone."""
    joined = {told_by(acts[one.of].rows[one.row][1]) for one in acts if one.kind == "join"}
    rows = [
        (at, no)
        for at, one in enumerate(acts)
        if one.feed == BILLS
        for no, (_, row) in enumerate(one.rows)
        if not row["id_number"] and told_by(row) not in joined
    ]
    if not rows or random.random() >= 0.5:
        return None
    at, no = random.choice(rows)
    return Act(day, "join", of=at, row=no, to=random.choice(acts[0].rows)[0])


def _take_back(acts: list[Act], day: date, random: Random, _: bool) -> Act | None:
    back = {one.of for one in acts if one.kind == "take back"}
    parted = [at for at, one in enumerate(acts) if one.kind in ("part", "join") and at not in back]
    if not parted or random.random() >= 0.2:
        return None
    return Act(day, "take back", of=random.choice(parted))


def _see_alive(acts: list[Act], day: date, random: Random, _: bool) -> Act | None:
    deaths = [at for at, one in enumerate(acts) if one.feed in OF_DEATHS]
    if not deaths or random.random() >= 0.3:
        return None
    return Act(day, "alive", of=random.choice(deaths), row=0)


def _live_on(
    people: list[Villager], names: list[str], random: Random, *, is_withdrawn: bool
) -> None:
    """People move, leave and return, have their numbers corrected, are born and given a number; whole
    households move, and where one keeps the number another may be renumbered on the way; households get
    a number that nobody had, with a newborn or parted in two."""
    for one in people:
        happens = random.random()
        if happens < 0.12 and one.moves and one.untold in ("", "moved"):
            one.home, one.untold = random.choice([*VILLAGES, None]), "moved"
        elif happens < 0.3 and one.is_renumbered and one.untold in ("", "number"):
            one.renumber(random)
            one.untold = "number"
    if random.random() < 0.5:
        home = random.choice([one.home for one in people if one.home] or [""])
        family = [one for one in people if one.home == home]
        if family and all(one.moves and not one.untold for one in family):
            new = random.choice(list(VILLAGES))
            for one in family:
                one.home, one.untold = new, "both"
            if len(family) > 1 and not is_withdrawn and random.random() < 0.8:
                random.choice(family).renumber(random)
    if random.random() < 0.6:
        _renumber_household(people, names, random, is_withdrawn=is_withdrawn)
    if random.random() < 0.4 and len(people) < len(names):
        born = Villager(names[len(people)], len(people), random.choice("ABCD"))
        born.moves, born.untold = not is_withdrawn, "number"
        people.append(born)


def _renumber_household(
    people: list[Villager], names: list[str], random: Random, *, is_withdrawn: bool
) -> None:
    homes = sorted({one.home for one in people if one.home})
    chosen = random.choice(homes or [""])
    family = [one for one in people if one.home == chosen]
    fresh = [home for home in VILLAGES if home not in homes]
    if not family or len(fresh) < 2 or any(not one.moves or one.untold for one in family):
        return
    new, other = random.sample(fresh, 2)
    is_parted = len(family) > 1 and random.random() < 0.3
    parted = random.sample(family, random.randint(1, len(family) - 1)) if is_parted else []
    for one in family:
        one.home, one.untold = (other if one in parted else new), "both"
    if random.random() < 0.4 and len(people) < len(names):
        born = Villager(names[len(people)], len(people), new)
        born.moves, born.untold = not is_withdrawn, "number"
        people.append(born)


def _relief(random: Random) -> tuple[tuple[str, Row], ...]:
    """Paid to some households, under numbers of before, of now and of nobody."""
    months = ["2019-12", "2020-01", "2020-02"]
    paid = {
        (home, random.choice(months)): str(random.randint(1, 900))
        for home in random.sample(list(VILLAGES), 5)
    }
    return tuple(
        (home, {"household_no": home, "month": month, "paid": amount})
        for (home, month), amount in paid.items()
    )


def _listed(
    people: list[Villager], villages: set[str], day: date, random: Random
) -> tuple[tuple[str, Row], ...]:
    found = []
    heads: set[str] = set()
    for one in people:
        if one.home is None or VILLAGES[one.home] not in villages:
            continue
        more = {
            "id_number": one.numbers[-1] if one.numbers else "",
            "village": VILLAGES[one.home],
            "relation": "other" if one.home in heads else "head",
            "trade": random.choice(["farmer", "smith"]),
            "month": str(Month.containing(day)),
        }
        heads.add(one.home)
        row = citizen(one.home, one.place + 1, one.name, BORN[one.name], None, **more)
        found.append((one.name, row))
    if found and random.random() < 0.2:
        # Registered twice: where someone lives the later row says.
        name, row = random.choice(found)
        homes = [home for home in VILLAGES if VILLAGES[home] in villages]
        other = random.choice(homes)
        if other != row["household_no"]:
            twice = {"household_no": other, "village": VILLAGES[other], "relation": "other"}
            found.insert(0, (name, row | twice))
    return tuple(found)


def _papers(
    feed: str, people: list[Villager], day: date, random: Random
) -> tuple[tuple[str, Row], ...]:
    found: list[tuple[str, Row]] = []
    if feed == BILLS:
        for no in random.sample(range(14), random.randint(1, 5)):
            one = random.choice(people)
            written, form = random.choice(one.numbers), random.random()
            called, born = one.name, BORN[one.name]
            if form < 0.1:
                written += random.choice(["11", "43", "12B1"])  # a certificate, and another grade
            elif form < 0.25:
                written = with_wrong_digit(written, 16)
            elif form < 0.35 and born < "2000":
                written = written[:6] + written[8:17]  # as it was before 1999
            elif form < 0.45:
                written, called, born = "", f"某{one.name[0]}", ""
            paid = day - timedelta(days=random.choice([1, 35, 200, 400]))
            share = f"{random.randint(1, 900000) / 100:.2f}"
            row = claim(str(no), written, called, born=born, day=str(paid), own_share=share)
            found.append((one.name, row))
    for one in random.sample(people, 3) if feed == WAGES else ():
        month = random.choice(["2019-12", "2020-01", "2020-02"])
        row = {"worker_name": one.name, "id_number": random.choice(one.numbers), "month": month}
        if random.random() < 0.2:
            row["id_number"] = with_wrong_digit(row["id_number"], 16)
        found.append((one.name, row | {"wage": str(random.randint(1, 3000)), "bonus": ""}))
    for one in random.sample(people, 1) if feed == DEATHS else ():
        died = day - timedelta(days=random.randint(1, 60))
        row = {"id_number": random.choice(one.numbers), "reason": random.choice(["death", "moved"])}
        row |= {"died": str(died), "reported": str(Month.containing(day))}
        found.append((one.name, row))
    for one in random.sample(people, 1) if feed == CERTIFICATES else ():
        died = day - timedelta(days=random.randint(1, 60))
        row = {"id_number": random.choice(one.numbers)}
        row |= {"died": str(died), "reported": str(Month.containing(day))}
        found.append((one.name, row))
    return tuple(found)


def written_as(written: str, number: str) -> bool:
    """Whether it is this number as offices write it: whole, before 1999, of a certificate, or with a
    wrong digit."""
    forms = {number, number[:6] + number[8:17], with_wrong_digit(number, 16)}
    return written in forms or (len(written) > 18 and written[:18] == number)


def is_right(name: str, row: Row) -> bool:
    """Whether the number tells by itself whose the row is."""
    right = _right_numbers(name)
    return row["id_number"] in right | {one[:6] + one[8:17] for one in right}


def told_by(row: Row) -> tuple[str, str]:
    return row["bill_no"], row["patient_name"]


def number_meant(name: str, row: Row) -> str:
    """The right number that the written one stands for."""
    return next(one for one in _right_numbers(name) if written_as(row["id_number"], one))


def target(name: str, row: Row) -> Any:
    """What an official says of it holds for: of a claim all that say the same, else the record and number."""
    return (row["bill_no"], number_meant(name, row)) if is_right(name, row) else row["id_number"]


def _right_numbers(name: str) -> set[str]:
    place = list(BORN).index(name)
    return {number(BORN[name], 10 * place + 11 + 2 * step) for step in range(4)}
