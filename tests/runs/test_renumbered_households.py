"""A household that gets another number keeps its alert, its case and its place in the case database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.casework import cases_world
from tests.ledger.village import Lake, person
from tests.looking import rows_of
from tests.runs.loaded import noon, run_and_load
from tests.standing import standing

pytestmark = pytest.mark.django_db

RUN, SENT, NEXT, LATER = date(2020, 6, 10), date(2020, 6, 15), date(2020, 6, 20), date(2020, 6, 28)
OFFICIAL = Scope(official="o", role="r", divisions=("H",), may=frozenset({"report_clue"}))


def register(lake: Lake, homes: dict[str, list[str]], on: date, village: str = "H01") -> None:
    rows = [
        person(home, place + 1, name, month="2020-06", village="H01" if home == "B" else village)
        for home, names in homes.items()
        for place, name in enumerate(names)
    ]
    lake.receive("registry.people", rows, on=on)


def storm(no: str, home: str, damage: str = "10") -> dict[str, Any]:
    return {"report_no": no, "household_no": home, "day": "2020-05-10", "damage": damage}


@pytest.fixture(scope="module")
def once_struck(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    hillside: Pack,
) -> Iterator[Lake]:
    lake = Lake(tmp_path_factory.mktemp("struck"), hillside)
    with standing(django_db_blocker, lambda: begin(lake)) as made:
        yield made


@pytest.fixture
def struck(once_struck: Lake, db: None, tmp_path: Any) -> Lake:
    """The storm has raised an alert of household A, and a case of it is open."""
    return once_struck.copied(tmp_path)


def strike(lake: Lake) -> Lake:
    """The storm, and all that a rule must know of it."""
    register(lake, {"A": ["ann", "abe"], "B": ["bob"]}, date(2020, 1, 3))
    roofs = [
        {"household_no": home, "month": "2020-05", "roof": "straw", "spent": "1"} for home in "AB"
    ]
    lake.receive("farm.survey", roofs, on=date(2020, 6, 2))
    lake.receive("shocks.reports", [storm("1", "A")], on=date(2020, 6, 1))
    return lake


def begin(lake: Lake) -> Lake:
    """See `struck`."""
    strike(lake)
    assert run_and_load(lake, RUN)[1].alerts_raised == 1
    acts.report_clue(
        pack=cases_world.pack(),
        household_ref=lake.ref("A"),
        by=OFFICIAL,
        at=noon(RUN),
        channel="inspection",
    )
    return lake


def test_its_alert_and_its_case_go_on_under_the_number_of_now(struck: Lake) -> None:
    register(struck, {"N": ["ann", "abe", "baby"], "B": ["bob"]}, SENT, village="H02")

    assert run_and_load(struck, NEXT)[1].alerts_raised == 0

    alert, case = Alert.objects.get(), Case.objects.get()
    assert (alert.state, alert.division) == ("open", "H02")
    assert alert.household_id == case.household_id == struck.ref("A")
    home = Household.objects.get(pk=struck.ref("A"))
    assert (home.household_no, home.is_listed, home.count_of_members) == ("N", True, 3)
    assert not Household.objects.filter(pk=struck.ref("N")).exists()


def test_it_is_found_by_every_number_that_it_had(struck: Lake) -> None:
    register(struck, {"N": ["ann", "abe"], "B": ["bob"]}, SENT)
    run_and_load(struck, NEXT)
    register(struck, {"M": ["ann", "abe"], "B": ["bob"]}, NEXT)
    run_and_load(struck, LATER)

    for number in ("A", "n", "M"):
        assert [one.household_no for one in registry.search(OFFICIAL, number)] == ["M"]
        assert registry.household(OFFICIAL, household_no=number.upper()).pk == struck.ref("A")
    assert registry.former_numbers(OFFICIAL, struck.ref("A")) == ["A", "N"]
    assert registry.former_numbers(OFFICIAL, struck.ref("B")) == []
    elsewhere = Scope(official="o", role="r", divisions=("K",), may=frozenset())
    assert registry.former_numbers(elsewhere, struck.ref("A")) == []
    with pytest.raises(Household.DoesNotExist):
        registry.household(elsewhere, household_no="A")


def test_what_an_official_has_dealt_with_is_no_news_under_another_number(struck: Lake) -> None:
    Alert.objects.update(
        state="ended", step="", ended_at=noon(RUN), ended_by="w", end_reason="false_alarm"
    )
    register(struck, {"N": ["ann", "abe"], "B": ["bob"]}, SENT)
    struck.receive("shocks.reports", [storm("1", "N", damage="12")], on=SENT)
    roof = {"household_no": "N", "month": "2020-05", "roof": "straw", "spent": "2"}
    struck.receive("farm.survey", [roof], on=SENT)

    folder, report = run_and_load(struck, NEXT)

    assert report.alerts_raised == 0
    assert rows_of(folder / "hits.parquet"), "the rule still holds of it"
    struck.receive("shocks.reports", [storm("2", "A")], on=NEXT)
    assert run_and_load(struck, LATER)[1].alerts_raised == 1, "another storm is news"
    assert set(Alert.objects.values_list("household_id", flat=True)) == {struck.ref("A")}


def test_an_event_of_a_key_with_the_number_is_one_under_either(
    repository: Path, tmp_path: Path
) -> None:
    place = tmp_path / "hillside"
    shutil.copytree(repository / "tests" / "rules" / "hillside", place)
    offices = place / "feeds" / "offices.yaml"
    text = offices.read_text(encoding="utf-8")
    assert "key: [report_no]" in text
    offices.write_text(text.replace("key: [report_no]", "key: [household_no, report_no]"), "utf-8")
    lake = strike(Lake(tmp_path, load_pack(place)))

    def events(on: date) -> list[tuple[int, int]]:
        rows = rows_of(lake.run(on).folder / "evidence.parquet")
        return [(row["event"], row["household_ref"]) for row in rows if row["item"] == "reports"]

    before = events(RUN)
    assert len(before) == 1
    register(lake, {"N": ["ann", "abe"], "B": ["bob"]}, SENT)
    lake.receive("shocks.reports", [storm("1", "N", damage="12")], on=SENT)
    assert events(NEXT) == before, "once, under the number of now"


def test_a_number_that_others_are_listed_under_is_of_two_households_again(struck: Lake) -> None:
    register(struck, {"N": ["ann", "abe"], "B": ["bob"]}, SENT)
    run_and_load(struck, NEXT)
    register(struck, {"N": ["ann", "abe"], "A": ["cleo"], "B": ["bob"]}, NEXT)

    run_and_load(struck, LATER)

    numbers = {ref: Household.objects.get(pk=struck.ref(ref)).household_no for ref in "ANB"}
    assert numbers == {"A": "A", "N": "N", "B": "B"}
    assert registry.former_numbers(OFFICIAL, struck.ref("A")) == []


def test_a_household_that_began_anew_before_keeps_its_number_in_its_papers(struck: Lake) -> None:
    """An installation of before this was so, or a delivery that was set aside since."""
    Household.objects.create(
        household_ref=struck.ref("N"), household_no="N", division="H01", head_name="ann",
        count_of_members=2, is_listed=False,
    )  # fmt: skip
    register(struck, {"N": ["ann", "abe"], "B": ["bob"]}, SENT)

    run_and_load(struck, NEXT)

    assert registry.household(OFFICIAL, household_no="N").pk == struck.ref("A")
    assert {one.pk for one in registry.search(OFFICIAL, "N")} == {struck.ref("A"), struck.ref("N")}
