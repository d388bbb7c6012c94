"""Whether the risk of a household may be marked as eliminated: each condition, and what is lacking.

Through help (stable) every condition must hold; naturally, one reason must. The answer opens or
closes an act that people do; it never ends help by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from fangpin.decisions.conditions import Answer, all_met, answer, one_met
from fangpin.policy.expressions.facts import Facts
from fangpin.policy.pack import Pack

Kind = Literal["stable", "natural"]


@dataclass(frozen=True, slots=True)
class EliminationAnswer:
    """May the risk be marked? None: a condition cannot be told, so it may not be marked yet."""

    kind: Kind
    is_open: bool | None
    conditions: tuple[Answer, ...]

    @property
    def lacking(self) -> tuple[Answer, ...]:
        """Conditions that are not met or cannot be told."""
        return tuple(one for one in self.conditions if one.is_met is not True)


def elimination_of(*, pack: Pack, facts: Facts, kind: Kind, at: date) -> EliminationAnswer:
    """The conditions in force on a day for a kind of elimination.

    A pack without conditions of the kind leaves it closed.
    """
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
        for one in pack.elimination_in_force(kind, at)
    )
    whole = all_met if kind == "stable" else one_met
    return EliminationAnswer(kind, whole(answers) if answers else False, answers)
