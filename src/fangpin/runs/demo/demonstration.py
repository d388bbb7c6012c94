"""A demonstration's time: runs that come due, what officials did, and the clock that moves.

What was delivered later is in the lake from the start; it becomes known when the clock reaches the
day of its arrival, as it would in life.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from fangpin.casework.alerts.acts import END_ALERT, end_alert
from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.cases.assessment import (
    INCOME_PER_HEAD,
    category_of,
    facts_of,
    income_facts,
    statement_of,
)
from fangpin.casework.cases.models import Case, Episode
from fangpin.casework.measures.offers import ResourceRecord, offer_resource
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy import Pack, WorkingCalendar
from fangpin.policy.models.demos import DemoCasework, DemoPast, DemoRecipe
from fangpin.policy.procedure import procedure_of
from fangpin.runs.casework_feeds import deliver_casework
from fangpin.runs.demo.clock import clock_of, set_clock
from fangpin.runs.demo.offices import Offices, draw, moment
from fangpin.runs.demo.story import Story, keep_helping, play
from fangpin.runs.loading.alerts import load_run
from fangpin.runs.loading.claims import load_claims
from fangpin.runs.loading.watched import bring_months, follow_watched
from fangpin.runs.monthly import run_month
from fangpin.values.month import Month

LOOKED_AT = 80
"""Households among which those of the demonstration's open cases are chosen."""
PASSWORD = "fangpin-demo"
"""Of every demonstration account; such accounts exist in demonstrations only."""


def recipe_of(*, home: Home, pack: Pack) -> DemoRecipe | None:
    """The recipe by which a home was made; None for a home that is no demonstration."""
    try:
        name = (home.root / "demo.kind").read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        return None
    return pack.demos.get(name)


def run_days(recipe: DemoRecipe, *, after: date, to: date) -> list[date]:
    """The days of the monthly runs after one day and up to another."""
    found = []
    month = Month.containing(after)
    while (day := month.first_day.replace(day=recipe.run_day)) <= to:
        if day > after:
            found.append(day)
        month = month.plus(1)
    return found


def advance(*, home: Home, pack: Pack, recipe: DemoRecipe, to: date) -> date:
    """Move the clock on: runs that come due are made and loaded, officials go on with their work.

    The day at which the clock stands then: `to`, or the last day of the recipe; it never goes back.
    """
    now = clock_of(home) or recipe.clock
    to = max(min(to, recipe.until or recipe.clock), now)
    for day in run_days(recipe, after=now, to=to):
        with connect(spill=home.spill) as engine:
            vault = Vault(home=home, engine=engine)
            deliver_casework(home=home, pack=pack, engine=engine, vault=vault, as_of=day)
            result = run_month(home=home, pack=pack, engine=engine, as_of=day)
        load_due_run(home=home, pack=pack, recipe=recipe, folder=result.folder, day=day, until=to)
    if recipe.past:
        end_alerts_due(pack, recipe.past, before=to)
        go_on(pack=pack, recipe=recipe, since=now, until=to)
    set_clock(home, to)
    return to


def load_due_run(
    *, home: Home, pack: Pack, recipe: DemoRecipe, folder: Any, day: date, until: date
) -> None:
    """Load one run as on its day, then let officials work until the next one, or `until`."""
    at = datetime.combine(day, time(0, 30), tzinfo=moment(day).tzinfo)
    load_run(run_folder=folder, pack=pack, calendar=WorkingCalendar(pack), at=at)
    follow_watched(home=home, pack=pack, run_folder=folder, at=at)
    load_claims(home=home, pack=pack, as_of=day, at=at)
    if recipe.past is None:
        return
    following = Month.containing(day).plus(1).first_day.replace(day=recipe.run_day)
    if recipe.past.casework and day < recipe.clock:
        tell_cases(pack=pack, recipe=recipe, day=day, until=min(until, recipe.clock))
    end_alerts_due(pack, recipe.past, before=min(following, until))


def end_alerts_due(pack: Pack, past: DemoPast, *, before: date) -> int:
    """End the alerts that fall due before a day, each a little before its due date; how many.

    Alerts in a case and those of `stay_open` are left to people.
    """
    by = Scope(
        official=past.official,
        role="operator",
        divisions=tuple(row.code for row in pack.divisions.children(None)),
        may=frozenset({END_ALERT}),
    )
    due = within(Alert.objects.filter(state="open", due_date__lt=before, clues__isnull=True), by)
    waiting = due.exclude(household__household_no__in=past.stay_open).order_by("alert_no")
    ended = 0
    with transaction.atomic():
        for alert_no, division, raised, due_date in waiting.values_list(
            "alert_no", "division", "raised_date", "due_date"
        ):
            number = draw(alert_no)
            may_be_late = any(division.startswith(code) for code in past.late_in)
            if may_be_late and number % 1000 >= past.share * 1000:
                continue
            end_alert(
                alert_no=alert_no,
                by=by,
                at=moment(max(raised, due_date - timedelta(days=number % 3))),
                reason=past.reasons[number % len(past.reasons)],
                reasons=pack.words,
            )
            ended += 1
    return ended


def go_on(*, pack: Pack, recipe: DemoRecipe, since: date, until: date) -> None:
    """Let officials elsewhere take up their cases again and go on helping, in time.

    What lies in the township of the demonstration's own accounts waits for whoever tries it.
    """
    told = recipe.past.casework if recipe.past else None
    if told is None or until <= since:
        return
    offices = _offices(pack, recipe, told)
    mine = Q(division__startswith=_township(recipe, told.division))
    with transaction.atomic():
        under_way = Case.objects.filter(state="open", kind="identification").exclude(mine)
        for case in under_way.select_related("household").order_by("id"):
            first = case.clues.order_by("on", "id").first()
            play(
                Story(
                    household=case.household,
                    clue=case.first_clue_date,
                    channel=case.channel,
                    cause=first.cause if first and first.cause else "other",
                    judgement=told.judgement,
                    place=told.place,
                    chair=told.chair,
                    second_verifier=told.second_verifier,
                    category=category_by_origin(pack, case.household, at=case.first_clue_date),
                    measures=told.measures,
                ),
                pack=pack,
                offices=offices,
                until=until,
                case=case,
                since=since,
            )
        helped = Episode.objects.filter(state="monitored", identified_date__lte=since)
        for episode in helped.exclude(mine).select_related("household").order_by("id"):
            keep_helping(
                episode.household,
                pack=pack,
                cadre=offices.of(_cadre(pack, episode.identified_date), episode.division),
                since=since,
                until=until,
            )


def _cadre(pack: Pack, on: date) -> str:
    """The role that visits: the first owner of the visit's step."""
    procedure = procedure_of(pack, kind="identification", at=on)
    return next(step.by[0] for step in procedure.steps if step.act == "record_visit")


def tell_cases(*, pack: Pack, recipe: DemoRecipe, day: date, until: date) -> int:
    """Tell some of the alerts of a run's day as whole cases; how many. None before the procedure."""
    assert recipe.past is not None
    told = recipe.past.casework
    assert told is not None
    if not any(one.kind == "identification" for one in pack.procedures_in_force(day)):
        return 0
    offices = _offices(pack, recipe, told)
    raised = Alert.objects.filter(state="open", raised_date=day, clues__isnull=True).select_related(
        "household"
    )
    inside = within(raised, Scope(divisions=(told.division,))).exclude(
        household__household_no__in=recipe.past.stay_open
    )
    stories = {one.household_no: one for one in told.stories}
    count = 0
    with transaction.atomic():
        chosen = [one for one in inside if draw("case", one.alert_no) % told.every == 0]
        chosen += list(raised.filter(household__household_no__in=stories))
        for alert in {one.pk: one for one in chosen}.values():
            story = stories.get(alert.household.household_no)
            at_risk = would_fit(pack, alert.household, at=day) and (
                story is not None or draw("risk", alert.alert_no) % told.identified == 0
            )
            play(
                Story(
                    household=alert.household,
                    clue=day,
                    channel="rule",
                    cause=story.cause if story else alert.cause or "other",
                    judgement=story.judgement if story else told.judgement,
                    place=told.place,
                    chair=told.chair,
                    second_verifier=told.second_verifier,
                    alert_no=alert.alert_no,
                    is_at_risk=at_risk,
                    not_at_risk=told.not_at_risk,
                    measures=story.measures if story else told.measures,
                ),
                pack=pack,
                offices=offices,
                until=until,
            )
            count += 1
    return count


def offer_places(*, pack: Pack, recipe: DemoRecipe) -> None:
    """The places of help that the demonstration's county offers."""
    by = Scope(
        official=recipe.past.official if recipe.past else "",
        role="operator",
        divisions=tuple(row.code for row in pack.divisions.children(None)),
        may=frozenset({"manage_resources"}),
    )
    for one in recipe.resources:
        offer_resource(
            pack=pack,
            by=by,
            at=moment(one.from_date),
            offer=ResourceRecord(
                division=one.division,
                measure=one.measure,
                title=one.title,
                provider=one.provider,
                quota=one.quota,
                monthly_amount=one.monthly_amount,
                from_date=one.from_date,
            ),
        )


def tell_present(*, home: Home, pack: Pack, recipe: DemoRecipe) -> int:
    """Open the cases that are under way at the demonstration's clock, one in each state; how many."""
    told = recipe.past.casework if recipe.past else None
    run = Run.objects.order_by("-as_of").first()
    if told is None or run is None or Case.objects.exclude(channel="rule").exists():
        return 0
    offices = _offices(pack, recipe, told)
    busy = Case.objects.filter(state="open").values("household")
    waiting = Alert.objects.filter(state="open").values("household")
    free = within(
        Household.objects.filter(is_listed=True).exclude(pk__in=busy).exclude(pk__in=waiting),
        Scope(divisions=(told.division,)),
    )
    near = _township(recipe, told.division)
    asked = sorted(free, key=lambda one: (not one.division.startswith(near), one.household_no))
    refs = sorted(one.household_ref for one in asked[:LOOKED_AT])
    bring_months(home=home, pack=pack, run_folder=home.runs / run.folder, household_refs=refs)
    households = sorted(asked[:LOOKED_AT], key=lambda one: _income(pack, one, at=recipe.clock))
    with transaction.atomic():
        for present, household in zip(told.present, households, strict=False):
            play(
                Story(
                    household=household,
                    clue=recipe.clock - timedelta(days=present.days_ago),
                    channel=present.channel,
                    cause=present.cause,
                    judgement=told.judgement,
                    place=told.place,
                    chair=told.chair,
                    second_verifier=told.second_verifier,
                    last_step=present.done,
                    category=category_by_origin(pack, household, at=recipe.clock),
                    measures=told.measures,
                ),
                pack=pack,
                offices=offices,
                until=recipe.clock,
            )
    return min(len(households), len(told.present))


def would_fit(pack: Pack, household: Household, *, at: date) -> bool:
    """Whether what is known of a household puts it into a category on a day."""
    statement = statement_of(pack, household, at=at)
    facts = facts_of(pack, household, at=at, known=income_facts(statement))
    return bool(category_of(pack, facts, at=at))


def category_by_origin(pack: Pack, household: Household, *, at: date) -> str:
    """The category that a household without income would be in: officials may decide for it."""
    facts = facts_of(pack, household, at=at, known={INCOME_PER_HEAD: Decimal(0)})
    return category_of(pack, facts, at=at)


def _income(pack: Pack, household: Household, *, at: date) -> Decimal:
    """Income per head, for choosing the poorest; unknown stands last."""
    statement = statement_of(pack, household, at=at)
    return statement.per_head if statement and statement.per_head is not None else Decimal(10**9)


def _offices(pack: Pack, recipe: DemoRecipe, told: DemoCasework) -> Offices:
    visitors = frozenset(account.username for account in recipe.accounts)
    return Offices(pack, told, PASSWORD, since=_first_day(recipe), visitors=visitors)


def _first_day(recipe: DemoRecipe) -> date:
    """The posts are older than the demonstration's first delivery."""
    return recipe.clock.replace(year=recipe.clock.year - 3, month=1, day=1)


def _township(recipe: DemoRecipe, county: str) -> str:
    """The township of the demonstration's own accounts, so that their lists are not empty."""
    inside = [
        account.division
        for account in recipe.accounts
        if account.role == "township_reviewer" and account.division.startswith(county)
    ]
    return inside[0] if inside else county
