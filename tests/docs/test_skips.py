"""No test is skipped silently: a skip has a reason, and CI runs what it has everything for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.conftest import unaccounted_skips


def a_skip(reason: str, *marks: str, when: str | None = "setup") -> Any:
    return SimpleNamespace(
        nodeid="tests/web/test_console.py::test_a",
        keywords=dict.fromkeys(marks, 1),
        longrepr=("tests/web/test_console.py", 12, f"Skipped: {reason}" if reason else "Skipped"),
        when=when,
    )


def test_a_skip_with_its_reason_is_accounted_for() -> None:
    assert not list(unaccounted_skips([a_skip("no real survey data")], in_ci=True))


def test_a_skip_without_a_reason_fails_everywhere() -> None:
    for in_ci in (True, False):
        assert list(unaccounted_skips([a_skip("")], in_ci=in_ci))
        assert list(unaccounted_skips([a_skip("unconditional skip")], in_ci=in_ci))


def test_ci_may_not_skip_a_browser_or_database_test() -> None:
    for mark in ("browser", "postgres"):
        skipped = [a_skip("no such program here", mark)]
        assert list(unaccounted_skips(skipped, in_ci=True))
        assert not list(unaccounted_skips(skipped, in_ci=False))


def test_ci_may_not_skip_a_whole_file() -> None:
    assert list(unaccounted_skips([a_skip("no module", when=None)], in_ci=True))
