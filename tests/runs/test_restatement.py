"""Rows that a department takes back restate their month, and end an alert that rested on them alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit.actions import record
from fangpin.casework.audit.models import AuditEntry
from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.holds import hold_delivery, refuse_delivery, release_delivery
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import outcomes_in
from fangpin.runs.loading.alerts import LoadReport
from fangpin.values.month import Month
from tests.ledger.village import Lake, bill
from tests.looking import rows_of
from tests.runs.loaded import noon, register, run_and_load
from tests.standing import standing

pytestmark = pytest.mark.django_db

FIRST = Month.of(2019, 6)
JUNE_RUN, JULY_RUN, AUGUST_RUN = date(2020, 6, 10), date(2020, 7, 10), date(2020, 8, 10)
WRONG = bill("typo", "ann", "2020-03-10", "2500")


def load(lake: Lake, on: date) -> LoadReport:
    return run_and_load(lake, on)[1]


def deliver(lake: Lake, month: Month, *more: dict[str, Any]) -> str:
    """A month of bills: bob's small one, and what else came."""
    rows = [bill(f"b{month}", "bob", f"{month}-09", "1"), *more]
    receipt = lake.receive(
        "health.bills", rows, on=month.plus(1).first_day.replace(day=5), month=str(month)
    )
    return receipt.delivery or ""


@pytest.fixture(scope="module")
def once_settled(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    hillside: Pack,
) -> Iterator[Lake]:
    """The home of `settled` and what its run wrote, made once for this file."""
    lake = Lake(tmp_path_factory.mktemp("settled"), hillside)
    with standing(django_db_blocker, lambda: settle(lake)) as made:
        yield made


@pytest.fixture
def settled(once_settled: Lake, db: None, tmp_path: Path) -> Lake:
    """Twelve months of bills; ann's bill of March is a slip of the pen, and raised an alert."""
    return once_settled.copied(tmp_path)


def settle(lake: Lake) -> Lake:
    """See `settled`."""
    register(lake)
    for back in range(12):
        month = FIRST.plus(back)
        deliver(lake, month, *([WRONG] if str(month) == "2020-03" else []))
    report = load(lake, JUNE_RUN)
    assert report.alerts_raised == 1
    return lake


def correct(lake: Lake, on: date, own_share: str = "25") -> None:
    rows = [bill("typo", "ann", "2020-03-10", own_share)]
    lake.receive("health.bills", rows, on=on, month="2020-05")


def the_alert(lake: Lake) -> Alert:
    return Alert.objects.get(household_id=lake.ref("A"))


def test_an_alert_that_rested_on_corrected_rows_ends_and_keeps_its_history(settled: Lake) -> None:
    before = the_alert(settled)
    kept = (before.reasons.count(), before.evidence.count())
    deliver(settled, Month.of(2020, 6))
    correct(settled, date(2020, 6, 20))

    report = load(settled, JULY_RUN)

    alert = the_alert(settled)
    assert (report.alerts_corrected, alert.state) == (1, "ended")
    assert (alert.end_reason, alert.ended_by, alert.ended_at) == (
        "source_corrected", "", noon(JULY_RUN)
    )  # fmt: skip
    assert (alert.reasons.count(), alert.evidence.count()) == kept
    entry = AuditEntry.objects.get(act="source_corrected")
    assert (entry.official, entry.subject) == ("", alert.alert_no)
    assert entry.detail["rows"] == 1 and entry.detail["rules"] == ["high_bills"]


def test_the_month_itself_is_restated_and_the_day_before_is_not(settled: Lake) -> None:
    before = settled.amounts(date(2020, 6, 19))
    correct(settled, date(2020, 6, 20))
    after = settled.amounts(date(2020, 6, 20))
    assert settled.amounts(date(2020, 6, 19)) == before
    assert (before["A", "2020-03", "bills"], after["A", "2020-03", "bills"]) == (2500, 25)
    assert {key: value for key, value in before.items() if key[1] != "2020-03"} == {
        key: value for key, value in after.items() if key[1] != "2020-03"
    }


def test_a_refused_delivery_alone_ends_nothing_for_its_month_is_unknown_now(settled: Lake) -> None:
    (march,) = [one for one in arrivals(settled.home) if one.month == Month.of(2020, 3)]
    deliver(settled, Month.of(2020, 6))
    refuse_delivery(
        settled.home,
        delivery=march.delivery,
        feed=march.feed,
        by="wang",
        at=noon(date(2020, 6, 20)),
        reason="文件有误",
    )

    assert load(settled, JULY_RUN).alerts_corrected == 0
    assert the_alert(settled).state == "open"

    deliver(settled, Month.of(2020, 7))
    again = [bill("b2020-03", "bob", "2020-03-09", "1"), bill("typo", "ann", "2020-03-10", "25")]
    settled.receive("health.bills", again, on=date(2020, 7, 20), month="2020-03")
    assert load(settled, AUGUST_RUN).alerts_corrected == 1
    assert the_alert(settled).end_reason == "source_corrected"


def test_a_row_that_came_in_two_deliveries_is_taken_back_when_both_are_refused(
    settled: Lake,
) -> None:
    def refuse(delivery: str, on: date) -> None:
        refuse_delivery(
            settled.home,
            delivery=delivery,
            feed="health.bills",
            by="wang",
            at=noon(on),
            reason="误",
        )

    (march,) = [one for one in arrivals(settled.home) if one.month == Month.of(2020, 3)]
    twice = [WRONG, bill("more", "bob", "2020-03-12", "1")]
    again = settled.receive("health.bills", twice, on=date(2020, 6, 12), month="2020-03")
    refuse(march.delivery, date(2020, 6, 20))
    deliver(settled, Month.of(2020, 6))
    load(settled, JULY_RUN)
    assert {row.delivery for row in the_alert(settled).evidence.all()} == {
        march.delivery,
        again.delivery,
    }

    refuse(again.delivery or "", date(2020, 7, 15))
    right = [bill("b2020-03", "bob", "2020-03-09", "1"), bill("typo", "ann", "2020-03-10", "25")]
    settled.receive("health.bills", right, on=date(2020, 7, 20), month="2020-03")
    deliver(settled, Month.of(2020, 7))

    assert load(settled, AUGUST_RUN).alerts_corrected == 1


def test_a_held_delivery_is_not_taken_back(settled: Lake) -> None:
    (march,) = [one for one in arrivals(settled.home) if one.month == Month.of(2020, 3)]
    deliver(settled, Month.of(2020, 6))
    hold_delivery(
        settled.home,
        delivery=march.delivery,
        feed=march.feed,
        by="wang",
        at=noon(date(2020, 6, 20)),
        reason="待核",
    )
    assert load(settled, JULY_RUN).alerts_corrected == 0
    assert the_alert(settled).state == "open"


def test_while_a_delivery_is_held_rules_cannot_tell_and_its_release_brings_them_back(
    settled: Lake,
) -> None:
    (march,) = [one for one in arrivals(settled.home) if one.month == Month.of(2020, 3)]
    deliver(settled, Month.of(2020, 6))
    known = settled.run(JULY_RUN).outcomes["high_bills"]
    assert (known["hit"], known["cannot_tell"]) == (1, 0)

    asked = {"delivery": march.delivery, "feed": march.feed, "by": "wang", "reason": "待核"}
    hold_delivery(settled.home, at=noon(date(2020, 6, 20)), **asked)
    held = settled.run(JULY_RUN)
    assert (held.outcomes["high_bills"]["hit"], held.outcomes["high_bills"]["no_hit"]) == (0, 0)
    assert held.outcomes["high_bills"]["cannot_tell"] == 2
    told = json.loads((held.folder / "run.json").read_text(encoding="utf-8"))
    assert told["held"] == [f"{march.feed}/{march.delivery}"]
    assert int(Month.of(2020, 3)) not in told["coverage"]["health.bills"]

    release_delivery(settled.home, at=noon(date(2020, 7, 12)), **asked)
    assert settled.run(JULY_RUN).folder == held.folder
    assert settled.run(date(2020, 7, 12)).outcomes["high_bills"]["hit"] == 1


def test_a_month_that_did_not_come_ends_nothing(settled: Lake) -> None:
    correct(settled, date(2020, 6, 20))
    assert load(settled, JULY_RUN).alerts_corrected == 0
    assert the_alert(settled).state == "open"


def test_one_row_that_stands_keeps_the_alert(settled: Lake) -> None:
    late = [bill("small", "ann", "2020-04-10", "30")]
    settled.receive("health.bills", late, on=date(2020, 6, 11), month="2020-05")
    load(settled, date(2020, 6, 12))
    deliver(settled, Month.of(2020, 6))
    correct(settled, date(2020, 6, 20))
    assert load(settled, JULY_RUN).alerts_corrected == 0
    assert the_alert(settled).state == "open"


def test_a_correction_that_still_hits_keeps_the_alert(settled: Lake) -> None:
    deliver(settled, Month.of(2020, 6))
    correct(settled, date(2020, 6, 20), "2400")
    assert load(settled, JULY_RUN).alerts_corrected == 0
    assert the_alert(settled).state == "open"


@pytest.mark.parametrize("touch", ["step", "act"])
def test_an_alert_that_someone_took_in_hand_is_theirs_to_end(settled: Lake, touch: str) -> None:
    alert = the_alert(settled)
    if touch == "step":
        Alert.objects.filter(pk=alert.pk).update(step="to_visit")
    else:
        record(
            act="view", official="wang", subject_kind="alert", subject=alert.alert_no,
            division=alert.division, at=noon(JUNE_RUN),
        )  # fmt: skip
    deliver(settled, Month.of(2020, 6))
    correct(settled, date(2020, 6, 20))
    assert load(settled, JULY_RUN).alerts_corrected == 0
    assert the_alert(settled).state == "open"


def test_true_rows_after_that_raise_a_new_alert(settled: Lake) -> None:
    deliver(settled, Month.of(2020, 6))
    correct(settled, date(2020, 6, 20))
    load(settled, JULY_RUN)
    deliver(settled, Month.of(2020, 7), bill("true", "ann", "2020-07-11", "1500"))
    assert load(settled, AUGUST_RUN).alerts_raised == 1
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["ended", "open"]


def test_the_same_run_with_the_true_rows_back_raises_it_anew(settled: Lake) -> None:
    deliver(settled, Month.of(2020, 6))
    correct(settled, date(2020, 6, 20))
    load(settled, JULY_RUN)
    correct(settled, JULY_RUN, "2600")
    assert load(settled, JULY_RUN).alerts_raised == 1
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["ended", "open"]


def test_a_run_tells_what_was_taken_back_and_what_is_held(settled: Lake) -> None:
    correct(settled, date(2020, 6, 20))
    folder = settled.run(JULY_RUN).folder
    (row,) = rows_of(folder / "taken_back.parquet")
    assert (row["household_ref"], row["feed"]) == (settled.ref("A"), "health.bills")
    (numbers,) = rows_of(folder / "answers.parquet")
    assert numbers.pop("household_ref") == settled.ref("A")
    rules = list(json.loads((folder / "run.json").read_text(encoding="utf-8"))["outcomes"])
    answers = outcomes_in(rules, list(numbers.values()))
    assert answers["high_bills"] == "cannot_tell"
