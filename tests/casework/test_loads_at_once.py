"""A run that is loaded beside another load, or beside officials at work: as if one had come first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from fangpin.casework.alerts.models import Alert, AlertReason, Run
from fangpin.casework.cases.acts import report_clue
from fangpin.casework.cases.models import Case
from fangpin.runs.loading.alerts import LoadReport
from fangpin.runs.parts.restatement import ANSWERS, TAKEN_BACK
from fangpin.values.problem import ProblemError
from tests.casework.at_once import overlapping, side_by_side
from tests.casework.cases_world import Office, moment, pack
from tests.casework.run_folders import HitRow, load_folder
from tests.casework.test_load_alerts import DECEMBER, NOVEMBER, end_all
from tests.cast import build_cast, build_divisions

pytestmark = pytest.mark.usefixtures("two_writers")


@pytest.mark.parametrize("is_first_run", [True, False])
def test_one_run_that_two_load_at_once_is_loaded_once(tmp_path: Path, is_first_run: bool) -> None:
    if not is_first_run:
        NOVEMBER.load(tmp_path)
    folder = DECEMBER.write(tmp_path)
    one, other = side_by_side(lambda: load_folder(folder), lambda: load_folder(folder))
    assert isinstance(one, LoadReport), one
    assert isinstance(other, LoadReport), other
    assert {one.outcome, other.outcome} == {"loaded", "unchanged"}
    assert Alert.objects.count() == 1


def test_an_older_run_that_is_loaded_beside_a_later_one_is_refused(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)
    older = NOVEMBER.but(as_of=NOVEMBER.as_of.replace(day=20), key="x").write(tmp_path)
    later = DECEMBER.write(tmp_path)
    done, refused = overlapping(lambda: load_folder(later), lambda: load_folder(older))
    assert isinstance(done, LoadReport), done
    assert isinstance(refused, ProblemError), refused
    assert refused.problems[0].code == "RUN_IS_OLDER"
    assert Run.objects.count() == 2


def test_an_alert_that_is_ended_during_a_repeated_load_stays_ended(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)
    DECEMBER.load(tmp_path)
    again = DECEMBER.but(key="dec2", hits=()).write(tmp_path)
    outcomes = overlapping(end_all, lambda: load_folder(again))
    assert isinstance(outcomes[1], LoadReport), outcomes
    assert [*Alert.objects.values_list("state", "ended_by")] == [("ended", "approver")]


def test_what_comes_for_the_worse_while_an_alert_is_ended_raises_a_new_one(tmp_path: Path) -> None:
    """Whoever ended the alert had not seen it."""
    NOVEMBER.load(tmp_path)
    worse = DECEMBER.but(hits=(HitRow(1, severity="red"),)).write(tmp_path)
    outcomes = overlapping(end_all, lambda: load_folder(worse))
    assert isinstance(outcomes[1], LoadReport), outcomes
    ended, raised = Alert.objects.order_by("id")
    assert (ended.state, raised.state, raised.severity) == ("ended", "open", "red")
    assert AlertReason.objects.filter(alert=raised).count() == 1


def test_an_alert_that_is_taken_up_while_its_source_takes_its_rows_back_is_not_ended(
    tmp_path: Path,
) -> None:
    build_divisions()
    office = Office(build_cast(), pack(), day=DECEMBER.as_of)
    DECEMBER.load(tmp_path)
    later = DECEMBER.but(as_of=date(2021, 1, 14), key="jan", hits=(), outcomes={"illness_cost": {}})
    folder = later.write(tmp_path)
    with duckdb.connect() as engine:
        engine.sql(
            "COPY (SELECT 1::BIGINT AS household_ref, 'yibao.settlement' AS feed, "
            "'2020-11' AS delivery, 18231 AS row_no) TO "
            f"'{folder / TAKEN_BACK}' (FORMAT parquet)"
        )
        engine.sql(
            "COPY (SELECT 1::BIGINT AS household_ref, 0::BIGINT AS outcomes_0) TO "
            f"'{folder / ANSWERS}' (FORMAT parquet)"
        )

    def take_up() -> Case:
        return report_clue(
            pack=office.pack,
            household_ref=1,
            by=office.scope(office.cast.cadre),
            at=moment(office.day),
            channel="rule",
            alert_no=Alert.objects.get().alert_no,
        )

    case, loaded = overlapping(take_up, lambda: load_folder(folder))
    assert isinstance(case, Case), case
    assert isinstance(loaded, LoadReport), loaded
    assert (loaded.alerts_corrected, Alert.objects.get().state) == (0, "open")
