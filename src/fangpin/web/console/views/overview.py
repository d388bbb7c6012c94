"""The overview: how the division stands after a run. Every figure leads to its rows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.overview import BySeverity, DivisionRow, MonthOfAlerts, Overview
from fangpin.casework.alerts.small_numbers import guarded
from fangpin.casework.divisions.models import Division
from fangpin.policy.models.lists import Severity
from fangpin.values.month import Month
from fangpin.values.withheld import is_withheld
from fangpin.web.charts.inline import sparkline, stacked_bar
from fangpin.web.charts.severity import Degree, severity_chart
from fangpin.web.console.feeds import reaches, strip_of
from fangpin.web.console.frame import chosen_division, chosen_run
from fangpin.web.console.small_numbers import smallest_cell, withheld_above
from fangpin.web.console.unsure import guarded_unsure_of, unsure_of
from fangpin.web.geo.drawing import MapPicture, map_of
from fangpin.web.ground.access import (
    SEE_FEEDS,
    SEE_HOUSEHOLD,
    SEE_OVERVIEW,
    SEE_QUEUE,
    ConsoleRequest,
    opens,
)
from fangpin.web.ground.figures import degree, named, number
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import cause_words, said, waiting_steps

BAR_WIDTH = 124


@dataclass(frozen=True, slots=True)
class DivisionLine:
    """One row of the table beside the map; hrefs are empty where the role may not follow them."""

    row: DivisionRow
    bar: str
    inside: str
    queue: str


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One cause of this month's alerts."""

    words: str
    count: int
    bar: str
    href: str


@opens(SEE_OVERVIEW)
@require_safe
def overview(request: ConsoleRequest) -> HttpResponse:
    """The overview of a division; whoever serves outside the pack's place is told that and no more.

    Raises Http404 outside the scope.
    """
    division, scope = chosen_division(request)
    if not reaches(request.scope):
        context = {"division": division, "pack": installation_pack(), "is_elsewhere": True}
        return render(request, "console/overview_empty.html", context)
    run = chosen_run(request)
    if run is None:
        return render(request, "console/overview_empty.html", {"division": division})
    found = alerts.overview(scope, run=run, on=request.today, waiting_steps=waiting_steps())
    sees_rows = request.scope.can(SEE_QUEUE) or request.scope.can(SEE_HOUSEHOLD)
    smallest = 0
    if sees_rows:
        unsure = unsure_of(scope, run=run)
    else:
        smallest = smallest_cell(run.as_of)
        found = guarded(
            found,
            smallest=smallest,
            severities=[one.severity for one in installation_pack().severities],
            withheld_above=withheld_above(request.scope, division, run=run, on=request.today),
        )
        unsure = guarded_unsure_of(
            request.scope, scope, division=division, run=run, smallest=smallest
        )
    month = str(Month(run.month))
    pack = installation_pack()
    links = _Links(
        division=division.code,
        month=month,
        may_queue=request.scope.can(SEE_QUEUE),
        is_latest=not request.GET.get("month"),
    )
    context = {
        "division": division,
        "run": run,
        "data_until": Month(run.month).last_day,
        "overview": found,
        "change": _change(found),
        "on_time": _on_time(found),
        "sees_rows": sees_rows,
        "smallest": smallest,
        "on_time_bar": stacked_bar(
            [("bar-brand", found.open - found.overdue), ("bar-late", found.overdue)],
            whole=found.open,
            width=76,
            height=6,
        ),
        "to_visit_bar": stacked_bar(
            [
                ("bar-brand", found.to_visit - found.to_visit_overdue),
                ("bar-late", found.to_visit_overdue),
            ],
            whole=found.to_visit,
            width=76,
            height=6,
        ),
        "open_bar": _severity_bar(found.open_by_severity, whole=found.open, width=76, height=6),
        "spark": sparkline([None if is_withheld(n) else n for n in found.trend]),
        "households_href": f"{reverse('households')}?{urlencode({'division': division.code})}"
        if request.scope.can(SEE_HOUSEHOLD)
        else "",
        "links": links,
        "lines": _lines(found, links),
        "map": _map(found, division, run.month),
        "severities": pack.severities,
        "worst": pack.severities[0],
        "worst_count": found.open_by_severity.get(pack.severities[0].severity, 0),
        "trend": _trend(found, links, division),
        "trend_rows": [
            (
                month.month,
                [month.by_severity.get(s.severity, 0) for s in pack.severities],
                month.count,
            )
            for month in reversed(found.months)
        ],
        "causes": _causes(found, links),
        "strip": strip_of(request.today),
        "unsure": unsure,
        "may_feeds": request.scope.can(SEE_FEEDS),
    }
    return render(request, "console/overview.html", context)


@dataclass(frozen=True, slots=True)
class _Links:
    """Addresses of the queue's rows behind a figure."""

    division: str
    month: str
    may_queue: bool
    is_latest: bool

    def queue(self, **filters: str) -> str:
        """The queue of this division; empty where the role may not open it."""
        if not self.may_queue:
            return ""
        asked = {"division": self.division, **filters}
        return f"{reverse('queue')}?{urlencode(asked)}"

    @property
    def new(self) -> str:
        return self.queue(month=self.month, state="any")

    @property
    def open(self) -> str:
        return self.queue()

    @property
    def to_visit(self) -> str:
        return self.queue(step="waiting")

    @property
    def overdue(self) -> str:
        return self.queue(overdue="1")


def _on_time(found: Overview) -> float | None:
    if is_withheld(found.overdue) or is_withheld(found.open) or not found.open:
        return None
    return 1 - found.overdue / found.open


def _change(found: Overview) -> str:
    """Against last month, as +8.4%; empty where last month had none."""
    if is_withheld(found.new_last_month) or is_withheld(found.new_this_month):
        return ""
    if not found.new_last_month:
        return ""
    change = 100 * (found.new_this_month - found.new_last_month) / found.new_last_month
    return ("+" if change > 0 else "") + number(round(change, 1), 1) + "%"


def _severity_bar(
    counts: BySeverity, *, whole: int, width: float = BAR_WIDTH, height: float = 10
) -> str:
    pieces = [
        (f"bar-{degree(severity)}", counts.get(severity.severity, 0))
        for severity in installation_pack().severities
    ]
    return stacked_bar(pieces, whole=whole, width=width, height=height)


def _lines(found: Overview, links: _Links) -> list[DivisionLine]:
    most = max((row.open for row in found.divisions), default=0)
    return [
        DivisionLine(
            row=row,
            bar=_severity_bar(row.open_by_severity, whole=most),
            inside=_inside(row.division, links),
            queue=links.queue(division=row.division.code),
        )
        for row in found.divisions
    ]


def _inside(division: Division, links: _Links) -> str:
    asked = {"division": division.code}
    if not links.is_latest:
        asked["month"] = links.month
    return f"{reverse('overview')}?{urlencode(asked)}"


def _causes(found: Overview, links: _Links) -> list[CauseLine]:
    most = max((cause.count for cause in found.causes), default=0)
    return [
        CauseLine(
            words=cause_words(cause.cause),
            count=cause.count,
            bar=_severity_bar(cause.by_severity, whole=most, width=170),
            href=links.queue(month=links.month, cause=cause.cause, state="any")
            if cause.cause
            else "",
        )
        for cause in found.causes
    ]


def _map(found: Overview, division: Division, month: int) -> MapPicture | None:
    values = {row.division.code: row.new_per_thousand for row in found.divisions}
    if not values:
        return None
    return map_of(
        division=division.code,
        names={row.division.code: named(row.division) for row in found.divisions},
        values=values,
        hrefs={row.division.code: f"#d{row.division.code}" for row in found.divisions},
        title=gettext("%(place)s每千户新增预警，%(month)s")
        % {"place": named(division), "month": Month(month)},
    )


def _has_withheld(month: MonthOfAlerts) -> bool:
    return is_withheld(month.count) or any(map(is_withheld, month.by_severity.values()))


def _drawn(by_severity: BySeverity) -> BySeverity:
    """What the chart shows of a month: no piece stands for a figure that is withheld."""
    return {code: count for code, count in by_severity.items() if not is_withheld(count)}


def _trend(found: Overview, links: _Links, division: Division) -> str:
    severities: list[Severity] = sorted(
        installation_pack().severities, key=lambda severity: -severity.rank
    )
    total = sum(found.trend)
    return severity_chart(
        months=[month.month for month in found.months],
        counts=[_drawn(month.by_severity) for month in found.months],
        degrees=[
            Degree(
                severity.severity, f"{severity.numeral} {said(severity.title)}", degree(severity)
            )
            for severity in severities
        ],
        hrefs=[
            links.queue(month=str(Month(month.month)), state="any") or None
            for month in found.months
        ],
        title=gettext("%(place)s近 24 个月新增预警") % {"place": named(division)},
        description=gettext("24 个月共 %(total)s 条，按级别分段；下面有同样内容的表格。")
        % {"total": number(total)}
        + (gettext("不显示的数字没有画出。") if any(map(_has_withheld, found.months)) else ""),
        language=short_language(),
    )
