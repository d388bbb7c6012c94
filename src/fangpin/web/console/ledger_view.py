"""The household's ledger as the page shows it: branches of income and expense, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.queries import MonthOfReasons
from fangpin.policy.models.lists import LedgerItem
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from fangpin.web.charts.ledger import Band, Flag, Line, balance_of, ledger_chart
from fangpin.web.ground.figures import degree, number
from fangpin.web.ground.known import KnownLedger
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.words import said

COUNT_OF_MONTHS = 24
BANDS = 4
MONITORING_LINE = "income.monitoring_line"
"""The parameter that the glossary names; a pack without it has no line in the chart."""


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The chart and its table twin: rows are (month, [(words, amount) of each band], balance)."""

    svg: str
    income: Sequence[Band]
    expense: Sequence[Band]
    rows: list[tuple[int, list[tuple[str, Decimal | None]], Decimal | None]]
    annual: list[tuple[str, int, Decimal]]
    """(title, year, amount) of items known by the year only; never spread over months."""
    currency: str = ""


def ledger_of(
    *,
    ledger: KnownLedger,
    last_month: int | None,
    flags: Sequence[Flag],
    division: str,
    count_of_members: int,
) -> LedgerView | None:
    """The last 24 months up to the judged one; None when the pack or the household has no money."""
    if last_month is None or not ledger:
        return None
    shown = list(range(last_month - COUNT_OF_MONTHS + 1, last_month + 1))
    income = _bands("income", shown, ledger)
    expense = _bands("expense", shown, ledger)
    if not income and not expense:
        return None
    line = _line(division, last_month, count_of_members)
    known = [balance_of(income, expense, index) for index in range(len(shown))]
    negative = sum(value is not None and value < 0 for value in known)
    svg = ledger_chart(
        months=shown,
        income=income,
        expense=expense,
        line=line,
        flags=flags,
        title=gettext("近 24 个月收支"),
        description=gettext(
            "%(start)s 至 %(end)s，收入向上，支出向下，有 %(n)d 个月入不敷出；有同样内容的表格。"
        )
        % {"start": Month(shown[0]), "end": Month(shown[-1]), "n": negative},
        unknown_words=gettext("这个月没有到数，不作零计"),
        language=short_language(),
    )
    return LedgerView(
        svg=svg,
        income=income,
        expense=expense,
        rows=[
            (
                month,
                [(band.words, band.amounts[index]) for band in (*income, *expense)],
                known[index],
            )
            for index, month in reversed(list(enumerate(shown)))
        ],
        annual=_annual(ledger, shown),
        currency=said(installation_pack().header.currency),
    )


def _bands(sign: str, shown: Sequence[int], ledger: KnownLedger) -> list[Band]:
    """One band a branch of the tree in the pack's order; small branches are joined as the last."""
    pack = installation_pack()
    branches: dict[str, list[LedgerItem]] = {}
    for item in pack.items.values():
        if item.sign == sign and item.kind == "amount" and item.period == "month":
            branches.setdefault(item.group or "", []).append(item)
    order = {group: place for place, group in enumerate(pack.groups)}
    sums: list[tuple[str, list[Decimal | None]]] = []
    for group in sorted(branches, key=lambda code: order.get(code, len(order))):
        amounts = [
            _total([ledger.amount(item.item, month) for item in branches[group]]) for month in shown
        ]
        if any(amounts):
            title = said(pack.groups[group].title) if group in pack.groups else gettext("其他")
            sums.append((title, amounts))
    if len(sums) > BANDS:
        rest = [amounts for _, amounts in sums[BANDS - 1 :]]
        joined = [_total(column) for column in zip(*rest, strict=True)]
        sums = [*sums[: BANDS - 1], (gettext("其他"), joined)]
    return [
        Band(words, amounts, f"{sign}-{place}") for place, (words, amounts) in enumerate(sums, 1)
    ]


def _total(values: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _line(division: str, month: int, count_of_members: int) -> Line | None:
    """The yearly line a head as it weighs on this household in one month; for the eye only."""
    pack = installation_pack()
    if MONITORING_LINE not in pack.parameters or not count_of_members:
        return None
    try:
        found = pack.parameter(MONITORING_LINE, at=Month(month).last_day, division=division)
    except ProblemError:
        return None
    if isinstance(found.value, list):
        return None
    monthly = found.value * count_of_members / 12
    words = gettext("监测线折月 %(amount)s（%(members)d 人）") % {
        "amount": f"{number(monthly)} {said(pack.header.currency)}".strip(),
        "members": count_of_members,
    }
    return Line(monthly, words)


def flags_of(*, alert: Alert | None, history: Sequence[MonthOfReasons]) -> list[Flag]:
    """One flag where the alert was raised and one wherever it became more urgent."""
    flags: list[Flag] = []
    worst: int | None = None
    for month in reversed(history):
        standing = [reason for reason in month.reasons if not reason.is_withdrawn]
        if alert is None or not standing:
            continue
        if worst is not None and standing[0].severity_rank >= worst:
            continue
        worst = standing[0].severity_rank
        severity = severity_of(standing[0].severity)
        flags.append(
            Flag(
                month=month.run.month,
                numeral=severity.numeral if severity else "!",
                tone=degree(severity) if severity else "degree-4",
                words=f"{alert.alert_no} · {month.run.as_of.isoformat()}",
                href="#why",
            )
        )
    return flags


def _annual(ledger: KnownLedger, shown: Sequence[int]) -> list[tuple[str, int, Decimal]]:
    found = []
    for item in installation_pack().items.values():
        if item.period != "year" or item.sign == "neither" or item.kind != "amount":
            continue
        for year in sorted({Month(month).year for month in shown}, reverse=True):
            amount = ledger.amount(item.item, Month.of(year, 1))
            if amount:
                found.append((said(item.title), year, amount))
    return found
