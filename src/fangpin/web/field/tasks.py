"""What the phone holds of each household to visit: as little as a visit needs, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import translation

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert, AlertReason
from fangpin.casework.cases.asking import form_of, questions
from fangpin.casework.cases.assessment import covered
from fangpin.casework.cases.models import Case
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from fangpin.policy.models.nodes import Words
from fangpin.policy.models.procedures import Form
from fangpin.policy.procedure import Standing
from fangpin.values.month import Month
from fangpin.web.ground.known import KnownLedger
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.people import attribute_facts, member_lines
from fangpin.web.ground.words import cause_words, figure_words, rule_of

ACT, CONSENT = "record_visit", "record_consent"
MONTHS = 12
FIGURES = 4
"""Of the rows that prove an alert: one figure a month, the latest ones."""


def both(words: Callable[[], Any]) -> dict[str, Any]:
    """The same in Chinese and in English: a phone without a signal still changes its language."""
    with translation.override("zh-hans"):
        zh = words()
    with translation.override("en"):
        return {"zh": zh, "en": words()}


def visit_forms() -> dict[str, Form]:
    """The pack's forms of the visit by code: one a kind of case."""
    return {code: form for code, form in installation_pack().forms.items() if form.act == ACT}


@dataclass(frozen=True, slots=True)
class Village:
    """What the tasks of one answer share: read once."""

    names: dict[str, tuple[Division, ...]]
    covered: dict[str, frozenset[int]]
    month: int

    @classmethod
    def of(cls, codes: Iterable[str], *, on: date) -> Village:
        return cls(divisions.paths(codes), covered(at=on), int(Month.last_complete(on)))

    def name(self, code: str) -> dict[str, str]:
        path = self.names.get(code, ())
        return {"zh": path[-1].name_zh, "en": path[-1].name_en} if path else {"zh": "", "en": ""}


def task(
    scope: Scope, case: Case, *, now: Standing, village: Village, at: datetime
) -> dict[str, Any]:
    """One household to visit, as the phone holds it. `now`: how far its case has come."""
    household, today = case.household, at.date()
    alert = _alert(case)
    reason = _reason(scope, alert) if alert else None
    form = form_of(installation_pack(), case, act=ACT)
    asked = questions(installation_pack(), form, case, on=today) if form else []
    severity = severity_of(case.severity)
    months = {row.month: row.amounts for row in registry.months(scope, household.household_ref)}
    # No run knew of a month when its case opened: nothing is known, and nothing is zero.
    ledger = KnownLedger(months, village.covered if months else {})
    return {
        "kind": "visit",
        "id": case.case_no,
        "version": case.version,
        **_of_household(scope, household, village, today),
        "due": case.due_date.isoformat() if case.due_date else None,
        "form": form.form if form else "",
        "rank": case.severity_rank if severity else 9,
        "mine": bool(case.assigned_to),
        "why": _why(case, reason),
        "cause": alert.cause if alert else _clue_cause(case),
        "figures": _figures(scope, alert, reason) if alert and reason else None,
        "income": _income(ledger, village.month),
        # Where the household's consent is still to be signed, it may be taken at this visit.
        "consent": now.step_of(CONSENT) is not None and scope.can(CONSENT),
        "values": {one.field.field: one.system for one in asked if one.system},
        "ask": [one.field.field for one in asked if one.is_asked],
    }


def follow_up(
    scope: Scope, household: Household, *, due: date | None, village: Village, at: datetime
) -> dict[str, Any]:
    """One household in monitoring that is to be seen again."""
    return {
        "kind": "follow_up",
        "id": f"F{household.household_ref}",
        "version": 0,
        # As text: a reference has more digits than a browser's numbers hold.
        "household_ref": str(household.household_ref),
        **_of_household(scope, household, village, at.date()),
        "due": due.isoformat() if due else None,
        "rank": 9,
        "mine": False,
        "why": None,
    }


def done(case: Case, *, on: date, village: Village) -> dict[str, Any]:
    """A household whose visit is recorded: its name and the day, nothing else."""
    return _done(case.case_no, case.household, on=on, village=village)


def followed(household: Household, *, on: date, village: Village) -> dict[str, Any]:
    """A household in monitoring that was seen this month."""
    return _done(f"F{household.household_ref}", household, on=on, village=village)


def _done(number: str, household: Household, *, on: date, village: Village) -> dict[str, Any]:
    return {
        "kind": "done",
        "id": number,
        "head": household.head_name,
        "village": village.name(household.division),
        "group": household.address,
        "on": on.isoformat(),
    }


def _of_household(
    scope: Scope, household: Household, village: Village, today: date
) -> dict[str, Any]:
    people = registry.members(scope, household.household_ref)

    def members() -> list[dict[str, Any]]:
        return [
            {
                "name": line.member.name,
                "relation": line.relation,
                "age": line.age,
                "id": line.member.masked_id[-4:],
                "about": [value for _, value in line.about],
            }
            for line in member_lines(people, on=today)
        ]

    return {
        "head": household.head_name,
        "village": village.name(household.division),
        "group": household.address,
        "count": household.count_of_members,
        "phone": household.masked_phone,
        "facts": both(lambda: attribute_facts(_without_noughts(household))),
        "members": both(members),
    }


def _without_noughts(household: Household) -> Household:
    """The household without attributes that count nobody: a small screen tells what there is."""
    told = copy(household)
    told.attributes = {
        code: value for code, value in household.attributes.items() if str(value) != "0"
    }
    return told


def _alert(case: Case) -> Alert | None:
    clue = (
        case.clues.filter(alert__isnull=False)
        .select_related("alert")
        .order_by("alert__severity_rank", "-on")
        .first()
    )
    return clue.alert if clue else None


def _clue_cause(case: Case) -> str:
    clue = case.clues.exclude(cause="").order_by("on", "id").first()
    return clue.cause if clue else ""


def _reason(scope: Scope, alert: Alert) -> AlertReason | None:
    """The most urgent reason of the latest run that still stands."""
    for month in alerts.reasons(scope, alert):
        for reason in month.reasons:
            if not reason.is_withdrawn:
                return reason
    return None


def _why(case: Case, reason: AlertReason | None) -> dict[str, str]:
    """Why someone goes there, in one sentence: the alert's own, else what the clue says."""
    if reason is not None:
        return {"zh": reason.sentence_zh, "en": reason.sentence_en}
    clue = case.clues.order_by("-on", "-id").first()
    if clue is None:
        return {"zh": "", "en": ""}
    word = installation_pack().words.get(f"channel.{clue.channel}")
    channel = word.title if word else Words(zh=clue.channel, en=clue.channel)
    told = both(lambda: clue.note or cause_words(clue.cause))
    return {"zh": f"{channel.zh}：{told['zh']}", "en": f"{channel.en}: {told['en']}"}


def _figures(scope: Scope, alert: Alert, reason: AlertReason) -> dict[str, Any] | None:
    """The rows that prove the reason, summed by month: what its sentence is about."""
    rows = [row for row in alerts.evidence(scope, alert, reason.rule) if row.amount is not None]
    if not rows:
        return None
    rule = rule_of(reason.rule, edition=reason.edition)
    charted = rule.chart if rule else None
    told = installation_pack().items.get(charted or "")
    items = {charted, *(told.of if told else ())} & {row.item for row in rows} or {rows[0].item}
    sums: dict[int, Decimal] = {}
    for row in rows:
        if row.item in items:
            sums[row.month] = sums.get(row.month, Decimal(0)) + (row.amount or 0)
    item = charted if charted and len(items) > 1 else next(iter(items))
    latest = sorted(sums)[-FIGURES:]
    title = both(lambda: figure_words(item))
    return {
        "title": {language: words[0] for language, words in title.items()},
        "unit": {language: words[1] for language, words in title.items()},
        "months": [[str(Month(month)), f"{sums[month]:f}"] for month in latest],
    }


def _income(ledger: KnownLedger, last: int) -> list[list[str | None]]:
    """[month, amount] of twelve months; None is unknown, not zero."""
    items = [
        item.item
        for item in installation_pack().items.values()
        if item.sign == "income" and item.kind == "amount" and item.period == "month"
    ]
    shown: list[list[str | None]] = []
    for month in range(last - MONTHS + 1, last + 1):
        known = [ledger.amount(item, month) for item in items]
        amounts = [amount for amount in known if amount is not None]
        shown.append([str(Month(month)), f"{sum(amounts, Decimal(0)):f}" if amounts else None])
    return shown
