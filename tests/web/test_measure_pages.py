"""Measures and places: each count leads to the households it counts, and to nobody else's."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fangpin.casework.audit.models import AuditEntry
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


# ── what a plan pays a month ───────────────────────────────────────────────────────────────────


def test_a_plan_states_what_an_allowance_pays_a_month_and_every_page_of_it_says_so(
    prefecture: Seed, signed_in: SignIn
) -> None:
    town, path = signed_in("town"), f"/cases/{prefecture.case_nos[at.GREEN]}/"
    form = f"{path}?act=make_plan"
    page = body(town.get(form))
    assert 'name="amount-allowance"' in page and 'name="amount-relief"' not in page
    assert "每月金额（元）" in text_of(town.get(form))
    assert "空着就按名额的金额。" in text_of(town.get(form))
    for wrong, told in (("0", "金额应大于零"), ("-3", "金额应大于零"), ("260.505", "请写数字")):
        refused = send(
            town, form, "/make_plan/", measures=["allowance"], **{"amount-allowance": wrong}
        )
        assert refused.status_code == 422 and told in text_of(refused), wrong
    assert not Measure.objects.filter(measure="allowance").exists()

    written = {"amount-allowance": "260.50元", "amount-cleaner": "900"}
    done = send(town, form, "/make_plan/", measures=["allowance"], reason="有残疾人", **written)
    assert done.status_code == 302, text_of(done)
    [allowance] = Measure.objects.filter(household=at.GREEN)
    assert allowance.monthly_amount == Decimal("260.50"), "and nothing of what was not chosen"
    for page_of in (path, f"/households/{at.GREEN}/", "/measures/allowance/planned/"):
        assert "260.50 元" in text_of(town.get(page_of)), page_of
    assert "享受低保 · 每月 260.50 元" in text_of(
        town.get(f"/households/{at.GREEN}/deliver_measure/")
    )
    trail = text_of(signed_in("county").get("/audit/?act=make_plan"))
    assert "措施 享受低保 · 每月金额 享受低保 260.5" in trail
    Measure.objects.filter(pk=allowance.pk).update(state="in_force")
    assert "在执行的措施每月共 260.50 元。" in text_of(town.get(f"/households/{at.GREEN}/"))


# ── places end, and begin again ────────────────────────────────────────────────────────────────


def test_places_in_use_are_closed_by_nobody_and_free_ones_with_a_reason(
    help_given: None, signed_in: SignIn
) -> None:
    """The city's posts are not the county's to close; held ones are nobody's."""
    county, place = signed_in("county"), f"/measures/places/{POSTS}/"
    for act in ("close_places", "correct_places", "reopen_places", "burn_places"):
        assert county.get(f"{place}{act}/").status_code == 404
        assert county.post(f"{place}{act}/").status_code == 404
    Resource.objects.filter(resource_no=POSTS).update(division="431022")
    assert "停用名额" in text_of(county.get(place))
    assert "停用名额" not in text_of(signed_in("town").get(place))
    close = f"{place}close_places/"
    assert signed_in("town").get(close).status_code == 404

    held = send(county, close, close, note="没有资金")
    assert held.status_code == 409
    assert "还有 2 个名额有人在用，不能停用。请有此权限的岗位先停止" in text_of(held)
    Measure.objects.filter(resource__resource_no=POSTS).update(
        state="ended", ended_date=date(2020, 12, 1), ended_by="town", end_reason="contract_ended"
    )
    assert "请填写这一项" in text_of(send(county, close, close, note=" "))
    done = send(county, close, close, note="没有资金")
    assert done.headers["Location"] == f"{place}?done=close_places"
    shown = text_of(county.get(done.headers["Location"]))
    assert "已保存：停用名额" in shown and "2020-12-14 起停用 · 没有资金" in shown
    assert "已停用 1 项 护林员" in text_of(county.get("/measures/"))
    entry = AuditEntry.objects.get(act="close_places")
    assert (entry.official, entry.subject, entry.detail["to_date"]) == (
        "county",
        POSTS,
        "2020-12-14",
    )
    again = county.post(close, {"on": "2020-12-14", "note": "没有资金"})
    assert again.status_code == 409 and "已于 2020-12-14 停用" in text_of(again)
    reopen = f"{place}reopen_places/"
    assert send(county, reopen, reopen).headers["Location"] == f"{place}?done=reopen_places"
    assert Resource.objects.get(resource_no=POSTS).to_date is None
    assert "已停用" not in text_of(county.get("/measures/"))


def test_a_name_and_a_number_of_places_are_corrected_but_not_below_what_is_held(
    help_given: None, signed_in: SignIn
) -> None:
    Resource.objects.filter(resource_no=POSTS).update(division="431022", measure="cleaner")
    county, correct = signed_in("county"), f"/measures/places/{POSTS}/correct_places/"
    few = send(county, correct, correct, quota="1")
    assert few.status_code == 409 and "名额总数不能少于 2" in text_of(few)
    done = send(county, correct, correct, title="生态护林员", quota="8", monthly_amount="650元")
    assert done.headers["Location"] == f"/measures/places/{POSTS}/?done=correct_places"
    row = Resource.objects.get(resource_no=POSTS)
    assert (row.title, row.quota, row.monthly_amount) == ("生态护林员", 8, Decimal(650))
    trail = text_of(county.get("/audit/?act=correct_places"))
    assert "改正名额" in trail and "名称 护林员 → 生态护林员 · 名额 5 → 8" in trail


def test_places_that_begin_later_are_listed_with_their_day(
    help_given: None, signed_in: SignIn
) -> None:
    Resource.objects.filter(resource_no=POSTS).update(from_date=date(2021, 1, 1))
    assert "护林员 2021-01-01 起" in text_of(signed_in("county").get("/measures/"))
