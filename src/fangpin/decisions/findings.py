"""What contradicts itself in a household's file: the pack's checks answered from its facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from fangpin.decisions.conditions import Answer, Shown, answer
from fangpin.policy.decision_models import CaseCheck
from fangpin.policy.expressions.evaluate import truth_of
from fangpin.policy.expressions.facts import Facts
from fangpin.policy.expressions.members import Member, member_facts
from fangpin.policy.pack import Pack


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction of one household, or of one of its members by position."""

    check: CaseCheck
    figures: tuple[Shown, ...]
    thresholds: tuple[Shown, ...]
    member: int | None = None


def findings_of(
    *, pack: Pack, facts: Facts, at: date, members: Sequence[Member] = ()
) -> tuple[Finding, ...]:
    """Every check that certainly hits, the hardest first; what cannot be told is no finding.

    Raises ProblemError NO_VALUE_FOR_DATE for a parameter without a value on the day.
    """
    found = []
    for check, position, told in _answers(pack, facts, at, members):
        if told.is_met is True:
            found.append(Finding(check, told.figures, told.thresholds, position))
    return tuple(sorted(found, key=lambda one: one.check.level))


def untold_checks(
    *, pack: Pack, facts: Facts, at: date, members: Sequence[Member] = ()
) -> tuple[Answer, ...]:
    """Checks that cannot be told for a household, each with what is unknown."""
    return tuple(told for _, _, told in _answers(pack, facts, at, members) if told.is_met is None)


def _answers(
    pack: Pack, facts: Facts, at: date, members: Sequence[Member]
) -> list[tuple[CaseCheck, int | None, Answer]]:
    found: list[tuple[CaseCheck, int | None, Answer]] = []
    for check in pack.case_checks.values():
        concerned = truth_of(_OBJECTS[check.object], facts)
        if concerned is False:
            continue
        if check.of == "household":
            told = _one(pack, check, facts, concerned)
            if told is not None:
                found.append((check, None, told))
            continue
        for position, member in enumerate(members):
            person = member_facts(pack=pack, member=member, at=at, parameter=facts.parameter)
            told = _one(pack, check, person, concerned)
            if told is not None:
                found.append((check, position, told))
    return found


_OBJECTS = {"monitored": "is_monitored", "eliminated": "is_eliminated", "any": "true"}


def _one(pack: Pack, check: CaseCheck, facts: Facts, concerned: bool | None) -> Answer | None:
    """A check answered; None where the household or person is certainly exempt.

    Where it is unknown whether the household is concerned at all, no hit is certain.
    """
    if check.exempt_when and truth_of(check.exempt_when, facts) is True:
        return None
    told = answer(
        pack=pack,
        condition=check.check,
        title=check.title,
        when=check.when,
        facts=facts,
        figures=check.figures,
        thresholds=check.thresholds,
    )
    return replace(told, is_met=None) if concerned is None and told.is_met else told
