"""What tests share is really shared: a file stays in one process, and the tables name what exists."""

from __future__ import annotations

import pytest

from tests.distribution import LONGEST_FIRST, TOGETHER
from tests.docs.pages import REPOSITORY

_ran: set[str] = set()


@pytest.mark.parametrize("part", range(6))
def test_a_part_of_this_file_runs(request: pytest.FixtureRequest, part: int) -> None:
    _ran.add(request.node.name)


def test_all_parts_of_this_file_ran_in_this_process(request: pytest.FixtureRequest) -> None:
    """Grouping was lost once without a word: every shared world was then made twice."""
    here = {one.name for one in request.session.items if one.path == request.path}
    assert _ran == {name for name in here if name.startswith("test_a_part_")}


def test_what_shares_a_process_and_what_begins_first_exists() -> None:
    assert all((REPOSITORY / place).exists() for place in TOGETHER)
    named = set(LONGEST_FIRST) - set(TOGETHER.values())
    assert all((REPOSITORY / file).is_file() for file in named)
    assert set(TOGETHER.values()) <= set(LONGEST_FIRST)
