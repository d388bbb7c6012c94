"""The days by law, as an applicant meets them: in the packs' own figures."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fangpin.casework.cases.models import Case
from fangpin.casework.cases.progress import clocks_of
from fangpin.casework.declarations.acts import join_declarations, whole_pack
from fangpin.casework.divisions.models import Division
from fangpin.casework.registry.models import Member
from fangpin.web.ground.keys import door_keys
from fangpin.web.public.lawful import steps_of_declaration, terms_of_declaration
from tests.casework.cases_world import Office, build_household, moment, pack
from tests.cast import Cast, appoint, build_person
from tests.public.world import KNOWN, Village

FRIDAY = date(2022, 4, 29)
IN_ANHUI = "340123101201"


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


@pytest.fixture
def village(installation: Path, anhui: str, db: None) -> Village:
    """A village of Anhui with its cadre and its township, and a household that the registry knows."""
    for width, level in ((2, "province"), (4, "prefecture"), (6, "county"), (9, "township")):
        _place(IN_ANHUI[:width], level, IN_ANHUI[: {2: 0, 4: 2, 6: 4, 9: 6}[width]])
    _place(IN_ANHUI, "village", IN_ANHUI[:9])
    people: Any = SimpleNamespace(
        reviewer=appoint(build_person("reviewer"), "township_reviewer", IN_ANHUI[:9]),
        cadre=appoint(build_person("cadre"), "village_cadre", IN_ANHUI),
    )
    Member.objects.create(
        person_ref=door_keys().person_ref(KNOWN),
        household=build_household(division=IN_ANHUI),
        name="李某",
        relation="head",
        is_head=True,
    )
    cast: Cast = people
    return Village(IN_ANHUI, door_keys().village_check(IN_ANHUI), cast)


def _place(code: str, level: str, parent: str) -> None:
    Division.objects.create(
        code=code, level=level, name_zh=code, name_en=code, parent_id=parent or None
    )


def test_in_anhui_a_declaration_is_a_case_with_the_applicants_clocks_and_the_result_goes_back(
    village: Village, settings: Any
) -> None:
    rules = pack("cn_anhui")
    _stand_on(settings, FRIDAY)
    farmer = village.farmer()
    row = farmer.declare()
    assert join_declarations(pack=rules, by=whole_pack(rules), at=moment(FRIDAY)) == 1
    case = Case.objects.get(declarations=row)
    running = {
        state.clock.clock: state.deadline
        for state in clocks_of(rules, case, on=FRIDAY)
        if state.started
    }
    assert running == {
        "applicant_visit": date(2022, 5, 6),
        "applicant_finish": date(2022, 5, 31),
    }, "and not the clocks of other channels"

    office = Office(village.cast, rules, case.case_no, day=date(2022, 5, 5))
    office.act("assign", village.cast.reviewer)
    there = office.later(1)
    _stand_on(settings, there.day)
    there.visit()
    farmer.look_up(row.receipt_no)
    page = farmer.progress()
    assert "申报后入户时限" in page and "2022-05-06 已完成" in page
    assert "最迟 2022-05-31" in page

    there.act("find_not_at_risk", village.cast.reviewer, reason="income_stable", note="收入稳定")
    there.act("tell_applicant", village.cast.cadre, note="当面告知")
    page = farmer.progress()
    assert rules.words["outcome.not_at_risk"].title.zh in page and "结果反馈" in page


def _stand_on(settings: Any, day: date) -> None:
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, clock=day)
