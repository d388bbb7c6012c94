"""Whose turn the cases are: as the acts kept it, and as the logs tell it."""

from __future__ import annotations

from datetime import date

from fangpin.casework.cases.models import Case, Turn
from fangpin.casework.cases.progress import standing_of
from fangpin.policy import Pack
from fangpin.policy.procedure import edition_of

Turns = set[tuple[str, str, str, date]]
"""(case number, role, division, due date)"""


def turns_kept() -> Turns:
    """As lists read it."""
    rows = Turn.objects.values_list("case__case_no", "role", "division", "due_date")
    return {(case_no, role, division, due) for case_no, role, division, due in rows}


def turns_derived(pack: Pack) -> Turns:
    """Slowly: each case's log read by its procedure, each role asked whether it may do the act."""
    found = set()
    for case in Case.objects.filter(state="open"):
        now = standing_of(pack, case)
        procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
        pairs = {(role, step.act) for step in now.open for role in step.by}
        if case.is_green and procedure.green_channel:
            pairs |= {
                (role, step.act)
                for step in procedure.steps
                for role in procedure.green_channel.by
                if step.act in procedure.green_channel.acts and step.step not in now.done
            }
        due = case.due_date or date.max
        found |= {
            (case.case_no, role, case.division, due)
            for role, act in pairs
            if role in pack.roles and act in pack.roles[role].may
        }
    return found
