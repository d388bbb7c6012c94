"""What has happened to an alert and what comes next, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.queries import MonthOfReasons
from fangpin.casework.alerts.states import AlertState
from fangpin.policy.models.lists import Severity
from fangpin.web.ground.due import Due
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.words import rule_of, said, step_words

SHOWN_RUNS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline."""

    state: Literal["done", "now", "next"]
    title: str
    notes: list[str]
    severity: Severity | None = None
    due: Due | None = None


def steps_of(*, alert: Alert, history: Sequence[MonthOfReasons], due: Due | None) -> list[Step]:
    """Raised, hit again run by run, and the step at which the alert stands."""
    steps = []
    runs = list(reversed(history))
    for place, month in enumerate(runs):
        standing = [reason for reason in month.reasons if not reason.is_withdrawn]
        if not standing:
            continue
        first = place == 0
        worst = standing[0]
        names = []
        for reason in standing[:3]:
            rule = rule_of(reason.rule, edition=reason.edition)
            names.append(f"{reason.code or reason.rule} {said(rule.title) if rule else ''}".strip())
        steps.append(
            Step(
                state="done",
                title=gettext("系统预警") if first else gettext("再次命中"),
                notes=[*names, month.run.as_of.isoformat()],
                severity=severity_of(worst.severity),
            )
        )
    if len(steps) > SHOWN_RUNS:
        left_out = len(steps) - SHOWN_RUNS
        between = Step("done", gettext("其间又命中 %(n)d 次") % {"n": left_out}, [])
        steps = [steps[0], between, *steps[-SHOWN_RUNS + 1 :]]
    if alert.state == AlertState.OPEN:
        steps.append(Step("now", step_words(alert.step), [], due=due))
        if alert.step == "to_assign":
            steps.append(Step("next", gettext("入户核查"), [gettext("由村干部上门，核对事实")]))
        steps.append(Step("next", gettext("处置和回访"), [gettext("只有经办人写明理由才能办结")]))
    else:
        word = installation_pack().words.get(alert.end_reason)
        when = alert.ended_at.date().isoformat() if alert.ended_at else ""
        steps.append(Step("done", gettext("已办结"), [said(word.title) if word else "", when]))
    return steps
