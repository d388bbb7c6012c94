"""Who may not see rows sees no figure from which a household could be recognised."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.alerts.overview import overview_of
from fangpin.casework.alerts.small_numbers import MEASURES
from fangpin.casework.officials.scope import Scope, narrow_to
from fangpin.values.withheld import is_withheld
from fangpin.web.ground.words import waiting_steps
from tests.web.conftest import SignIn
from tests.web.seed import CLOCK, Seed

SMALLEST = 5


def places() -> list[str]:
    """The divisions that the province may look into, from above downwards."""
    codes = set(Alert.objects.values_list("division", flat=True))
    return sorted({code[:width] for code in codes for width in (4, 6, 9)}, key=len)


def truth(code: str) -> Any:
    run = Run.objects.order_by("-as_of").first()
    assert run is not None
    scope = narrow_to(Scope(divisions=("43",), may=frozenset({"see_overview"})), code)
    return overview_of(scope, run=run, on=CLOCK, waiting_steps=waiting_steps())


def lines(true: Any, seen: Any) -> list[tuple[str, list[int], list[int], int, int]]:
    """(name, true cells, shown cells, true total, shown total) of every line with its total."""
    found = []
    totals = {
        "households": "households",
        "new": "new_this_month",
        "open": "open",
        "to_visit": "to_visit",
        "overdue": "overdue",
    }
    for name in MEASURES:
        pair = [[getattr(row, name) for row in one.divisions] for one in (true, seen)]
        total = [getattr(one, totals[name]) for one in (true, seen)]
        found.append((name, *pair, *total))
    causes = {cause.cause: cause.count for cause in seen.causes}
    found.append(
        (
            "causes",
            [cause.count for cause in true.causes],
            [causes[cause.cause] for cause in true.causes],
            true.new_this_month,
            seen.new_this_month,
        )
    )
    for one, other in zip(true.months, seen.months, strict=True):
        codes = list(other.by_severity)
        found.append(
            (
                f"month {one.month}",
                [one.by_severity.get(code, 0) for code in codes],
                list(other.by_severity.values()),
                one.count,
                other.count,
            )
        )
    codes = list(seen.open_by_severity)
    found.append(
        (
            "open by severity",
            [true.open_by_severity.get(code, 0) for code in codes],
            list(seen.open_by_severity.values()),
            true.open,
            seen.open,
        )
    )
    return found


def test_no_small_number_is_shown_on_any_page_and_none_follows_by_subtraction(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("province")
    seen_kinds: Counter[str] = Counter()
    for code in places():
        response = client.get(f"/overview/?division={code}")
        assert response.status_code == 200
        true, seen = truth(code), response.context["overview"]
        for name, cells, shown, total, shown_total in lines(true, seen):
            hidden = [place for place, cell in enumerate(shown) if is_withheld(cell)]
            where = (code, name, cells, shown)
            for cell, told in zip(cells, shown, strict=True):
                assert is_withheld(told) or (told == cell and not 0 < told < SMALLEST), where
            assert is_withheld(shown_total) or shown_total == total
            assert is_withheld(shown_total) or not 0 < shown_total < SMALLEST, where
            if hidden and not is_withheld(shown_total):
                missing = total - sum(cell for cell in shown if not is_withheld(cell))
                assert len(hidden) > 1 and missing >= SMALLEST, where
            if is_withheld(shown_total) and sum(cells):
                assert hidden, where
            seen_kinds["withheld" if hidden else "whole"] += 1
        text = response.content.decode()
        assert "小于 5 的数字" in text
    assert seen_kinds["withheld"] > 10 and seen_kinds["whole"] > 10, seen_kinds


def test_drilling_down_does_not_show_what_the_page_above_withholds(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("province")
    compared = 0
    for code in places():
        page = client.get(f"/overview/?division={code}").context["overview"]
        for row in page.divisions:
            if len(row.division.code) > 9:
                continue
            below = client.get(f"/overview/?division={row.division.code}").context["overview"]
            totals = (below.new_this_month, below.open, below.to_visit, below.overdue)
            for name, total in zip(("new", "open", "to_visit", "overdue"), totals, strict=True):
                if is_withheld(getattr(row, name)):
                    assert is_withheld(total), (code, row.division.code, name)
                    compared += 1
    assert compared > 3


@pytest.mark.parametrize("username", ["city", "county", "town"])
def test_who_may_open_the_rows_sees_every_figure(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    response = signed_in(username).get("/overview/")
    seen = response.context["overview"]
    assert not any(is_withheld(getattr(row, name)) for row in seen.divisions for name in MEASURES)
    assert "小于 5 的数字" not in response.content.decode()
