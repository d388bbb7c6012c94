"""The overview: how the prefecture stands, each figure with the rows behind it."""

from __future__ import annotations

import re

from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import SHISHAN, Seed


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
