"""Sheets of paper: what may hang in public and nothing else; printing, PDF, a missing font said."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import (
    Case,
    CaseAct,
    DeliberationItem,
    PublicNotice,
    Visit,
    VisitAnswer,
    VisitCause,
)
from fangpin.casework.cases.public_line import PublicLine, public_line
from fangpin.casework.registry.models import Household, Member
from fangpin.values.problem import ProblemError
from fangpin.web.console.sheets.public import PublicSheet
from fangpin.web.ground import pdf
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import Seed

CANARY = "CANARY"
PHONE = "13900002307"
ID_NUMBER = "431022196405021234"


def test_a_public_sheet_knows_these_facts_and_no_other() -> None:
    """Whoever adds a field has to answer here whether it may hang in public."""
    assert [field.name for field in dataclasses.fields(PublicLine)] == [
        "head_name",
        "group",
        "count_of_members",
        "category",
    ]
    assert [field.name for field in dataclasses.fields(PublicSheet)] == [
        "kind",
        "is_elimination",
        "village",
        "lines",
        "from_date",
        "until_date",
        "contact",
    ]


def _poison(household: int) -> None:
    """Write a canary into every text of a household, its members, its visit, notice and log."""
    Household.objects.filter(pk=household).update(
        address=f"7 组 {CANARY} {PHONE}",
        masked_phone=CANARY + PHONE,
        attributes={"account": f"{CANARY}6222020000000000001", "health": CANARY},
    )
    Member.objects.filter(household=household).update(
        name=CANARY, relation=CANARY, masked_id=CANARY + ID_NUMBER, attributes={"health": CANARY}
    )
    visits = Visit.objects.filter(household=household)
    visits.update(judgement=CANARY, coping=CANARY)
    VisitAnswer.objects.filter(visit__in=visits).update(found_value=CANARY, note=CANARY)
    VisitCause.objects.filter(visit__in=visits).update(note=CANARY)
    PublicNotice.objects.filter(act__case__household=household).update(place=CANARY)
    DeliberationItem.objects.filter(act__case__household=household).update(opinion=CANARY)
    CaseAct.objects.filter(case__household=household).update(note=CANARY)


@pytest.mark.parametrize(
    ("household", "kind"), [(at.ON_NOTICE, "notice-sheet"), (at.TO_ANNOUNCE, "announcement")]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_text_of_household_member_or_visit_reaches_a_public_sheet(
    prefecture: Seed, signed_in: SignIn, household: int, kind: str, language: str
) -> None:
    _poison(household)
    page = body(
        signed_in("village", language=language).get(
            f"/cases/{prefecture.case_nos[household]}/{kind}/"
        )
    )
    sheet = page.partition('<main class="sheet">')[2]
    assert Household.objects.get(pk=household).head_name in sheet
    assert "<td>7</td>" in sheet
    for secret in (CANARY, PHONE, ID_NUMBER, "622202", "因病", "因学", "Illness", "Schooling"):
        assert secret not in page.replace(f'/{kind}/"', ""), secret


def test_the_sheet_of_a_meeting_tells_no_more_of_several(
    prefecture: Seed, signed_in: SignIn
) -> None:
    _poison(at.ON_NOTICE)
    meeting = DeliberationItem.objects.get(act__case__household=at.ON_NOTICE).meeting_id
    page = body(signed_in("village").get(f"/meetings/{meeting}/notice/"))
    assert "谢秋生" in page
    assert CANARY not in page


@given(name=st.text(max_size=40), address=st.text(max_size=60))
def test_numbers_that_stand_where_a_name_should_stay_off(name: str, address: str) -> None:
    line = public_line(
        head_name=f"{name}{ID_NUMBER}", address=address, count_of_members=3, category="边缘易致贫户"
    )
    assert not re.search(r"\d", line.head_name)
    assert re.fullmatch(r"\d{0,2}", line.group)


def test_a_notice_says_for_how_long_and_where_to_object(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(
        signed_in("village").get(f"/cases/{prefecture.case_nos[at.ON_NOTICE]}/notice-sheet/")
    )
    for words in (
        "拟纳入监测的农户公示",
        "宜章县 长村乡 石山村",
        "谢秋生",
        "边缘易致贫户",
        "公示时间：2020-12-09 至 2020-12-14",
        "可以不署名",
        "受理：长村乡人民政府",
    ):
        assert words in page, words


def test_what_was_not_decided_is_not_announced(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("village")
    assert (
        client.get(f"/cases/{prefecture.case_nos[at.TO_REVIEW]}/announcement/").status_code == 404
    )
    decided = client.get(f"/cases/{prefecture.case_nos[at.TO_ANNOUNCE]}/announcement/")
    assert "纳入监测结果公告" in text_of(decided)


def test_what_was_refused_is_not_announced_as_identified(
    prefecture: Seed, signed_in: SignIn
) -> None:
    for household in (at.NOT_AT_RISK, at.REFUSED):
        path = f"/cases/{prefecture.case_nos[household]}/announcement/"
        assert signed_in("county").get(path).status_code == 404


def test_the_meeting_sheet_has_votes_and_a_line_for_each_who_came(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("village")
    meeting = DeliberationItem.objects.get(act__case__household=at.ON_NOTICE).meeting_id
    page = body(client.get(f"/meetings/{meeting}/sheet/"))
    assert page.count("<li></li>") == 30
    assert "<td>28</td><td>1</td><td>1</td>" in page
    blank = body(client.get("/meetings/blank/"))
    for name in ("黄冬云", "罗石贵", "邓小石"):
        assert name in blank


def test_a_sheet_is_taken_as_pdf_and_that_is_on_the_record(
    prefecture: Seed, signed_in: SignIn
) -> None:
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    if not pdf.has_chinese_font():
        pytest.skip("no Chinese font is installed here")
    number = prefecture.case_nos[at.ON_NOTICE]
    response = signed_in("village").get(f"/cases/{number}/notice.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert len(response.content) > 5_000
    [entry] = AuditEntry.objects.filter(act="print_sheet")
    assert (entry.subject, entry.detail) == (number, {"sheet": "notice", "form": "pdf"})


def test_a_missing_font_is_said_loudly_and_no_empty_boxes_are_printed(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("weasyprint", reason="the extra `pdf` is not installed")
    monkeypatch.setattr(pdf, "has_chinese_font", lambda: False)
    path = f"/cases/{prefecture.case_nos[at.ON_NOTICE]}/notice.pdf"
    response = signed_in("village").get(path)
    assert response.status_code == 409
    assert "fonts-noto-cjk" in text_of(response)
    assert "No Chinese font" in text_of(signed_in("village", language="en").get(path))


def test_without_weasyprint_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def absent(name: str, *given: Any, **more: Any) -> Any:
        if name.startswith("weasyprint"):
            raise ImportError(name)
        return real(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ProblemError) as refused:
        pdf.pdf_of(html="<p>一</p>", sheets=())
    assert refused.value.problems[0].code == "PDF_NOT_INSTALLED"


def test_a_picture_is_printed_with_its_rules_inside() -> None:
    styled = pdf.with_styles_inside("<p>a</p><svg class='x'><rect/></svg>", ".x{fill:red}")
    assert styled == "<p>a</p><svg class='x'><style>.x{fill:red}</style><rect/></svg>"


def test_cases_of_two_villages_share_no_sheet(prefecture: Seed) -> None:
    """A meeting belongs to one village: its items do too, or the act refuses them."""
    for item in DeliberationItem.objects.select_related("meeting", "act__case"):
        assert item.act.case.division == item.meeting.division
    assert Case.objects.count() > 10
