"""Alerts whose every source row was taken back by the department: the one end without an official.

ADR 11 says why this is not less help: the household never had the facts that raised the alert, nobody
had begun to look, and the history stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from fangpin.casework.alerts.models import Alert, AlertReason, EvidenceRow, Run
from fangpin.casework.alerts.states import FIRST_STEP, SOURCE_CORRECTED, AlertState
from fangpin.casework.audit.actions import record
from fangpin.casework.audit.models import AuditEntry

SourceRow = tuple[str, str, int]
"""Feed, delivery and row number."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Restated:
    """A household of which rows were taken back, and what its rules answer without them."""

    household_ref: int
    taken_back: frozenset[SourceRow]
    no_longer_hit: frozenset[str]
    """Rules that are known not to hit; one that cannot tell is not among them."""


def end_corrected(
    *, run: Run, restated: Iterable[Restated], in_hand: Collection[int], at: datetime
) -> int:
    """End open alerts that rested on nothing but rows that were taken back; how many.

    An alert ends when nobody has touched it (no step, no act of an official, not in `in_hand`, the
    ids of alerts that belong to a case), each of its reasons is known not to hit any more, each
    rested on source rows, and all of those were taken back. In the transaction of the load.
    """
    by_household = {one.household_ref: one for one in restated}
    refs = sorted(by_household)
    count = 0
    for start in range(0, len(refs), _AT_ONCE):
        found = Alert.objects.select_for_update().filter(
            household__in=refs[start : start + _AT_ONCE],
            state=AlertState.OPEN,
            step=FIRST_STEP,
        )
        for alert in found.exclude(pk__in=in_hand).order_by("pk"):
            count += _end_if_corrected(alert, by_household[alert.household_id], run, at)
    return count


def _end_if_corrected(alert: Alert, household: Restated, run: Run, at: datetime) -> bool:
    rules = set(AlertReason.objects.filter(alert=alert).values_list("rule", flat=True))
    cited: dict[str, set[SourceRow]] = {rule: set() for rule in rules}
    rows = EvidenceRow.objects.filter(alert=alert)
    for rule, feed, delivery, row_no in rows.values_list("rule", "feed", "delivery", "row_no"):
        cited.setdefault(rule, set()).add((feed, delivery, row_no))
    if not rules or not rules <= household.no_longer_hit:
        return False
    if not all(found and found <= household.taken_back for found in cited.values()):
        return False
    if (
        AuditEntry.objects.filter(subject_kind="alert", subject=alert.alert_no)
        .exclude(official="")
        .exists()
    ):
        return False
    alert.state = AlertState.ENDED
    alert.ended_at, alert.ended_by, alert.end_reason = at, "", SOURCE_CORRECTED
    alert.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    record(
        act=SOURCE_CORRECTED,
        official="",
        subject_kind="alert",
        subject=alert.alert_no,
        division=alert.division,
        at=at,
        detail={
            "run": run.as_of.isoformat(),
            "rules": sorted(rules),
            "rows": sum(len(found) for found in cited.values()),
            "deliveries": sorted(
                {f"{row[0]}/{row[1]}" for found in cited.values() for row in found}
            ),
        },
    )
    return True
