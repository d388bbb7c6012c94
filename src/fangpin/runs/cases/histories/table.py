"""The one table of acts that a history may tell of, who does them by default, and doing one."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist

from fangpin.casework.cases import refusals
from fangpin.policy.models.histories import HistoryEntry
from fangpin.policy.procedure import edition_of
from fangpin.runs.cases.histories.acts_on_case import ON_CASES
from fangpin.runs.cases.histories.acts_on_help import ON_HELP
from fangpin.runs.cases.histories.play import Play
from fangpin.runs.cases.histories.stage import Stage

ACTS_OF_HISTORIES: dict[str, Callable[[Play], None]] = {**ON_CASES, **ON_HELP}
"""Act of a case file -> what plays it."""

_DONE_AS = {"dispatch_alert": "assign"}
"""Acts of histories that another act's owner does."""


def do(stage: Stage, entry: HistoryEntry) -> None:
    """Do one act of a history.

    Raises ProblemError as the act's own function does, and NOT_IN_SCOPE where the official finds no
    such case, household or measure.
    """
    assert entry.act is not None
    at = stage.moment(entry.at)
    role = entry.by or role_for(stage, entry.act)
    by = stage.scope(role, on=at.date(), division=entry.division)
    try:
        ACTS_OF_HISTORIES[entry.act](Play(stage, entry, by, at))
    except (ObjectDoesNotExist, LookupError) as error:
        if not isinstance(error, ObjectDoesNotExist) and type(error) is not LookupError:
            raise  # a missing key or index is a mistake of the program
        raise _not_in_scope(entry.act) from error
    finally:
        stage.forget()


def role_for(stage: Stage, act: str) -> str:
    """Whose act it is: the owner of its step or exit, else the first role that may do it."""
    act = _DONE_AS.get(act, act)
    case = stage.latest_case()
    if case is not None:
        procedure = edition_of(stage.pack, procedure=case.procedure, from_date=case.procedure_from)
        green = procedure.green_channel
        if case.is_green and green is not None and act in green.acts:
            return green.by[0]
        owned = [(step.act, step.by) for step in procedure.steps]
        owned += [(way.act, way.by) for way in procedure.exits]
        for owned_act, owners in owned:
            if owned_act == act:
                return owners[0]
    may = [role.role for role in stage.pack.roles.values() if act in role.may]
    return (may or list(stage.pack.roles) or [""])[0]


def _not_in_scope(act: str) -> Exception:
    return refusals.refusal(
        "NOT_IN_SCOPE",
        f"act {act}",
        zh="不在这位工作人员的范围内，或没有这条记录。",
        en="It is not within this official's scope, or is not there.",
        fix_zh="核对由谁、对哪一户办理。",
        fix_en="Check who acts, and on whom.",
    )
