"""Every official question that names a decision is answered by a case of a pack, by its number."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

from fangpin.policy import load_pack
from tests.conftest import REPOSITORY

PACKS = REPOSITORY / "packs"
NUMBER = re.compile(r"^(OC-[0-9]{3})\b")
NAMES_NO_DECISION = {
    "OC-052": "how few of 800 department pushes were households at risk: a measure of precision, "
    "answered by the back-test, not by a decision about a household",
}
"""Official number -> why no case can answer it."""


@cache
def answers() -> dict[str, list[str]]:
    """Official number -> the cases of the packs that answer it, each with its place."""
    found: dict[str, list[str]] = {}
    for folder in sorted(file.parent for file in PACKS.glob("*/pack.yaml")):
        for place, case in load_pack(folder).cases():
            number = NUMBER.match(case.case)
            if number is not None:
                found.setdefault(number.group(1), []).append(f"{place} {case.case}")
    return found


@pytest.fixture(scope="module")
def official() -> dict[str, str]:
    """Official number -> its kind; skips with the reason where the file is absent."""
    policy = Path(os.environ.get("FANGPIN_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
    file = policy.parent / "policy" / "official-cases.jsonl"
    if not file.is_file():
        pytest.skip("no official-cases.jsonl: it lies beside the repository, not in it")
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return {row["id"]: row["kind"] for row in rows}


@pytest.mark.real_data
def test_every_official_question_has_its_case(official: dict[str, str]) -> None:
    missing = {one for one in official if one not in answers()} - set(NAMES_NO_DECISION)

    assert len(official) >= 50
    assert sorted(missing) == []
    assert set(NAMES_NO_DECISION) <= set(official), "and none is excused that is not asked"
    assert not set(NAMES_NO_DECISION) & set(answers())


@pytest.mark.real_data
def test_no_case_claims_a_number_that_nobody_asked(official: dict[str, str]) -> None:
    assert sorted(set(answers()) - set(official)) == []


def test_questions_of_procedure_have_a_twin_across_the_line() -> None:
    """One case shows what holds; only a second one shows where it ends."""
    twins = ("OC-001", "OC-002", "OC-005", "OC-007", "OC-011", "OC-015", "OC-020", "OC-025")
    twins += ("OC-033", "OC-035", "OC-037", "OC-038", "OC-051", "OC-054")

    assert [one for one in twins if len(answers().get(one, [])) < 2] == []
