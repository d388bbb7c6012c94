"""A rule tried with another value answers in one sentence, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fangpin.policy.pack import Pack
from tests.cli.conftest import Fangpin
from tests.ledger.village import Lake
from tests.runs.hillside import receive_until
from tests.runs.test_monthly_run import NOW


@pytest.fixture
def hillside(repository: Path) -> Pack:
    from fangpin.policy import load_pack

    return load_pack(repository / "tests" / "rules" / "hillside")


@pytest.fixture
def lake(home_folder: Path, hillside: Pack) -> Lake:
    """The year of the hillside, received into the home of the commands."""
    found = receive_until(Lake(home_folder.parent, hillside), NOW)
    assert found.home.root == home_folder
    return found


@pytest.fixture
def truth(lake: Lake) -> None:
    """A demonstration's truth: A was in need in May 2020, D from 2018 on."""
    told: list[dict[str, Any]] = [
        {"household_no": "A", "need_months": ["2020-05"]},
        {"household_no": "B", "need_months": []},
        {"household_no": "D", "need_months": ["2018-01"]},
    ]
    file = lake.home.root / "truth" / "truth.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"households": told}), encoding="utf-8")


@pytest.mark.django_db(transaction=True)
def test_another_value_is_told_in_one_sentence_and_says_whose_truth_it_is(
    fangpin: Fangpin, lake: Lake, truth: None
) -> None:
    answer = fangpin("rule", "try", "R1", "--set", "line.bills=2600", "--from", "2020-01")

    assert "医疗线改为 2,600 元：少预警 3 户，其中少找到真有困难的 1 户" in answer.out
    assert "Line of bills at 2,600 crown: 3 fewer households alerted" in answer.out
    assert "虚构" in answer.out and "invented" in answer.out


@pytest.mark.django_db(transaction=True)
def test_a_back_test_gives_each_month_with_precision_and_recall(
    fangpin: Fangpin, lake: Lake, truth: None
) -> None:
    answer = fangpin("backtest", "R1", "--from", "2020-01", "--to", "2020-05", "--json").json

    assert (answer["truth"], answer["households_in_need"]) == ("synthetic", 1)
    (present,) = answer["tries"]
    assert [month["month"] for month in present["months"]] == [f"2020-0{n}" for n in range(1, 6)]
    assert (present["households"], present["true_households"]) == (3, 1)
    assert (present["precision"], present["recall"]) == (0.3333, 1.0)


@pytest.mark.django_db(transaction=True)
def test_without_a_demonstrations_truth_it_is_what_officials_found(
    fangpin: Fangpin, lake: Lake
) -> None:
    answer = fangpin("backtest", "R1", "--from", "2020-05", "--json").json

    assert (answer["truth"], answer["households_in_need"]) == ("officials", 0)
    assert answer["tries"][0]["recall"] is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["rule", "try", "R1"], "BACKTEST_NOTHING"),
        (["rule", "try", "R1", "--set", "line.bills"], "BACKTEST_VALUE"),
        (["rule", "try", "R1", "--set", "line.bills=much"], "BACKTEST_VALUE"),
        (["rule", "try", "R1", "--set", "line.income=1"], "BACKTEST_PARAMETER"),
        (["backtest", "R9"], "RULE_UNKNOWN"),
        (["backtest", "R1", "--from", "May"], "BACKTEST_MONTH"),
        (["backtest", "R1", "--from", "2015-01", "--to", "2020-05"], "BACKTEST_TOO_EARLY"),
        (["backtest", "R1", "--from", "2015-01", "--to", "2015-05"], "BACKTEST_TOO_EARLY"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_tried_is_refused(
    fangpin: Fangpin, lake: Lake, arguments: list[str], code: str
) -> None:
    answer = fangpin(*arguments, "--json")

    assert answer.code == 3
    assert answer.codes == [code]


@pytest.mark.django_db(transaction=True)
def test_of_months_before_any_registry_the_first_that_can_be_judged_is_named(
    fangpin: Fangpin, lake: Lake
) -> None:
    refused = fangpin("backtest", "R1", "--from", "2015-01", "--to", "2020-05", "--json").json

    first = refused["findings"][0]["repair_en"].split()[-1]
    judged = fangpin("backtest", "R1", "--from", first, "--to", "2020-05", "--json").json
    assert judged["tries"][0]["months"][0]["month"] == first
