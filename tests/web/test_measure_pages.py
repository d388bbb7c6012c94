"""Measures and places: each count leads to the households it counts, and to nobody else's."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from fangpin.casework.followup.duties import DutyState
from fangpin.casework.measures.models import Measure, Resource
from fangpin.casework.registry.models import Household, Member
from fangpin.policy.models.nodes import Words
from fangpin.policy.models.procedures import Duty
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import body, form_of, send, text_of
from tests.web.seed import FOREIGN, FOREIGN_NAME, LI_ZHUXI, Seed

POSTS = "R-POSTS"


@pytest.fixture
def help_given(prefecture: Seed) -> None:
    """A city's posts: Li holds one, so does a household of another county; Li's relief has ended."""
    posts = Resource.objects.create(
        resource_no=POSTS,
        division="4310",
        measure="post",
        title="护林员",
        quota=5,
        from_date=date(2020, 1, 1),
    )
    for household in (LI_ZHUXI, FOREIGN):
        give(household, measure="post", resource=posts, state="in_force")
    give(
        LI_ZHUXI,
        measure="relief",
        state="ended",
        ended_date=date(2020, 11, 1),
        ended_by="town",
        end_reason="contract_ended",
    )


def give(household: int, **given: Any) -> None:
    Measure.objects.create(
        household_id=household,
        division=Household.objects.get(pk=household).division,
        from_date=date(2020, 10, 1),
        planned_at=datetime(2020, 10, 1, 4, tzinfo=UTC),
        planned_by="town",
        **given,
    )


def links_of(response: Any) -> set[str]:
    return set(re.findall(r'href="(/measures/[^"?]+)', body(response)))


def test_every_count_of_help_leads_to_the_households_it_counts(
    help_given: None, signed_in: SignIn
) -> None:
    city = signed_in("city")
    links = links_of(city.get("/measures/"))

    assert links == {
        f"/measures/places/{POSTS}/",
        "/measures/post/in_force/",
        "/measures/relief/ended/",
    }
    for path in (f"/measures/places/{POSTS}/", "/measures/post/in_force/"):
        page = text_of(city.get(path))
        assert "李竹喜" in page and FOREIGN_NAME in page and "共 2 项" in page, path
    ended = text_of(city.get("/measures/relief/ended/"))
    assert "李竹喜" in ended and FOREIGN_NAME not in ended and "2020-11-01" in ended


def test_a_county_sees_its_own_rows_and_how_many_places_others_hold(
    help_given: None, signed_in: SignIn
) -> None:
    page = text_of(signed_in("county").get(f"/measures/places/{POSTS}/"))

    assert "李竹喜" in page and FOREIGN_NAME not in page
    assert "共 1 项 · 另有 1 个名额由这里以外的户占用" in page


def test_what_no_count_leads_to_is_not_there(help_given: None, signed_in: SignIn) -> None:
    county = signed_in("county")

    for path in (
        "/measures/post/lost/",
        "/measures/places/R-NONE/",
        "/measures/post/ended/?after=x",
    ):
        assert county.get(path).status_code == 404, path
    assert "这里没有这样的措施" in text_of(county.get("/measures/post/ended/"))
    Resource.objects.filter(resource_no=POSTS).update(division="431027")
    assert county.get(f"/measures/places/{POSTS}/").status_code == 404


def test_a_county_whose_own_duties_lapsed_is_told_so_beside_its_households(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("county")
    assert "摘帽县的责任有" not in text_of(client.get("/duties/"))
    told = Words(zh="没有人来过", en="Nobody has come")
    duty = Duty(
        duty="visits",
        title=told,
        lapse=told,
        group="supervision",
        level="county",
        watches="supervision_visit",
        source="invented",
        status="proposed",
    )
    states = [
        DutyState(duty, "431022", "431022", holds=holds, last=None, due=None)
        for holds in (False, True, False)
    ]
    monkeypatch.setattr(
        "fangpin.web.console.views.measures.followup.county_duties", lambda *_, **__: states
    )
    assert "摘帽县的责任有 2 项断了" in text_of(client.get("/duties/"))


# ── places are recorded, then planned ──────────────────────────────────────────────────────────


def test_the_county_records_places_and_a_plan_of_a_post_names_one_and_a_member(
    prefecture: Seed, signed_in: SignIn
) -> None:
    county = signed_in("county")
    given = {"measure": "cleaner", "title": "村级保洁员", "quota": "2", "monthly_amount": "600元"}
    page = county.get("/measures/places/new/")
    address, values = form_of(body(page), "/places/new/")
    empty = county.post(address, values)
    assert empty.status_code == 422
    assert "叫什么：请填写这一项。" in text_of(empty)
    done = county.post(address, values | {name: [value] for name, value in given.items()})
    assert done.headers["Location"] == "/measures/?done=manage_resources"
    shown = text_of(county.get(done.headers["Location"]))
    assert "已保存：登记名额" in shown
    assert "村级保洁员 村级保洁员岗位 600 元 2 0 2" in shown
    assert Resource.objects.get(title="村级保洁员").division == "431022"

    town, path = signed_in("town"), f"/cases/{prefecture.case_nos[at.GREEN]}/"
    form = f"{path}?act=make_plan"
    assert "村级保洁员岗位（要选给谁；要选名额）" in text_of(town.get(form))
    left_open = send(town, form, "/make_plan/", measures=["cleaner"])
    assert left_open.status_code == 409
    for words in ("没有写给谁。请选择家里的一位成员。", "没有写占用哪个名额。请选择一个名额"):
        assert words in text_of(left_open)
    assert not Measure.objects.filter(measure="cleaner").exists()
    place = Resource.objects.get(title="村级保洁员").resource_no
    member = str(Member.objects.filter(household=at.GREEN).first().person_ref)  # type: ignore[union-attr]
    planned = send(
        town, form, "/make_plan/", measures=["cleaner"], place=place, member=member, reason="能干"
    )
    assert planned.headers["Location"] == f"{path}?done=make_plan"
    assert "村级保洁员 村级保洁员岗位 600 元 2 1 1" in text_of(county.get("/measures/"))
    name = Member.objects.get(person_ref=member).name
    help_ = text_of(town.get(f"/households/{at.GREEN}/")).partition("帮扶措施")[2]
    assert f"村级保洁员岗位 村级保洁员 · {name} 能干" in help_
    assert f"给 {name}" in text_of(county.get(f"/measures/places/{place}/"))
