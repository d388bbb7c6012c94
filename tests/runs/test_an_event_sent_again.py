"""An event that an official has dealt with is the same one when its row comes again, corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.feeds.holds import refuse_delivery
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.ledger.village import Lake, person
from tests.linkage.valley import (
    BILLS,
    EARLY,
    REGISTRY,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
)
from tests.looking import rows_of
from tests.runs.loaded import noon, run_and_load
from tests.standing import standing

pytestmark = pytest.mark.django_db

RUN, SENT, NEXT = date(2020, 6, 10), date(2020, 6, 15), date(2020, 6, 20)
HOUSEHOLDS = [("ann", "A"), ("bob", "B")]


@pytest.fixture(scope="module")
def once_struck(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    hillside: Pack,
) -> Iterator[Lake]:
    lake = Lake(tmp_path_factory.mktemp("struck"), hillside)
    with standing(django_db_blocker, lambda: begin(lake)) as made:
        yield made


@pytest.fixture
def struck(once_struck: Lake, db: None, tmp_path: Any) -> Lake:
    """ann's alert of one storm under a bad roof, which an official has ended."""
    return once_struck.copied(tmp_path)


def report(
    no: str, who: str = "A", *, damage: str = "10", day: str = "2020-05-10"
) -> dict[str, Any]:
    return {"report_no": no, "household_no": who, "day": day, "damage": damage}


def begin(lake: Lake) -> Lake:
    """See `struck`."""
    homes = [person(home, 1, name, month="2020-01", relation="head") for name, home in HOUSEHOLDS]
    lake.receive("registry.people", homes, on=date(2020, 1, 3))
    roofs = [
        {"household_no": home, "month": "2020-05", "roof": "straw", "spent": "1"}
        for _, home in HOUSEHOLDS
    ]
    lake.receive("farm.survey", roofs, on=date(2020, 6, 2))
    lake.receive("shocks.reports", [report("1")], on=date(2020, 6, 1))
    run_and_load(lake, RUN)
    end_all()
    return lake


def end_all() -> None:
    """An official has been there; nothing is left open."""
    ended = Alert.objects.filter(state="open").update(
        state="ended", step="", ended_at=noon(RUN), ended_by="wang", end_reason="false_alarm"
    )
    assert ended == 1


def raised(lake: Lake) -> int:
    return run_and_load(lake, NEXT)[1].alerts_raised


def test_a_row_that_corrects_an_event_is_no_new_event(struck: Lake) -> None:
    struck.receive("shocks.reports", [report("1", damage="12")], on=SENT)
    assert raised(struck) == 0


def test_another_event_is_a_new_one(struck: Lake) -> None:
    struck.receive("shocks.reports", [report("2")], on=SENT)
    assert raised(struck) == 1


def test_an_event_that_comes_again_after_its_delivery_was_refused_is_the_same(struck: Lake) -> None:
    (first,) = [one for one in struck.snapshot(SENT).arrivals if one.feed == "shocks.reports"]
    refuse_delivery(
        struck.home, delivery=first.delivery, feed=first.feed, by="wang", at=noon(SENT), reason="误"
    )
    struck.receive("shocks.reports", [report("1"), report("9", "B")], on=SENT)
    assert raised(struck) == 1, "bob's alone"
    assert Alert.objects.get(state="open").household_id == struck.ref("B")


def test_an_event_under_a_corrected_number_or_a_name_is_the_same(
    repository: Path, tmp_path: Path
) -> None:
    """Its key holds the number: known by name first, then by the old number, then by the new one."""
    place = tmp_path / "hillside"
    valley_pack(repository, tmp_path)
    offices = place / "feeds" / "offices.yaml"
    text = offices.read_text(encoding="utf-8")
    assert "key: [bill_no]" in text
    offices.write_text(text.replace("key: [bill_no]", "key: [id_number, bill_no]", 1), "utf-8")
    rules = place / "rules" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("evidence: [bills]", "evidence: [bills, visits]"), "utf-8")
    valley = Valley(tmp_path, load_pack(place))
    old, new = number("1971-03-08", 33), number("1971-03-08", 35)
    head = citizen("A", 1, "李竹喜", "1971-03-08", 33)
    valley.send(REGISTRY, [head], on=EARLY)

    def events(written: str, on: date, **more: str) -> set[int]:
        valley.send(BILLS, [claim("1", written, "李竹喜", day="2020-04-10", **more)], on=on)
        rows = rows_of(valley.run(on).folder / "evidence.parquet")
        return {row["event"] for row in rows if row["item"] == "visits"}

    by_name = events("", date(2020, 5, 1), born="1971-03-08", village="H01", own_share="9000")
    assert len(by_name) == 1
    assert events(old, date(2020, 5, 2), own_share="9001") == by_name
    corrected = citizen("A", 1, "李竹喜", "1971-03-08", 35, month="2020-05")
    valley.send(REGISTRY, [corrected], on=date(2020, 5, 3))
    by_new = events(new, date(2020, 5, 4), own_share="9002")
    assert len(by_new) == 1
    assert events(old, date(2020, 5, 5), own_share="9003") == by_new
