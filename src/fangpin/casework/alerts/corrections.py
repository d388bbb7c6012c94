"""Alerts whose every source row was taken back by the department: the one end without an official.

ADR 11 says why this is not less help: the household never had the facts that raised the alert, nobody
had begun to look, and the history stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
        found = list(
            Alert.objects.select_for_update()
            .filter(
                household__in=refs[start : start + _AT_ONCE],
                state=AlertState.OPEN,
                step=FIRST_STEP,
            )
            .exclude(pk__in=in_hand)
            .order_by("pk")
        )
        cited = _cited_rows(found)
        for alert in found:
            if _is_all_taken_back(cited[alert.pk], by_household[alert.household_id]):
                count += _end_unless_touched(alert, cited[alert.pk], run, at)
    return count


def _cited_rows(found: Sequence[Alert]) -> dict[int, dict[str, set[SourceRow]]]:
    """Alert -> rule of each of its reasons -> the source rows that it cites."""
    cited: dict[int, dict[str, set[SourceRow]]] = {alert.pk: {} for alert in found}
    reasons = AlertReason.objects.filter(alert__in=found)
    for alert, rule in reasons.values_list("alert", "rule"):
        cited[alert].setdefault(rule, set())
    rows = EvidenceRow.objects.filter(alert__in=found)
    for alert, rule, feed, delivery, row_no in rows.values_list(
        "alert", "rule", "feed", "delivery", "row_no"
    ):
        cited[alert].setdefault(rule, set()).add((feed, delivery, row_no))
    return cited


def _is_all_taken_back(cited: dict[str, set[SourceRow]], household: Restated) -> bool:
    return bool(cited) and all(
        rule in household.no_longer_hit and rows and rows <= household.taken_back
        for rule, rows in cited.items()
    )


def _end_unless_touched(
    alert: Alert, cited: dict[str, set[SourceRow]], run: Run, at: datetime
) -> bool:
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
            "rules": sorted(cited),
            "rows": sum(len(found) for found in cited.values()),
            "deliveries": sorted(
                {f"{row[0]}/{row[1]}" for found in cited.values() for row in found}
            ),
        },
    )
    return True
