"""A recipe turns tables of a survey archive into deliveries, or says what the archive lacks."""

from __future__ import annotations

import csv
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.policy.models.demos import DemoRecipe
from fangpin.synthetic.recipes import write_recipe_deliveries
from fangpin.values.problem import ProblemError

PEOPLE = "home,no,there_r1,there_r2\n7,1,1,1\n7,2,1,0\n8,1,1,\n"
HOMES = "home,zone\n7,3\n"


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A folder of real data that holds one archive of two tables."""
    with zipfile.ZipFile(tmp_path / "survey_v1.zip", "w") as archive:
        archive.writestr("people.csv", PEOPLE)
        archive.writestr("homes.csv", HOMES)
    return tmp_path


def a_recipe(**changes: Any) -> DemoRecipe:
    delivery: dict[str, Any] = {
        "feed": "rounds.members",
        "archive": "survey_*.zip",
        "member": "people.csv",
        "beside": "homes.csv",
        "by": ["home"],
        "rounds": [1, 2],
        "columns": {
            "household_no": "home",
            "name": "Member {no}",
            "division": "X{zone:03}",
            "month": "={month}",
            "present": "there_r{round}",
        },
        "keep": {"there_r{round}": []},
        "recode": {"present": {"0": "left"}},
    }
    a_round = {"source": "plan", "status": "proposed"}
    return DemoRecipe.model_validate(
        {
            "name": "SURVEY",
            "title": {"zh": "调查", "en": "Survey"},
            "clock": date(2020, 9, 1),
            "source": "plan",
            "rounds": [
                {"round": 1, "month": "2020-06", "received": date(2020, 7, 1), **a_round},
                {"round": 2, "month": "2020-08", "received": date(2020, 8, 20), **a_round},
            ],
            "deliveries": [delivery | changes],
        }
    )


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_each_round_becomes_one_delivery_in_the_order_of_handing_over(
    survey: Path, tmp_path: Path
) -> None:
    planned = write_recipe_deliveries(
        recipe=a_recipe(), real_data=survey, folder=tmp_path / "incoming"
    )

    assert [(str(one.month), one.received) for one in planned] == [
        ("2020-06", date(2020, 7, 1)),
        ("2020-08", date(2020, 8, 20)),
    ]
    assert {one.feed for one in planned} == {"rounds.members"}


def test_columns_are_renamed_composed_joined_and_recoded(survey: Path, tmp_path: Path) -> None:
    _first, second = write_recipe_deliveries(
        recipe=a_recipe(), real_data=survey, folder=tmp_path / "incoming"
    )

    assert rows_of(second.file) == [
        {
            "household_no": "7",
            "name": "Member 1",
            "division": "X003",
            "month": "2020-08",
            "present": "1",
        },
        {
            "household_no": "7",
            "name": "Member 2",
            "division": "X003",
            "month": "2020-08",
            "present": "left",
        },
    ]


def test_a_template_whose_column_is_missing_for_a_row_stays_empty(
    survey: Path, tmp_path: Path
) -> None:
    first, _second = write_recipe_deliveries(
        recipe=a_recipe(), real_data=survey, folder=tmp_path / "incoming"
    )

    assert [row["division"] for row in rows_of(first.file)] == ["X003", "X003", ""]


def test_rows_are_chosen_by_their_value(survey: Path, tmp_path: Path) -> None:
    recipe = a_recipe(rounds=[1], keep={"no": ["2"]})

    (only,) = write_recipe_deliveries(recipe=recipe, real_data=survey, folder=tmp_path / "incoming")

    assert [row["name"] for row in rows_of(only.file)] == ["Member 2"]


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"columns": {"household_no": "hhid"}, "keep": {}}, "RECIPE_COLUMN_MISSING", "hhid"),
        ({"by": ["zone"]}, "RECIPE_COLUMN_MISSING", "zone"),
        ({"member": "pets.csv"}, "RECIPE_TABLE_MISSING", "pets.csv"),
        ({"archive": "census_*.zip"}, "RECIPE_ARCHIVE_MISSING", "census_*.zip"),
        ({"rounds": [1, 3]}, "RECIPE_ROUND_UNKNOWN", "3"),
    ],
)
def test_what_the_archive_lacks_is_named_in_both_languages_and_nothing_is_written(
    survey: Path, tmp_path: Path, changes: dict[str, Any], code: str, named: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        write_recipe_deliveries(
            recipe=a_recipe(**changes), real_data=survey, folder=tmp_path / "incoming"
        )

    problem = refused.value.problems[0]
    assert problem.code == code
    assert named in problem.zh and named in problem.en
    assert problem.fix_zh and problem.fix_en
    assert not (tmp_path / "incoming").exists()
