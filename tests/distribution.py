"""Which tests share a process, and which begin first.

A file is never divided between processes, so that what its tests share is made once. The group marks
of pytest-xdist 3.8 are not used: pytest 9.2 lost them silently (pytest-dev/pytest-xdist#1386).
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/field/phone": "browsers",
    "tests/public/test_browser.py": "browsers",
    "tests/web/browser": "browsers",
    "tests/synthetic": "one world of 1,500 households",
}
"""Files or folders -> what they share; only one browser runs at a time."""

LONGEST_FIRST = (
    "tests/casework/test_on_postgresql.py",
    "browsers",
    "tests/runs/test_worker.py",
    "one world of 1,500 households",
    "tests/runs/test_a_killed_run.py",
    "tests/canary/test_canary.py",
    "tests/engines/test_a_kill_while_claims_are_scored.py",
    "tests/engines/test_a_killed_spark_run.py",
    "tests/engines/test_a_run_is_the_same.py",
)
"""What takes longest, so that neither process waits for the other at the end."""


def shared_by(nodeid: str) -> str:
    """The file of a test, or what it shares with other files."""
    file = nodeid.partition("::")[0]
    return TOGETHER.get(file) or TOGETHER.get(file.rpartition("/")[0], file)


def begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Sort the tests; the others stay in the order in which they were found."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(shared_by(item.nodeid), len(places)))


class WholeFiles(LoadScopeScheduling):
    """Gives a process one file, or all that share something, after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)


def whole_files(config: pytest.Config, log: Any) -> WholeFiles:
    """In the order of the tests: pytest-xdist would begin with the files of most tests."""
    config.option.loadscopereorder = False
    return WholeFiles(config, log)
