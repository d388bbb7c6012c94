"""Cases on the console: the list, the page of one case, and every form from alert to help."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases import turns
from fangpin.casework.cases.models import Case, CaseAct, Episode, Meeting, Visit
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.cases.turns import TurnFilters
from fangpin.casework.measures.models import Measure
from fangpin.casework.officials.scope import Scope, scope_of
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import form_of, send
from tests.web.seed import CLOCK, LI_ZHUXI, Seed
from tests.web.test_access import body
from tests.web.test_pages import text_of


def scope(username: str, seed: Seed) -> Scope:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(username=username)
    return scope_of(user=user, on=CLOCK, roles=seed.pack.roles)


def page_of(client: Client, seed: Seed, household: int, query: str = "") -> Any:
    return client.get(f"/cases/{seed.case_nos[household]}/{query}")


# ── the list ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("username", ["village", "town", "county", "city"])
def test_what_waits_for_me_is_what_the_procedure_says(prefecture: Seed, username: str) -> None:
    """What the acts kept agrees with reading each case's log by the procedure."""
    mine = scope(username, prefecture)
    listed = turns.page(mine, filters=TurnFilters("mine"), limit=500)
    expected = set()
    for case in Case.objects.filter(state="open"):
        steps = list(standing_of(prefecture.pack, case).open)
        if case.is_green:
            steps += [
                step
                for procedure in prefecture.pack.procedures
                for step in procedure.steps
                if step.act in ("make_plan", "deliver_measure")
            ]
        if mine.covers(case.division) and any(
            mine.role in step.by and mine.can(step.act) for step in steps
        ):
            expected.add(case.case_no)
    assert {one.case_no for one in listed.cases} == expected
    assert bool(expected) == (username != "city")


def test_the_list_groups_by_due_date_and_says_how_many(prefecture: Seed, signed_in: SignIn) -> None:
    whole = page = text_of(signed_in("town").get("/cases/?view=open"))
    page = page.partition("谁办")[2]
    assert page.index("已逾期") < page.index("陈有田") < page.index("3 天内到期 ")
    assert page.index("以后到期") < page.index("张细春")
    assert page.index("没有时限") < page.index("雷国")
    for words in ("逾期 4 天", "还有 1 天", "全部在办 14", "已办结 3", "共 14 件", "李石生"):
        assert words in whole, words


def test_each_tab_holds_as_many_cases_as_it_says(prefecture: Seed, signed_in: SignIn) -> None:
    for username in ("village", "town", "county"):
        client = signed_in(username)
        page = body(client.get("/cases/"))
        tabs = re.findall(r'<a href="(\?[^"]*)"[^>]*>[^<]*<span class="count">(\d+)', page)
        assert len(tabs) == 3
        for query, count in tabs:
            rows = body(client.get("/cases/" + query.replace("&amp;", "&")))
            assert rows.count("<tr data-row>") == int(count), (username, query)


def test_ended_cases_stand_with_their_outcome_the_latest_first(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("county").get("/cases/?view=ended"))
    assert page.index("朱妹生") < page.index("吴有田")
    assert "无风险" in page
    assert "不予纳入" in page


def test_pages_of_the_list_follow_one_another_without_gap_or_repeat(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fangpin.web.console.views.cases.PAGE", 4)
    client = signed_in("county")
    for view, count in (("open", 14), ("ended", 3)):
        path, seen = f"/cases/?view={view}", []
        for _ in range(9):
            page = body(client.get(path))
            seen += re.findall(r'class="name" href="/cases/([^/]+)/"', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            if not following:
                break
            path = "/cases/" + following[1].replace("&amp;", "&")
        assert len(seen) == len(set(seen)) == count


def test_filters_of_the_list_live_in_the_address(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("county")
    late = text_of(client.get("/cases/?view=open&overdue=1"))
    assert "陈有田" in late
    assert "张细春" not in late
    elimination = text_of(client.get("/cases/?view=open&kind=elimination"))
    assert "雷国" in elimination
    assert "陈有田" not in elimination
    assert "没有符合筛选的件" in text_of(client.get("/cases/?view=open&step=plan&kind=elimination"))
    for wrong in ("view=all", "after=yesterday", "after=2020-12-14_x", "division=430421"):
        assert client.get(f"/cases/?{wrong}").status_code == 404, wrong


# ── one case ────────────────────────────────────────────────────────────────────────────────────


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


def test_steps_tell_who_did_them_when_and_in_how_many_days(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(page_of(signed_in("county"), prefecture, at.TO_APPROVE))
    for words in (
        "入户核实 村干部、乡镇审核人 2020-12-01 · 李石生 用 1 天（限 5）",
        "公示期满 村干部 2020-12-09 · 李石生 用 5 天（限 7）",
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
    assert "会议记录缺签到表，请补开会议。" in page
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


# ── forms ───────────────────────────────────────────────────────────────────────────────────────


def test_a_visit_asks_few_fields_and_takes_what_the_system_knows(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("village")
    number = prefecture.case_nos[at.TO_VISIT]
    page = body(client.get(f"/cases/{number}/"))
    asked = page.partition('class="agrees"')[0]
    assert len(re.findall(r'<div class="ask[ "]', asked)) <= 8
    response = send(
        client,
        f"/cases/{number}/",
        "/record_visit/",
        finding="risk",
        a__unsafe_house="false",
        a__unsafe_water="true",
        a__wages_12_months="9,600 元",
        judgement="房屋受损，暂住亲戚家。",
        verifiers="李石生、王村医",
    )
    assert response.status_code == 302, text_of(response)
    visit = Visit.objects.get(act__case__case_no=number)
    answers = {one.field: one for one in visit.answers.all()}
    assert (answers["members"].verdict, answers["wages_12_months"].verdict) == ("agrees", "differs")
    assert answers["wages_12_months"].found_value == "9600"
    assert answers["unsafe_water"].found_value == "true"
    assert {one.official or one.name for one in visit.verifiers.all()} == {"village", "王村医"}
    assert [one.cause for one in visit.causes.all()] == ["disaster"]
    assert "已保存：记录入户" in text_of(client.get(response.headers["Location"]))


def test_what_is_missing_is_told_at_its_field_and_nothing_written_is_lost(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("village")
    number = prefecture.case_nos[at.TO_VISIT]
    response = send(
        client,
        f"/cases/{number}/",
        "/record_visit/",
        finding="risk",
        a__unsafe_house="false",
        a__wages_12_months="很多",
        judgement="房屋受损，暂住亲戚家。",
    )
    assert response.status_code == 422
    page = body(response)
    assert "有 2 处要改，没有保存" in page
    assert '<a href="#f-a-unsafe_water_0">饮水不安全：请填写这一项。</a>' in page
    assert '<a href="#f-a-wages_12_months">' in page
    assert "请写数字" in page
    assert "房屋受损，暂住亲戚家。" in page
    assert not Visit.objects.filter(act__case__case_no=number).exists()


def test_a_refused_act_shows_its_reason_at_the_field_it_is_about(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("village")
    number = prefecture.case_nos[at.TO_VISIT]
    response = send(
        client,
        f"/cases/{number}/",
        "/record_visit/",
        finding="risk",
        a__unsafe_house="false",
        a__unsafe_water="false",
        judgement="一个人去的。",
        verifiers="李石生",
    )
    assert response.status_code == 409
    assert '<a href="#f-verifiers">入户的人：“入户核实人数”未达到要求：至少 2，现为 1。' in body(
        response
    )
    english = signed_in("village", language="en")
    again = send(
        english,
        f"/cases/{number}/",
        "/record_visit/",
        finding="risk",
        a__unsafe_house="false",
        a__unsafe_water="false",
        judgement="Went alone.",
        verifiers="李石生",
    )
    assert "at least 2 needed, 1 given" in body(again)


def test_a_form_sent_twice_is_one_act(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("village")
    path = f"/cases/{prefecture.case_nos[at.TO_NOTICE]}/"
    address, values = form_of(body(client.get(path)), "/post_notice/")
    values["place"] = ["村务公开栏"]
    first, second = client.post(address, values), client.post(address, values)
    assert (first.status_code, second.status_code) == (302, 302)
    assert CaseAct.objects.filter(case__household=at.TO_NOTICE, act="post_notice").count() == 1


def test_whoever_comes_second_reads_what_happened_and_keeps_what_was_written(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("county")
    path = f"/cases/{prefecture.case_nos[at.TO_APPROVE]}/"
    address, values = form_of(body(client.get(path)), "/approve_at_county/")
    values["opinion"] = ["我的意见写了很久。"]
    Case.objects.filter(household=at.TO_APPROVE).update(version=99)
    response = client.post(address, values)
    assert response.status_code == 409
    page = text_of(response)
    assert "别人先办了一步" in page
    assert "您打开页面之后，此件已有别人办理过" in page
    assert "最近一次办理：2020-12-10 10:00 唐敏 · 乡镇审核" in page
    assert "我的意见写了很久。" in body(response)
    again, mended = form_of(body(response), "/approve_at_county/")
    assert client.post(again, mended).status_code == 302
    late = client.post(address, {**values, "key": ["another-key"]})
    assert late.status_code == 409
    assert "县级审批" in text_of(late)


def test_a_finding_is_answered_in_writing_before_the_cross_check_is_complete(
    prefecture: Seed, signed_in: SignIn
) -> None:
    county, village = signed_in("county"), signed_in("village")
    path = f"/cases/{prefecture.case_nos[at.TO_COMPARE]}/"
    assert send(county, path, "/answer_comparison/", answer="no_record").status_code == 302
    refused = send(county, path, "/close_comparison/")
    assert refused.status_code == 409
    assert "没有书面说明" in text_of(refused)
    reply = send(village, path, "/reply_to_counter_evidence/", reply="车是借来拉货的，已还。")
    assert reply.status_code == 302
    assert send(county, path, "/close_comparison/").status_code == 302
    assert "车是借来拉货的，已还。" in text_of(county.get(path))


def test_a_notice_ends_when_its_days_are_full_and_objections_are_answered(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("village")
    path = f"/cases/{prefecture.case_nos[at.ON_NOTICE]}/"
    page = text_of(client.get(path))
    assert "最早 2020-12-14 10:00 可以结束" in page
    assert "他家去年买了一辆面包车" in page
    answered = send(client, path, "/answer_objection/", upheld="no", answer="车已抵债，有凭证。")
    assert answered.status_code == 302
    assert send(client, path, "/end_notice/").status_code == 302
    assert "异议不成立" in text_of(client.get(path))


def test_a_way_out_needs_a_reason_of_the_list_and_words(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    path = f"/cases/{prefecture.case_nos[at.TO_REVIEW]}/"
    empty = send(client, path + "?act=find_not_at_risk", "/find_not_at_risk/")
    assert empty.status_code == 422
    assert "有 2 处要改" in body(empty)
    done = send(
        client,
        path + "?act=find_not_at_risk",
        "/find_not_at_risk/",
        reason="income_stable",
        note="复核后收入稳定。",
    )
    assert done.status_code == 302
    case = Case.objects.get(household=at.TO_REVIEW)
    assert (case.outcome, case.end_reason) == ("not_at_risk", "income_stable")
    page = text_of(client.get(path))
    assert "办结：无风险" in page
    assert "收入稳定，高于监测范围" in page


def test_an_appeal_is_recorded_and_answered(prefecture: Seed, signed_in: SignIn) -> None:
    county = signed_in("county")
    path = f"/cases/{prefecture.case_nos[at.REFUSED]}/"
    assert "限 2020-12-14 答复" in text_of(county.get(path))
    done = send(county, path, "/answer_appeal/", upheld="yes", answer="重新核实，登记新的线索。")
    assert done.status_code == 302
    assert "重新核实，登记新的线索。" in text_of(county.get(path))


def test_a_case_comes_back_to_an_earlier_step_with_what_is_to_be_corrected(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    path = f"/cases/{prefecture.case_nos[at.TO_REVIEW]}/?act=return_for_correction"
    done = send(
        client,
        path,
        "/return_for_correction/",
        to_step="visit",
        reason="facts_unclear",
        note="补拍住房照片。",
    )
    assert done.status_code == 302
    assert Case.objects.get(household=at.TO_REVIEW).step == "visit"


def test_a_photo_is_kept_encrypted_with_its_act_and_opening_it_is_on_the_record(
    prefecture: Seed, signed_in: SignIn, installation: Path
) -> None:
    client = signed_in("village")
    path = f"/cases/{prefecture.case_nos[at.TO_VISIT]}/"
    address, values = form_of(body(client.get(path)), "/record_visit/")
    picture = b"\xff\xd8\xff\xe0" + b"a photo of the house" * 40
    sent = {
        **values,
        "finding": "none",
        "a-unsafe_house": "false",
        "a-unsafe_water": "false",
        "judgement": "房屋已修好。",
        "verifiers": "李石生、王村医",
        "p-photo": [SimpleUploadedFile("IMG_1.jpg", picture, "image/jpeg")],
    }
    assert client.post(address, sent).status_code == 302
    [link] = re.findall(r'href="([^"]+/papers/[0-9a-f]{64})"', body(client.get(path)))
    response = client.get(link)
    assert (response.content, response.headers["Content-Type"]) == (picture, "image/jpeg")
    assert AuditEntry.objects.get(act="view_paper").official == "village"
    kept = [file.read_bytes() for file in (installation / "papers").rglob("*.bin")]
    assert len(kept) == 1
    assert b"a photo of the house" not in kept[0]
    assert signed_in("outsider").get(link).status_code == 404
    assert client.get(link[:-1] + "0").status_code == 404
    wrong = SimpleUploadedFile("a.html", b"<script>alert(1)</script>", "image/jpeg")
    other = f"/cases/{prefecture.case_nos[at.OVERDUE_VISIT]}/"
    address, values = form_of(body(client.get(other)), "/record_visit/")
    refused = client.post(address, {**values, **sent, "key": "other", "p-photo": [wrong]})
    assert refused.status_code == 409
    assert "只接收照片" in text_of(refused)
    assert Visit.objects.filter(act__case__household=at.OVERDUE_VISIT).count() == 0


# ── meetings ────────────────────────────────────────────────────────────────────────────────────

_MEETING = {
    "body": "villagers_assembly",
    "place": "村部会议室",
    "chair": "李石生",
    "entitled": "36",
    "attending": "30",
}


def test_one_meeting_votes_on_several_households(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("village")
    address, values = form_of(body(client.get("/meetings/new/")), "/meetings/new/")
    cases = list(Case.objects.filter(step="deliberation").order_by("id"))
    assert len(cases) == 3
    values.update({name: [value] for name, value in _MEETING.items()})
    for case in cases:
        values.update({f"for-{case.pk}": ["29"], f"against-{case.pk}": ["1"]})
    before = Meeting.objects.count()
    first, second = client.post(address, values), client.post(address, values)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Meeting.objects.count() == before + 1
    page = text_of(client.get(first.headers["Location"]))
    for case in cases:
        case.refresh_from_db()
        assert case.step == "notice"
        assert case.household.head_name in page


def test_votes_that_do_not_add_up_are_told_at_the_household_and_nothing_is_saved(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("village")
    address, values = form_of(body(client.get("/meetings/new/")), "/meetings/new/")
    cases = list(Case.objects.filter(step="deliberation").order_by("id"))
    values.update({name: [value] for name, value in _MEETING.items()})
    for place, case in enumerate(cases):
        values[f"for-{case.pk}"] = ["30" if place else "12"]
    response = client.post(address, values)
    assert response.status_code == 409
    assert f'<a href="#f-for-{cases[0].pk}">{cases[0].household.head_name}：票数合计 12' in body(
        response
    )
    assert CaseAct.objects.filter(act="hold_deliberation", case__in=cases[1:]).count() in (0, 1)
    assert Case.objects.filter(step="deliberation").count() == 3


def test_too_few_attend(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("village")
    address, values = form_of(body(client.get("/meetings/new/")), "/meetings/new/")
    values.update({name: [value] for name, value in {**_MEETING, "attending": "10"}.items()})
    for case in Case.objects.filter(step="deliberation"):
        values[f"for-{case.pk}"] = ["10"]
    response = client.post(address, values)
    assert response.status_code == 409
    assert '<a href="#f-attending">' in body(response)


# ── dispatch ────────────────────────────────────────────────────────────────────────────────────


def test_alerts_are_dispatched_together_and_each_refusal_says_why(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    page = body(client.get("/queue/"))
    address, values = form_of(page, "/dispatch/")
    key = values["key"]
    chosen = ["A202008-LZX000000417", "A202012-CASE000300", "A202012-CASE000301", "A-NOTHING"]
    sent = {"alert": chosen, "to": "village", "key": key}
    response = client.post(address, sent)
    assert response.status_code == 200
    text = text_of(response)
    for words in ("已派 2 件，2 件没有派", "派给 李石生", "李竹喜", "何满香", "没有这条预警"):
        assert words in text, words
    assert "“派单”已于 2020-12-05 办理，不会重复办理。" in text
    again = text_of(client.post(address, sent))
    assert "已派 2 件，2 件没有派" in again
    assert Case.objects.filter(household=LI_ZHUXI).count() == 1
    row = body(client.get("/queue/")).partition(f"/households/{LI_ZHUXI}/")[2].partition("</tr>")[0]
    assert re.search(r'<a class="tag" href="/cases/[^"]+">入户核实</a>', row)
    assert 'name="alert"' not in row


def test_an_official_of_another_village_is_refused_for_the_rest(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    chosen = ["A202012-CASE000317", "A202012-CASE000300"]
    response = client.post("/dispatch/", {"alert": chosen, "to": "village", "key": "k-1"})
    assert "这位工作人员今天在该村没有岗位" in text_of(response)
    assert Case.objects.filter(household=at.TO_DISPATCH).count() == 1
    assert not Case.objects.filter(household=at.TO_DISPATCH_ELSEWHERE).exists()


def test_an_alert_in_a_case_waits_no_more_for_its_first_visit_once_someone_came(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = body(signed_in("town").get("/queue/?step=waiting"))
    assert "陈有田" in page
    assert "曾满石" not in page


# ── the household's page ────────────────────────────────────────────────────────────────────────


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
    assert joined.headers["Location"] == f"/cases/{number}/"
    assert "本人又来说了一次。" in text_of(client.get(f"/cases/{number}/"))
    opened = send(
        client, f"/households/{LI_ZHUXI}/report_clue/", "/report_clue/", channel="inspection"
    )
    assert opened.headers["Location"].startswith("/cases/C20-")
    future = send(client, path, "/report_clue/", channel="declaration", on="2021-01-01")
    assert future.status_code == 409
    assert "线索日期在今天之后" in text_of(future)


# ── the whole way ───────────────────────────────────────────────────────────────────────────────


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
    values |= {name: [value] for name, value in _MEETING.items()} | {"held_date": ["2020-12-17"]}
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
