"""Charts say what their figures say: geometry, text, and what they do with odd figures."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies

from fangpin.values.month import Month
from fangpin.web.charts.inline import sparkline, stacked_bar
from fangpin.web.charts.ladder import Rung, ladder_chart
from fangpin.web.charts.ledger import Band, Flag, Line, balance_of, ledger_chart
from fangpin.web.charts.severity import Degree, severity_chart
from fangpin.web.charts.svg import ticks
from fangpin.web.charts.threshold import threshold_chart

NOVEMBER = int(Month.parse("2020-11"))
Amount = Decimal | None


def rects(svg: str, tone: str) -> list[dict[str, float]]:
    """The rectangles of one class."""
    found = []
    for node in ElementTree.fromstring(svg).iter():
        if node.tag == "rect" and tone in node.get("class", "").split():
            found.append({key: float(node.get(key, "0")) for key in ("x", "y", "width", "height")})
    return found


def ledger(
    income: list[Amount],
    expense: list[Amount],
    *,
    line: Line | None = None,
    flags: list[Flag] | None = None,
) -> str:
    months = list(range(NOVEMBER - len(income) + 1, NOVEMBER + 1))
    return ledger_chart(
        months=months,
        income=[Band("工资", income, "income-1")],
        expense=[Band("医疗", expense, "expense-1")],
        line=line,
        flags=flags or [],
        title="收支",
        description="说明",
        unknown_words="没有到数",
        language="zh",
    )


def test_twice_the_income_is_twice_the_bar() -> None:
    low, high = rects(ledger([Decimal(1000), Decimal(2000)], [Decimal(0), Decimal(0)]), "income-1")
    assert high["height"] == pytest.approx(2 * low["height"], abs=0.2)
    assert high["y"] + high["height"] == pytest.approx(low["y"] + low["height"], abs=0.2)


def test_expense_hangs_below_the_zero_line() -> None:
    svg = ledger([Decimal(1000)], [Decimal(500)])
    [up], [down] = rects(svg, "income-1"), rects(svg, "expense-1")
    assert down["y"] == pytest.approx(up["y"] + up["height"], abs=0.2)
    assert down["height"] == pytest.approx(up["height"] / 2, abs=0.2)


def test_negative_income_hangs_below_and_a_refund_stands_above() -> None:
    svg = ledger([Decimal(-600), Decimal(600)], [Decimal(0), Decimal(-300)])
    loss, gain = rects(svg, "income-1")
    [refund] = rects(svg, "expense-1")
    zero = gain["y"] + gain["height"]
    assert loss["y"] == pytest.approx(zero, abs=0.2)
    assert refund["y"] + refund["height"] == pytest.approx(gain["y"], abs=0.2)


def test_an_unknown_month_is_marked_and_the_line_does_not_cross_it() -> None:
    three = [Decimal(100)] * 3
    svg = ledger([*three, None, *three], [*three, None, *three])
    assert len(rects(svg, "unknown-month")) == 1
    assert "没有到数" in svg
    assert svg.count('class="balance"') == 2


def test_nothing_known_at_all_is_no_zero() -> None:
    svg = ledger([None, None], [None, None])
    assert len(rects(svg, "unknown-month")) == 2
    assert 'class="balance"' not in svg
    assert balance_of([Band("", [None], "")], [Band("", [None], "")], 0) is None


def test_one_month_and_no_month_are_drawn() -> None:
    assert 'class="balance-dot"' in ledger([Decimal(5)], [Decimal(1)])
    ElementTree.fromstring(ledger([], []))


def test_the_line_and_the_flags_stand_at_their_values() -> None:
    svg = ledger(
        [Decimal(2000)] * 3,
        [Decimal(0)] * 3,
        line=Line(Decimal(1000), "监测线"),
        flags=[
            Flag(NOVEMBER, "Ⅱ", "degree-2", "A1", "#why"),
            Flag(NOVEMBER - 99, "Ⅰ", "degree-1", "A0"),
        ],
    )
    root = ElementTree.fromstring(svg)
    [threshold] = [node for node in root.iter("line") if node.get("class") == "threshold"]
    bar = rects(svg, "income-1")[0]
    assert float(threshold.get("y1", 0)) == pytest.approx(bar["y"] + bar["height"] / 2, abs=0.2)
    circles = [node for node in root.iter("circle") if "flag" in node.get("class", "")]
    assert len(circles) == 1
    last = rects(svg, "income-1")[-1]
    assert float(circles[0].get("cx", 0)) == pytest.approx(last["x"] + last["width"] / 2, abs=0.2)


def test_months_below_the_line_are_tinted_in_runs_of_two_or_more() -> None:
    rich, poor = Decimal(2000), Decimal(10)
    line = Line(Decimal(1000), "监测线")
    nothing = [Decimal(0)] * 5
    assert rects(ledger([rich, poor, rich, rich, rich], nothing, line=line), "below-line") == []
    assert len(rects(ledger([rich, poor, poor, rich, rich], nothing, line=line), "below-line")) == 1


@given(
    strategies.lists(
        strategies.one_of(
            strategies.none(),
            strategies.decimals(-(10**12), 10**12, places=2, allow_nan=False),
        ),
        max_size=36,
    )
)
def test_any_amounts_stay_inside_the_drawing(amounts: list[Amount]) -> None:
    svg = ledger(amounts, list(reversed(amounts)))
    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for tone in ("income-1", "expense-1"):
        for bar in rects(svg, tone):
            assert bar["x"] >= -0.1
            assert bar["x"] + bar["width"] <= width + 0.1
            assert bar["y"] >= -0.1
            assert bar["y"] + bar["height"] <= height + 0.7


FIGURES = strategies.floats(-1e15, 1e15).filter(lambda value: value == 0 or abs(value) >= 0.01)


@given(FIGURES, FIGURES)
def test_ticks_cover_the_values_and_touch_zero(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    steps = ticks(low, high)
    assert 0 in steps
    assert len(steps) <= 15
    slack = 1e-6 * (max(high, 0) - min(low, 0))
    assert steps[0] <= low + slack
    assert steps[-1] >= high - slack


@given(strategies.integers(1, 10**9))
def test_steps_of_what_is_counted_are_whole(most: int) -> None:
    steps = ticks(0, most, about=4, whole=True)
    assert all(step == int(step) for step in steps)
    assert 2 <= len(steps) <= 7
    assert steps[-1] >= most * (1 - 1e-6)


def why(amounts: list[Amount], telling: set[int]) -> str:
    months = list(range(NOVEMBER - len(amounts) + 1, NOVEMBER + 1))
    return threshold_chart(
        months=months,
        amounts=amounts,
        line=Line(Decimal(400), "规则阈值 400 元"),
        telling=telling,
        title="自付医疗",
        description="",
        unknown_words="没有到数",
        language="zh",
    )


def test_the_counted_months_are_strong_and_carry_their_figures() -> None:
    svg = why([Decimal(90), Decimal(436), Decimal(472), Decimal(458)], {NOVEMBER - 1, NOVEMBER})
    assert len(rects(svg, "telling")) == 2
    assert len(rects(svg, "other-month")) == 2
    assert re.findall(r"telling-text[^>]*>([\d,]+)<", svg) == ["472", "458"]


def counted(amounts: list[Amount], telling: set[int], line: Line | None = None) -> str:
    return threshold_chart(
        months=list(range(NOVEMBER - len(amounts) + 1, NOVEMBER + 1)),
        amounts=amounts,
        line=line,
        telling=telling,
        title="自付医疗",
        description="",
        unknown_words="没有到数",
        counted_words="计入 3 个月",
        language="zh",
    )


def test_months_in_a_row_without_a_line_are_told_under_a_brace_over_their_bars() -> None:
    amounts: list[Amount] = [Decimal(0)] * 9 + [Decimal(450)] * 3
    latest = set(range(NOVEMBER - 2, NOVEMBER + 1))
    svg = counted(amounts, latest)
    [brace] = [
        one for one in ElementTree.fromstring(svg).iter("path") if one.get("class") == "brace"
    ]
    start, _, top, end, _ = map(float, re.findall(r"[\d.]+", str(brace.get("d"))))
    bars = rects(svg, "telling")
    assert (start, end) == pytest.approx((bars[0]["x"], bars[-1]["x"] + bars[-1]["width"]), abs=0.2)
    assert 12 < top < min(bar["y"] for bar in bars) - 14, "above the figures, within the drawing"
    assert "计入 3 个月" in svg


def test_no_brace_where_a_line_tells_or_the_months_are_scattered_or_all_or_one() -> None:
    amounts: list[Amount] = [Decimal(450)] * 4
    last = NOVEMBER
    assert "计入" not in counted(amounts, {last - 1, last}, Line(Decimal(400), "线"))
    for telling in ({last - 2, last}, {last - 2, last - 1}, set(range(last - 3, last + 1)), {last}):
        assert "计入" not in counted(amounts, telling), telling


def test_a_bar_at_the_threshold_touches_the_line() -> None:
    svg = why([Decimal(400)], {NOVEMBER})
    [line] = [
        node
        for node in ElementTree.fromstring(svg).iter("line")
        if node.get("class") == "threshold"
    ]
    [bar] = rects(svg, "telling")
    assert bar["y"] == pytest.approx(float(line.get("y1", 0)), abs=0.1)


def test_severities_stack_and_lead_to_their_alerts() -> None:
    svg = severity_chart(
        months=[NOVEMBER - 1, NOVEMBER],
        counts=[{"red": 1, "blue": 3}, {}],
        degrees=[Degree("blue", "Ⅳ 蓝", "degree-4"), Degree("red", "Ⅰ 红", "degree-1")],
        title="新增预警",
        description="",
        language="zh",
        hrefs=["/queue/?month=2020-10", None],
    )
    [red], [blue] = rects(svg, "degree-1"), rects(svg, "degree-4")
    assert blue["height"] == pytest.approx(3 * red["height"], abs=0.3)
    assert red["y"] + red["height"] == pytest.approx(blue["y"], abs=0.2)
    assert svg.count("<a ") == 1


def test_text_of_people_is_escaped() -> None:
    svg = ledger_chart(
        months=[NOVEMBER],
        income=[Band("<b>&", [Decimal(1)], "income-1")],
        expense=[],
        title="<script>",
        description='"',
        unknown_words="",
        language="zh",
    )
    assert "<script" not in svg
    assert "<b>" not in svg
    ElementTree.fromstring(svg)


def test_charts_carry_classes_and_no_style() -> None:
    svg = ledger([Decimal(1)] * 24, [Decimal(2)] * 24, line=Line(Decimal(1), "线"))
    assert "style" not in svg
    assert "<title" in svg
    assert 'aria-labelledby="ledger-title"' in svg


def test_sparklines_need_two_points_and_bars_share_their_width() -> None:
    assert sparkline([]) == ""
    assert sparkline([None, 3]) == ""
    assert "path" in sparkline([1, None, 3])
    first, second = rects(stacked_bar([("a", 1), ("b", 3)], whole=8, width=80), "a") + rects(
        stacked_bar([("a", 1), ("b", 3)], whole=8, width=80), "b"
    )
    assert (first["x"], first["width"]) == (0, 9)
    assert (second["x"], second["width"]) == (10, 29)
    assert rects(stacked_bar([("a", 0)], whole=0), "a") == []


def rung(words: str, true: int, others: int, **more: Any) -> Rung:
    return Rung(words=words, true=true, others=others, said=f"{words}: {true} + {others}", **more)


def test_a_rung_stands_as_high_as_its_households_with_the_needy_below() -> None:
    svg = ladder_chart(
        rungs=[rung("300", 2, 6), rung("400", 2, 2, mark="现行")], title="试算", description="说明"
    )
    low, high = rects(svg, "rung-true"), rects(svg, "rung-other")
    assert low[0]["height"] == pytest.approx(low[1]["height"], abs=0.2)
    assert high[0]["height"] == pytest.approx(3 * high[1]["height"], abs=0.3)
    assert high[0]["y"] + high[0]["height"] == pytest.approx(low[0]["y"], abs=0.2)
    assert "现行" in svg


@given(
    strategies.lists(
        strategies.tuples(strategies.integers(0, 10**7), strategies.integers(0, 10**7)), max_size=16
    )
)
def test_any_ladder_is_a_drawing_within_its_frame(counts: list[tuple[int, int]]) -> None:
    rungs = [rung(f"{place:,}", *count) for place, count in enumerate(counts)]
    svg = ladder_chart(rungs=rungs, title="<t>", description="&")
    for tone in ("rung-true", "rung-other"):
        for one in rects(svg, tone):
            assert one["y"] >= 0 and one["y"] + one["height"] <= 300
            assert one["x"] >= 0 and one["x"] + one["width"] <= 720
