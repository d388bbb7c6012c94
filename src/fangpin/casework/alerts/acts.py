"""What officials do with an alert: each act is one function, one transaction, one audit entry."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from django.db import transaction

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.audit.actions import record
from fangpin.casework.officials.scope import Scope
from fangpin.values.problem import Problem, ProblemError

END_ALERT = "end_alert"
"""The permission to end an alert."""
END_REASONS = "alert_end."
"""The pack's words that begin so are the reasons for which an alert may be ended."""


def end_alert(
    *, alert_no: str, by: Scope, at: datetime, reason: str, reasons: Container[str]
) -> Alert:
    """End an open alert after someone has looked; `reasons` are the pack's words.

    Raises Alert.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, ALERT_NOT_OPEN or
    END_REASON_UNKNOWN: nothing is changed then.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(alert_no=alert_no)
        if not by.covers(alert.division):
            raise Alert.DoesNotExist
        _refuse(alert, by=by, reason=reason, reasons=reasons)
        alert.state = AlertState.ENDED
        alert.ended_at, alert.ended_by, alert.end_reason = at, by.official, reason
        alert.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
        record(
            act=END_ALERT,
            official=by,
            subject_kind="alert",
            subject=alert.alert_no,
            division=alert.division,
            at=at,
            detail={"reason": reason},
        )
    return alert


def _refuse(alert: Alert, *, by: Scope, reason: str, reasons: Container[str]) -> None:
    where = f"alert {alert.alert_no}"
    if not by.can(END_ALERT):
        raise ProblemError(
            Problem(
                code="ACT_NOT_PERMITTED",
                where=where,
                zh="您的岗位不能办结预警。",
                en="Your post may not end alerts.",
                fix_zh="请提交给有审批权限的岗位办理。",
                fix_en="Hand it to a post that may approve.",
            )
        )
    if alert.state != AlertState.OPEN:
        raise ProblemError(
            Problem(
                code="ALERT_NOT_OPEN",
                where=where,
                zh="这条预警已经办结，不能再次办结。",
                en="This alert has ended already.",
                fix_zh="请刷新页面查看办结时间和原因。",
                fix_en="Reload the page to see when and why.",
            )
        )
    if not reason.startswith(END_REASONS) or reason not in reasons:
        raise ProblemError(
            Problem(
                code="END_REASON_UNKNOWN",
                where=where,
                zh="办结原因不在政策包的原因清单里。",
                en="The reason is not in the pack's list.",
                fix_zh="请从清单中选择一个原因。",
                fix_en="Choose a reason of the list.",
            )
        )
