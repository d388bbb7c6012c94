"""Loading a run: raised once, updated each month, whole or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fangpin.casework.alerts.acts import END_ALERT, end_alert
from fangpin.casework.alerts.models import Alert, AlertReason, EvidenceRow, Run
from fangpin.casework.alerts.queries import latest_run
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import DivisionCount, Household, HouseholdMonth, Member
from fangpin.runs.loading import alerts as load_alerts
from fangpin.values.problem import ProblemError
from tests.casework.run_folders import HitRow, HouseholdRow, RunFolder, load_folder
from tests.cast import NEXT_VILLAGE, VILLAGE

pytestmark = pytest.mark.django_db

NOVEMBER = RunFolder(as_of=date(2020, 11, 14), key="nov")
DECEMBER = RunFolder(as_of=date(2020, 12, 14), key="dec")
_TABLES: list[Any] = [Household, Member, HouseholdMonth, DivisionCount, Run, Alert, AlertReason]


def end_all() -> None:
    """An official ends every open alert."""
    by = Scope(
        official="approver", role="county_approver", divisions=("43",), may=frozenset({END_ALERT})
    )
    for alert in Alert.objects.filter(state="open"):
        end_alert(
            alert_no=alert.alert_no,
            by=by,
            at=datetime(2020, 12, 14, 5, tzinfo=UTC),
            reason="alert_end.resolved",
            reasons={"alert_end.resolved"},
        )


def everything() -> list[list[dict[str, Any]]]:
    """All rows that a load writes, without the database's own row numbers of upserted rows."""
    return [
        [*table.objects.order_by("pk").values()] for table in [*_TABLES, EvidenceRow, AuditEntry]
    ]


def test_without_a_run_there_is_no_latest_run() -> None:
    assert latest_run() is None


def test_a_hit_becomes_an_alert_with_its_reason_and_source_rows(tmp_path: Path) -> None:
    report = DECEMBER.load(tmp_path)

    alert = Alert.objects.get()
    assert (alert.household_id, alert.division, alert.severity) == (1, VILLAGE, "yellow")
    assert (alert.cause, alert.step, alert.state) == ("illness", "to_assign", "open")
    assert (alert.raised_date, alert.due_date) == (date(2020, 12, 14), date(2020, 12, 21))
    assert alert.alert_no == "A202012-000000000001"
    reason = alert.reasons.get()
    assert reason.figures == {"medical": "458.00"}
    assert reason.thresholds == {"medical.line": "400"}
    row = alert.evidence.get()
    assert (row.feed, row.delivery, row.row_no) == ("yibao.settlement", "2020-11", 18231)
    assert str(row.amount) == "458.00"
    assert (report.outcome, report.alerts_raised, report.alerts_open) == ("loaded", 1, 1)
    assert report.evidence_rows == 1


def test_the_registry_and_the_ledger_months_come_with_the_run(tmp_path: Path) -> None:
    DECEMBER.load(tmp_path)

    assert Household.objects.count() == 3
    assert Member.objects.filter(household=1, is_head=True).get().birth_date == date(1970, 1, 2)
    months = HouseholdMonth.objects.filter(household=1).order_by("-month")
    assert [row.amounts["wage"] for row in months] == ["1000", "1001", "1002"]
    size = DivisionCount.objects.get(division=VILLAGE)
    assert (size.count_of_households, size.count_of_members) == (3, 6)


def test_loading_the_same_run_again_changes_nothing(tmp_path: Path) -> None:
    folder = DECEMBER.write(tmp_path)
    load_folder(folder)
    before = everything()

    report = load_folder(folder)

    assert report.outcome == "unchanged"
    assert everything() == before


def test_a_second_monthly_hit_updates_the_alert_and_raises_no_other(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)

    report = DECEMBER.load(tmp_path)

    alert = Alert.objects.get()
    assert (report.alerts_raised, report.alerts_updated) == (0, 1)
    assert (alert.first_run.as_of, alert.last_run.as_of) == (NOVEMBER.as_of, DECEMBER.as_of)
    assert alert.updated_month == DECEMBER.month
    assert alert.raised_month == NOVEMBER.month
    assert alert.reasons.count() == 2
    assert alert.evidence.get().run == alert.last_run


def test_the_due_date_stays_while_the_severity_does(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)
    DECEMBER.load(tmp_path)

    assert Alert.objects.get().due_date == date(2020, 11, 21)


def test_a_worse_severity_brings_the_due_date_forward(tmp_path: Path) -> None:
    NOVEMBER.but(hits=(HitRow(1, severity="blue"),)).load(tmp_path)
    assert Alert.objects.get().due_date == date(2020, 11, 29)

    NOVEMBER.but(as_of=date(2020, 11, 20), key="x", hits=(HitRow(1, severity="red"),)).load(
        tmp_path
    )

    alert = Alert.objects.get()
    assert (alert.severity, alert.due_date) == ("red", date(2020, 11, 23))


def test_a_milder_severity_does_not_postpone_the_visit(tmp_path: Path) -> None:
    NOVEMBER.but(hits=(HitRow(1, severity="red"),)).load(tmp_path)
    DECEMBER.but(hits=(HitRow(1, severity="blue"),)).load(tmp_path)

    alert = Alert.objects.get()
    assert (alert.severity, alert.due_date) == ("blue", date(2020, 11, 17))


def test_a_due_date_in_working_days_passes_over_the_weekend(tmp_path: Path) -> None:
    friday = RunFolder(as_of=date(2020, 12, 11), hits=(HitRow(1, severity="red"),))

    load_folder(friday.write(tmp_path), working_days=True)

    assert Alert.objects.get().due_date == date(2020, 12, 16)


def test_the_most_urgent_reason_gives_severity_and_cause(tmp_path: Path) -> None:
    hits = (
        HitRow(1, rule="illness_cost", severity="yellow", cause="illness"),
        HitRow(1, rule="job_loss", severity="red", cause="job"),
        HitRow(1, rule="roof", severity="red", cause="disaster"),
    )
    DECEMBER.but(hits=hits).load(tmp_path)

    alert = Alert.objects.get()
    assert (alert.severity, alert.cause) == ("red", "job")
    assert alert.reasons.count() == 3


def test_an_alert_whose_rules_no_longer_hit_stays_open(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)

    DECEMBER.but(hits=(HitRow(2),)).load(tmp_path)

    alert = Alert.objects.get(household=1)
    assert alert.state == "open"
    assert alert.updated_month == NOVEMBER.month


def test_a_fact_that_was_dealt_with_and_merely_goes_on_raises_no_second_alert(
    tmp_path: Path,
) -> None:
    NOVEMBER.load(tmp_path)
    end_all()

    report = DECEMBER.load(tmp_path)

    assert report.alerts_raised == 0
    alert = Alert.objects.get()
    assert (alert.state, alert.last_run.as_of) == ("ended", DECEMBER.as_of)
    assert AlertReason.objects.filter(alert=alert).count() == 2


def test_a_fact_that_was_dealt_with_raises_a_new_alert_after_a_month_without_it(
    tmp_path: Path,
) -> None:
    RunFolder(as_of=date(2020, 10, 14), key="oct").load(tmp_path)
    end_all()
    NOVEMBER.but(hits=()).load(tmp_path)

    assert DECEMBER.load(tmp_path).alerts_raised == 1


def test_an_event_that_was_dealt_with_raises_no_second_alert_but_the_next_one_does(
    tmp_path: Path,
) -> None:
    fall = HitRow(1, rule="roof", item="falls", rows=(7,))
    RunFolder(as_of=date(2020, 10, 14), key="oct", hits=(fall,)).load(tmp_path)
    end_all()

    assert NOVEMBER.but(hits=(fall,)).load(tmp_path).alerts_raised == 0
    second = HitRow(1, rule="roof", item="falls", rows=(7, 8))
    assert DECEMBER.but(hits=(second,)).load(tmp_path).alerts_raised == 1


def test_another_fact_beside_one_that_was_dealt_with_raises_a_new_alert(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)
    end_all()

    DECEMBER.but(hits=(HitRow(1), HitRow(1, rule="job_loss"))).load(tmp_path)

    assert [*Alert.objects.order_by("id").values_list("state", flat=True)] == ["ended", "open"]


def test_a_fact_that_was_dealt_with_and_worsens_is_followed_by_a_new_alert(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)
    end_all()

    DECEMBER.but(hits=(HitRow(1, severity="red"),)).load(tmp_path)

    assert [*Alert.objects.order_by("id").values_list("state", flat=True)] == ["ended", "open"]


def test_two_alerts_of_one_household_in_one_month_have_different_numbers(tmp_path: Path) -> None:
    RunFolder(as_of=date(2020, 12, 1), key="a").load(tmp_path)
    end_all()

    DECEMBER.but(hits=(HitRow(1, severity="red"),)).load(tmp_path)

    numbers = Alert.objects.order_by("id").values_list("alert_no", flat=True)
    assert [*numbers] == ["A202012-000000000001", "A202012-000000000001-2"]


def test_an_older_run_is_refused_and_disturbs_nothing(tmp_path: Path) -> None:
    DECEMBER.load(tmp_path)
    before = everything()

    with pytest.raises(ProblemError) as refused:
        NOVEMBER.load(tmp_path)

    assert [problem.code for problem in refused.value.problems] == ["RUN_IS_OLDER"]
    assert "2020-12-14" in refused.value.problems[0].zh
    assert everything() == before


def test_a_repeated_run_on_corrected_deliveries_replaces_its_reasons(tmp_path: Path) -> None:
    DECEMBER.but(hits=(HitRow(1, severity="red", rows=(1, 2)), HitRow(2))).load(tmp_path)

    report = DECEMBER.but(key="dec2", hits=(HitRow(1, severity="blue", rows=(2, 3)),)).load(
        tmp_path
    )

    assert report.outcome == "replaced"
    assert Run.objects.get().key == "dec2"
    corrected = Alert.objects.get(household=1)
    assert (corrected.severity, corrected.due_date) == ("blue", date(2020, 12, 29))
    assert [row.row_no for row in corrected.evidence.order_by("row_no")] == [2, 3]
    untouched = Alert.objects.get(household=2)
    assert untouched.state == "open"
    assert untouched.reasons.get().is_withdrawn
    assert untouched.evidence.count() == 1


def test_a_repeated_run_does_not_raise_what_an_official_has_ended(tmp_path: Path) -> None:
    DECEMBER.load(tmp_path)
    end_all()

    DECEMBER.but(key="dec2").load(tmp_path)

    assert Alert.objects.get().state == "ended"


def test_the_same_runs_give_the_same_rows_in_the_same_order(tmp_path: Path) -> None:
    hits = tuple(HitRow(ref, severity=("red", "blue")[ref % 2]) for ref in (3, 1, 2))

    def load_afresh(home: Path) -> list[list[dict[str, Any]]]:
        NOVEMBER.load(home)
        DECEMBER.but(hits=hits).load(home)
        found = [
            [*Alert.objects.order_by("id").values("alert_no", "severity", "due_date")],
            [*AlertReason.objects.order_by("id").values("alert__alert_no", "rule", "run__as_of")],
        ]
        transaction.set_rollback(True)
        return found

    with transaction.atomic():
        first = load_afresh(tmp_path / "first")
    with transaction.atomic():
        second = load_afresh(tmp_path / "second")

    assert first == second
    assert [row["alert_no"][-1] for row in first[0]] == ["1", "2", "3"]


def test_a_household_the_registry_no_longer_lists_stays_with_its_members(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)

    DECEMBER.but(
        households=(HouseholdRow(2), HouseholdRow(3)), hits=(HitRow(2),), registry_key="r2"
    ).load(tmp_path)

    gone = Household.objects.get(household_ref=1)
    assert not gone.is_listed
    assert gone.members.count() == 2
    assert DivisionCount.objects.get(division=VILLAGE).count_of_households == 2
    assert Alert.objects.get(household=1).state == "open"


@pytest.mark.parametrize("is_earlier_folder_there", [True, False])
def test_a_changed_registry_is_renewed_whether_or_not_the_earlier_folder_is_left(
    tmp_path: Path, is_earlier_folder_there: bool
) -> None:
    folder = NOVEMBER.write(tmp_path)
    load_folder(folder)
    if not is_earlier_folder_there:
        (folder / "run.json").unlink()

    moved = (
        HouseholdRow(1, division=NEXT_VILLAGE, members=1),
        HouseholdRow(2, first_person=11, members=3),
        HouseholdRow(4),
    )
    report = DECEMBER.but(households=moved, hits=(), registry_key="r2").load(tmp_path)

    assert report.households_changed == 3
    assert [
        *Household.objects.filter(is_listed=True).order_by("pk").values_list("pk", flat=True)
    ] == [
        1,
        2,
        4,
    ]
    people = {
        ref: [*Member.objects.filter(household=ref).order_by("pk").values_list("pk", flat=True)]
        for ref in (1, 2, 3, 4)
    }
    assert people == {1: [10], 2: [11, 12, 13], 3: [30, 31], 4: [40, 41]}
    assert Alert.objects.get().division == NEXT_VILLAGE, "an open alert follows its household"


def test_people_who_move_arrive_though_households_are_loaded_some_after_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_alerts, "MEMBERS_AT_ONCE", 1)
    low, high, highest = 1, 1 << 58, 3 << 58
    before = (
        HouseholdRow(low, first_person=10, members=3),
        HouseholdRow(high, first_person=20),
        HouseholdRow(highest, first_person=30, members=3),
    )
    NOVEMBER.but(households=before, hits=(HitRow(low),)).load(tmp_path)

    # One person moves towards the end and one towards the beginning.
    after = (
        HouseholdRow(low, first_person=10),
        HouseholdRow(high, first_person=20, members=11),
        HouseholdRow(highest, first_person=31),
        HouseholdRow(highest + 1, first_person=12, members=1),
    )
    report = DECEMBER.but(households=after, hits=(HitRow(low),), registry_key="r2").load(tmp_path)

    assert report.households_changed == 4
    people = {
        ref: [*Member.objects.filter(household=ref).order_by("pk").values_list("pk", flat=True)]
        for ref in (low, high, highest, highest + 1)
    }
    assert people == {
        low: [10, 11],
        high: [*range(20, 31)],
        highest: [31, 32],
        highest + 1: [12],
    }


def test_an_unchanged_registry_is_not_written_again(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)

    report = DECEMBER.load(tmp_path)

    assert (report.households_changed, report.members_changed) == (0, 0)


def test_only_the_months_that_changed_are_written(tmp_path: Path) -> None:
    NOVEMBER.load(tmp_path)
    report = NOVEMBER.but(as_of=date(2020, 11, 20), key="x", months=4).load(tmp_path)
    assert report.months_changed == 1

    NOVEMBER.but(as_of=date(2020, 11, 21), key="y", months=2).load(tmp_path)
    assert HouseholdMonth.objects.count() == 4, "older months stay as history"


def test_a_run_that_fails_half_way_leaves_the_earlier_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    NOVEMBER.load(tmp_path)
    before = everything()

    def fail(**_: Any) -> None:
        raise RuntimeError("the machine stopped")

    monkeypatch.setattr("fangpin.casework.alerts.actions.put_evidence", fail)
    with pytest.raises(RuntimeError):
        DECEMBER.but(registry_key="r2", households=(HouseholdRow(1),)).load(tmp_path)

    assert everything() == before


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as refused:
        load_folder(tmp_path)
    assert refused.value.problems[0].code == "RUN_NOT_FOUND"


@pytest.mark.parametrize(
    ("hit", "code"),
    [
        (HitRow(1, severity="purple"), "RUN_SEVERITY_UNKNOWN"),
        (HitRow(99), "RUN_HOUSEHOLD_UNLISTED"),
    ],
)
def test_a_run_that_does_not_fit_is_refused_whole(tmp_path: Path, hit: HitRow, code: str) -> None:
    with pytest.raises(ProblemError) as refused:
        DECEMBER.but(hits=(HitRow(2), hit)).load(tmp_path)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert not Run.objects.exists()
    assert not Household.objects.exists()


def test_each_load_leaves_one_audit_entry_without_names(tmp_path: Path) -> None:
    DECEMBER.load(tmp_path)

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.subject) == ("load_run", "2020-12-14")
    assert entry.detail["alerts_raised"] == 1


def test_the_database_holds_one_open_alert_a_household(tmp_path: Path) -> None:
    DECEMBER.load(tmp_path)
    alert = Alert.objects.get()
    alert.pk, alert.alert_no = None, "A202012-X"
    with pytest.raises(IntegrityError), transaction.atomic():
        alert.save(force_insert=True)


def test_the_database_knows_no_other_state(tmp_path: Path) -> None:
    DECEMBER.load(tmp_path)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(state="forgotten")
