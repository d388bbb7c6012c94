"""Figures and words as templates write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from fangpin.policy.models.nodes import Words
from fangpin.values.month import Month
from fangpin.web.ground import figures


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (12486, 0, "12,486"),
        (0, 0, "0"),
        (None, 0, "—"),
        ("", 0, "—"),
        ("1260.5", 2, "1,260.50"),
        (-1234.5, 1, "−1,234.5"),
        (-0.001, 2, "0.00"),
        (Decimal("99999999999.999"), 2, "100,000,000,000.00"),
        ("石山村", 0, "石山村"),
        (float("nan"), 0, "nan"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_number_has_separators_in_both_languages(
    value: object, decimals: int, written: str, language: str
) -> None:
    with translation.override(language):
        assert figures.number(value, decimals) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1366.00", "1,366"),
        ("0.50", "0.5"),
        ("100", "100"),
        (True, "是"),
        (None, "不明"),
        ("C", "C"),
    ],
)
def test_a_plain_value_has_only_the_decimals_it_needs(value: object, written: str) -> None:
    with translation.override("zh-hans"):
        assert figures.plain(value) == written


def test_shares_dates_and_months() -> None:
    assert figures.share(Decimal("0.9624")) == "96.2%"
    assert figures.share(None) == "—"
    assert figures.percent_of(1, 0) == "—"
    assert figures.iso(date(2020, 12, 4)) == "2020-12-04"
    assert figures.iso(None) == ""
    assert figures.month(Month.parse("2020-11")) == "2020-11"


def test_words_follow_the_readers_language() -> None:
    words = Words(zh="医保", en="Healthcare")
    with translation.override("zh-hans"):
        assert figures.word(words) == "医保"
        assert figures.month_words(Month.parse("2020-11")) == "2020年11月"
    with translation.override("en"):
        assert figures.word(words) == "Healthcare"
        assert figures.month_words(Month.parse("2020-11")) == "Nov 2020"
    assert figures.word(None) == ""
