"""The forms of a case: what they ask, what they refuse, and that nothing written is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case, CaseAct, Comparison, Meeting, Visit
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import body, form_of, send, text_of
from tests.web.seed import Seed


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


@pytest.mark.parametrize(
    ("language", "told", "never"),
    [
        ("zh-hans", "有没有返贫致贫风险？请填写这一项。", "？："),
        ("en", "at risk of poverty? This is needed.", "?:"),
    ],
)
def test_a_question_that_is_not_answered_is_told_without_a_second_sign(
    prefecture: Seed, signed_in: SignIn, language: str, told: str, never: str
) -> None:
    client = signed_in("village", language=language)
    path = f"/cases/{prefecture.case_nos[at.TO_VISIT]}/"
    page = body(send(client, path, "/record_visit/", judgement="房屋受损。"))
    assert told in page
    assert never not in page


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
    menu = page.partition('href="/cases/"')[2].partition(">")[0]
    assert "aria-current" in menu, "the menu still says where one is"
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


def test_departments_that_have_nothing_on_record_are_told_at_once_each_as_an_act_of_its_own(
    prefecture: Seed, signed_in: SignIn
) -> None:
    county = signed_in("county")
    number = prefecture.case_nos[at.TO_COMPARE]
    path = f"/cases/{number}/"
    departments = ["labour", "medical", "water"]
    asked = f"{path}?act=request_comparison"
    assert send(county, asked, "/request_comparison/", departments=departments).status_code == 302
    address, values = form_of(body(county.get(path)), "/answer_comparison/")

    def answers() -> dict[str, str]:
        found = Comparison.objects.filter(case__case_no=number)
        return {one.department: one.answer for one in found}

    before = answers()
    given = values | {"department": ["land"], "answer": ["no_record"], "also": ["labour", "nobody"]}
    assert county.post(address, given).status_code == 422
    assert answers() == before
    found = {
        "key": ["first"],
        "department": ["water"],
        "answer": ["found"],
        "item1": ["production"],
    }
    assert county.post(address, given | found | {"also": ["labour"]}).status_code == 302
    assert answers() == before | {"water": "found"}, "what one found is said of that one alone"
    given["also"] = ["land", "labour"]
    assert county.post(address, given).status_code == 302
    assert county.post(address, given).status_code == 302, "the second click"
    assert answers() == before | {"water": "found", "land": "no_record", "labour": "no_record"}
    for log in (
        CaseAct.objects.filter(case__case_no=number, act="answer_comparison"),
        AuditEntry.objects.filter(subject=number, act="answer_comparison"),
    ):
        assert log.count() == 2 + 3
    assert "反馈比对 3 次" in text_of(county.get(path)), "of one minute, one line"


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


# ── meetings ───────────────────────────────────────────────────────────────────────────────────


def test_one_meeting_votes_on_several_households(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("village")
    address, values = form_of(body(client.get("/meetings/new/")), "/meetings/new/")
    cases = list(Case.objects.filter(step="deliberation").order_by("id"))
    assert len(cases) == 3
    values.update({name: [value] for name, value in at.MEETING.items()})
    for case in cases:
        values.update({f"for-{case.pk}": ["29"], f"against-{case.pk}": ["1"]})
    before = Meeting.objects.count()
    first, second = client.post(address, values), client.post(address, values)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Meeting.objects.count() == before + 1
    page = text_of(client.get(first.headers["Location"]))
    assert "已保存：民主评议" in page
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
    values.update({name: [value] for name, value in at.MEETING.items()})
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
    values.update({name: [value] for name, value in {**at.MEETING, "attending": "10"}.items()})
    for case in Case.objects.filter(step="deliberation"):
        values[f"for-{case.pk}"] = ["10"]
    response = client.post(address, values)
    assert response.status_code == 409
    assert '<a href="#f-attending">' in body(response)
