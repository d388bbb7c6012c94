"""Raising and updating alerts from one run; nothing here ends one: that is an act (`acts.py`).

All of these run inside the transaction of the load that calls them.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from fangpin.casework.alerts.models import Alert, AlertReason, EvidenceRow, Run
from fangpin.casework.alerts.states import FIRST_STEP, SOURCE_CORRECTED, AlertState
from fangpin.casework.divisions.bulk import Target, put_rows, run_statement
from fangpin.casework.divisions.ranges import begins_with

_CROCKFORD = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)
"""Crockford's base 32: none of its letters is mistaken for a digit when read out by telephone."""

ALERTS = Target(
    "alerts_alert",
    (
        "alert_no",
        "household_id",
        "division",
        "severity",
        "severity_rank",
        "cause",
        "suggested_category",
        "due_date",
        "state",
        "step",
        "raised_date",
        "raised_month",
        "updated_month",
        "first_run_id",
        "last_run_id",
        "ended_by",
        "end_reason",
    ),
)
REASONS = Target(
    "alerts_alertreason",
    (
        "alert_id",
        "run_id",
        "rule",
        "code",
        "kind",
        "edition",
        "severity",
        "severity_rank",
        "place",
        "cause",
        "category",
        "month",
        "due_date",
        "sentence_zh",
        "sentence_en",
        "figures",
        "thresholds",
        "is_withdrawn",
    ),
    key=("alert_id", "run_id", "rule"),
)
EVIDENCE = Target(
    "alerts_evidencerow",
    (
        "alert_id",
        "rule",
        "item",
        "feed",
        "delivery",
        "row_no",
        "month",
        "amount",
        "detail",
        "event",
        "run_id",
    ),
    key=("alert_id", "rule", "item", "feed", "delivery", "row_no"),
)


@dataclass(frozen=True, slots=True)
class UrgentHit:
    """The most urgent hit of a household in a run: what a new alert begins with."""

    household_ref: int
    division: str
    severity: str
    severity_rank: int
    cause: str
    category: str


def alert_number(*, raised_date: date, household_ref: int) -> str:
    """The number of an alert: `A`, the month of its run, the household's reference in base 32.

    Raises OverflowError for a reference that is negative or has more than 60 bits.
    """
    # 60 bits and four empty ones make eight bytes; twelve digits of five bits hold the sixty.
    digits = base64.b32encode((household_ref << 4).to_bytes(8, "big"))[:12]
    return f"A{raised_date:%Y%m}-{digits.translate(_CROCKFORD).decode('ascii')}"


def raise_alerts(
    *,
    run: Run,
    hits: Sequence[UrgentHit],
    ranks: Iterable[tuple[int, str, int]],
    events: Iterable[EventRow],
    due_dates: dict[str, date],
) -> tuple[dict[int, int], int]:
    """Household reference -> the alert its hits belong to, and how many alerts were raised.

    An open alert of the household takes them; so does an ended one whose facts merely go on
    (`_handled`). Only a household with neither gets a new alert. New alerts are numbered and
    ordered by severity, division and household: the same run, the same rows. `ranks` are household,
    rule and severity rank of every hit, `events` the source rows of single events behind them.
    """
    # Held until the load is done: one that an official ends meanwhile would take what nobody has seen.
    held = Alert.objects.select_for_update().filter(state=AlertState.OPEN).order_by("pk")
    still_open = dict(held.values_list("household_id", "id"))
    alert_of = _handled(run, ranks, events) | still_open
    taken = set(
        Alert.objects.filter(begins_with("alert_no", f"A{run.as_of:%Y%m}-")).values_list(
            "alert_no", flat=True
        )
    )
    new = sorted(
        (hit for hit in hits if hit.household_ref not in alert_of),
        key=lambda hit: (hit.severity_rank, hit.division, hit.household_ref),
    )
    raised = put_rows(ALERTS, (_new_alert(hit, run, due_dates, taken) for hit in new))
    if raised:
        alert_of |= dict(
            Alert.objects.filter(last_run=run, state=AlertState.OPEN).values_list(
                "household_id", "id"
            )
        )
    return {hit.household_ref: alert_of[hit.household_ref] for hit in hits}, raised


@dataclass(frozen=True, slots=True)
class EventRow:
    """The source row of one event behind a hit."""

    household_ref: int
    rule: str
    item: str
    feed: str
    delivery: str
    row_no: int
    event: int | None
    """The event itself, whichever row told it last; None where the contract's key does not say."""


def _handled(
    run: Run, ranks: Iterable[tuple[int, str, int]], events: Iterable[EventRow]
) -> dict[int, int]:
    """Household reference -> its ended alert, where an official has dealt with all that hits.

    A fact counts as dealt with while it hits run after run at no higher severity than the ended
    alert had known; once it worsens, returns after a gap, happens again or another joins it, a new
    alert is due. It happens again with an event that the alert never cited, neither by this row nor
    by one that this row corrects. The same where this run was loaded before and an official has
    looked since. An alert that its source ended was dealt with by nobody.
    """
    before = Run.objects.filter(as_of__lt=run.as_of).order_by("-as_of").first()
    # What the last load of a run had withdrawn did not hit in it.
    standing = AlertReason.objects.filter(alert__state=AlertState.ENDED, is_withdrawn=False)
    followed = standing.filter(run__in=[run] if before is None else [before, run]).exclude(
        alert__end_reason=SOURCE_CORRECTED
    )
    ended = dict(
        followed.order_by("alert_id").values_list("alert__household_id", "alert_id").distinct()
    )
    if not ended:
        return {}
    alerts = followed.values("alert_id")
    known: dict[tuple[int, str], int] = {}
    for alert, rule, rank in standing.filter(alert__in=alerts).values_list(
        "alert_id", "rule", "severity_rank"
    ):
        known[alert, rule] = min(rank, known.get((alert, rule), rank))
    worse = {
        household_ref
        for household_ref, rule, rank in ranks
        if household_ref in ended and rank < known.get((ended[household_ref], rule), rank + 1)
    }
    cited: set[tuple[Any, ...]] = set()
    for *of, delivery, row_no, event in EvidenceRow.objects.filter(alert__in=alerts).values_list(
        "alert_id", "rule", "item", "feed", "delivery", "row_no", "event"
    ):
        cited |= {(*of, delivery, row_no), (*of, event)}
    for one in events:
        if one.household_ref in ended:
            of = [ended[one.household_ref], one.rule, one.item, one.feed]
            is_cited = (*of, one.delivery, one.row_no) in cited
            if not is_cited and (one.event is None or (*of, one.event) not in cited):
                worse.add(one.household_ref)
    return {household_ref: pk for household_ref, pk in ended.items() if household_ref not in worse}


def _new_alert(
    hit: UrgentHit, run: Run, due_dates: dict[str, date], taken: set[str]
) -> tuple[Any, ...]:
    number = alert_number(raised_date=run.as_of, household_ref=hit.household_ref)
    free, repeat = number, 1
    while free in taken:  # raised and ended earlier in the same month
        repeat += 1
        free = f"{number}-{repeat}"
    return (
        free,
        hit.household_ref,
        hit.division,
        hit.severity,
        hit.severity_rank,
        hit.cause,
        hit.category,
        due_dates[hit.severity].isoformat(),
        AlertState.OPEN.value,
        FIRST_STEP,
        run.as_of.isoformat(),
        run.month,
        run.month,
        run.pk,
        run.pk,
        "",
        "",
    )


def put_reasons(*, run: Run, rows: Iterable[Sequence[Any]]) -> int:
    """Record why: one row a rule that hit, as in REASONS; how many rows were given.

    Reasons that an earlier load of the same run had and this one lacks stay, marked withdrawn.
    """
    AlertReason.objects.filter(run=run).update(is_withdrawn=True)
    return put_rows(REASONS, rows)


def put_evidence(*, run: Run, rows: Iterable[Sequence[Any]], is_repeated: bool) -> int:
    """Record the source rows, as in EVIDENCE; how many were given.

    Rows that an earlier load of the same run cited prove the run before it in which their rule hit;
    without one, and where the reason still stands, they make way.
    """
    if is_repeated:
        earlier = AlertReason.objects.filter(
            alert=OuterRef("alert"),
            rule=OuterRef("rule"),
            is_withdrawn=False,
            run__as_of__lt=run.as_of,
        ).order_by("-run__as_of")
        cited = EvidenceRow.objects.filter(run=run)
        cited.update(run=Coalesce(Subquery(earlier.values("run")[:1]), F("run")))
        standing = AlertReason.objects.filter(
            alert=OuterRef("alert"), rule=OuterRef("rule"), run=run, is_withdrawn=False
        )
        cited.filter(Exists(standing)).delete()
    return put_rows(EVIDENCE, rows)


_UPDATE_FROM_REASONS = """
UPDATE alerts_alert SET
    severity = urgent.severity,
    severity_rank = urgent.severity_rank,
    cause = urgent.cause,
    suggested_category = urgent.category,
    updated_month = %s,
    last_run_id = %s,
    due_date = CASE WHEN urgent.due_date < {due} THEN urgent.due_date ELSE {due} END
FROM (
    SELECT alert_id, severity, severity_rank, cause, category, due_date,
        ROW_NUMBER() OVER (PARTITION BY alert_id ORDER BY severity_rank, place, rule) AS turn
    FROM alerts_alertreason WHERE run_id = %s AND is_withdrawn = false
) AS urgent
WHERE urgent.alert_id = alerts_alert.id AND urgent.turn = 1 AND alerts_alert.state = 'open'
"""
_FOLLOW_ENDED = """
UPDATE alerts_alert SET updated_month = %s, last_run_id = %s
WHERE state = 'ended' AND EXISTS (
    SELECT 1 FROM alerts_alertreason r
    WHERE r.alert_id = alerts_alert.id AND r.run_id = %s AND r.is_withdrawn = false
)
"""
_DUE_BEFORE = "alerts_alert.due_date"
_DUE_BY_ALL_REASONS = """(
    SELECT MIN(r.due_date) FROM alerts_alertreason r
    WHERE r.alert_id = alerts_alert.id AND r.is_withdrawn = false
)"""


def update_alerts(*, run: Run, is_repeated: bool) -> int:
    """Make the open alerts that hit in this run what their reasons say; how many.

    Severity, cause and category are those of the run's most urgent reason. The due date is the
    earliest that any run asked for, so it never moves back; when the run itself was repeated on
    corrected deliveries it is worked out again from all reasons that stand.
    """
    run_statement(_FOLLOW_ENDED, [run.month, run.pk, run.pk])
    due = _DUE_BEFORE
    if is_repeated:
        due = _DUE_BY_ALL_REASONS
        _turn_back(run)
    return run_statement(_UPDATE_FROM_REASONS.replace("{due}", due), [run.month, run.pk, run.pk])


def _turn_back(run: Run) -> None:
    """Alerts that hit in an earlier load of the run alone are again what the run before made them.

    An alert that no earlier run raised stays as it is: its withdrawn reason is all that there is.
    """
    standing = AlertReason.objects.filter(is_withdrawn=False)
    left = Alert.objects.filter(last_run=run).exclude(
        Exists(standing.filter(alert=OuterRef("pk"), run=run))
    )
    for alert in left:
        reasons = standing.filter(alert=alert).select_related("run")
        urgent = reasons.order_by("-run__as_of", "severity_rank", "place", "rule").first()
        if urgent is None:
            continue
        alert.last_run, alert.updated_month = urgent.run, urgent.run.month
        if alert.state == AlertState.OPEN:
            alert.severity, alert.severity_rank = urgent.severity, urgent.severity_rank
            alert.cause, alert.suggested_category = urgent.cause, urgent.category
            alert.due_date = min(reason.due_date for reason in reasons)
        alert.save()


def follow_households() -> int:
    """Move open alerts to the village where their household lives now; how many moved."""
    place = (
        "(SELECT h.division FROM registry_household h "
        "WHERE h.household_ref = alerts_alert.household_id)"
    )
    return run_statement(
        f"UPDATE alerts_alert SET division = {place} WHERE state = %s AND division <> {place}",
        [AlertState.OPEN.value],
    )
