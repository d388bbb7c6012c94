"""docs/cases.md tells of every act, key and expectation of cases, and its own cases pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fangpin.policy import check_histories, load_pack, read_case_files
from fangpin.policy.models.histories import (
    DATA_OF_ACT,
    DATA_OF_THROUGH,
    ExpectedAlertState,
    ExpectedCase,
    ExpectedCasework,
    ExpectedClock,
    ExpectedDecision,
    ExpectedDuty,
    ExpectedEpisode,
    ExpectedMonitored,
    ExpectedNotice,
    PlannedHelp,
)
from fangpin.policy.models.nodes import Node
from fangpin.runs.cases.all_cases import run_all
from fangpin.runs.cases.procedure_cases import run_histories
from tests.docs.pages import REPOSITORY, Page
from tests.docs.test_packs_page import river

PACKS = REPOSITORY / "packs"
PAGE = Page(
    REPOSITORY / "docs" / "cases.md",
    (REPOSITORY / "docs" / "cases.md").read_text(encoding="utf-8"),
)
ROWS = {
    code: rest
    for codes, rest in re.findall(
        r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (.*) \|$", PAGE.text, re.MULTILINE
    )
    for code in re.findall(r"[a-z_]+", codes)
}
"""Each code in a table row's first cell -> the rest of the row."""
PARTS: dict[str, type[Node]] = {
    "clocks": ExpectedClock,
    "case": ExpectedCase,
    "decision": ExpectedDecision,
    "monitored": ExpectedMonitored,
    "episodes": ExpectedEpisode,
    "alert_state": ExpectedAlertState,
    "duties": ExpectedDuty,
    "notice": ExpectedNotice,
}

__all__ = ["river"]


def keys(model: type[Node]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def test_every_act_is_told_with_its_keys_and_no_other() -> None:
    told = {act: set(re.findall(r"`([a-z_]+)`", ROWS.get(act, "?"))) for act in DATA_OF_ACT}
    values = {"stable", "natural", "consent_form", "persons", "person"}

    assert {act: set(given) - told[act] for act, given in DATA_OF_ACT.items()} == {
        act: set() for act in DATA_OF_ACT
    }
    assert {act: told[act] - set(given) - values for act, given in DATA_OF_ACT.items()} == {
        act: set() for act in DATA_OF_ACT
    }
    assert all(key in ROWS["make_plan"] for key in keys(PlannedHelp))


def test_every_key_of_the_standard_way_is_told() -> None:
    paragraph = PAGE.text[PAGE.text.index("`through: STEP`") : PAGE.text.index("## What can be")]

    assert [key for key in DATA_OF_THROUGH if f"`{key}`" not in paragraph] == []


def test_everything_that_can_be_expected_is_told() -> None:
    assert [key for key in keys(ExpectedCasework) if key not in ROWS] == []
    assert {
        part: [key for key in keys(model) if f"`{key}`" not in ROWS[part]]
        for part, model in PARTS.items()
    } == {part: [] for part in PARTS}


@pytest.mark.django_db
def test_the_cases_of_the_page_pass(tmp_path: Path) -> None:
    (block,) = [
        text for _, text in PAGE.blocks if text.startswith("# cases/") and "history" in text
    ]
    file = tmp_path / "example.yaml"
    file.write_text(block, encoding="utf-8")
    pack = load_pack(PACKS / "cn")
    entries = read_case_files(files=[file])

    assert check_histories(pack, entries) == []
    results = run_all(pack, entries, start_casework=lambda: None)
    assert len(results) == 2
    assert [problem.en for done in results for problem in done.problems] == []


@pytest.mark.django_db
def test_the_history_of_the_pack_on_the_page_of_packs_passes(river) -> None:  # type: ignore[no-untyped-def]
    results = run_histories(river, river.case_entries)

    assert len(results) == 1
    assert [problem.en for done in results for problem in done.problems] == []
