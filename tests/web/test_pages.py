"""What holds on every page: whole in both languages, without a script, and when something is wrong."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client

from fangpin.casework.alerts.models import Run
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
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.registry.models import Household, Member
from fangpin.policy import load_pack
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import CLOCK, LAST, LI_ZHUXI, PACK_FOLDER, Seed
from tests.web.seed_places import seed_divisions, seed_officials
from tests.web.test_access import addresses

HAN = re.compile(r"[\u4e00-\u9fff]")


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
