"""docs/expressions.md tells of every function of the language and of no other."""

from __future__ import annotations

import re

from fangpin.policy.expressions.check import _PLAIN, MEMBERS, WINDOWS
from tests.docs.pages import REPOSITORY

TEXT = (REPOSITORY / "docs" / "expressions.md").read_text(encoding="utf-8")


def test_every_function_is_explained_and_none_is_invented() -> None:
    known = {*WINDOWS, *MEMBERS, *_PLAIN, "param"}
    told = set(re.findall(r"`[^`\n]*?\b([a-z_]+)\(", TEXT))
    assert known - told == set()
    assert told - known == set()


def test_every_option_of_a_window_is_explained() -> None:
    options = {option for signature in WINDOWS.values() for option in signature.options}
    assert [option for option in sorted(options) if f"{option}=" not in TEXT] == []
