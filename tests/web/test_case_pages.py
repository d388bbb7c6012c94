"""Cases on the console: the page of one case and of its household, and the way from alert to help."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case, Episode, PublicNotice
from fangpin.casework.measures.models import Measure
from fangpin.casework.registry.models import Household
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import body, form_of, send, text_of
from tests.web.seed import LI_ZHUXI, Seed


def page_of(client: Client, seed: Seed, household: int, query: str = "") -> Any:
    return client.get(f"/cases/{seed.case_nos[household]}/{query}")


# ── one case ───────────────────────────────────────────────────────────────────────────────────


def test_a_case_says_who_why_how_far_and_until_when(prefecture: Seed, signed_in: SignIn) -> None:
    page = text_of(page_of(signed_in("village"), prefecture, at.OVERDUE_VISIT))
    for words in (
        "陈有田",
        "连续 4 个月自付医疗超过 400 元",
        "派给 李石生",
        "限 2020-12-10 · 逾期 4 天",
        "识别认定总时限 还有 6 天 2020-12-05 → 2020-12-20",
        "系统记 8,400 元",
        "系统已知、没有疑问的 3 项",
    ):
        assert words in page, words
    assert page.count("轮到您") == 2


def test_whoever_waits_for_a_notice_reads_when_it_may_end(
    prefecture: Seed, signed_in: SignIn
) -> None:
    """The cadre has something else to do meanwhile; the reviewer has not."""
    notice = PublicNotice.objects.get(act__case__household=at.ON_NOTICE, ended_at__isnull=True)
    notice.objections.all().delete()
    notice.earliest_end += timedelta(days=2)
    notice.save()
    end = f"公示中，最早 {timezone.localtime(notice.earliest_end):%Y-%m-%d %H:%M} 可以结束。"
    for username in ("village", "town"):
        page = text_of(page_of(signed_in(username), prefecture, at.ON_NOTICE))
        assert end in page, username
    for one in (at.TO_NOTICE, at.TO_REVIEW):
        assert "公示中" not in text_of(page_of(signed_in("village"), prefecture, one))


def test_steps_tell_who_did_them_when_and_in_how_many_days(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(page_of(signed_in("county"), prefecture, at.TO_APPROVE))
    for words in (
        "入户核实 村干部、乡镇审核人 2020-12-01 · 李石生 用 1 天（限 5 天）",
        "公示期满 村干部 2020-12-09 · 李石生 用 5 天（限 7 天）",
        "边缘易致贫户（测算建议）",
        "人均纯收入监测线 6,000 元 某省防贫监测实施办法（编造）第五条",
        "应到 36 人，实到 30 人；同意 28，不同意 1，弃权 1",
    ):
        assert words in page, words


def test_a_returned_case_keeps_what_was_done_and_says_what_is_to_be_mended(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(page_of(signed_in("village"), prefecture, at.RETURNED))
    assert "被退回，重新办理" in page
    words = "会议记录缺签到表，请补开会议。"
    assert page.index(words) < page.index("办理进度"), "beside what is to be done, not below it"
    assert 'class="returned"' not in body(page_of(signed_in("village"), prefecture, at.TO_NOTICE))
    assert page.count("已退回重办") == 3


def test_whoever_has_nothing_to_do_reads_whose_turn_it_is(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(page_of(signed_in("city"), prefecture, at.TO_REVIEW))
    assert "现在轮到别人 乡镇审核 乡镇审核人" in page
    markup = body(page_of(signed_in("city"), prefecture, at.TO_REVIEW))
    assert "act-form" not in markup


def test_every_page_has_at_most_one_filled_button(prefecture: Seed, signed_in: SignIn) -> None:
    for username in ("village", "town", "county"):
        client = signed_in(username)
        for number in prefecture.case_nos.values():
            response = client.get(f"/cases/{number}/")
            if response.status_code == 200:
                assert body(response).count('class="button main"') <= 1, (username, number)
        for path in ("/cases/", "/queue/", f"/households/{at.IDENTIFIED}/"):
            assert body(client.get(path)).count('class="button main"') <= 1, (username, path)


def test_looking_at_a_case_is_on_the_record(prefecture: Seed, signed_in: SignIn) -> None:
    page_of(signed_in("village"), prefecture, at.TO_VISIT)
    [entry] = AuditEntry.objects.filter(act="view_case")
    assert (entry.official, entry.subject) == ("village", prefecture.case_nos[at.TO_VISIT])


# ── the household's page ───────────────────────────────────────────────────────────────────────


def test_the_household_tells_its_cases_its_time_in_monitoring_and_everything_that_happened(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("county").get(f"/households/{at.IDENTIFIED}/"))
    for words in (
        "监测中",
        "边缘易致贫户",
        prefecture.case_nos[at.IDENTIFIED],
        "2020-12-03 县级审批 何建国",
        "2020-11-22 派单 唐敏",
        "系统预警",
        "制定帮扶计划",
    ):
        assert words in page, words
    story = page.partition("这一户的经过")[2]
    assert story.index("结果公告") < story.index("县级审批") < story.index("派单")


def test_a_clue_from_the_village_joins_the_open_case_or_opens_one(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("village")
    path = f"/households/{at.TO_VISIT}/report_clue/"
    joined = send(client, path, "/report_clue/", channel="declaration", note="本人又来说了一次。")
    number = prefecture.case_nos[at.TO_VISIT]
    assert joined.headers["Location"] == f"/cases/{number}/?done=report_clue"
    assert "本人又来说了一次。" in text_of(client.get(f"/cases/{number}/"))
    opened = send(
        client, f"/households/{LI_ZHUXI}/report_clue/", "/report_clue/", channel="inspection"
    )
    assert opened.headers["Location"].startswith("/cases/C20-")
    assert "已保存：登记线索" in text_of(client.get(opened.headers["Location"]))
    future = send(client, path, "/report_clue/", channel="declaration", on="2021-01-01")
    assert future.status_code == 409
    assert "线索日期在今天之后" in text_of(future)


def test_every_act_on_a_household_is_told_and_a_second_click_is_told_alike(
    prefecture: Seed, signed_in: SignIn
) -> None:
    household = Household.objects.get(pk=at.IDENTIFIED)
    measure = Measure.objects.create(
        household=household,
        division=household.division,
        measure="relief",
        from_date=date(2020, 12, 1),
        planned_at=at.moment(date(2020, 12, 1)),
        planned_by="town",
    )
    client = signed_in("town")
    path = f"/households/{at.IDENTIFIED}/deliver_measure/"
    address, values = form_of(body(client.get(path)), "/deliver_measure/")
    values |= {"measure": [str(measure.pk)], "amount": ["260"]}
    before = measure.deliveries.count()
    first, second = client.post(address, values), client.post(address, values)
    told = f"/households/{at.IDENTIFIED}/?done=deliver_measure"
    assert [one.headers["Location"] for one in (first, second)] == [told, told]
    assert measure.deliveries.count() == before + 1
    assert "已保存：落实措施" in text_of(client.get(told))
    ours = text_of(client.get(f"/households/{at.IDENTIFIED}/?done=nothing_of_ours"))
    assert "已保存" not in ours


# ── the whole way ──────────────────────────────────────────────────────────────────────────────


def test_the_whole_way_from_alert_to_help_is_walked_on_the_pages_alone(
    prefecture: Seed, signed_in: SignIn, settings: Any
) -> None:
    def on(day: int) -> None:
        settings.FANGPIN = dataclasses.replace(settings.FANGPIN, clock=date(2020, 12, day))

    village, town, county = signed_in("village"), signed_in("town"), signed_in("county")
    town.post("/dispatch/", {"alert": ["A202012-CASE000300"], "to": "village", "key": "way"})
    path = f"/cases/{Case.objects.get(household=at.TO_DISPATCH).case_no}/"
    visit = {
        "finding": "risk",
        "a__unsafe_house": "false",
        "a__unsafe_water": "false",
        "judgement": "长期服药，没有积蓄。",
        "verifiers": "李石生、王村医",
    }
    steps: list[tuple[int, Client, str, str, dict[str, Any]]] = [
        (15, village, path, "record_visit", visit),
        (15, village, path, "record_consent", {"form": "hand_print"}),
        (16, county, path, "request_comparison", {"departments": ["police", "land"]}),
        (16, county, path, "answer_comparison", {"answer": "no_record"}),
        (16, county, path, "answer_comparison", {"answer": "no_record"}),
        (16, county, path, "close_comparison", {}),
    ]
    for day, client, page, act, given in steps:
        on(day)
        assert send(client, page, f"/{act}/", **given).status_code == 302, act
    on(17)
    case = Case.objects.get(household=at.TO_DISPATCH)
    values = {f"on-{other.pk}": [] for other in Case.objects.filter(step="deliberation")}
    values |= {f"on-{case.pk}": ["on"], f"for-{case.pk}": ["30"], "key": ["way-meeting"]}
    values |= {name: [value] for name, value in at.MEETING.items()} | {"held_date": ["2020-12-17"]}
    meeting = village.post(f"/meetings/new/?division={at.SHISHAN}", values)
    assert meeting.status_code == 302, text_of(meeting)
    later: list[tuple[int, Client, str, dict[str, Any]]] = [
        (17, village, "post_notice", {"place": "村务公开栏"}),
        (23, village, "end_notice", {}),
        (23, town, "review_at_township", {"opinion": "情况属实。"}),
        (24, county, "approve_at_county", {}),
        (24, village, "announce", {"note": "村务公开栏"}),
        (25, town, "make_plan", {"measures": ["relief"], "reason": "先解决看病钱。"}),
        (28, village, "deliver_measure", {"amount": "800"}),
    ]
    for day, client, act, given in later:
        on(day)
        response = send(client, path, f"/{act}/", **given)
        assert response.status_code == 302, (act, text_of(response))
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("ended", "identified")
    assert Episode.objects.filter(household=at.TO_DISPATCH, state="monitored").exists()
    assert Measure.objects.get(household=at.TO_DISPATCH).state == "in_force"
    assert "办结：纳入监测" in text_of(village.get(path))
