"""The overview counts what the queue lists, down to the village."""

from __future__ import annotations

import pytest

from fangpin.values.month import Month
from tests.casework.queries.county import overview
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_the_overview_of_a_city(cast: Cast) -> None:
    told = overview(cast.analyst.scope)
    assert (told.open, told.new_this_month, told.new_last_month) == (5, 3, 2)
    assert (told.overdue, told.to_visit, told.to_visit_overdue) == (2, 5, 2)
    assert (told.households, told.members) == (5, 10)
    assert told.open_by_severity == {"red": 1, "yellow": 2, "orange": 1, "blue": 1}
    assert (len(told.months), told.months[-1].month) == (24, int(Month.of(2020, 11)))
    assert told.trend[-3:] == (0, 2, 3)
    assert [(cause.cause, cause.count) for cause in told.causes] == [
        ("illness", 2),
        ("schooling", 1),
    ]
    assert [
        (row.division.code, row.new, row.open, row.overdue, row.households)
        for row in told.divisions
    ] == [("431022", 2, 4, 2, 4), ("431023", 1, 1, 0, 1)]
    assert told.divisions[0].new_per_thousand == 500


def test_a_village_has_no_table_below_it(cast: Cast) -> None:
    assert overview(cast.cadre.scope).divisions == ()
