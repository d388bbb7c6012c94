"""The calendar of arrivals: a period that came is neither late nor missing, whichever month it tells."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fangpin.feeds.arrivals import Arrival
from fangpin.values.month import Month
from fangpin.web.console import feeds
from tests.web.seed import Seed

FEED = "housing.safety"
TODAY = date(2020, 12, 14)


def came(month: Month, received: date) -> Arrival:
    return Arrival(
        feed=FEED,
        delivery=f"{received}-0",
        department="housing",
        received=received,
        month=int(month),
        first_month=int(month),
        last_month=int(month),
        sha256="0",
        read=1,
        accepted=1,
        quarantined=0,
        duplicate=0,
        order=0,
        folder=Path(),
    )


@pytest.mark.parametrize("month", [Month.of(2020, 4), Month.of(2020, 5), Month.of(2020, 6)])
def test_a_quarter_came_whichever_of_its_months_the_rows_tell(
    prefecture: Seed, monkeypatch: pytest.MonkeyPatch, month: Month
) -> None:
    contract = prefecture.pack.contracts[FEED]
    assert contract.frequency == "quarterly" and contract.due_day is not None
    day = date(2020, 7, contract.due_day)
    found = [came(Month.of(2019, 12), date(2020, 1, contract.due_day)), came(month, day)]
    monkeypatch.setattr(feeds, "known_arrivals", lambda today: found)
    _, groups = feeds.calendar_of(today=TODAY)
    (row,) = [row for group in groups for row in group.rows if row.contract.feed == FEED]
    states = {str(Month(cell.month)): cell.state for cell in row.cells}
    assert states[str(month)] == "on-time"
    assert states["2020-06"] in ("on-time", "rest"), "the quarter came"
    assert (states["2020-03"], states["2020-09"]) == ("missing", "missing")
