"""What each page shows, in both languages, and with nothing in the database."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client
from openpyxl import load_workbook

from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import (
    Appeal,
    CaseAct,
    Decision,
    DeliberationItem,
    Meeting,
    Objection,
    PublicNotice,
    Verifier,
    Visit,
)
from fangpin.casework.claims.models import Candidate
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.followup.duties import DutyState
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.registry.models import Household, HouseholdMonth, Member
from fangpin.policy import load_pack
from fangpin.policy.nodes import Words
from fangpin.policy.procedure_models import Duty
from fangpin.values.month import Month
from fangpin.web.ground.due import due_of
from tests.web.conftest import SignIn
from tests.web.seed import CLOCK, LAST, LI_ZHUXI, PACK_FOLDER, PASSWORD, SHISHAN, Seed
from tests.web.seed_places import seed_divisions, seed_officials
from tests.web.test_access import addresses, body

HAN = re.compile(r"[\u4e00-\u9fff]")


def text_of(response: Any) -> str:
    """The words of a page without its markup."""
    page = re.sub(r"<svg[^>]*/>", " ", body(response))
    page = re.sub(r"<title>.*?</title>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:b|small)>", "", page)))


def test_the_overview_tells_how_the_prefecture_stands(prefecture: Seed, signed_in: SignIn) -> None:
    page = text_of(signed_in("city").get("/overview/"))
    for words in ("郴州市总览", "数据截至 2020-11-30", "14 个部门中 13 个已到数", "灾情 迟 9 天"):
        assert words in page, words
    for words in (
        "每千户新增预警",
        "各地进度",
        "近 24 个月新增预警",
        "预警原因",
        "部门到数",
        "宜章县",
    ):
        assert words in page, words
    assert "示意图" in page
    assert "演示时钟 2020-12-14" in page


def test_a_month_that_was_due_and_not_judged_is_told_on_every_page(
    prefecture: Seed, signed_in: SignIn
) -> None:
    """Old alerts look as whole as new ones: nobody would know that the monthly run did not happen."""
    paths = ("/overview/", "/queue/", "/supervision/", f"/households/{LI_ZHUXI}/")
    client = signed_in("county")
    for path in paths:
        assert "还没有做" not in text_of(client.get(path)), path
    Run.objects.filter(month=LAST).update(month=LAST - 1)
    for path in paths:
        page = text_of(client.get(path))
        assert "还没有做2020年11月的月度运算：这里的预警停在 2020年10月" in page, path
    client.cookies["fangpin_language"] = "en"
    assert "no monthly run has judged them" in text_of(client.get("/queue/"))


def test_every_figure_of_the_overview_leads_to_as_many_rows(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("city")
    page = body(client.get("/overview/"))
    figures = re.findall(
        r'<a href="(/queue/[^"]*)" class="figure">.*?<span class="value">\s*([\d,]+) <small>',
        page,
        re.DOTALL,
    )
    assert len(figures) == 3
    for href, count in figures:
        rows = body(client.get(href.replace("&amp;", "&")))
        assert f"共 {count} 条" in rows, href
    cells = re.findall(
        r'<td class="n"><a (?:class="late" )?href="(/queue/[^"]*)">([\d,]+)</a>', page
    )
    assert len(cells) > 20
    for href, count in cells:
        assert f"共 {count} 条" in body(client.get(href.replace("&amp;", "&"))), href
    causes = re.findall(
        r'<a href="(/queue/[^"]*)" class="cause">.*?<span class="n">([\d,]+)</span>',
        page,
        re.DOTALL,
    )
    for href, count in causes:
        assert f"共 {count} 条" in body(client.get(href.replace("&amp;", "&"))), href


def test_the_overview_drills_down_and_goes_back_in_time(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("city")
    assert "宜章县总览" in text_of(client.get("/overview/?division=431022"))
    assert "长村乡总览" in text_of(client.get("/overview/?division=431022202"))
    assert "石山村总览" in text_of(client.get(f"/overview/?division={SHISHAN}"))
    assert "数据截至 2020-02-29" in text_of(client.get("/overview/?month=2020-02"))
    for wrong in ("2031-01", "2020-13", "soon"):
        assert client.get(f"/overview/?month={wrong}").status_code == 404


def test_the_queue_lists_what_is_due_first(prefecture: Seed, signed_in: SignIn) -> None:
    page = body(signed_in("city").get("/queue/"))
    days = re.findall(r'class="due nowrap">(\d{4}-\d{2}-\d{2})', page)
    assert len(days) > 5
    assert days == sorted(days)
    overdue = re.findall(r"逾期 (\d+) 天", page)
    assert overdue


def test_a_row_of_the_queue_says_why_where_and_until_when(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("village").get("/queue/"))
    for words in (
        "Ⅱ",
        "橙",
        "李竹喜",
        "H431022-0417",
        "石山村",
        "医疗自付连续偏高",
        "连续 3 个月自付医疗",
    ):
        assert words in page, words
    for words in ("待派发", "2020-12-16", "还有 2 个工作日"):
        assert words in page, words


def test_filters_live_in_the_address(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("city")
    orange = body(client.get("/queue/?severity=orange&cause=illness"))
    assert '<option value="orange" selected>' in orange
    assert '<option value="illness" selected>' in orange
    assert 'degree-1">' not in orange.partition("<tbody>")[2]
    nothing = client.get("/queue/?severity=orange&step=to_follow_up")
    assert "没有符合筛选的预警" in text_of(nothing)
    for wrong in ("month=2020", "state=closed", "after=yesterday", "after=2020-12-01"):
        assert client.get(f"/queue/?{wrong}").status_code == 404, wrong


def test_pages_of_the_queue_follow_one_another_without_gap_or_repeat(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fangpin.web.console.views.queue.PAGE", 7)
    client, path, seen = signed_in("city"), "/queue/", []
    for _ in range(30):
        page = body(client.get(path))
        seen += re.findall(r'class="name" href="/households/(\d+)/"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        path = "/queue/" + following[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == Alert.objects.filter(state="open").count()


def test_the_household_tells_its_story(prefecture: Seed, signed_in: SignIn) -> None:
    response = signed_in("county").get(f"/households/{LI_ZHUXI}/")
    page = text_of(response)
    for words in (
        "李竹喜",
        "H431022-0417",
        "宜章县 长村乡 石山村",
        "边缘易致贫户",
        "因病",
        "脱贫户",
    ):
        assert words in page, words
    for words in (
        "连续 3 个月自付医疗超过 400 元",
        "规则 MED-03 第 4 版",
        "第 18,231 行",
        "县人民医院",
    ):
        assert words in page, words
    for words in (
        "务工收入连续中断",
        "每月自付医疗阈值 400 元",
        "人均纯收入监测线 6,000 元",
        "第五条",
    ):
        assert words in page, words
    for words in ("李桂香", "配偶", "女", "55 岁", "系统预警", "再次命中", "待派发"):
        assert words in page, words
    markup = body(response)
    assert "监测线折月 1,500 元（3 人）" in markup
    assert markup.count('class="flag degree-') == 2
    assert "/feeds/medical.settlement/2020-11-01/" in markup


def test_the_ledgers_table_says_what_its_chart_draws(prefecture: Seed, signed_in: SignIn) -> None:
    page = body(signed_in("county").get(f"/households/{LI_ZHUXI}/"))
    table = page.partition('<details class="twin">')[2].partition("</details>")[0]
    november = re.search(r"<td>2020-11</td>(.*?)</tr>", table, re.DOTALL)
    assert november is not None
    cells = re.findall(r">([−\d,.—]+)<", november[1])
    assert cells == ["800.00", "0.00", "840.00", "458.00", "—", "0.00", "1,182.00"]


def without_july(prefecture: Seed) -> None:
    """The household's bills of July are in no run: they had not come."""
    july = HouseholdMonth.objects.get(household=LI_ZHUXI, month=Month.parse("2020-07"))
    del july.amounts["medical"]
    july.save()
    for run in prefecture.runs:
        delivered = run.coverage["medical.settlement"]
        run.coverage["medical.settlement"] = [one for one in delivered if one != july.month]
        run.save()


def test_a_month_that_was_not_delivered_is_unknown_not_zero(
    prefecture: Seed, signed_in: SignIn, installation: Any
) -> None:
    without_july(prefecture)
    page = text_of(signed_in("county").get(f"/households/{LI_ZHUXI}/"))
    assert "还说不准的" in page
    assert "自付医疗 缺 1 个月" in page
    english = text_of(signed_in("county", language="en").get(f"/households/{LI_ZHUXI}/"))
    assert "1 month missing" in english and "1 months" not in english


def test_a_charts_unit_is_told_in_both_languages(prefecture: Seed, signed_in: SignIn) -> None:
    for language, unit in (("zh-hans", "（元）"), ("en", " (yuan)")):
        page = body(signed_in("county", language=language).get(f"/households/{LI_ZHUXI}/"))
        caption = page.partition("<figcaption")[2].partition("</figcaption>")[0]
        assert caption.endswith(unit), caption


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


def test_a_finding_that_names_its_columns_does_not_count_them_again(
    prefecture: Seed, signed_in: SignIn, installation: Any
) -> None:
    file = installation / "deliveries" / "medical.settlement" / "2020-11-01" / "delivery.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    words = {"severity": "warn", "row": None, "repair_zh": "", "repair_en": ""}
    told["findings"] = [
        {**words, "code": "COLUMN_ABSENT", "message_zh": "没有这些选填列：甲、乙。", "count": 2},
        {**words, "code": "VALUE_CUT", "message_zh": "多余的空格去掉了。", "count": 1200},
    ]
    file.write_text(json.dumps(told), encoding="utf-8")
    page = text_of(signed_in("county").get("/feeds/medical.settlement/2020-11-01/"))
    assert "没有这些选填列：甲、乙。 多余的空格去掉了。 1,200 行" in page


def test_what_came_after_the_run_is_no_zero_of_it(
    prefecture: Seed, signed_in: SignIn, installation: Any
) -> None:
    """The bills of July lie in the lake by now; which of them are the household's no run has said."""
    assert (installation / "deliveries" / "medical.settlement" / "2020-07-01").is_dir()
    without_july(prefecture)
    page = body(signed_in("county").get(f"/households/{LI_ZHUXI}/"))
    table = page.partition('<details class="twin">')[2].partition("</details>")[0]
    july = re.search(r"<td>2020-07</td>(.*?)</tr>", table, re.DOTALL)
    assert july is not None and re.findall(r">([−\d,.—]+)<", july[1])[3] == "—"


def test_search_finds_by_name_number_and_alert(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("county")
    for asked in ("李竹", "H431022-0417", "h431022-0417", "A202008-LZX", "石山村", "石山 李竹喜"):
        assert f"/households/{LI_ZHUXI}/" in body(client.get("/households/", {"q": asked})), asked
    assert "没有找到" in text_of(client.get("/households/?q=谁也不是"))


def test_the_calendar_of_feeds_marks_what_is_missing(prefecture: Seed, signed_in: SignIn) -> None:
    page = body(signed_in("city").get("/feeds/"))
    assert "部门数据" in page
    row = page.partition("灾情</a>")[2].partition("</tr>")[0]
    assert row.count('class="is-missing"') == 1
    assert "2020-11 应到未到" in row


def test_a_delivery_adds_up_and_says_how_to_correct_its_rows(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("city").get("/feeds/finance.card/2020-11-01/"))
    figures = re.search(r"读到 ([\d,]+) = 接受 ([\d,]+) \+ 退回 ([\d,]+) \+ 重复 ([\d,]+)", page)
    assert figures is not None
    read, accepted, quarantined, duplicate = (
        int(figure.replace(",", "")) for figure in figures.groups()
    )
    assert read == accepted + quarantined + duplicate == 9620
    for words in (
        "身份证号校验码不对",
        "152 行",
        "怎么改 对照户口本改正号码",
        "431022********",
        "下载退回的行",
    ):
        assert words in page, words


def test_refused_rows_are_downloaded_as_a_spreadsheet(prefecture: Seed, signed_in: SignIn) -> None:
    response = signed_in("city").get("/feeds/finance.card/2020-11-01/rejects.xlsx")
    assert response.status_code == 200
    assert "finance.card-2020-11-rejects.xlsx" in response.headers["Content-Disposition"]
    content: Any = response.streaming_content  # type: ignore[attr-defined]
    sheet = load_workbook(io.BytesIO(b"".join(content))).worksheets[0]
    assert sheet.max_row == 1 + 203
    assert AuditEntry.objects.get(act="export_rejects").detail["rows"] == 203


def test_what_does_not_exist_is_404(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("city")
    for path in (
        "/feeds/no.feed/",
        "/feeds/finance.card/2031-01-01/",
        "/feeds/finance.card/..%2F..%2Fvault/",
        "/feeds/medical.insured/2020-12-01/rejects.xlsx",
        "/households/424242/",
        "/nothing/",
    ):
        response = client.get(path)
        assert response.status_code == 404, path
        assert "没有找到这一页" in text_of(response), path


def words_of_cases() -> set[str]:
    """What officials wrote in their own words while they worked on cases."""
    columns = (
        (CaseAct, "note"),
        (Visit, "judgement"),
        (Verifier, "name"),
        (Objection, "text"),
        (PublicNotice, "place"),
        (Meeting, "place"),
        (Meeting, "chair"),
        (DeliberationItem, "opinion"),
        (Decision, "opinion"),
        (Appeal, "text"),
    )
    found: set[str] = set()
    for model, column in columns:
        found |= set(model._default_manager.values_list(column, flat=True))
    return found


@pytest.mark.parametrize("username", ["city", "village", "county", "owner"])
def test_every_page_is_whole_in_english(prefecture: Seed, signed_in: SignIn, username: str) -> None:
    """What people and departments wrote stays as they wrote it; all else is English."""
    written = {"中文", "县人民医院", "长村乡卫生院", "身份证号", "金额"}
    written |= set(Household.objects.values_list("head_name", flat=True))
    written |= set(Household.objects.values_list("address", flat=True))
    written |= set(Member.objects.values_list("name", flat=True))
    for name in Official.objects.values_list("name", flat=True):
        written |= {name, name[:1]}
    written |= {text for row in Declaration.objects.values_list("name", "text") for text in row}
    for said in Candidate.objects.values_list("claim_name", "person_name", "reason"):
        # A name may be cut by the mark of the sign that differs.
        written |= {*said, *said[0], *said[1]}
    written |= words_of_cases()
    client = signed_in(username, language="en")
    asked = [(name, path) for name, path in addresses(LI_ZHUXI) if not path.endswith(".pdf")]
    asked += [("case", f"/cases/{number}/") for number in prefecture.case_nos.values()]
    for name, path in asked:
        if name == "rejects":
            continue
        page = text_of(client.get(path, follow=True))
        for words in sorted(written - {""}, key=len, reverse=True):
            page = page.replace(words, "")
        page = re.sub(r"¥[\d,]+元", "", page)
        assert not HAN.search(page), (path, HAN.findall(page)[:20])


def test_chinese_comes_first_whatever_the_browser_asks(prefecture: Seed) -> None:
    response = Client().get("/sign-in/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert response.headers["Content-Language"] == "zh-hans"
    assert 'lang="zh-Hans"' in body(response)


def test_language_and_size_are_kept(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("city")
    response = client.post("/preferences/", {"language": "en", "next": "/queue/"})
    assert response.headers["Location"] == "/queue/"
    client.post("/preferences/", {"size": "2"})
    page = body(client.get("/queue/"))
    assert '<html lang="en" class="size-2">' in page
    official = Official.objects.get(name="曹丽")
    assert (official.language, official.text_size) == ("en", 2)
    client.post("/preferences/", {"size": "9", "language": "xx", "next": "https://evil.example/"})
    assert '<html lang="en" class="size-2">' in body(client.get("/queue/"))


def test_signing_in_and_out(prefecture: Seed) -> None:
    client = Client()
    page = text_of(client.get("/sign-in/"))
    assert "演示账号" in page
    wrong = client.post("/sign-in/", {"username": "city", "password": "no"})
    assert wrong.status_code == 400
    assert "账号、密码或验证码不对" in text_of(wrong)
    right = client.post("/sign-in/", {"username": "city", "password": PASSWORD, "next": "/queue/"})
    assert right.headers["Location"] == "/queue/"
    assert client.get("/queue/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/queue/").status_code == 302


def test_demonstration_accounts_are_listed_in_a_demonstration_only(
    prefecture: Seed, settings: Any
) -> None:
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, demo=False, clock=None)
    page = text_of(Client().get("/sign-in/"))
    assert "演示账号" not in page
    assert "曹丽" not in page
    assert "演示时钟" not in page


def test_an_empty_installation_helps(installation: Any, db: None, signed_in: SignIn) -> None:
    seed_divisions(load_pack(PACK_FOLDER))
    seed_officials()
    client = signed_in("city")
    assert "还没有跑过月度运算" in text_of(client.get("/overview/"))
    assert "还没有跑过月度运算" in text_of(client.get("/queue/"))
    assert "等部门在“报送数据”里交第一份文件" in text_of(client.get("/feeds/"))
    assert 'href="/uploads/">报送数据' in body(signed_in("owner").get("/feeds/"))
    assert "这里还没有农户" in text_of(client.get("/households/"))
    assert "没有找到" in text_of(client.get("/households/?q=李"))
    assert "还没有到过数" in text_of(client.get("/feeds/medical.settlement/"))


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("system_administrator", "这个岗位的工作用命令办理"),
        ("security_administrator", "这个岗位的工作用命令办理"),
        ("audit_administrator", "操作审计"),
    ],
)
def test_administrators_are_not_told_that_they_hold_no_post(
    installation: Any, db: None, settings: Any, role: str, words: str
) -> None:
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, pack="cn")
    seed_divisions(load_pack(PACK_FOLDER))
    user = get_user_model().objects.create(username="admin")
    official = Official.objects.create(user=user, name="管")
    Post.objects.create(official=official, role=role, division="4310", from_date=CLOCK)
    client = Client()
    client.force_login(user)
    answer = client.get("/", follow=True)
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert "没有在任岗位" not in text_of(answer)
    assert 'href="/password/"' in body(answer)


def test_who_visits_finds_the_way_to_the_phones_pages(prefecture: Seed, signed_in: SignIn) -> None:
    assert 'href="/field/">手机入户' in body(signed_in("village").get("/queue/"))
    assert 'href="/field/"' not in body(signed_in("city").get("/queue/"))


def test_every_page_works_without_a_script(prefecture: Seed, signed_in: SignIn) -> None:
    """Filters, search, language and size are forms; menus and tables are details."""
    page = body(signed_in("city").get("/queue/"))
    assert "<noscript><button" in page
    for form in re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL):
        assert "<button" in form or 'type="search"' in form
    assert page.count("<details") >= 2
    for action in re.findall(r'hx-get="([^"]+)"', page):
        assert f'action="{action}"' in page


def test_a_database_that_fails_is_told_plainly_too(
    prefecture: Seed, signed_in: SignIn, monkeypatch: Any
) -> None:
    """What stands around every page asks the database: the page that says so does without it."""

    def fails(*_arguments: Any, **_more: Any) -> None:
        raise OperationalError("the disk is gone")

    monkeypatch.setattr("fangpin.web.console.frame._fill", fails)
    client = signed_in("city", language="en")
    client.raise_request_exception = False
    response = client.get("/overview/")
    assert response.status_code == 500
    assert '<html lang="en">' in body(response)
    assert "disk" not in body(response)


def test_a_broken_page_is_told_plainly(
    prefecture: Seed, signed_in: SignIn, monkeypatch: Any
) -> None:
    def broken(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("李竹喜")

    monkeypatch.setattr("fangpin.web.console.views.overview.strip_of", broken)
    client = signed_in("city")
    client.raise_request_exception = False
    response = client.get("/overview/")
    assert response.status_code == 500
    assert "系统出错了" in text_of(response)
    assert "李竹喜" not in body(response)


@pytest.mark.parametrize(
    ("days", "severity", "words"),
    [
        (2, "orange", "还有 2 个工作日"),
        (7, "orange", "还有 5 个工作日"),
        (7, "blue", "还有 7 天"),
        (0, "red", "今天到期"),
        (-1, "red", "逾期 1 天"),
    ],
)
def test_what_is_left_until_a_deadline(
    installation: Any, days: int, severity: str, words: str
) -> None:
    monday: date = CLOCK
    due = due_of(due_date=monday + timedelta(days=days), severity=severity, today=monday)
    assert due.words == words
