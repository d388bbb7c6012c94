"""The demonstration's invented past: alerts that officials had ended before its clock."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.policy.models import DemoPast

_HOUR = time(8, 30)


def end_alerts_due(session: Session, past: DemoPast, *, before: date) -> int:
    """End the alerts that fall due before a day, each a little before its due date; how many."""
    from django.db import transaction

    from fangpin.casework.alerts.acts import END_ALERT, end_alert
    from fangpin.casework.alerts.models import Alert
    from fangpin.casework.officials.scope import within

    by = replace(operator_scope(session, None), official=past.official, may=frozenset({END_ALERT}))
    due = within(Alert.objects.filter(state="open", due_date__lt=before), by)
    waiting = due.exclude(household__household_no__in=past.stay_open).order_by("alert_no")
    ended = 0
    with transaction.atomic():
        for alert_no, raised, due_date in waiting.values_list(
            "alert_no", "raised_date", "due_date"
        ):
            draw = int(hashlib.sha256(alert_no.encode()).hexdigest()[:8], 16)
            if draw % 1000 >= past.share * 1000:
                continue
            day = max(raised, due_date - timedelta(days=draw % 3))
            end_alert(
                alert_no=alert_no,
                by=by,
                at=datetime.combine(day, _HOUR, tzinfo=UTC),
                reason=past.reasons[draw % len(past.reasons)],
                reasons=session.pack.words,
            )
            ended += 1
    return ended
