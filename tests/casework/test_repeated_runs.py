"""A run that is loaded again the same day, on deliveries that came since: as if it had been the first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.queries import evidence
from fangpin.casework.officials.scope import Scope
from tests.casework.run_folders import HitRow, RunFolder
from tests.casework.test_load_alerts import DECEMBER, NOVEMBER, end_all

pytestmark = pytest.mark.django_db

JANUARY = RunFolder(as_of=date(2021, 1, 14), key="jan")
CITY = Scope(official="analyst", role="analyst", divisions=("43",))


def states() -> list[str]:
    return [*Alert.objects.order_by("id").values_list("state", flat=True)]


@pytest.mark.parametrize(
    "since",
    [
        (HitRow(1, severity="red"),),
        (HitRow(1), HitRow(1, rule="job_loss")),
        (HitRow(1), HitRow(1, rule="roof", item="falls", rows=(8,))),
    ],
    ids=["it worsened", "another fact joined", "something happened"],
)
@pytest.mark.parametrize("raised", ["by the run before", "by the run itself"])
def test_what_came_for_the_worse_on_the_day_of_the_run_raises_a_new_alert(
    tmp_path: Path, raised: str, since: tuple[HitRow, ...]
) -> None:
    if raised == "by the run before":
        NOVEMBER.load(tmp_path)
        end_all()
    DECEMBER.load(tmp_path)
    end_all()

    DECEMBER.but(key="dec2", hits=since).load(tmp_path)

    assert states() == ["ended", "open"]


def test_an_event_that_was_dealt_with_on_the_day_of_its_run_raises_no_second_alert(
    tmp_path: Path,
) -> None:
    fall = HitRow(1, rule="roof", item="falls", rows=(7,))
    DECEMBER.but(hits=(fall,)).load(tmp_path)
    end_all()

    DECEMBER.but(key="dec2", hits=(fall,)).load(tmp_path)

    assert states() == ["ended"]


def test_what_did_not_hit_after_all_has_not_gone_on(tmp_path: Path) -> None:
    """December hit by mistake, and January is a return after a month without it."""
    NOVEMBER.load(tmp_path)
    end_all()
    DECEMBER.load(tmp_path)
    DECEMBER.but(key="dec2", hits=()).load(tmp_path)

    JANUARY.load(tmp_path)

    assert states() == ["ended", "open"]


def test_an_alert_is_again_what_the_run_before_made_of_it(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)
    before = Alert.objects.values(
        "severity", "cause", "due_date", "updated_month", "last_run"
    ).get()
    DECEMBER.but(hits=(HitRow(1, severity="red", cause="accident"),)).load(tmp_path)

    DECEMBER.but(key="dec2", hits=()).load(tmp_path)

    after = Alert.objects.values(*before).get()
    assert after == before
    assert Alert.objects.get().state == "open"


def test_rows_that_proved_the_run_before_stay_when_the_repeated_run_lacks_them(
    tmp_path: Path,
) -> None:
    NOVEMBER.but(hits=(HitRow(1, rows=(1, 2)),)).load(tmp_path)
    DECEMBER.but(hits=(HitRow(1, rows=(1, 2, 3)),)).load(tmp_path)

    DECEMBER.but(key="dec2", hits=(HitRow(1, rows=(2, 4)),)).load(tmp_path)

    alert = Alert.objects.get()
    assert sorted(alert.evidence.values_list("row_no", flat=True)) == [1, 2, 3, 4]
    assert sorted(row.row_no for row in evidence(CITY, alert)) == [2, 4]


def test_rows_of_the_run_before_prove_its_reason_again_once_the_later_one_is_withdrawn(
    tmp_path: Path,
) -> None:
    NOVEMBER.but(hits=(HitRow(1, rows=(1, 2)),)).load(tmp_path)
    DECEMBER.but(hits=(HitRow(1, rows=(2,)),)).load(tmp_path)

    DECEMBER.but(key="dec2", hits=()).load(tmp_path)

    assert sorted(row.row_no for row in evidence(CITY, Alert.objects.get())) == [1, 2]
