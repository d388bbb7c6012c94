"""Reported dead by one office, paid or treated by another: people are asked, nothing else changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangpin.backtest import replay
from fangpin.linkage.decisions import Decision, append
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.runs.parts.deaths import conflicts_of_household, conflicts_of_run, held_rules
from fangpin.values.month import Month
from tests.linkage.valley import (
    BILLS,
    EARLY,
    REGISTRY,
    WAGES,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
)
from tests.looking import rows_of

DEATHS, CERTIFICATES = "police.deaths", "health.certificates"
FEEDS = """\
department: police
title: {zh: 警, en: Police}
short: {zh: 警, en: Police}
feeds:
  - feed: police.deaths
    title: {zh: 注销, en: Cancelled}
    subject: person
    subject_field: id_number
    frequency: monthly
    absence: zero
    key: [id_number]
    dated_by: reported
    source: hill_law
    status: published
    fields:
      - {field: id_number, title: {zh: 证号, en: Identity number}, type: identifier, scheme: gb11643}
      - {field: reason, title: {zh: 原因, en: Reason}, type: code,
         values: {death: [死亡, death], moved: [迁出, moved]}}
      - {field: died, title: {zh: 日期, en: Day}, type: date}
      - {field: reported, title: {zh: 月份, en: Month}, type: month, required: true}
  - feed: health.certificates
    title: {zh: 证明, en: Certificates}
    subject: person
    subject_field: id_number
    frequency: monthly
    absence: zero
    key: [id_number]
    dated_by: reported
    source: hill_law
    status: published
    fields:
      - {field: id_number, title: {zh: 证号, en: Identity number}, type: identifier, scheme: gb11643}
      - {field: died, title: {zh: 日期, en: Day}, type: date, required: true}
      - {field: reported, title: {zh: 月份, en: Month}, type: month, required: true}
"""
HEADER = """\
deaths:
  source: hill_law
  status: published
  months: 12
  told_by:
    - {feed: police.deaths, where: {field: reason, is_one_of: [death]}, on: died}
    - {feed: health.certificates, on: died}
  contradicted_by:
    - {feed: health.bills, on: paid_date}
    - {feed: work.wages}
"""
LI, WIFE, LONE = number("1971-03-08", 33), number("1972-02-02", 22), number("1940-05-05", 51)
PEOPLE = [
    citizen("A", 1, "李竹喜", "1971-03-08", 33),
    citizen("A", 2, "王玉兰", "1972-02-02", 22),
    citizen("L", 1, "孤老人", "1940-05-05", 51, village="H02"),
]
AS_OF = date(2020, 7, 5)


@pytest.fixture(scope="session")
def pack_with_deaths(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("deaths")
    valley_pack(repository, folder)
    place = folder / "hillside"
    (place / "feeds" / "police.yaml").write_text(FEEDS, encoding="utf-8")
    header = place / "pack.yaml"
    header.write_text(header.read_text(encoding="utf-8") + HEADER, encoding="utf-8")
    return load_pack(place)


@pytest.fixture(scope="module")
def once_registered(tmp_path_factory: pytest.TempPathFactory, pack_with_deaths: Pack) -> Valley:
    """A valley whose registry has come; others are copies of it."""
    opened = Valley(tmp_path_factory.mktemp("registered"), pack_with_deaths)
    opened.send(REGISTRY, PEOPLE, on=EARLY)
    return opened


@pytest.fixture
def valley(once_registered: Valley, tmp_path: Path) -> Valley:
    return once_registered.copied(tmp_path)


def death(who: str, died: str, *, reason: str = "death", month: str = "2020-05") -> dict[str, Any]:
    return {"id_number": who, "reason": reason, "died": died, "reported": month}


def bill(no: str, who: str, day: str, own_share: str = "100") -> dict[str, Any]:
    return claim(no, who, "李竹喜", day=day, own_share=own_share)


def hits(folder: Path) -> set[tuple[int, str]]:
    return {(row["household_ref"], row["rule"]) for row in rows_of(folder / "hits.parquet")}


def say(valley: Valley, kind: str, who: str, at: datetime) -> None:
    append(
        valley.home,
        Decision(kind=kind, at=at, by="fang", reason="visited", person_ref=valley.person(who)),  # type: ignore[arg-type]
    )


def test_a_bill_after_a_reported_death_is_listed_and_changes_no_figure(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LI, "2020-05-02"), bill("2", LI, "2020-05-20")])
    before = valley.amounts(AS_OF)
    valley.send(DEATHS, [death(LI, "2020-05-10")])

    run = valley.run(AS_OF)

    (conflict,) = conflicts_of_run(run.folder)
    assert (conflict.person_ref, conflict.household_ref) == (valley.person(LI), valley.ref("A"))
    assert [one.happened_on for one in conflict.rows] == [date(2020, 5, 20)]
    assert [(one.feed, one.died) for one in conflict.told] == [(DEATHS, date(2020, 5, 10))]
    assert conflicts_of_household(run_folder=run.folder, household_ref=valley.ref("L")) == []
    assert valley.amounts(AS_OF) == before


def test_wages_of_the_month_of_death_contradict_nothing_those_after_do(valley: Valley) -> None:
    wage = {"worker_name": "李竹喜", "id_number": LI, "wage": "900", "bonus": ""}
    valley.send(WAGES, [wage | {"month": "2020-05"}, wage | {"month": "2020-06"}])
    valley.send(DEATHS, [death(LI, "2020-05-10")])

    (conflict,) = conflicts_of_run(valley.run(AS_OF).folder)

    assert [str(one.month) for one in conflict.rows] == ["2020-06"]


def test_a_reason_that_is_no_death_tells_none(valley: Valley) -> None:
    valley.send(DEATHS, [death(LI, "2020-05-10", reason="moved")])
    valley.send(BILLS, [bill("1", LI, "2020-05-20")])

    assert conflicts_of_run(valley.run(AS_OF).folder) == []


def test_no_rule_fires_on_a_dead_person_alone_and_the_answer_lets_it(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LI, "2020-06-20", "9000")])
    free = valley.run(AS_OF)
    raised = {rule for household, rule in hits(free.folder) if household == valley.ref("A")}
    assert raised, "the bill is an alert of its own"

    valley.send(DEATHS, [death(LI, "2020-06-10", month="2020-06")])
    held = valley.run(AS_OF)

    left = {rule for household, rule in hits(held.folder) if household == valley.ref("A")}
    waiting = set(held_rules(held.folder, [valley.ref("A")])[valley.ref("A")])
    assert waiting and left == raised - waiting
    for rule in waiting:
        assert held.outcomes[rule]["hit"] == free.outcomes[rule]["hit"] - 1
        assert held.outcomes[rule]["suppressed"] == free.outcomes[rule]["suppressed"] + 1
    assert (
        not {
            row["rule"]
            for row in rows_of(held.folder / "evidence.parquet")
            if row["household_ref"] == valley.ref("A")
        }
        & waiting
    )

    say(valley, "alive", LI, datetime(2020, 7, 4, 9, tzinfo=UTC))
    answered = valley.run(AS_OF)
    assert answered.folder != held.folder
    assert hits(answered.folder) == hits(free.folder)
    assert conflicts_of_run(answered.folder) == []


def test_a_bill_of_a_living_member_still_raises_its_alert(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LI, "2020-06-20", "5000"), bill("2", WIFE, "2020-06-21", "5000")])
    free = valley.run(AS_OF)
    valley.send(DEATHS, [death(LI, "2020-06-10", month="2020-06")])

    held = valley.run(AS_OF)

    assert hits(held.folder) == hits(free.folder)
    assert held_rules(held.folder, [valley.ref("A")]) == {}
    assert len(conflicts_of_run(held.folder)) == 1, "a person looks all the same"


def test_a_household_of_which_nobody_is_left_raises_nothing(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LONE, "2020-06-05", "9000")])
    assert any(household == valley.ref("L") for household, _ in hits(valley.run(AS_OF).folder))
    valley.send(DEATHS, [death(LONE, "2020-06-10", month="2020-06")])

    run = valley.run(AS_OF)

    assert not any(household == valley.ref("L") for household, _ in hits(run.folder))
    assert held_rules(run.folder, [valley.ref("L")])
    assert conflicts_of_run(run.folder) == [], "the bill is from before the death"


def test_a_row_between_two_reported_days_is_asked_about_and_holds_nothing(valley: Valley) -> None:
    """Registrations are cancelled after the death: between the two days nothing is certain."""
    valley.send(BILLS, [bill("1", LI, "2020-06-15", "9000")])
    free = valley.run(AS_OF)
    valley.send(CERTIFICATES, [{"id_number": LI, "died": "2020-06-10", "reported": "2020-06"}])
    valley.send(DEATHS, [death(LI, "2020-06-20", month="2020-06")])

    run = valley.run(AS_OF)

    (conflict,) = conflicts_of_run(run.folder)
    assert [one.died for one in conflict.told] == [date(2020, 6, 10), date(2020, 6, 20)]
    assert hits(run.folder) == hits(free.folder)


def test_seen_alive_answers_every_earlier_report_and_no_later_one(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LI, "2020-05-20"), bill("2", LI, "2020-06-25")])
    valley.send(DEATHS, [death(LI, "2020-05-10")])
    say(valley, "alive", LI, datetime(2020, 6, 1, 9, tzinfo=UTC))
    assert conflicts_of_run(valley.run(AS_OF).folder) == []
    assert len(conflicts_of_run(valley.run(date(2020, 5, 31)).folder)) == 1, "nobody had said so"

    valley.send(CERTIFICATES, [{"id_number": LI, "died": "2020-06-20", "reported": "2020-06"}])

    (conflict,) = conflicts_of_run(valley.run(AS_OF).folder)
    assert [one.happened_on for one in conflict.rows] == [date(2020, 6, 25)]


def test_a_confirmed_death_stays_listed_and_goes_on_holding(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LI, "2020-06-20", "9000")])
    valley.send(DEATHS, [death(LI, "2020-06-10", month="2020-06")])
    before = valley.run(AS_OF)
    say(valley, "dead", LI, datetime(2020, 7, 4, 9, tzinfo=UTC))

    after = valley.run(AS_OF)

    assert conflicts_of_run(after.folder) == conflicts_of_run(before.folder)
    assert hits(after.folder) == hits(before.folder)


def test_a_pack_that_declares_no_deaths_writes_none(tmp_path: Path, repository: Path) -> None:
    plain = Valley(tmp_path, valley_pack(repository, tmp_path / "pack"))
    plain.send(REGISTRY, PEOPLE, on=EARLY)

    folder = plain.run(AS_OF).folder

    assert not (folder / "deaths.parquet").exists()
    assert conflicts_of_run(folder) == [] and held_rules(folder, [1]) == {}


# ── a back-test ─────────────────────────────────────────────────────────────────────────────────


def replayed(valley: Valley, rule: str) -> tuple[list[int], dict[int, int]]:
    """Hits of each month from April to August 2020, and the month of each household's first."""
    found = replay(
        valley.home,
        valley.pack,
        rule=rule,
        parameters={},
        from_month=Month.parse("2020-04"),
        to_month=Month.parse("2020-08"),
        run_day=5,
    )
    return [month.hits for month in found.months], dict(found.first_hit)


@pytest.mark.parametrize("rule", ["high_bills", "struck_home", "odd_relief"])
def test_a_back_test_tells_hits_as_the_runs_of_those_days_do(valley: Valley, rule: str) -> None:
    """Held from its first run until Li was seen alive; the lone one's for good, his wife's never."""
    valley.send(BILLS, [bill("1", LI, "2020-05-20", "9000")], on=date(2020, 6, 1))
    valley.send(BILLS, [bill("2", LONE, "2020-05-05", "9000")], on=date(2020, 6, 2))
    relief = [{"household_no": "A", "month": "2020-05", "paid": "1"}]
    valley.send("relief.pay", relief, on=date(2020, 6, 3))
    deaths = [death(LI, "2020-05-10"), death(LONE, "2020-05-21")]
    valley.send(DEATHS, deaths, on=date(2020, 6, 4))
    say(valley, "alive", LI, datetime(2020, 8, 1, 9, tzinfo=UTC))

    runs = [valley.run(date(2020, month, 5)) for month in range(5, 10)]

    hits, first = replayed(valley, rule)
    assert hits == [one.outcomes[rule]["hit"] for one in runs]
    expected: dict[int, int] = {}
    for one in runs:
        month = int(Month.last_complete(one.as_of))
        for file in ("hits.parquet", "findings.parquet"):
            for row in rows_of(one.folder / file):
                if row["rule"] == rule:
                    expected.setdefault(row["household_ref"], month)
    assert first == expected
    if rule == "high_bills":
        assert expected == {valley.ref("A"): int(Month.parse("2020-07"))}, "not in May and June"


def test_a_back_test_holds_under_every_value_that_is_tried(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LI, "2020-05-20", "1000"), bill("2", WIFE, "2020-05-20", "100")])
    valley.send(DEATHS, [death(LI, "2020-05-10")])

    def tried(line: str) -> set[int]:
        found = replay(
            valley.home,
            valley.pack,
            rule="high_bills",
            parameters={"line.bills": Decimal(line)},
            from_month=Month.parse("2020-05"),
            to_month=Month.parse("2020-05"),
        )
        return set(found.first_hit)

    assert tried("1100") == {valley.ref("A")}, "his wife's bill is one of what it rests on"
    valley.send(BILLS, [bill("2", LI, "2020-05-20", "100")], on=date(2020, 3, 6))
    assert tried("1100") == tried("900") == set()


# ── a number that was corrected ─────────────────────────────────────────────────────────────────

CORRECTED = number("1971-03-08", 35)


def correct(valley: Valley) -> None:
    """The registry gives Li another number."""
    rows = [citizen("A", 1, "李竹喜", "1971-03-08", 35), *PEOPLE[1:]]
    valley.send(REGISTRY, [{**row, "month": "2020-05"} for row in rows], on=date(2020, 5, 28))


@pytest.mark.parametrize(("reported", "billed"), [(LI, CORRECTED), (CORRECTED, LI)])
def test_a_death_under_one_number_is_contradicted_by_a_bill_under_the_other(
    valley: Valley, reported: str, billed: str
) -> None:
    valley.send(DEATHS, [death(reported, "2020-06-10", month="2020-06")])
    valley.send(BILLS, [bill("1", billed, "2020-06-20", "9000")])
    correct(valley)

    run = valley.run(AS_OF)

    (conflict,) = conflicts_of_run(run.folder)
    assert (conflict.person_ref, conflict.household_ref) == (
        valley.person(CORRECTED),
        valley.ref("A"),
    )
    assert held_rules(run.folder, [valley.ref("A")]), "no rule fires on a dead person"
    assert valley.ref("A") not in replayed(valley, "high_bills")[1], "nor does a back-test find one"


def test_a_household_whose_one_member_died_under_a_former_number_is_empty(valley: Valley) -> None:
    valley.send(BILLS, [bill("1", LONE, "2020-06-05", "9000")])
    valley.send(DEATHS, [death(LONE, "2020-06-10", month="2020-06")])
    rows = [*PEOPLE[:2], citizen("L", 1, "孤老人", "1940-05-05", 53, village="H02")]
    valley.send(REGISTRY, [{**row, "month": "2020-05"} for row in rows], on=date(2020, 5, 28))

    assert held_rules(valley.run(AS_OF).folder, [valley.ref("L")])
    assert valley.ref("L") not in replayed(valley, "high_bills")[1]


def test_who_was_seen_alive_under_the_former_number_is_alive(valley: Valley) -> None:
    valley.send(DEATHS, [death(LI, "2020-06-10", month="2020-06")])
    valley.send(BILLS, [bill("1", CORRECTED, "2020-06-20", "9000")])
    correct(valley)
    assert conflicts_of_run(valley.run(AS_OF).folder)
    say(valley, "alive", LI, datetime(2020, 7, 1, 9, tzinfo=UTC))

    assert conflicts_of_run(valley.run(AS_OF).folder) == []


def test_a_death_under_a_number_that_mother_and_child_share_is_asked_about_and_holds_nothing(
    valley: Valley,
) -> None:
    """Nobody knows which of them died: the living one's alert may not wait."""
    child = citizen("A", 3, "李小竹", "2019-09-09", None, id_number=WIFE)
    rows = [*PEOPLE[:2], child, PEOPLE[2]]
    valley.send(REGISTRY, [{**row, "month": "2020-05"} for row in rows], on=date(2020, 5, 28))
    valley.send(BILLS, [bill("1", WIFE, "2020-06-20", "9000")])
    free = valley.run(AS_OF)
    valley.send(DEATHS, [death(WIFE, "2020-06-10", month="2020-06")])

    run = valley.run(AS_OF)

    assert len(conflicts_of_run(run.folder)) == 1
    assert hits(run.folder) == hits(free.folder)
    assert any(household == valley.ref("A") for household, _ in hits(run.folder))


# ── any order of arrival ────────────────────────────────────────────────────────────────────────


@dataclass
class World:
    """What a slow reader of the papers would know: the last word of each key."""

    deaths: dict[str, tuple[str, str]] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)
    bills: dict[str, tuple[str, str]] = field(default_factory=dict)

    def conflicts(self) -> set[tuple[str, str, str]]:
        """(person, bill's day, how many days of death were told)."""
        found = set()
        for who, day in self.bills.values():
            told = [died for reason, died in [self.deaths.get(who, ("", ""))] if reason == "death"]
            told += [self.certificates[who]] if who in self.certificates else []
            if told and day > min(told):
                found.add((who, day, ",".join(sorted(told))))
        return found


DAY = st.dates(date(2020, 4, 1), date(2020, 6, 28)).map(date.isoformat)
WHO = st.sampled_from([LI, WIFE, LONE])
EVENT = st.one_of(
    st.tuples(st.just("bill"), st.sampled_from("abc"), WHO, DAY),
    st.tuples(st.just("death"), WHO, st.sampled_from(["death", "moved"]), DAY),
    st.tuples(st.just("certificate"), WHO, DAY),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=st.lists(EVENT, min_size=1, max_size=7))
def test_the_conflicts_are_those_of_the_last_word_in_any_order_of_arrival(
    tmp_path_factory: pytest.TempPathFactory,
    once_registered: Valley,
    events: list[tuple[str, ...]],
) -> None:
    """Death first, bills first, a death corrected to another day, withdrawn (it was a move), a bill
    corrected to another person or day: after every arrival exactly what a slow reader would list."""
    opened = once_registered.copied(tmp_path_factory.mktemp("order"))
    world = World()
    name_of = {opened.person(who): who for who in (LI, WIFE, LONE)}
    # The same file again is answered with "already received" and says nothing.
    for place, event in enumerate(dict.fromkeys(events)):
        on = date(2020, 6, 29).replace(day=29) if place == 0 else date(2020, 7, place)
        match event:
            case ("bill", no, who, day):
                opened.send(BILLS, [bill(no, who, day)], on=on)
                world.bills[no] = (who, day)
            case ("death", who, reason, day):
                opened.send(DEATHS, [death(who, day, reason=reason, month="2020-06")], on=on)
                world.deaths[who] = (reason, day)
            case ("certificate", who, day):
                row = {"id_number": who, "died": day, "reported": "2020-06"}
                opened.send(CERTIFICATES, [row], on=on)
                world.certificates[who] = day
    run = opened.run(date(2020, 7, 20))

    found = {
        (
            name_of[conflict.person_ref],
            str(row.happened_on),
            ",".join(sorted(one.died.isoformat() for one in conflict.told)),
        )
        for conflict in conflicts_of_run(run.folder)
        for row in conflict.rows
    }
    assert found == world.conflicts()
