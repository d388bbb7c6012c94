"""The page of a household: its story, its ledger, what is unknown; and how it is found."""

from __future__ import annotations

import re
from typing import Any

from fangpin.casework.registry.models import HouseholdMonth
from fangpin.values.month import Month
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import LI_ZHUXI, Seed


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


def test_a_charts_unit_is_told_in_both_languages(prefecture: Seed, signed_in: SignIn) -> None:
    for language, unit in (("zh-hans", "（元）"), ("en", " (yuan)")):
        page = body(signed_in("county", language=language).get(f"/households/{LI_ZHUXI}/"))
        caption = page.partition("<figcaption")[2].partition("</figcaption>")[0]
        assert caption.endswith(unit), caption


def test_search_finds_by_name_number_and_alert(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("county")
    for asked in ("李竹", "H431022-0417", "h431022-0417", "A202008-LZX", "石山村", "石山 李竹喜"):
        assert f"/households/{LI_ZHUXI}/" in body(client.get("/households/", {"q": asked})), asked
    assert "没有找到" in text_of(client.get("/households/?q=谁也不是"))
