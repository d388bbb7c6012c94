"""Whether help fits: the pack's guards over what is known, and proposals. Officials decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fangpin.casework.cases.assessment import facts_of, gaps_of, latest_visit_of, member_of
from fangpin.casework.cases.case_facts import known_facts
from fangpin.casework.measures.facts import help_facts
from fangpin.casework.registry.models import Household, Member
from fangpin.decisions.case_facts import with_classes, with_derived
from fangpin.decisions.measures import GuardAnswer, Proposal, fitting_measures, guards_of
from fangpin.policy import Pack
from fangpin.policy.expressions.facts import Facts


def facts_for_help(
    pack: Pack, household: Household, *, at: date, planned: Iterable[str] = ()
) -> Facts:
    """What is known of a household, its case and its help; measures being planned count as held."""
    known = {**known_facts(pack, household, at=at), **help_facts(pack, household, at=at)}
    held = known.get("measures")
    in_force = held if isinstance(held, frozenset) else frozenset()
    known["measures"] = with_classes(pack, in_force | frozenset(planned))
    known = with_derived(pack=pack, known=known, at=at)
    return facts_of(pack, household, at=at, visit=latest_visit_of(household), known=known)


def guards_of_measure(
    pack: Pack,
    measure: str,
    *,
    household: Household,
    member: Member | None,
    at: date,
    planned: frozenset[str] = frozenset(),
) -> tuple[GuardAnswer, ...]:
    """The guards of a measure for a household, or one of its members, on a day."""
    return guards_of(
        pack=pack,
        measure=measure,
        facts=facts_for_help(pack, household, at=at, planned=planned),
        at=at,
        member=member_of(member) if member is not None else None,
        members=[member_of(one) for one in household.members.all()],
    )


def proposals(pack: Pack, household: Household, *, at: date) -> tuple[Proposal, ...]:
    """Help that answers the household's causes or closes its gaps, open ones first, with reasons."""
    facts = facts_for_help(pack, household, at=at)
    causes = facts.known.get("causes")
    return fitting_measures(
        pack=pack,
        causes=causes if isinstance(causes, frozenset) else frozenset(),
        gaps=gaps_of(pack, latest_visit_of(household)),
        facts=facts,
        at=at,
        members=[member_of(one) for one in household.members.all()],
    )
