"""A department takes rows back by sending a month again without them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.ledger.village import Lake, bill, person
from tests.looking import rows_of

RECEIVED, AGAIN, ONCE_MORE, LATER = (
    date(2020, 3, 1),
    date(2020, 3, 9),
    date(2020, 3, 20),
    date(2020, 12, 1),
)


@pytest.fixture(scope="module")
def whole_months(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The hillside, whose wages come a month as a whole."""
    place = tmp_path_factory.mktemp("whole") / "hillside"
    shutil.copytree(repository / "tests" / "rules" / "hillside", place)
    offices = place / "feeds" / "offices.yaml"
    text = offices.read_text(encoding="utf-8")
    offices.write_text(
        text.replace("key: [id_number, month]", "restates: month\n    key: [id_number, month]", 1),
        encoding="utf-8",
    )
    return load_pack(place)


@pytest.fixture
def lake(tmp_path: Path, whole_months: Pack) -> Lake:
    made = Lake(tmp_path, whole_months)
    made.receive(
        "registry.people",
        [
            person("A", 1, "ann", month="2020-01", relation="head"),
            person("A", 2, "bob", month="2020-01"),
        ],
        on=date(2020, 1, 5),
    )
    return made


def wage(who: str, paid: str) -> dict[str, Any]:
    return {"id_number": who, "month": "2020-02", "wage": paid, "bonus": ""}


def wages(lake: Lake, on: date) -> dict[str, int]:
    return {
        home: int(amount) for (home, _, item), amount in lake.amounts(on).items() if item == "wage"
    }


def test_a_row_left_out_of_the_month_goes_though_nothing_else_of_it_changed(lake: Lake) -> None:
    lake.receive("work.wages", [wage("ann", "500"), wage("bob", "60")], on=RECEIVED)
    again = lake.receive("work.wages", [wage("ann", "500")], on=AGAIN)
    assert (again.accepted, again.duplicate) == (0, 1)

    assert wages(lake, RECEIVED) == {"A": 560}
    assert wages(lake, AGAIN) == {"A": 500}
    (gone,) = rows_of(lake.run(LATER).folder / "taken_back.parquet")
    assert (gone["feed"], gone["delivery"][:10]) == ("work.wages", str(RECEIVED))


def test_a_row_that_was_taken_back_and_is_sent_again_counts_again(lake: Lake) -> None:
    lake.receive("work.wages", [wage("ann", "500"), wage("bob", "60")], on=RECEIVED)
    lake.receive("work.wages", [wage("ann", "500")], on=AGAIN)
    lake.receive("work.wages", [wage("bob", "60"), wage("ann", "500")], on=ONCE_MORE)

    assert wages(lake, AGAIN) == {"A": 500}
    assert wages(lake, ONCE_MORE) == {"A": 560}


# ── how many people a month's rows are about ────────────────────────────────────────────────────


def patients(lake: Lake) -> dict[str, int]:
    return {
        home: int(amount)
        for (home, _, item), amount in lake.amounts(LATER).items()
        if item == "patients"
    }


def test_a_late_bill_of_a_patient_makes_no_second_patient(lake: Lake) -> None:
    lake.receive("health.bills", [bill("1", "ann", "2020-02-10", "5")], on=RECEIVED)
    lake.receive("health.bills", [bill("2", "ann", "2020-02-11", "5")], on=AGAIN)

    assert patients(lake) == {"A": 1}


def test_a_patient_stays_one_as_long_as_a_bill_of_the_month_stands(lake: Lake) -> None:
    bills = [bill("1", "ann", "2020-02-10", "5"), bill("2", "ann", "2020-02-11", "5")]
    lake.receive("health.bills", bills, on=RECEIVED)
    lake.receive("health.bills", [bill("1", "bob", "2020-02-10", "5")], on=AGAIN)
    assert patients(lake) == {"A": 2}

    lake.receive("health.bills", [bill("2", "bob", "2020-02-11", "5")], on=ONCE_MORE)
    assert patients(lake) == {"A": 1}
