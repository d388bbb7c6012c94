"""The pack that docs/packs.md writes out is a whole pack: it loads, and its cases pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.policy import check_pack_thoroughly, load_pack
from fangpin.policy.pack import Pack
from fangpin.policy.reading.layout import KINDS
from fangpin.runs.cases.decision_cases import run_decision_cases
from fangpin.runs.cases.pack_cases import run_cases
from tests.docs.pages import REPOSITORY, Page

PAGE = Page(
    REPOSITORY / "docs" / "packs.md",
    (REPOSITORY / "docs" / "packs.md").read_text(encoding="utf-8"),
)


@pytest.fixture
def river(tmp_path: Path) -> Pack:
    """The pack of the page, each block written to the file that its first line names."""
    for _language, block in PAGE.blocks:
        first, rest = block.split("\n", 1)
        if first.startswith("# ") and first.endswith((".yaml", ".csv")):
            file = tmp_path / "river" / first.removeprefix("# ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(rest, encoding="utf-8")
    return load_pack(tmp_path / "river")


def test_the_pack_of_the_page_loads(river: Pack) -> None:
    assert river.id == "river"
    assert [rule.rule for rule in river.rules] == ["sustained_illness"]


def test_the_pack_of_the_page_is_checked_without_a_problem(river: Pack) -> None:
    assert [str(problem) for problem in check_pack_thoroughly(river)] == []


def test_the_cases_of_the_page_pass(river: Pack) -> None:
    cases = river.cases()
    results = [*run_cases(river, cases), *run_decision_cases(river, cases)]
    assert len(cases) == 7
    assert [result.problems for result in results if result.problems] == []


def test_the_page_shows_every_file_of_a_pack() -> None:
    folders = {kind.file.split("/")[0] for kind in KINDS}
    assert [name for name in sorted(folders) if name not in PAGE.text] == []
