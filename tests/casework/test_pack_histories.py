"""The histories of every pack's cases, on whichever database these tests run.

`test_on_postgresql.py` runs this folder once more, so the same cases stand on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.states import ACTS
from fangpin.casework.registry.models import Household
from fangpin.policy import check_histories, load_pack
from fangpin.policy.cases import read_case_files
from fangpin.policy.models.histories import DATA_OF_ACT
from fangpin.policy.reading.entries import Entry
from fangpin.runs.cases.histories.table import ACTS_OF_HISTORIES
from fangpin.runs.cases.procedure_cases import run_histories
from tests.casework.cases_world import PACKS, pack

pytestmark = pytest.mark.django_db

SHIPPED = sorted(file.parent.name for file in PACKS.glob("*/pack.yaml"))
FEWEST = {"cn_anhui": 4, "cn_gansu": 4, "cn_guizhou": 4, "cn_hainan": 4}
"""Provinces with a procedure of their own, and how many of their histories there are at least."""


def told(name: str, entries: list[Entry]) -> list[str]:
    """What the histories of some cases got wrong, in English."""
    return [problem.en for done in run_histories(pack(name), entries) for problem in done.problems]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_history_of_a_shipped_pack_goes_as_its_case_says_and_nothing_of_it_stays(
    name: str,
) -> None:
    results = run_histories(pack(name), pack(name).case_entries)

    assert [problem.en for done in results for problem in done.problems] == []
    assert len(results) >= FEWEST.get(name, 0)
    assert not Case.objects.exists()
    assert not Household.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_pack_of_another_country_has_its_own_procedure() -> None:
    """Other steps, other words, no villages' assembly: no line of code knows of China's."""
    valley = load_pack(PACKS.parent / "tests" / "policy" / "packs" / "river_office")

    results = run_histories(valley, valley.case_entries)

    assert [problem.en for done in results for problem in done.problems] == []
    assert len(results) == 1


@pytest.mark.parametrize("name", FEWEST)
def test_a_province_has_a_procedure_of_its_own(name: str) -> None:
    own = [one for one in pack(name).procedures if one.continues]

    assert [one.procedure for one in own] == ["identification"]


def test_every_act_of_casework_can_be_told_in_a_history() -> None:
    assert set(ACTS) <= set(ACTS_OF_HISTORIES)
    assert set(ACTS_OF_HISTORIES) == set(DATA_OF_ACT)


def test_the_shipped_cases_tell_of_every_act_on_a_case() -> None:
    """An act that no case does is one whose wording in a case file nobody has tried."""
    counted: Counter[str] = Counter()
    for name in SHIPPED:
        for _, case in pack(name).cases():
            counted.update(act.act for act in case.history if act.act is not None)

    assert set(ACTS) - set(counted) == set()


def history(tmp_path: Path, text: str) -> list[Entry]:
    """The cases of a file with this content."""
    file = tmp_path / "cases.yaml"
    file.write_text(text, encoding="utf-8")
    return read_case_files(files=[file])


CASE = """cases:
  - case: one
    as_of: 2021-04-10
    household: {{members: 3, is_former_poor: true}}
    history:
      - {{act: report_clue, at: 2021-04-01, channel: screening, cause: illness}}
      - {act}
    expect:
      {expect}
"""


@pytest.mark.parametrize(
    ("act", "expect", "line", "words"),
    [
        ("{act: approve_at_county, at: 2021-04-02}", "cases: 1", 7, "refused with STEP_NOT_OPEN"),
        ("{act: assign, at: 2021-04-02, refused: STEP_DONE}", "cases: 1", 7, "but it was done"),
        (
            "{act: approve_at_county, at: 2021-04-02, refused: STEP_DONE}",
            "cases: 1",
            7,
            "refused with STEP_DONE, but is refused with STEP_NOT_OPEN",
        ),
        ("{act: assign, at: 2021-04-02}", "cases: 2", 9, "cases should be 2, is 1"),
        ("{act: assign, at: 2021-04-02}", "open_acts: [assign]", 9, "refused with STEP_DONE"),
        ("{act: assign, at: 2021-04-02}", "closed_acts: [record_visit]", 9, "closed, is open"),
        ("{act: assign, at: 2021-04-02}", "refused: {assign: X}", 9, "refused with STEP_DONE"),
        ("{act: assign, at: 2021-04-02}", "open_steps: []", 9, "['visit', 'consent']"),
        ("{act: assign, at: 2021-04-02}", "steps: []", 9, "['assignment']"),
        ("{act: assign, at: 2021-04-02}", "told: []", 9, "township_reviewer"),
        ("{act: assign, at: 2021-04-02}", "overdue_severity: none", 9, "is orange"),
        ("{act: assign, at: 2021-04-02}", "case: {state: ended}", 9, "is open"),
        ("{act: assign, at: 2021-04-02}", "case: none", 9, "case should be none"),
        ("{act: assign, at: 2021-04-02}", "monitored: {since: 2021-04-02}", 9, "is none"),
        ("{act: assign, at: 2021-04-02}", "decision: {category: marginal}", 9, "is none"),
        (
            "{act: assign, at: 2021-04-02}",
            "episodes: [{since: 2021-04-02}]",
            9,
            "should be 1, is 0",
        ),
        ("{act: assign, at: 2021-04-02}", "alert_state: {state: open}", 9, "is none"),
        ("{act: assign, at: 2021-04-02}", "appeal_due: 2021-04-02", 9, "is none"),
        ("{act: assign, at: 2021-04-02}", "duties: {visits_made: {holds: true}}", 9, "is none"),
        (
            "{act: assign, at: 2021-04-02}",
            "clocks: {identification: {deadline: 2021-04-15}}",
            9,
            "should be 2021-04-15, is 2021-04-16",
        ),
    ],
)
def test_what_differs_is_told_at_its_line(
    tmp_path: Path, act: str, expect: str, line: int, words: str
) -> None:
    entries = history(tmp_path, CASE.format(act=act, expect=expect))

    (done,) = run_histories(pack("cn"), entries)

    (problem,) = done.problems
    assert problem.where == f"{tmp_path}/cases.yaml:{line}"
    assert words in problem.en and problem.zh


def test_a_step_to_which_there_is_no_way_is_told(tmp_path: Path) -> None:
    act = "{through: end, at: 2021-04-02}\n      - {act: propose_elimination, at: 2021-04-08}"
    more = "\n      - {through: comparison, at: 2021-04-09}"
    entries = history(tmp_path, CASE.format(act=act + more, expect="cases: 2"))
    assert check_histories(pack("cn"), entries) == []

    (words,) = told("cn", entries)
    assert "refused with HISTORY_STEP" in words and "comparison" in words


def test_a_case_without_a_history_may_ask_that_nobody_was_enrolled(tmp_path: Path) -> None:
    text = CASE.format(act="", expect="{case: none, monitored: none, told: []}")
    lines = [line for line in text.splitlines() if "history" not in line and "- {" not in line]
    lines = [line for line in lines if line.strip() != "-"]

    assert told("cn", history(tmp_path, "\n".join(lines))) == []


def test_members_computed_from_persons_are_the_stage_of_a_history(tmp_path: Path) -> None:
    text = CASE.format(act="{act: assign, at: 2021-04-02}", expect="case: {step: visit}").replace(
        "household: {members: 3, is_former_poor: true}",
        "persons:\n      - {person_no: '1', relation: head, birth_date: 1960-01-01}\n"
        "      - {person_no: '2', relation: child, birth_date: 1990-01-01}",
    )

    assert told("cn", history(tmp_path, text)) == []


def test_a_category_of_the_figures_is_that_of_the_first_clue(tmp_path: Path) -> None:
    """The very figures that a page would show: 15,000 yuan of 2020 over three heads."""
    text = CASE.format(
        act="{through: approval, at: 2021-04-02}",
        expect="decision: {suggested: unstable_out_of_poverty, income_per_head: 5000.00}",
    ).replace("    history:", '    ledger: {annual_net_income: {"2020": 15000}}\n    history:')

    assert told("cn", history(tmp_path, text)) == []


def test_days_may_be_given_with_their_hour(tmp_path: Path) -> None:
    act: Any = '{act: assign, at: "2021-04-02 08:30"}'
    entries = history(tmp_path, CASE.format(act=act, expect="case: {step: visit}"))

    assert told("cn", entries) == []
    assert entries[0].node.as_of == date(2021, 4, 10)  # type: ignore[attr-defined]
