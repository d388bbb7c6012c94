"""Whether a household may have a status: every condition with its figures, one visit for all tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fangpin.decisions.conditions import Answer, all_met, answer, months_later
from fangpin.policy.expressions.facts import Facts
from fangpin.policy.models.nodes import Words
from fangpin.policy.pack import Pack


@dataclass(frozen=True, slots=True)
class EligibilityAnswer:
    """One test for one household; `is_met` is None when it cannot be told."""

    eligibility: str
    title: Words
    from_date: date
    """Since when this edition has been in force."""
    is_met: bool | None
    conditions: tuple[Answer, ...]
    valid_until: date | None
    """The first day on which a status granted on the day would be over."""


def eligibility_of(*, pack: Pack, eligibility: str, facts: Facts, at: date) -> EligibilityAnswer:
    """The edition in force on a day, answered condition by condition.

    Raises ProblemError UNKNOWN_ELIGIBILITY or NO_ELIGIBILITY_FOR_DATE.
    """
    edition = pack.eligibility(eligibility, at=at)
    answers = tuple(
        answer(
            pack=pack,
            condition=one.condition,
            title=one.title,
            when=one.when,
            facts=facts,
            figures=one.figures,
            thresholds=one.thresholds,
        )
        for one in edition.conditions
    )
    months = edition.valid_months
    return EligibilityAnswer(
        eligibility=eligibility,
        title=edition.title,
        from_date=edition.from_date,
        is_met=all_met(answers),
        conditions=answers,
        valid_until=months_later(at, months) if months is not None else None,
    )


def eligibilities_of(*, pack: Pack, facts: Facts, at: date) -> tuple[EligibilityAnswer, ...]:
    """Every test in force on a day, from the same facts: one visit, one income, several tests."""
    codes = dict.fromkeys(
        one.eligibility
        for one in pack.eligibilities
        if one.from_date <= at and (one.to_date is None or at < one.to_date)
    )
    return tuple(eligibility_of(pack=pack, eligibility=code, facts=facts, at=at) for code in codes)
