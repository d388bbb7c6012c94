"""What hangs on the village's board: made from very few facts, so that no other can be on it.

A sheet knows the head's name, the village, the group, how many live there, the category, an office
to turn to, and days. It is built from these alone: no household, member or visit reaches a template.
A cause such as illness is health data and is not among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext

from fangpin.casework.cases import queries
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.public_line import PublicLine, public_line
from fangpin.casework.cases.states import OUTCOME_OF_KIND, CaseState
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.policy.procedure import edition_of
from fangpin.values.problem import ProblemError
from fangpin.web.ground.figures import named, place
from fangpin.web.ground.words import said

Kind = Literal["notice", "announcement"]


@dataclass(frozen=True, slots=True)
class PublicSheet:
    """A notice or an announcement of one village."""

    kind: Kind
    is_elimination: bool
    village: str
    lines: tuple[PublicLine, ...]
    from_date: date
    until_date: date | None
    contact: str


def public_sheet(
    *,
    kind: Kind,
    scope: Scope,
    pack: Pack,
    cases: Sequence[Case],
    path: tuple[Division, ...],
    at: datetime,
) -> PublicSheet:
    """The sheet of cases of one village and one kind of procedure; `cases` is not empty."""
    first = cases[0]
    posted = [row.posted_at for one in cases if (row := queries.notice(scope, one)) is not None]
    start = (
        timezone.localdate(min(posted)) if posted and kind == "notice" else timezone.localdate(at)
    )
    return PublicSheet(
        kind=kind,
        is_elimination=first.kind == "elimination",
        village=place(path[-3:]),
        lines=tuple(
            public_line(
                head_name=one.household.head_name,
                address=one.household.address,
                count_of_members=one.household.count_of_members,
                category=_category(scope, pack, one),
            )
            for one in cases
        ),
        from_date=start,
        until_date=start + timedelta(days=_days(pack, first)) if kind == "notice" else None,
        contact=_contact(path),
    )


def may_hang(case: Case, kind: Kind) -> bool:
    """A notice until the decision; an announcement once it was what the procedure is for."""
    if kind == "announcement":
        return case.outcome == OUTCOME_OF_KIND[case.kind]
    return case.outcome == "" and case.state == CaseState.OPEN


def _category(scope: Scope, pack: Pack, case: Case) -> str:
    """The title of the category that was decided, else of the one that the clue suggested."""
    decided = queries.decision(scope, case)
    code = decided.category if decided is not None else case.category
    found = next((one for one in pack.categories if one.category == code), None)
    return said(found.title) if found else ""


def _days(pack: Pack, case: Case) -> int:
    """The pack's full days of public notice on the day of the first clue."""
    procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
    for step in procedure.steps:
        parameter = step.minimum.get("notice_days")
        if parameter is None:
            continue
        try:
            stated = pack.parameter(parameter, at=case.first_clue_date, division=case.division)
        except ProblemError:
            return 0
        return int(stated.number)
    return 0


def _contact(path: tuple[Division, ...]) -> str:
    """The office above the village: where an objection is handed in."""
    above = path[-2] if len(path) > 1 else None
    return gettext("%(place)s人民政府") % {"place": named(above)} if above else ""
