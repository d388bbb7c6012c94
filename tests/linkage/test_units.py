"""Registration and purse are two things: who counts in a household, and who is only listed there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engines.duckdb import connect
from fangpin.linkage.registry.households import make_spine
from fangpin.linkage.units import Difference, differences, latest_month
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.runs.parts.registrations import (
    count_in_no_household,
    in_no_household,
    registrations_of_household,
)
from fangpin.values.month import Month
from tests.linkage.valley import (
    EARLY,
    LATER,
    REGISTRY,
    WAGES,
    Valley,
    citizen,
    number,
    valley_pack,
)

REGISTRATION = "police.booklets"
FEED = """\
department: police
title: {zh: 警, en: Police}
short: {zh: 警, en: Police}
feeds:
  - feed: police.booklets
    title: {zh: 户口, en: Booklets}
    subject: person
    subject_field: id_number
    frequency: monthly
    absence: unknown
    key: [id_number, month]
    dated_by: month
    source: hill_law
    status: published
    fields:
      - {field: booklet, title: {zh: 户口簿号, en: Booklet}, type: text, required: true}
      - {field: name, title: {zh: 姓名, en: Name}, type: name}
      - {field: birth_date, title: {zh: 出生日期, en: Date of birth}, type: date}
      - {field: id_number, title: {zh: 证号, en: Identity number}, type: identifier, scheme: gb11643}
      - {field: village, title: {zh: 村, en: Village}, type: division}
      - field: kind
        title: {zh: 性质, en: Kind}
        type: code
        values: {rural: [农业, rural], urban: [非农, urban]}
      - {field: month, title: {zh: 月份, en: Month}, type: month, required: true}
"""
UNIT = """\
household_units:
  - unit: booklet
    title: {zh: 户口簿, en: Booklet}
    feed: police.booklets
    number: booklet
    division: village
    lives_here_only: {zh: 只住此处, en: Only lives here}
    listed_here_only: {zh: 只登记此处, en: Only listed here}
    must_be_listed: {field: kind, is_one_of: [rural]}
    in_no_household: {zh: 哪一户都没有, en: In no household}
"""
HUSBAND, WIFE, DAUGHTER, HER_HUSBAND = (
    number("1970-01-01", 11),
    number("1972-02-02", 22),
    number("1995-03-03", 32),
    number("1993-04-04", 41),
)


@pytest.fixture(scope="session")
def pack_with_booklets(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("booklets")
    valley_pack(repository, folder)
    place = folder / "hillside"
    (place / "feeds" / "police.yaml").write_text(FEED, encoding="utf-8")
    header = place / "pack.yaml"
    header.write_text(header.read_text(encoding="utf-8") + UNIT, encoding="utf-8")
    return load_pack(place)


@pytest.fixture
def valley(tmp_path: Path, pack_with_booklets: Pack) -> Valley:
    """A wife who married in and kept her registration; a daughter who married out and kept hers."""
    opened = Valley(tmp_path, pack_with_booklets)
    opened.send(
        REGISTRY,
        [
            citizen("A", 1, "李竹喜", "1970-01-01", 11),
            citizen("A", 2, "王玉兰", "1972-02-02", 22),
            citizen("B", 1, "赵大力", "1993-04-04", 41, village="H02"),
            citizen("B", 2, "李小竹", "1995-03-03", 32, village="H02"),
        ],
        on=EARLY,
    )
    return opened


def booklets(
    valley: Valley,
    *rows: tuple[str, str, str],
    month: str = "2020-02",
    kind: str = "rural",
    name: str = "",
    born: str = "",
) -> None:
    valley.send(
        REGISTRATION,
        [
            {
                "booklet": booklet,
                "name": "" if who else name,
                "birth_date": "" if who else born,
                "id_number": who,
                "village": village,
                "kind": kind,
                "month": month,
            }
            for booklet, who, village in rows
        ],
    )


def found(valley: Valley) -> list[Difference]:
    snapshot = valley.snapshot(LATER)
    with connect(threads=1) as engine:
        told = differences(
            engine=engine,
            pack=valley.pack,
            state=snapshot.registry,
            arrivals=snapshot.arrivals,
            linked=snapshot.linked,
        )
    assert all(one.row[0] == REGISTRATION and one.row[2] > 1 for one in told)
    return [replace(one, row=("", "", 0)) for one in told]


def test_who_lives_here_and_is_registered_elsewhere_counts_here(valley: Valley) -> None:
    booklets(valley, ("K1", HUSBAND, "H01"), ("K9", WIFE, "H09"))

    assert found(valley) == [
        Difference(
            "booklet",
            valley.ref("A"),
            valley.person(WIFE),
            "lives_here_only",
            "H09",
            valley.ref("A"),
        )
    ]
    assert members(valley) == {"A": 2, "B": 2}


def test_who_is_only_registered_here_counts_where_the_purse_is(valley: Valley) -> None:
    booklets(valley, ("K1", HUSBAND, "H01"), ("K1", DAUGHTER, "H01"), ("K2", HER_HUSBAND, "H02"))
    valley.send(
        WAGES,
        [
            {"worker_name": "李小竹", "id_number": DAUGHTER, "month": "2020-02", "wage": "900"}
            | {"bonus": ""}
        ],
    )

    listed = {(one.household_ref, one.presence, one.counted_in) for one in found(valley)}

    assert listed == {
        (valley.ref("A"), "listed_here_only", valley.ref("B")),
        (valley.ref("B"), "lives_here_only", valley.ref("B")),
    }
    assert members(valley) == {"A": 2, "B": 2}
    wages = {
        home: amount for (home, _, item), amount in valley.amounts(LATER).items() if item == "wage"
    }
    assert wages == {"B": 900}, "her wage is income where she shares the purse"


def test_one_who_is_registered_and_in_no_household_counts_nowhere(valley: Valley) -> None:
    stranger = number("1999-09-09", 91)
    booklets(valley, ("K1", HUSBAND, "H01"), ("K1", stranger, "H01"))

    (only,) = found(valley)

    assert (only.presence, only.person_ref, only.counted_in) == (
        "listed_here_only",
        valley.person(stranger),
        None,
    )
    assert members(valley) == {"A": 2, "B": 2}


LONE, CHILD = number("1950-05-05", 71), number("2015-05-05", 72)


def test_a_booklet_of_which_no_household_lists_anyone_is_someone_unwatched(
    valley: Valley,
) -> None:
    """Screening covers every person with a rural registration: OC-014."""
    booklets(valley, ("K1", HUSBAND, "H01"), ("K7", LONE, "H01"), ("K7", CHILD, "H01"))

    assert [
        (one.presence, one.household_ref, one.person_ref, one.division, one.counted_in)
        for one in sorted(found(valley), key=lambda one: one.person_ref)
    ] == [
        ("in_no_household", None, person_ref, "H01", None)
        for person_ref in sorted((valley.person(LONE), valley.person(CHILD)))
    ]
    run = valley.run(LATER)
    assert count_in_no_household(run.folder, ["H"]) == {"H01": 2}
    assert count_in_no_household(run.folder, ["H02"]) == {}
    assert {one.person_ref for one in in_no_household(run.folder, ["H01"])} == {
        valley.person(LONE),
        valley.person(CHILD),
    }
    assert members(valley) == {"A": 2, "B": 2}


@pytest.mark.parametrize(("village", "kind"), [("H01", "urban"), ("H03", "rural")])
def test_whoever_need_not_be_listed_or_lives_where_no_registry_reaches_is_not_asked_about(
    valley: Valley, village: str, kind: str
) -> None:
    booklets(valley, ("K7", LONE, village), kind=kind)

    assert found(valley) == []


def test_a_run_tells_a_household_what_differs_and_moves_nobody(valley: Valley) -> None:
    before = valley.amounts(LATER)
    booklets(valley, ("K1", HUSBAND, "H01"), ("K9", WIFE, "H09"), ("K1", DAUGHTER, "H01"))
    run = valley.run(LATER)

    told = registrations_of_household(run_folder=run.folder, household_ref=valley.ref("A"))

    assert {(one.presence, one.person_ref, one.counted_in) for one in told} == {
        ("lives_here_only", valley.person(WIFE), valley.ref("A")),
        ("listed_here_only", valley.person(DAUGHTER), valley.ref("B")),
    }
    assert valley.amounts(LATER) == before


def test_the_latest_month_is_what_counts_and_unknown_is_no_difference(valley: Valley) -> None:
    assert found(valley) == []
    (unit,) = valley.pack.header.household_units
    assert latest_month(unit, arrivals(valley.home)) is None

    booklets(valley, ("K9", WIFE, "H09"))
    booklets(valley, ("K1", WIFE, "H01"), month="2020-03")

    assert found(valley) == []
    assert latest_month(unit, arrivals(valley.home)) == Month.of(2020, 3)


def test_a_registration_under_a_former_number_is_its_persons(valley: Valley) -> None:
    booklets(valley, ("K1", HUSBAND, "H01"), ("K1", WIFE, "H01"), ("K2", HER_HUSBAND, "H02"))
    valley.send(
        REGISTRY,
        [
            citizen("A", 1, "李竹喜", "1970-01-01", 13, month="2020-04"),
            citizen("A", 2, "王玉兰", "1972-02-02", 22, month="2020-04"),
        ],
        on=date(2020, 5, 2),
    )

    assert found(valley) == [], "he is registered where he lives"


def test_a_registration_without_a_number_is_of_whom_linkage_found(
    valley: Valley,
) -> None:
    """A row under no number is no stranger where name, birth date and village tell whose it is."""
    booklets(valley, ("K1", HUSBAND, "H01"), ("K1", "", "H01"), name="王玉兰", born="1972-02-02")

    assert found(valley) == []


def test_the_national_pack_keeps_registration_apart_from_the_purse(repository: Path) -> None:
    pack = load_pack(repository / "packs" / "cn_hunan_chenzhou")
    assert pack.header.deaths is not None, "a county inherits both from the nation"

    (unit,) = pack.header.household_units
    registry = pack.header.registry
    assert registry is not None and unit.feed != registry.feed
    assert unit.number in {field.field for field in pack.contracts[unit.feed].fields}
    assert unit.division in {field.field for field in pack.contracts[unit.feed].fields}


def members(valley: Valley) -> dict[str, int]:
    """Household number -> members by the registry, as the pack's attribute counts them."""
    state = valley.snapshot(LATER).registry
    with connect(threads=1) as engine:
        engine.view_files("people_rows", [state.people])
        make_spine(
            engine=engine,
            pack=valley.pack,
            people="people_rows",
            month=Month.containing(date(2020, 11, 30)),
            name="spine",
        )
        rows = dict(engine.rows("SELECT household_ref, household_size FROM spine"))
    return {home: rows[valley.ref(home)] for home in ("A", "B")}
