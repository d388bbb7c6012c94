"""The audit trail on the console: found by subject, official and day; taken as a safe table."""

from __future__ import annotations

import ast
import csv
import importlib
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

import fangpin
from fangpin.casework.appointments.acts import APPOINT
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.measures.places import MANAGE
from fangpin.policy import load_pack
from fangpin.web.console.page_names import page_words
from fangpin.web.console.trail_words import act_words, detail_words
from fangpin.web.ground.sessions import REFUSED_VIEW
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import LI_ZHUXI, SHISHAN, Seed
from tests.web.seed_cases import moment


def table(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(response).lstrip("\ufeff"))))


def test_who_looked_at_a_file_is_answered_by_name_and_time(
    prefecture: Seed, signed_in: SignIn
) -> None:
    village = signed_in("village")
    for _ in range(3):
        village.get(f"/households/{LI_ZHUXI}/")
    page = text_of(signed_in("county").get(f"/audit/?subject=household:{LI_ZHUXI}"))
    assert "谁看过 李石生 3 次" in page
    assert "H431022-0417" in page


def test_entries_are_found_by_subject_official_act_and_day(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("county")
    number = prefecture.case_nos[at.TO_APPROVE]
    whole = AuditEntry.objects.filter(subject=number).count()
    assert body(client.get(f"/audit/?subject=case:{number}")).count("<tr><td") == whole > 8
    one = body(client.get(f"/audit/?subject={number}&official=town&act=assign"))
    assert one.count("<tr><td") == 1
    day = body(client.get(f"/audit/?subject={number}&since=2020-12-02&until=2020-12-02"))
    assert day.count("<tr><td") == 4
    for wrong in ("since=yesterday", "after=x"):
        assert client.get(f"/audit/?{wrong}").status_code == 404


def test_pages_of_the_trail_follow_one_another(
    prefecture: Seed, signed_in: SignIn, monkeypatch: Any
) -> None:
    monkeypatch.setattr("fangpin.web.console.views.audit.PAGE", 50)
    client, path, seen = signed_in("county"), "/audit/?act=assign", 0
    for _ in range(9):
        page = body(client.get(path))
        seen += page.count("<tr><td")
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        path = "/audit/" + following[1].replace("&amp;", "&")
    assert seen == AuditEntry.objects.filter(act="assign", division__startswith="431022").count()


def test_the_table_computes_nothing_when_it_is_opened(prefecture: Seed, signed_in: SignIn) -> None:
    AuditEntry.objects.create(
        at=moment(at._DAY),
        official="=HYPERLINK(1)",
        act="+1",
        subject_kind="case",
        subject="@SUM(A1)",
        division=SHISHAN,
        detail={},
    )
    rows = table(signed_in("county").get("/audit/entries.csv"))
    assert rows[0][:3] == ["at", "official", "act"]
    cells = [cell for row in rows[1:] for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]


def test_taking_the_table_is_itself_on_the_record(prefecture: Seed, signed_in: SignIn) -> None:
    response = signed_in("county").get("/audit/entries.csv?official=town")
    assert {row[1] for row in table(response)[1:]} == {"town"}
    [entry] = AuditEntry.objects.filter(act="export_audit")
    assert (entry.official, entry.detail["official"]) == ("county", "town")


def test_whoever_sees_no_cases_reads_no_detail(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("province")
    page = body(client.get("/audit/"))
    assert "派单" in page
    assert "A202012-CASE" not in page
    assert 'href="/cases/' not in page
    assert "A202012-CASE" not in body(client.get("/audit/entries.csv"))


def acts_of_the_code() -> set[str]:
    """What the code hands to `record`, as a text or by the name of a constant."""
    root, found = Path(fangpin.__file__).parent, set()
    for source in root.rglob("*.py"):
        if "synthetic" in source.parts:
            continue
        module = ".".join(("fangpin", *source.relative_to(root).with_suffix("").parts))
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(
                call.func, ast.Name | ast.Attribute
            ):
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            if name not in ("record", "_record"):
                continue
            named = [one.value for one in call.keywords if one.arg == "act"]
            for act in named or call.args[:1]:
                if isinstance(act, ast.Constant):
                    found.add(str(act.value))
                elif isinstance(act, ast.Name) and act.id.isupper():
                    found.add(getattr(importlib.import_module(module), act.id))
    return found


def test_every_act_that_the_code_records_has_words(prefecture: Seed, repository: Path) -> None:
    """A code in place of words is met by whoever watches over the others."""
    china = load_pack(repository / "packs" / "cn").words
    recorded = set(AuditEntry.objects.values_list("act", flat=True)) | acts_of_the_code()
    assert recorded > {REFUSED_VIEW, MANAGE, APPOINT, "open_account", "view_household"}
    wordless = {act for act in recorded if act_words(act) == act and f"act.{act}" not in china}
    assert not wordless


def test_what_stands_beside_an_act_is_told_in_words(prefecture: Seed, signed_in: SignIn) -> None:
    pack = prefecture.pack
    measure, cause = next(iter(pack.measures.values())), next(iter(pack.causes.values()))
    told = detail_words(
        {
            "measures": [measure.measure],
            "causes": [cause.cause],
            "at_risk": True,
            "days": 5,
            "role": "county",
            "of_later": "as_written",
        }
    )
    words = f"措施 {measure.title.zh} · 原因 {cause.title.zh} · 有风险 是 · 天数 5"
    assert told == f"{words} · of_later as_written"
    moment = detail_words({"earliest_end": "2020-12-04T01:45:00+00:00", "on": "2020-12-04"})
    assert moment == "最早可结束 2020-12-04 09:45 · 日期 2020-12-04", "by the clock on the wall"
    page = text_of(signed_in("county").get("/audit/"))
    for raw in (" causes ", " measures ", " category ", "manage_resources", "refuse_view"):
        assert raw not in page, raw


def test_a_page_that_was_refused_is_told_as_one(prefecture: Seed, signed_in: SignIn) -> None:
    signed_in("county").get("/rules/no_such_rule/")
    page = text_of(signed_in("county").get("/audit/"))
    assert "不给看 no_such_rule “规则与试算”的页面" in page


def test_every_page_that_can_be_refused_is_told_in_words() -> None:
    """The name of an address is a word of the code: nobody says it."""
    views = {one.name: one.callback for one in named_pages(get_resolver().url_patterns)}
    assert {"rule", "field-tasks", "api-delivery"} <= views.keys()
    refusable = {name for name, view in views.items() if not getattr(view, "is_public", False)}
    assert not {name for name in refusable if not page_words(name)}


def named_pages(patterns: Iterable[Any]) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from named_pages(one.url_patterns)
        elif one.name:
            yield one
