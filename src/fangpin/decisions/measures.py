"""Which help fits a household: guards of a measure answered, and proposals with their reasons.

It proposes; officials decide. A guard without a condition is for people to judge.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fangpin.decisions.conditions import (
    Shown,
    shown_threshold,
    truth_or_problem,
    unknown_names,
)
from fangpin.policy.expressions.facts import Facts
from fangpin.policy.expressions.members import Member, member_facts
from fangpin.policy.models.lists import Guard, MeasureKind
from fangpin.policy.models.nodes import Words
from fangpin.policy.pack import Pack
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """One guard: its words, and whether it is met; None: cannot tell, or for people to judge."""

    words: Words
    of: Literal["household", "person"]
    is_met: bool | None
    is_checked: bool
    """Whether the pack gives a condition for it."""
    thresholds: tuple[Shown, ...] = ()
    unknown: tuple[Shown, ...] = ()
    problem: Problem | None = None
    """A parameter without a value on the day: the guard is not told."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One measure that fits, with the causes and gaps that it answers and its guards."""

    measure: MeasureKind
    causes: tuple[str, ...]
    gaps: tuple[str, ...]
    guards: tuple[GuardAnswer, ...]
    fitting_members: tuple[int, ...] | None
    """Positions of the members whom its guards about persons may allow together; None: no guard
    asks of persons, or nobody was given."""

    @property
    def is_open(self) -> bool:
        """Nothing is known against it; what cannot be told is left to people.

        Guards about persons must be met by one and the same member.
        """
        nobody = self.fitting_members is not None and not self.fitting_members
        return not nobody and all(guard.is_met is not False for guard in self.guards)


def guards_of(
    *,
    pack: Pack,
    measure: str,
    facts: Facts,
    at: date,
    member: Member | None = None,
    members: Sequence[Member] = (),
) -> tuple[GuardAnswer, ...]:
    """Every guard of a measure for a household and, where guards ask, for the member who receives.

    Without `member` a guard about a person is met when one of `members` meets it. A kind of help
    has the guards of its class too. Raises ProblemError UNKNOWN_MEASURE.
    """
    kinds = _with_class(pack, measure)
    asked = [member] if member is not None else list(members)
    answers = [one for kind in kinds for one in _last_day(kind, at)]
    for kind in kinds:
        answers += [_answered(pack, guard, facts, asked, at) for guard in kind.guards]
    return tuple(answers)


def to_be_named(pack: Pack, measure: str) -> frozenset[str]:
    """What a plan must name of a measure, with what its class asks: `person`, `place`.

    Raises ProblemError UNKNOWN_MEASURE.
    """
    return frozenset(part for kind in _with_class(pack, measure) for part in kind.must_name)


def fitting_measures(
    *,
    pack: Pack,
    causes: Collection[str],
    gaps: Collection[str],
    facts: Facts,
    at: date,
    members: Sequence[Member] = (),
) -> tuple[Proposal, ...]:
    """Measures that answer a cause or fill a gap, not in force yet; open ones first.

    Among them what answers more stands first, then development before the rest, then the pack's
    own order.
    """
    held = facts.known.get("measures")
    in_force = held if isinstance(held, frozenset) else frozenset()
    found = []
    for code, measure in pack.measures.items():
        answered = tuple(cause for cause in measure.suits if cause in causes)
        filled = tuple(gap for gap in measure.fills if gap in gaps)
        if (answered or filled) and code not in in_force:
            guards = guards_of(pack=pack, measure=code, facts=facts, at=at, members=members)
            fitting = _fitting_members(pack, measure, facts, members, at)
            found.append(Proposal(measure, answered, filled, guards, fitting))
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.is_open,
                -len(one.causes) - len(one.gaps),
                not one.measure.developmental,
            ),
        )
    )


def _with_class(pack: Pack, measure: str) -> list[MeasureKind]:
    """The measure, after the class that it is part of."""
    kind = pack.measures.get(measure)
    if kind is None:
        fix_zh, fix_en = advice(written=measure, valid=pack.measures)
        raise ProblemError(
            Problem(
                code="UNKNOWN_MEASURE",
                where=pack.directory.as_posix(),
                zh=f"政策包“{pack.id}”没有帮扶措施“{measure}”。",
                en=f"The pack '{pack.id}' has no measure '{measure}'.",
                fix_zh=fix_zh,
                fix_en=fix_en,
            )
        )
    above = pack.measures.get(kind.part_of or "")
    return [kind] if above is None else [above, kind]


def _last_day(kind: MeasureKind, at: date) -> list[GuardAnswer]:
    """A measure with a last day is met as a guard until then."""
    if kind.until_date is None:
        return []
    words = Words(
        zh=f"{kind.until_date} 起不再新安排",
        en=f"Not granted anew from {kind.until_date} on",
    )
    return [GuardAnswer(words, "household", at < kind.until_date, is_checked=True)]


def _answered(
    pack: Pack, guard: Guard, facts: Facts, members: Sequence[Member], at: date
) -> GuardAnswer:
    words = Words(zh=guard.zh, en=guard.en)
    if guard.when is None:
        return GuardAnswer(words, guard.of, None, is_checked=False)
    thresholds = tuple(shown_threshold(pack, code, facts) for code in guard.thresholds)
    if guard.of == "household":
        met, problem = truth_or_problem(guard.when, facts)
        is_untold = met is None and problem is None
        unknown = unknown_names(pack, guard.when, facts) if is_untold else ()
        return GuardAnswer(words, guard.of, met, True, thresholds, unknown, problem)
    people = [
        member_facts(pack=pack, member=member, at=at, parameter=facts.parameter)
        for member in members
    ]
    answers = [truth_or_problem(guard.when, person) for person in people]
    found = [met for met, _ in answers]
    met = True if True in found else None if None in found or not found else False
    problem = next((problem for _, problem in answers if problem is not None), None)
    unknown = ()
    if met is None and problem is None and len(people) == 1:
        unknown = unknown_names(pack, guard.when, people[0])
    return GuardAnswer(words, guard.of, met, True, thresholds, unknown, problem)


def _fitting_members(
    pack: Pack, measure: MeasureKind, facts: Facts, members: Sequence[Member], at: date
) -> tuple[int, ...] | None:
    kinds = _with_class(pack, measure.measure)
    guards = [guard for kind in kinds for guard in kind.guards if guard.of == "person"]
    guards = [guard for guard in guards if guard.when]
    if not guards or not members:
        return None
    return tuple(
        position
        for position, member in enumerate(members)
        if all(_answered(pack, guard, facts, [member], at).is_met is not False for guard in guards)
    )
