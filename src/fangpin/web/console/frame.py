"""What stands around every page: place, month, clock, menu, the official's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts import queue
from fangpin.casework.alerts.models import Run
from fangpin.casework.cases import turns
from fangpin.casework.cases.meetings import HOLD
from fangpin.casework.claims.queries import count_of_waiting as count_of_pairs
from fangpin.casework.declarations.acts import ATTACH
from fangpin.casework.declarations.queries import count_of_waiting
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.queries import division_in_scope, divisions_below
from fangpin.casework.officials.scope import Scope, narrow_to
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.provisional import form_of_unregistered
from fangpin.casework.uploads.actions import DELIVER
from fangpin.feeds.arrivals import month_due
from fangpin.policy.models.nodes import Words
from fangpin.runs.acts.links import DECIDE_LINKS
from fangpin.runs.demo.demonstration import run_days
from fangpin.values.month import Month
from fangpin.web.console.demo import demo_recipe
from fangpin.web.console.done import done_words
from fangpin.web.console.feeds import late_feeds, reaches
from fangpin.web.ground.access import (
    RECORD_VISIT,
    SEE_AUDIT,
    SEE_CASE,
    SEE_FEEDS,
    SEE_HOUSEHOLD,
    SEE_OVERVIEW,
    SEE_QUEUE,
    TRY_RULES,
    ConsoleRequest,
    standing_clock,
)
from fangpin.web.ground.figures import number, place
from fangpin.web.ground.language import chosen_language, chosen_size, short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.sessions import key_of
from fangpin.web.ground.words import listed


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; `note` is a count beside it."""

    title: str
    href: str
    is_here: bool
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the menu."""

    title: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A month that a run judged."""

    month: int
    label: str


@dataclass(frozen=True, slots=True)
class OtherPost:
    """A post in which the official could act instead; `holder` handed it over, or is empty."""

    key: str
    role: Words | None
    holder: str


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A month whose deliveries were due and that no run has judged; `judged` is the last that one has."""

    month: int
    due: date
    judged: int


@dataclass(slots=True)
class Frame:
    """The frame of one page; before sign-in only language, size and clock."""

    language: str
    html_language: str
    size: int
    clock: date | None
    clock_moves: bool = False
    next_run: date | None = None
    asked: str = ""
    name: str = ""
    role: Words | None = None
    post_places: str = ""
    on_behalf_of: str = ""
    other_posts: list[OtherPost] = field(default_factory=list)
    division: Division | None = None
    above: list[Division] = field(default_factory=list)
    above_is_open: bool = False
    up: Division | None = None
    children: list[Division] = field(default_factory=list)
    picker_path: str = ""
    runs: list[RunChoice] = field(default_factory=list)
    month: int | None = None
    unjudged: Unjudged | None = None
    sections: list[Section] = field(default_factory=list)
    may_search: bool = False
    done: str = ""
    """The act that led to this page, in words."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` for the base template."""
    code = chosen_language(request)
    made = Frame(
        language=short_language(),
        html_language="en" if code == "en" else "zh-Hans",
        size=chosen_size(request),
        clock=standing_clock(),
        asked=request.GET.get("q", ""),
    )
    scope = getattr(request, "scope", None)
    if scope is not None and not scope.is_empty:
        made.done = done_words(request)
        _fill(made, request, scope)  # type: ignore[arg-type]
        if made.clock is not None:
            _let_move(made, made.clock)
    return {"frame": made}


def _let_move(made: Frame, clock: date) -> None:
    """Only a demonstration's clock can be moved, and not beyond the recipe's last day."""
    recipe = demo_recipe()
    if recipe is None or recipe.until is None or clock >= recipe.until:
        return
    made.clock_moves = True
    made.next_run = next(iter(run_days(recipe, after=clock, to=recipe.until)), recipe.until)


def chosen_division(request: ConsoleRequest) -> tuple[Division, Scope]:
    """The division that `?division=` asks for and the scope narrowed to it.

    Without one the scope's own first division, and the whole scope. Raises Http404 outside it.
    """
    code = request.GET.get("division", "")
    try:
        division = division_in_scope(request.scope, code=code or request.scope.divisions[0])
    except Division.DoesNotExist:
        raise Http404 from None
    request.focus = division  # type: ignore[attr-defined]
    return division, narrow_to(request.scope, division.code) if code else request.scope


def chosen_run(request: ConsoleRequest) -> Run | None:
    """The run that judged the month of `?month=`, else the latest. Raises Http404 for a month
    that no run judged."""
    text = request.GET.get("month", "")
    if not text:
        return alerts.latest_run()
    try:
        month = Month.parse(text)
    except ValueError:
        raise Http404 from None
    run = Run.objects.filter(month=month).order_by("-as_of").first()
    if run is None:
        raise Http404
    request.month = run.month  # type: ignore[attr-defined]
    return run


def _fill(made: Frame, request: ConsoleRequest, scope: Scope) -> None:
    role = installation_pack().roles.get(scope.role)
    made.name = scope.name
    made.role = role.title if role else None
    focus = getattr(request, "focus", None)
    here = focus.code if focus else scope.divisions[0]
    paths = divisions.paths([*scope.divisions, here])
    posted = [paths.get(code, ()) for code in scope.divisions]
    made.post_places = listed(place(path[-2:]) for path in posted if path)
    made.on_behalf_of = scope.on_behalf_of
    roles = installation_pack().roles
    made.other_posts = [
        OtherPost(key_of(one), roles[one.role].title, one.on_behalf_of)
        for one in getattr(request, "scopes", ())
        if one != scope
    ]
    made.may_search = scope.can(SEE_HOUSEHOLD)
    _where(made, paths.get(here, ()), scope)
    judged = alerts.judged_months() if reaches(scope) else []
    if judged and (scope.can(SEE_OVERVIEW) or scope.can(SEE_QUEUE)):
        made.unjudged = _unjudged(max(judged), on=request.today)
    if scope.can(SEE_OVERVIEW):
        made.runs = [RunChoice(month, str(Month(month))) for month in dict.fromkeys(judged)]
    latest = made.runs[0].month if made.runs else None
    made.month = getattr(request, "month", None) or latest
    made.sections = list(_sections(request, scope))


def _unjudged(judged: int, *, on: date) -> Unjudged | None:
    due = month_due(installation_pack().contracts.values(), on=on)
    return Unjudged(*due, judged) if due is not None and due[0] > judged else None


def _where(made: Frame, path: tuple[Division, ...], scope: Scope) -> None:
    if not path:
        return
    made.division = path[-1]
    made.above = list(path[-2:-1])
    if not (scope.can(SEE_OVERVIEW) or scope.can(SEE_QUEUE)):
        return  # no page of this post looks at one division of several
    parent = path[-2] if len(path) > 1 else None
    made.up = parent if parent and scope.covers(parent.code) else None
    made.children = divisions_below(scope, parent=path[-1].code)
    if not made.children and made.up:
        made.children = divisions_below(scope, parent=made.up.code)
    made.above_is_open = made.up is not None and scope.can(SEE_OVERVIEW)
    made.picker_path = reverse("overview" if scope.can(SEE_OVERVIEW) else "queue")


def _casework(scope: Scope, entry: Callable[..., Entry]) -> list[Section]:
    """Cases and meetings; then what watches over them."""
    work, watch = [], []
    if scope.can(SEE_CASE):
        mine = turns.count_of_mine(scope)
        note = _up_to(mine, turns.COUNT_CAP) if mine else ""
        work.append(entry("cases", gettext("办理"), "case", "case-act", "meeting", note=note))
    if scope.can(ATTACH):
        waiting = count_of_waiting(scope)
        note = number(waiting) if waiting else ""
        work.append(entry("declarations", gettext("农户申报"), "declaration", note=note))
    if scope.can(HOLD):
        work.append(entry("new-meeting", gettext("民主评议")))
    if scope.can(RECORD_VISIT):
        work.append(entry("field", gettext("手机入户")))
    if scope.can(SEE_CASE):
        work.append(entry("measures", gettext("措施与名额"), "places-held", "measures-given"))
        work.append(entry("duties", gettext("回访与责任")))
    if scope.can(SEE_OVERVIEW):
        watch.append(entry("supervision", gettext("督办看板"), "clock-cases"))
    if scope.can(TRY_RULES):
        watch.append(entry("rules", gettext("规则与试算"), "rule"))
    if scope.can(SEE_AUDIT):
        watch.append(entry("audit", gettext("操作审计")))
    found = [Section(gettext("帮扶"), work)] if work else []
    return [*found, Section(gettext("监督"), watch)] if watch else found


def _up_to(count: int, cap: int) -> str:
    """The count, or where counting stopped."""
    return number(min(count, cap)) + ("+" if count > cap else "")


def _sections(request: ConsoleRequest, scope: Scope) -> list[Section]:
    here = getattr(request.resolver_match, "url_name", "") if request.resolver_match else ""

    def entry(name: str, title: str, *also: str, note: str = "", is_late: bool = False) -> Entry:
        return Entry(title, reverse(name), here in (name, *also), note, is_late)

    watch = []
    if scope.can(SEE_OVERVIEW):
        watch.append(entry("overview", gettext("总览")))
    if scope.can(SEE_QUEUE):
        count = _up_to(alerts.count_of_open(scope), queue.COUNT_CAP)
        watch.append(entry("queue", gettext("预警队列"), note=count))
    if scope.can(SEE_HOUSEHOLD):
        watch.append(entry("households", gettext("农户档案"), "household"))
        if form_of_unregistered(installation_pack()) is not None:
            waiting = registry.count_of_unjoined(scope)
            also = ("unregistered-one", "register-household")
            note = number(waiting) if waiting else ""
            watch.append(entry("unregistered", gettext("不在册农户"), *also, note=note))
    sections = [Section(gettext("监测"), watch)] if watch else []
    sections += _casework(scope, entry)
    sections += _data(request, scope, entry)
    return sections


def _data(request: ConsoleRequest, scope: Scope, entry: Callable[..., Entry]) -> list[Section]:
    """The departments' deliveries, and whom their rows are about."""
    found = []
    if scope.can(SEE_FEEDS) and reaches(scope):
        late = len(late_feeds(request.today, only_department=scope.department))
        note = ngettext("%(n)d 项迟报", "%(n)d 项迟报", late) % {"n": late} if late else ""
        data = entry(
            "feeds", gettext("部门数据"), "feed", "delivery", note=note, is_late=bool(late)
        )
        sent = [entry("uploads", gettext("报送数据"), "upload")] if scope.can(DELIVER) else []
        found += [data, *sent]
    if scope.can(DECIDE_LINKS):
        waiting = count_of_pairs(scope)
        note = number(waiting) if waiting else ""
        pages = ("link", "household-links", "split-claim", "split-row", "deaths", "unlisted")
        found.append(entry("links", gettext("归人核对"), *pages, note=note))
    return [Section(gettext("数据"), found)] if found else []
