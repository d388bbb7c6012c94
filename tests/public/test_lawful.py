"""The days by law, as an applicant meets them: in the packs' own figures."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from fangpin.web.public.lawful import steps_of_declaration, terms_of_declaration
from tests.casework.cases_world import moment

FRIDAY = date(2022, 4, 29)


@pytest.fixture
def anhui(settings: Any) -> str:
    """An installation of Anhui; its division."""
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, pack="cn_anhui", packs=None)
    return "34"


def test_in_anhui_an_applicant_is_visited_in_2_and_answered_in_20_working_days(anhui: str) -> None:
    terms = terms_of_declaration(division=anhui, received_at=moment(FRIDAY), on=FRIDAY)
    told = {term.title: (term.words, term.deadline) for term in terms}
    # The first of May: 30 April to 4 May are off, 7 May is made up for.
    assert told["申报后入户时限"] == ("还有 2 个工作日", date(2022, 5, 6))
    assert told["申报后办结时限"][0] == "还有 20 个工作日"
    assert "识别认定总时限" not in told, "that clock is for other channels"
    assert "结果反馈" in steps_of_declaration(received_at=moment(FRIDAY))


def test_what_is_overdue_says_so(anhui: str) -> None:
    terms = terms_of_declaration(division=anhui, received_at=moment(FRIDAY), on=date(2022, 5, 9))
    assert terms[0].is_overdue and terms[0].words.startswith("逾期")


def test_without_a_calendar_nothing_is_guessed(anhui: str) -> None:
    far = date(2049, 5, 6)
    assert terms_of_declaration(division=anhui, received_at=moment(far), on=far) == ()
