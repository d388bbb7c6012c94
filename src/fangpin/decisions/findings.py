"""What contradicts itself in a household's file: the pack's checks answered from its facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fangpin.decisions.conditions import Answer, Shown, answer, truth_or_problem
from fangpin.policy.expressions.evaluate import truth_of
from fangpin.policy.expressions.facts import Facts
from fangpin.policy.expressions.members import Member, member_facts
from fangpin.policy.models.decisions import CaseCheck
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
    """Every check that certainly hits, the hardest first; what cannot be told is no finding."""
    found = []
    for asked in _asked(pack, facts, at, members):
        if asked.is_hit() is True:
            told = asked.answer()
            found.append(Finding(asked.check, told.figures, told.thresholds, asked.member))
    return tuple(sorted(found, key=lambda one: one.check.level))


def untold_checks(
    *, pack: Pack, facts: Facts, at: date, members: Sequence[Member] = ()
) -> tuple[Answer, ...]:
    """Checks that cannot be told for a household, each with what is unknown."""
    asked = _asked(pack, facts, at, members)
    return tuple(replace(one.answer(), is_met=None) for one in asked if one.is_hit() is None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One check asked of a household or of one member that is not certainly excepted."""

    check: CaseCheck
    facts: Facts
    member: int | None
    is_concerned: bool
    """False where it is unknown whether the household is one of those that the check is about."""

    def is_hit(self) -> bool | None:
        """True or False; None where it cannot be told."""
        met, _ = truth_or_problem(self.check.when, self.facts)
        return met if self.is_concerned or not met else None

    def answer(self) -> Answer:
        """The check with its figures, its lines and what is unknown."""
        return answer(
            pack=self.facts.pack,
            condition=self.check.check,
            title=self.check.title,
            when=self.check.when,
            facts=self.facts,
            figures=self.check.figures,
            thresholds=self.check.thresholds,
        )


_OBJECTS = {"monitored": "is_monitored", "eliminated": "is_eliminated", "any": "true"}


def _asked(pack: Pack, facts: Facts, at: date, members: Sequence[Member]) -> Iterator[_Asked]:
    """The checks that concern a household, or may, in the order of the pack."""
    concerned = {name: truth_of(text, facts) for name, text in _OBJECTS.items()}
    people: list[tuple[int | None, Facts]] = [
        (place, member_facts(pack=pack, member=member, at=at, parameter=facts.parameter))
        for place, member in enumerate(members)
    ]
    for check in pack.case_checks.values():
        is_concerned = concerned[check.object]
        if is_concerned is False:
            continue
        for place, one in people if check.of == "person" else [(None, facts)]:
            if check.exempt_when and truth_or_problem(check.exempt_when, one)[0] is True:
                continue
            yield _Asked(check, one, place, is_concerned is True)
