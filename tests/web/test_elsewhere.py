"""Whoever serves outside the pack's place sees neither households nor the departments' deliveries."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Official, Post
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import Seed


@pytest.fixture
def elsewhere(prefecture: Seed, signed_in: SignIn) -> Client:
    """A city analyst of Hengyang, which the prefecture's pack does not monitor."""
    Division.objects.create(
        code="4304", level="city", name_zh="衡阳市", name_en="Hengyang", parent_id="43"
    )
    user = get_user_model().objects.create(username="elsewhere")
    Post.objects.create(
        official=Official.objects.create(user=user, name="彭涛"),
        role="city_analyst",
        division="4304",
        from_date=date(2019, 1, 1),
    )
    return signed_in("elsewhere")


def test_the_overview_of_a_place_that_is_not_monitored_says_so_and_nothing_else(
    elsewhere: Client,
) -> None:
    page = text_of(elsewhere.get("/overview/"))

    assert "衡阳市不在监测范围内" in page
    for word in (
        "个部门中",
        "部门到数",
        "到数日历",
        "医保",
        "每条规则对每一户都有数据",
        "2020年11月",
    ):
        assert word not in page, word


def test_no_delivery_of_a_department_is_seen_from_elsewhere(elsewhere: Client) -> None:
    assert "/feeds/" not in body(elsewhere.get("/queue/"))
    for path in (
        "/feeds/",
        "/feeds/medical.settlement/",
        "/feeds/medical.settlement/2020-11-01/",
        "/feeds/medical.settlement/2020-11-01/rejects.xlsx",
    ):
        assert elsewhere.get(path).status_code == 404, path


def test_no_threshold_is_tried_where_there_are_no_households(elsewhere: Client) -> None:
    page = text_of(elsewhere.get("/rules/medical_sustained/?value=300"))

    assert "您的岗位不在监测范围内，没有可以试算的农户。" in page
    assert "预警户数" not in page


@pytest.mark.parametrize("username", ["city", "county", "province"])
def test_who_serves_in_the_place_or_above_it_sees_the_deliveries(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    client = signed_in(username)

    assert client.get("/feeds/").status_code == 200
    assert "部门到数" in text_of(client.get("/overview/"))
