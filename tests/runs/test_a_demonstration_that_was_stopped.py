"""A demonstration that was stopped after some of its monthly runs goes on with the others."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from fangpin.casework.alerts.models import Run
from fangpin.cli.demo_runs import run_day
from tests.fresh import fresh_engine
from tests.ledger.village import Lake
from tests.runs.loaded import register

pytestmark = pytest.mark.django_db

DAYS = (date(2020, 3, 10), date(2020, 4, 10), date(2020, 5, 10))
RECIPE: Any = SimpleNamespace(clock=date(2020, 4, 20), past=None, run_day=10)


def build(lake: Lake, days: tuple[date, ...]) -> list[date]:
    """Run these days as `fangpin demo` does; the days whose runs are loaded then."""
    session: Any = SimpleNamespace(
        home=lake.home, pack=lake.pack, engine=lambda: fresh_engine(spill=lake.home.spill)
    )
    for day in days:
        run_day(session, RECIPE, day)
    return list(Run.objects.order_by("as_of").values_list("as_of", flat=True))


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_demonstration_that_was_stopped_goes_on_from_its_first_day(lake: Lake, done: int) -> None:
    register(lake)
    build(lake, DAYS[:done])
    assert build(lake, DAYS) == list(DAYS[:2]), "what lies beyond the clock waits for it"
