"""Everything that happened to a household, in the order of time: alerts, acts, help, visits after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases import queries
from fangpin.casework.cases.models import Case, Episode
from fangpin.casework.cases.states import REASONS
from fangpin.casework.followup import queries as followup
from fangpin.casework.measures import queries as measures
from fangpin.casework.measures.models import Measure
from fangpin.casework.measures.states import MeasureState
from fangpin.casework.officials.queries import names_of
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.policy import Pack
from fangpin.policy.models.lists import Severity
from fangpin.web.console.help import MEASURE_STATES
from fangpin.web.ground.figures import paid
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.words import cause_words, listed, said


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    on: date
    title: str
    note: str = ""
    href: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the household."""

    case: Case
    title: str
    outcome: str
    step: str


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """One time in monitoring."""

    episode: Episode
    category: str
    causes: str
    kind: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One kind of help and how far it has come."""

    measure: Measure
    title: str
    department: str
    state: str
    given: str
    """The place that it takes and the member it is for; empty where it is the household's."""
    ended: str
    """Why it ended, as the pack says and in words; empty while it goes on."""


def story_of(scope: Scope, household_ref: int, *, alerts: Sequence[Alert]) -> list[Event]:
    """Every event that the scope may see, the latest first."""
    found = [
        *_of_alerts(alerts),
        *_of_cases(scope, household_ref),
        *_of_episodes(scope, household_ref),
        *_of_help(scope, household_ref),
    ]
    ordered = sorted(enumerate(found), key=lambda pair: (pair[1].on, pair[0]), reverse=True)
    return [event for _, event in ordered]


def case_lines(scope: Scope, household_ref: int) -> list[CaseLine]:
    """The household's cases, the open one first."""
    pack = installation_pack()
    lines = []
    for one in queries.cases_of_household(scope, household_ref):
        procedure = next((way for way in pack.procedures if way.procedure == one.procedure), None)
        steps = {step.step: step for step in procedure.steps} if procedure else {}
        word = pack.words.get(f"outcome.{one.outcome}")
        lines.append(
            CaseLine(
                case=one,
                title=said(procedure.title) if procedure else one.kind,
                outcome=said(word.title) if word else one.outcome,
                step=said(steps[one.step].title) if one.step in steps else "",
            )
        )
    return lines


def episode_lines(scope: Scope, household_ref: int) -> list[EpisodeLine]:
    """The household's times in monitoring, the latest first."""
    pack = installation_pack()
    titles = {one.category: said(one.title) for one in pack.categories}
    lines = []
    for one in queries.episodes_of_household(scope, household_ref):
        kind = pack.words.get(f"elimination_kind.{one.elimination_kind}")
        causes = sorted(one.causes.all(), key=lambda cause: cause.place)
        lines.append(
            EpisodeLine(
                episode=one,
                category=titles.get(one.category, one.category),
                causes=listed(cause_words(cause.cause) for cause in causes),
                kind=said(kind.title) if kind else "",
            )
        )
    return lines


def measure_lines(
    scope: Scope, household_ref: int, *, case: Case | None = None
) -> list[MeasureLine]:
    """The household's help, what is under way first; of a case: what it planned."""
    pack = installation_pack()
    names = {one.person_ref: one.name for one in registry.members(scope, household_ref)}
    lines = []
    for one in measures.measures_of_household(scope, household_ref):
        if case is not None and (
            one.planned_by_act is None or one.planned_by_act.case_id != case.pk
        ):
            continue
        kind = pack.measures.get(one.measure)
        department = pack.departments.get(one.department)
        lines.append(
            MeasureLine(
                measure=one,
                title=said(kind.title) if kind else one.measure,
                department=said(department.short) if department else one.department,
                state=gettext(MEASURE_STATES[MeasureState(one.state)]),
                given=" · ".join(
                    part
                    for part in (
                        one.resource.title if one.resource else "",
                        names.get(one.person_ref or 0, ""),
                    )
                    if part
                ),
                ended=_why_ended(pack, one),
            )
        )
    return lines


def _why_ended(pack: Pack, measure: Measure) -> str:
    word = pack.words.get(f"{REASONS['stop_measure']}.{measure.end_reason}")
    reason = said(word.title) if word else measure.end_reason
    return gettext("：").join(part for part in (reason, measure.end_note) if part)


def _of_alerts(alerts: Sequence[Alert]) -> Iterator[Event]:
    pack = installation_pack()
    for one in alerts:
        yield Event(
            one.raised_date,
            gettext("系统预警"),
            f"{one.alert_no} · {cause_words(one.cause)}" if one.cause else one.alert_no,
            severity=severity_of(one.severity),
        )
        if one.ended_at is not None:
            word = pack.words.get(one.end_reason)
            yield Event(
                timezone.localdate(one.ended_at),
                gettext("预警办结"),
                f"{one.alert_no} · {said(word.title)}" if word else one.alert_no,
            )


def _of_cases(scope: Scope, household_ref: int) -> Iterator[Event]:
    pack = installation_pack()
    for case in queries.cases_of_household(scope, household_ref):
        log = queries.log(scope, case)
        names = names_of(entry.by for entry in log)
        href = reverse("case", args=[case.case_no])
        for clue in queries.clues(scope, case):
            if clue.alert_id is None:
                word = pack.words.get(f"channel.{clue.channel}")
                channel = said(word.title) if word else clue.channel
                yield Event(
                    clue.on, gettext("线索：%(channel)s") % {"channel": channel}, clue.note, href
                )
        for entry in log:
            word = pack.words.get(f"act.{entry.act}")
            title = said(word.title) if word else entry.act
            yield Event(entry.on, title, names.get(entry.by, entry.by), href)
        for appeal in queries.appeals(scope, case=case):
            yield Event(timezone.localdate(appeal.raised_at), gettext("申诉"), "", href)


def _of_episodes(scope: Scope, household_ref: int) -> Iterator[Event]:
    for line in episode_lines(scope, household_ref):
        yield Event(line.episode.identified_date, gettext("纳入监测"), line.category)
        if line.episode.eliminated_date is not None:
            yield Event(line.episode.eliminated_date, gettext("风险消除"), line.kind)
        if line.episode.rolled_back_date is not None:
            yield Event(line.episode.rolled_back_date, gettext("消除被回退"))


def _of_help(scope: Scope, household_ref: int) -> Iterator[Event]:
    for line in measure_lines(scope, household_ref):
        for delivery in line.measure.deliveries.all():
            yield Event(
                delivery.on,
                gettext("帮扶：%(title)s") % {"title": line.title},
                " · ".join(
                    part
                    for part in (
                        paid(delivery.amount) if delivery.amount is not None else "",
                        delivery.note,
                    )
                    if part
                ),
            )
        if line.measure.ended_date is not None:
            yield Event(
                line.measure.ended_date, gettext("措施结束：%(title)s") % {"title": line.title}
            )
    for visit in followup.follow_ups(scope, household_ref):
        yield Event(visit.on, gettext("回访"))
