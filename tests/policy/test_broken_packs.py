"""Each folder of broken/ holds one mistake: exactly one problem, at its line, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fangpin.policy import check_pack_thoroughly, load_pack
from fangpin.values.problem import Problem, ProblemError

HERE = Path(__file__).parent
MISTAKES = sorted(folder.name for folder in (HERE / "broken").iterdir())


def problems_of(directory: Path) -> tuple[Problem, ...]:
    try:
        pack = load_pack(directory, search=[HERE / "packs"])
        return tuple(check_pack_thoroughly(pack))
    except ProblemError as error:
        return error.problems


def test_there_are_many_mistakes() -> None:
    assert len(MISTAKES) >= 25


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_once_with_its_line_and_in_both_languages(mistake: str) -> None:
    folder = HERE / "broken" / mistake
    expected: dict[str, Any] = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
    line = f":{expected['line']}" if expected["line"] else ""

    problems = problems_of(folder / "pack")

    assert [(problem.code, Path(problem.where)) for problem in problems] == [
        (
            expected["code"],
            Path(f"{folder}/pack/{expected['file']}{line}".replace("/pack/../", "/")),
        )
    ]
    told = problems[0]
    assert all(word in told.zh + told.fix_zh for word in expected["zh"]), told
    assert all(word in told.en + told.fix_en for word in expected["en"]), told
    assert told.fix_zh and told.fix_en, "every problem says what to do"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_only_what_pack_check_adds_is_found_after_loading(mistake: str) -> None:
    folder = HERE / "broken" / mistake
    expected: dict[str, Any] = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))

    if expected.get("check") == "thorough":
        assert load_pack(folder / "pack", search=[HERE / "packs"]).id == "pack"
    else:
        with pytest.raises(ProblemError):
            load_pack(folder / "pack", search=[HERE / "packs"])
