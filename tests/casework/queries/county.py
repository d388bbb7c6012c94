"""Six households over two runs, for all queries; ways to ask for one of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.overview import Overview
from fangpin.casework.alerts.queue import QueueFilters
from fangpin.casework.audit.actions import record
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import (
    Household,
    HouseholdJoin,
    ListedNumber,
    Provisional,
)
from tests.casework.run_folders import AT, HitRow, HouseholdRow, RunFolder
from tests.cast import (
    NEXT_COUNTY_VILLAGE,
    NEXT_TOWNSHIP_VILLAGE,
    NEXT_VILLAGE,
    OTHER_CITY_VILLAGE,
    TODAY,
    VILLAGE,
    Cast,
    build_cast,
    build_divisions,
)

MET, JOINED = (1 << 61) + 1, (1 << 61) + 2


def build_county(folder: Path) -> Cast:
    """See `cast`."""
    build_divisions()
    places = [
        VILLAGE,
        VILLAGE,
        NEXT_VILLAGE,
        NEXT_TOWNSHIP_VILLAGE,
        NEXT_COUNTY_VILLAGE,
        OTHER_CITY_VILLAGE,
    ]
    names = ["李竹溪", "李四", "陈有田", "黄国", "邓生", "王秀莲"]
    households = tuple(
        HouseholdRow(ref, division=place, head_name=name)
        for ref, (place, name) in enumerate(zip(places, names, strict=True), start=1)
    )
    RunFolder(
        as_of=date(2020, 11, 14), key="nov", households=households, hits=(HitRow(1), HitRow(4))
    ).load(folder)
    RunFolder(
        households=households,
        hits=(
            HitRow(1, rows=(7, 8)),
            HitRow(1, rule="job_loss", severity="red", cause="job"),
            HitRow(2, severity="blue", cause="schooling"),
            HitRow(3, severity="orange"),
            HitRow(5),
            HitRow(6),
        ),
    ).load(folder)
    ListedNumber.objects.create(household_id=1, household_no="OLD", turn=0)
    record(
        act="view_household",
        official="cadre",
        subject_kind="household",
        subject="1",
        division=VILLAGE,
        at=AT,
    )
    return build_cast()


def alert_of(ref: int) -> Alert:
    return Alert.objects.get(household_id=ref)


def households_of(scope: Scope, **filters: Any) -> list[int]:
    page = alerts.queue(scope, filters=QueueFilters(**filters))
    return [row.alert.household_id for row in page.rows]


def overview(scope: Scope, on: date = TODAY) -> Overview:
    run = alerts.latest_run()
    assert run is not None
    return alerts.overview(scope, run=run, on=on)


def met_and_known() -> Provisional:
    """A household that no registry lists and whose head is of household 1; one like it was joined."""
    for ref in (MET, JOINED):
        household, _ = Household.objects.get_or_create(
            household_ref=ref,
            defaults={
                "household_no": f"U{ref}",
                "division": VILLAGE,
                "head_name": "新来",
                "count_of_members": 1,
                "is_listed": False,
            },
        )
        Provisional.objects.get_or_create(
            household=household,
            defaults={
                "division": VILLAGE,
                "form": "unregistered",
                "form_version": 1,
                "identity_ref": 10,
                "registered_at": AT,
                "registered_by": "cadre",
            },
        )
    HouseholdJoin.objects.get_or_create(
        provisional_id=JOINED,
        household_id=1,
        defaults={"joined_at": AT, "joined_by": "reviewer", "note": "同一户"},
    )
    return Provisional.objects.get(pk=MET)
