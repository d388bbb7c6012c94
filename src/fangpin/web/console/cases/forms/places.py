"""What a plan may choose from: measures that are given, places that are left, members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext, gettext_noop

from fangpin.casework.measures import queries as measures
from fangpin.casework.measures.fitness import proposals
from fangpin.casework.measures.places import resources
from fangpin.casework.measures.plans import PlannedMeasure
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from fangpin.decisions.measures import Proposal, to_be_named
from fangpin.policy import Pack
from fangpin.web.console.cases.forms.base import Choices
from fangpin.web.ground.figures import paid
from fangpin.web.ground.words import cause_words, listed, said

NAMED = {"person": gettext_noop("要选给谁"), "place": gettext_noop("要选名额")}
"""What a plan must name of a measure -> how the list of measures says so."""


def offered_measures(pack: Pack, household: Household, *, on: date) -> Choices:
    """Measures given on a day: those that answer the household's causes first, and why."""
    proposed = proposals(pack, household, at=on)
    reasons = {one.measure.measure: why(one) for one in proposed}
    order = {one.measure.measure: place for place, one in enumerate(proposed)}
    offered = [
        one for one in pack.measures.values() if one.until_date is None or on < one.until_date
    ]
    offered.sort(key=lambda one: order.get(one.measure, len(order)))
    choices: Choices = []
    for one in offered:
        about = [reasons[one.measure]] if one.measure in reasons else []
        about += [gettext(NAMED[part]) for part in NAMED if part in to_be_named(pack, one.measure)]
        words = gettext("；").join(about)
        title = said(one.title)
        shown = gettext("%(title)s（%(why)s）") % {"title": title, "why": words} if words else title
        choices.append((one.measure, shown))
    return choices


def place_choices(scope: Scope, household: Household, *, on: date) -> Choices:
    """Resources with a place left for the household's village, and what each pays."""
    choices: Choices = []
    for one in resources(scope, on=on):
        if not one.left or not household.division.startswith(one.resource.division):
            continue
        said_of = {
            "title": one.resource.title,
            "left": one.left,
            "amount": paid(one.resource.monthly_amount),
        }
        if one.resource.monthly_amount is None:
            words = gettext("%(title)s，剩 %(left)d 个") % said_of
        else:
            words = gettext("%(title)s，每月 %(amount)s，剩 %(left)d 个") % said_of
        choices.append((one.resource.resource_no, words))
    return choices


def measure_choices(pack: Pack, scope: Scope, household_ref: int) -> Choices:
    """The household's help under way, each with its place and what it pays a month."""
    choices: Choices = []
    for one in measures.measures_of_household(scope, household_ref, alive_only=True):
        kind = pack.measures.get(one.measure)
        parts = [said(kind.title) if kind else one.measure]
        if one.resource:
            parts.append(one.resource.title)
        if one.monthly_amount is not None:
            parts.append(gettext("每月 %(amount)s") % {"amount": paid(one.monthly_amount)})
        choices.append((str(one.pk), " · ".join(parts)))
    return choices


def member_choices(scope: Scope, household: Household) -> Choices:
    """The members of the household."""
    return [
        (str(one.person_ref), one.name) for one in registry.members(scope, household.household_ref)
    ]


def planned(
    pack: Pack,
    scope: Scope,
    *,
    codes: list[str],
    place: str,
    member: str,
    from_date: date,
    reason: str,
    amounts: Mapping[str, Decimal],
    on: date,
) -> list[PlannedMeasure]:
    """The measures of a plan as chosen: a place stands for its measure, ticked or not.

    Beside a place, the member chosen is for its measure and for whatever must name one.
    """
    of_place = next(
        (
            one.resource.measure
            for one in resources(scope, on=on)
            if one.resource.resource_no == place
        ),
        "",
    )
    wanted = list(dict.fromkeys([*codes, *([of_place] if of_place else [])]))
    person = int(member) if member else None
    return [
        PlannedMeasure(
            measure=code,
            from_date=from_date,
            person_ref=person
            if not of_place or code == of_place or "person" in to_be_named(pack, code)
            else None,
            resource_no=place if code == of_place else "",
            monthly_amount=amounts.get(code),
            reason=reason,
        )
        for code in wanted
    ]


def why(proposal: Proposal) -> str:
    """What a proposal answers, and a warning where something is known against it."""
    answers = listed(cause_words(one) for one in proposal.causes) or gettext("补缺口")
    if proposal.is_open:
        return gettext("适合：%(causes)s") % {"causes": answers}
    return gettext("适合：%(causes)s；有条件不满足") % {"causes": answers}
