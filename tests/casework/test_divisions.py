"""Divisions follow the pack and never lose what the past refers to."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from fangpin.casework.divisions import queries
from fangpin.casework.divisions.actions import sync_divisions
from fangpin.casework.divisions.models import Division
from fangpin.policy import Division as ListedDivision
from fangpin.policy.models.nodes import Words
from tests.cast import CITY, COUNTY, PROVINCE, TOWNSHIP, VILLAGE, build_divisions

pytestmark = pytest.mark.django_db


def listed(code: str, parent: str | None = None, *, name: str = "某") -> ListedDivision:
    return ListedDivision(
        code=code, level="county", name=Words(zh=name, en="Some"), parent=parent, place="here:1"
    )


def test_the_pack_s_divisions_are_written_once() -> None:
    rows = [listed("4310", "43"), listed("43")]
    assert sync_divisions(divisions=rows) == 2
    assert sync_divisions(divisions=rows) == 0
    assert Division.objects.get(code="4310").parent_id == "43"


def test_a_new_name_replaces_the_old_one_and_what_is_no_longer_listed_stays() -> None:
    sync_divisions(divisions=[listed("43"), listed("44")])
    assert sync_divisions(divisions=[listed("43", name="湖南省")]) == 1
    assert [*Division.objects.order_by("code").values_list("code", "name_zh")] == [
        ("43", "湖南省"),
        ("44", "某"),
    ]


def test_a_parent_nobody_knows_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sync_divisions(divisions=[listed("4310", "43")])
        connection.check_constraints()


def test_a_path_leads_from_the_top_down() -> None:
    build_divisions()
    assert [one.code for one in queries.path(VILLAGE)] == [
        PROVINCE,
        CITY,
        COUNTY,
        TOWNSHIP,
        VILLAGE,
    ]
    assert queries.path("99") == ()
    assert {code: len(path) for code, path in queries.paths([CITY, VILLAGE, ""]).items()} == {
        CITY: 2,
        VILLAGE: 5,
    }


def test_paths_of_few_cost_one_query_and_are_those_of_many(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_divisions()
    with django_assert_num_queries(1):
        few = queries.paths([CITY, VILLAGE, "99"])
    monkeypatch.setattr(queries, "_FEW", 0)
    assert queries.paths([CITY, VILLAGE, "99"]) == few


def test_children_and_levels_are_in_the_order_of_their_codes() -> None:
    build_divisions()
    assert [one.code for one in queries.children(CITY)] == ["431022", "431023"]
    assert [one.code for one in queries.level_below(CITY, level="township")] == [
        "431022202",
        "431022203",
        "431023101",
    ]
    assert queries.division(COUNTY).level == "county"
