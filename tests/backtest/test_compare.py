"""One sentence for what another value would have meant, as people would say it."""

from __future__ import annotations

import pytest

from fangpin.backtest import Difference


@pytest.mark.parametrize(
    ("households", "true_households", "zh", "en"),
    [
        (0, 0, "预警不变", "the alerts stay the same"),
        (
            3,
            0,
            "多预警 3 户，没有多找到真有困难的户",
            "3 more households alerted, no more truly in need found",
        ),
        (
            -2,
            0,
            "少预警 2 户，没有少找到真有困难的户",
            "2 fewer households alerted, no fewer truly in need found",
        ),
        (
            -1,
            -1,
            "少预警 1 户，其中少找到真有困难的 1 户",
            "1 fewer household alerted, 1 fewer truly in need among them",
        ),
        (
            0,
            2,
            "预警户数不变，其中多找到真有困难的 2 户",
            "as many households alerted, 2 more truly in need among them",
        ),
    ],
)
def test_the_sentence_says_one_household_as_one_and_none_as_none(
    households: int, true_households: int, zh: str, en: str
) -> None:
    difference = Difference(households=households, true_households=true_households)

    assert difference.sentence_zh("占比改为 15%") == f"占比改为 15%：{zh}"
    assert difference.sentence_en("Share at 15%") == f"Share at 15%: {en}"
