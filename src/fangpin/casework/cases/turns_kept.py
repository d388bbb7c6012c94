"""Keeping whose turn it is: which roles may complete an open step of a case, written by its acts.

What is stored follows from the log, the procedure and the roles of the pack. A pack whose steps or
roles have changed makes all turns anew, before its first page is served (`keep_turns`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from fangpin.casework.cases.models import Case, Turn, TurnEdition
from fangpin.casework.cases.reading import clues_of_many, logs_of
from fangpin.casework.cases.states import CaseState
from fangpin.casework.divisions.bulk import Target, hold_table, put_rows, run_statement
from fangpin.policy import Pack
from fangpin.policy.models.procedures import Procedure
from fangpin.policy.procedure import Standing, edition_of, standing

NO_DATE = date.max
"""Stands behind every deadline: no clock runs."""
_TURNS = Target("cases_turn", ("case_id", "role", "division", "due_date"))
_CASES_AT_ONCE = 1_000


def roles_in_turn(pack: Pack, procedure: Procedure, case: Case, now: Standing) -> frozenset[str]:
    """The roles that may complete an open step of a case, in the green channel also a later one.

    None once the case has ended.
    """
    if case.state != CaseState.OPEN:
        return frozenset()
    found = {role for step in now.open for role in step.by if _may(pack, role, step.act)}
    green = procedure.green_channel
    if case.is_green and green is not None:
        found |= {
            role
            for step in procedure.steps
            if step.act in green.acts and step.step not in now.done
            for role in green.by
            if _may(pack, role, step.act)
        }
    return frozenset(found)


def keep_turn(pack: Pack, procedure: Procedure, case: Case, now: Standing) -> None:
    """Store whose turn a case is after an act, in the act's transaction."""
    run_statement("DELETE FROM cases_turn WHERE case_id = %s", [case.pk])
    put_rows(_TURNS, _rows(case, roles_in_turn(pack, procedure, case, now)))


def keep_places(cases: Iterable[int]) -> None:
    """Let the turns of cases that moved to another household stand where the cases do now."""
    place = Case.objects.filter(pk=OuterRef("case")).values("division")
    Turn.objects.filter(case__in=list(cases)).update(division=Subquery(place[:1]))


def keep_turns(pack: Pack) -> bool:
    """Make all turns anew where they were worked out by other steps or roles; whether they were.

    About a second for ten thousand cases under way; acts wait for it.
    """
    edition = _edition(pack)
    if TurnEdition.objects.filter(edition=edition).exists():
        return False
    with transaction.atomic():
        hold_table("cases_turn")
        if TurnEdition.objects.filter(edition=edition).exists():
            return False
        Turn.objects.all().delete()
        put_rows(_TURNS, _all_rows(pack))
        TurnEdition.objects.all().delete()
        TurnEdition.objects.create(edition=edition)
    return True


def _all_rows(pack: Pack) -> Iterator[tuple[Any, ...]]:
    cases = Case.objects.filter(state=CaseState.OPEN).order_by("id").iterator(_CASES_AT_ONCE)
    while chunk := list(islice(cases, _CASES_AT_ONCE)):
        logs, clues = logs_of(chunk), clues_of_many(chunk)
        for case in chunk:
            procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
            now = standing(procedure, clues=clues[case.pk], log=logs[case.pk])
            yield from _rows(case, roles_in_turn(pack, procedure, case, now))


def _rows(case: Case, roles: Iterable[str]) -> list[tuple[Any, ...]]:
    due = connection.ops.adapt_datefield_value(case.due_date or NO_DATE)
    return [(case.pk, role, case.division, due) for role in sorted(roles)]


def _may(pack: Pack, role: str, act: str) -> bool:
    return role in pack.roles and act in pack.roles[role].may


def _edition(pack: Pack) -> str:
    stated = [
        one.model_dump(mode="json", include={"procedure", "from_date", "steps", "green_channel"})
        for one in pack.procedures
    ]
    may = {role.role: sorted(role.may) for role in pack.roles.values()}
    return hashlib.sha256(json.dumps([stated, may], sort_keys=True).encode()).hexdigest()
