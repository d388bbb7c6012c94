"""What officials answer of a person whom a feed reports dead and others contradict, as acts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household
from fangpin.lake.home import Home
from fangpin.linkage.decisions import (
    OF_A_DEATH,
    Decision,
    all_decisions,
    append,
    person_of,
    standing,
)
from fangpin.runs.acts.links import decided_already, refuse
from fangpin.runs.acts.references import present_people
from fangpin.runs.parts.deaths import Conflict

DeathAnswer = Literal["alive", "dead", "undo"]


def answer_death(
    *,
    home: Home,
    conflict: Conflict,
    answer: DeathAnswer,
    by: Scope,
    at: datetime,
    reason: str,
) -> Decision | None:
    """Say that the person lives, is dead, or take the answer back; the same again changes nothing.

    Whoever was seen alive did not die before that day, whatever a feed reports; a confirmed death
    leaves the list of what waits. Neither touches the ledger or any help. None: there was nothing to
    take back. Raises ProblemError ACT_NOT_PERMITTED, LINK_DECIDED (someone else answered),
    LINK_WITHOUT_REASON, LINK_REASON.
    """
    refuse(by, reason)
    with transaction.atomic():
        # Acts on one household follow each other.
        Household.objects.select_for_update(no_key=True).filter(
            household_ref=conflict.household_ref
        ).first()
        earlier = answers_of(home).get(conflict.person_ref)
        if answer == "undo":
            if earlier is None:
                return None
        elif earlier is not None:
            if earlier.kind == answer and earlier.by == by.official:
                return earlier
            raise decided_already()
        record(
            act=f"death_{answer}",
            official=by,
            subject_kind="person",
            subject=str(conflict.person_ref),
            division=conflict.division,
            at=at,
            detail={
                "household_ref": str(conflict.household_ref),
                "died": [one.died.isoformat() for one in conflict.told],
                "rows": len(conflict.rows),
            },
        )
        if answer == "undo" and earlier is not None:
            said = Decision(kind="undo", at=at, by=by.official, reason=reason, of=earlier.id)
        else:
            said = Decision(
                kind=answer, at=at, by=by.official, reason=reason, person_ref=conflict.person_ref
            )
        return append(home, said)


def answers_of(home: Home) -> dict[int, Decision]:
    """Person of now -> what stands of the report of their death, whenever it was said."""
    present = present_people(home)
    return {
        person_ref: one
        for one in standing(all_decisions(home), present=present)
        if one.kind in OF_A_DEATH and (person_ref := person_of(one, present)) is not None
    }
