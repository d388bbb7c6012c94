"""Help as the pages show it: a household's duties, follow-ups and income before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext, gettext_noop

from fangpin.casework.followup import queries as followup
from fangpin.casework.followup.duties import DutyState
from fangpin.casework.followup.models import FollowUp
from fangpin.casework.measures.models import Measure
from fangpin.casework.measures.queries import EffectMonth, effect_on_income
from fangpin.casework.measures.states import MeasureState
from fangpin.casework.registry.models import Household
from fangpin.web.charts.ledger import Line
from fangpin.web.charts.threshold import threshold_chart
from fangpin.web.console.cases.forms.after import AFTER_FORMS
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.figures import number, paid
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

MEASURE_STATES = {
    MeasureState.PLANNED: gettext_noop("待落实"),
    MeasureState.IN_FORCE: gettext_noop("在执行"),
    MeasureState.ENDED: gettext_noop("已结束"),
}
MONTHS = 18
"""Months of income shown before and after help began."""
SHOWN = 6


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty as it is told."""

    title: str
    group: str
    words: str
    holds: bool
    last: date | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Effect:
    """Income per head month by month, drawn; None where nothing is known."""

    svg: str
    rows: list[EffectMonth]
    sentence: str
    title: str


@dataclass(frozen=True, slots=True)
class HelpView:
    """What stands beside a household's measures."""

    duties: list[DutyLine]
    follow_ups: list[tuple[FollowUp, str]]
    effect: Effect | None
    monthly: str
    """What the help under way pays a month, in a sentence; empty for nothing that is known."""
    acts: list[tuple[str, str]]


def help_of(request: ConsoleRequest, household: Household, measures: list[Measure]) -> HelpView:
    """Duties, follow-ups, effect and the acts open to this official."""
    pack, scope, today = installation_pack(), request.scope, request.today
    states = followup.household_duties(scope, pack=pack, on=today, refs=[household.household_ref])
    situations = {
        code.removeprefix("situation."): said(word.title)
        for code, word in pack.words.items()
        if code.startswith("situation.")
    }
    alive = any(one.state != "ended" for one in measures)
    acts = [
        act
        for act in AFTER_FORMS
        if scope.can(act) and (alive or act not in ("deliver_measure", "stop_measure"))
    ]
    return HelpView(
        duties=[duty_line(one, today) for one in states],
        follow_ups=[
            (one, situations.get(one.situation, one.situation))
            for one in followup.follow_ups(scope, household.household_ref)[:SHOWN]
        ],
        effect=_effect(request, household) if measures else None,
        monthly=_monthly(measures),
        acts=[(act, said(pack.words[f"act.{act}"].title)) for act in acts],
    )


def duty_line(state: DutyState, today: date) -> DutyLine:
    """A duty in words: kept, or lapsed since so many days."""
    word = installation_pack().words.get(state.duty.group)
    if state.holds:
        words = gettext("在位")
    else:
        days = state.days_lapsed(today)
        lapse = said(state.duty.lapse)
        words = (
            gettext("%(lapse)s，已 %(days)d 天") % {"lapse": lapse, "days": days} if days else lapse
        )
    return DutyLine(
        title=said(state.duty.title),
        group=said(word.title) if word else state.duty.group,
        words=words,
        holds=state.holds,
        last=state.last,
        due=state.due,
    )


def _effect(request: ConsoleRequest, household: Household) -> Effect | None:
    rows = effect_on_income(
        request.scope, household, pack=installation_pack(), on=request.today, months=MONTHS
    )
    known = [row for row in rows if row.per_head is not None]
    if not known:
        return None
    line = next((row.line for row in reversed(rows) if row.line is not None), None)
    svg = threshold_chart(
        months=[row.month for row in rows],
        amounts=[row.per_head for row in rows],
        line=Line(line, gettext("监测线 %(yuan)s 元") % {"yuan": number(line)})
        if line is not None
        else None,
        telling={row.month for row in rows if row.is_after},
        title=gettext("帮扶前后的人均纯收入"),
        description=gettext("逐月滚动的近 12 个月人均纯收入；深色是帮扶开始以后"),
        unknown_words=gettext("不知道"),
        language=short_language(),
        width=740,
        key="effect",
    )
    unit = said(installation_pack().header.currency)
    title = gettext("近 12 个月人均纯收入（%(unit)s）") % {"unit": unit}
    return Effect(svg, rows, _told(known), title)


def _monthly(measures: list[Measure]) -> str:
    """What help in force pays a month, all together."""
    amounts = [
        one.monthly_amount
        for one in measures
        if one.state == MeasureState.IN_FORCE and one.monthly_amount is not None
    ]
    if not amounts:
        return ""
    return gettext("在执行的措施每月共 %(amount)s。") % {"amount": paid(sum(amounts, Decimal(0)))}


def _told(known: list[EffectMonth]) -> str:
    """Before and after in one sentence; nothing is claimed while nothing is known of one side."""
    before = [row for row in known if not row.is_after]
    after = [row for row in known if row.is_after]
    if not before or not after:
        return gettext("帮扶刚开始，成效还看不出来。")
    return gettext("帮扶前近 12 个月人均 %(before)s 元，最近 %(after)s 元。") % {
        "before": number(before[-1].per_head),
        "after": number(after[-1].per_head),
    }
