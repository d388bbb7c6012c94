"""Whether a measure fits: the pack's conditions over what is known. Officials decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fangpin.casework.cases.assessment import facts_of
from fangpin.casework.registry.models import Household, Member
from fangpin.policy import Pack
from fangpin.policy.models import MeasureKind, Words


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition of a measure: True, False, or None where nobody can tell."""

    title: Words
    holds: bool | None


def guards_of_measure(
    pack: Pack, kind: MeasureKind, *, household: Household, member: Member | None, at: date
) -> list[Guard]:
    """The conditions of a measure for a household, or one of its members, on a day."""
    facts_of(pack, household, at=at)
    return [Guard(words, None) for words in kind.guards]


def proposals(pack: Pack, causes: Iterable[str], *, at: date) -> list[MeasureKind]:
    """Kinds of help that suit any of these causes and are still given on a day."""
    wanted = set(causes)
    return [
        kind
        for kind in pack.measures.values()
        if wanted & set(kind.suits) and (kind.until_date is None or at < kind.until_date)
    ]
