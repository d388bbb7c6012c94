"""docs/expressions.md tells of every function of the language and of no other."""

from __future__ import annotations

import re

from fangpin.policy.expressions.case_facts import CASE_FACT_TABLE, PERSON_FACTS
from fangpin.policy.expressions.check import _PLAIN, MEMBERS, SETS, WINDOWS
from tests.docs.pages import REPOSITORY

TEXT = (REPOSITORY / "docs" / "expressions.md").read_text(encoding="utf-8")


def test_every_function_is_explained_and_none_is_invented() -> None:
    known = {*WINDOWS, *MEMBERS, *SETS, *_PLAIN, "param"}
    told = set(re.findall(r"`[^`\n]*?\b([a-z_]+)\(", TEXT))
    assert known - told == set()
    assert told - known == set()


def test_every_option_of_a_window_is_explained() -> None:
    options = {option for signature in WINDOWS.values() for option in signature.options}
    assert [option for option in sorted(options) if f"{option}=" not in TEXT] == []


def test_every_fact_of_casework_is_told_with_its_kind_and_meaning() -> None:
    told = {
        f"| `{code}` | {fact.kind} | {fact.title.en}{f' ({fact.unit})' if fact.unit else ''} |"
        for code, fact in CASE_FACT_TABLE.items()
    }
    rows = set(re.findall(r"^\| `[a-z_]+` \| (?:number|truth|text|date|set) \|.*$", TEXT, re.M))
    assert rows == told
    assert all(f"`{code}`" in TEXT for code in PERSON_FACTS)
