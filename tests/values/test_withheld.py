"""Small numbers are withheld, and nothing that is shown gives them away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fangpin.values.withheld import WITHHELD, is_withheld, shown, withheld_cells

SMALLEST = 5
lines = st.lists(st.integers(0, 12), min_size=1, max_size=8)


def solutions(line: list[int], total: int, cell: int) -> set[int]:
    """Every value that the cell may have, for whoever knows the shown cells and the total."""
    unknown = [place for place, count in enumerate(line) if is_withheld(count)]
    rest = total - sum(count for count in line if not is_withheld(count))
    if len(unknown) == 1:
        return {rest} if unknown == [cell] else set()
    return set(range(rest + 1))


@given(line=lines)
def test_no_small_cell_is_shown_and_none_follows_from_the_total(line: list[int]) -> None:
    total = sum(line)
    if 0 < total < SMALLEST:
        return  # such a total is not shown; see below
    seen = shown(line, withheld_cells(line, smallest=SMALLEST))
    for place, true in enumerate(line):
        if 0 < true < SMALLEST:
            assert is_withheld(seen[place])
            possible = solutions(seen, total, place)
            assert true in possible and len(possible) >= SMALLEST, (line, seen)
        elif not is_withheld(seen[place]):
            assert seen[place] == true


@given(line=lines)
def test_a_total_that_is_withheld_does_not_follow_from_the_cells(line: list[int]) -> None:
    seen = shown(line, withheld_cells(line, smallest=SMALLEST, total_is_withheld=True))
    assert not any(0 < cell < SMALLEST for cell in seen if not is_withheld(cell))
    if sum(line):
        assert any(is_withheld(cell) for cell in seen)
        assert sum(cell for cell in seen if not is_withheld(cell)) < sum(line)


@given(line=st.lists(st.one_of(st.just(0), st.integers(SMALLEST, 20)), max_size=8))
def test_a_line_without_small_numbers_is_shown_whole(line: list[int]) -> None:
    assert withheld_cells(line, smallest=SMALLEST) == frozenset()


def test_the_least_of_the_others_goes_with_a_single_small_cell() -> None:
    assert shown([40, 3, 9, 0], withheld_cells([40, 3, 9, 0], smallest=SMALLEST)) == [
        40,
        WITHHELD,
        WITHHELD,
        0,
    ]
    two = [1, 2, 30, 8]
    assert withheld_cells(two, smallest=SMALLEST) == {0, 1, 3}, "1 + 2 is a small number itself"


def test_nothing_can_be_computed_from_what_is_withheld() -> None:
    assert (WITHHELD + 7, sum([WITHHELD, 3]), bool(WITHHELD), repr(WITHHELD)) == (
        7,
        3,
        True,
        "WITHHELD",
    )
