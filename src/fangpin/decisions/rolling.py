"""The income per head month by month: what help changed, and how long it has stayed above the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fangpin.decisions.statement import Basis, Correction, income_statement
from fangpin.policy.expressions.facts import MonthValues, Value
from fangpin.policy.models.decisions import Statement
from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError


@dataclass(frozen=True, slots=True)
class RollingMonth:
    """The income per head of the window that ends with a month, and the line it is held against.

    A total of a year says nothing of single months: on that basis `is_above` is unknown.
    """

    month: Month
    per_head: Decimal | None
    basis: Basis
    line: Decimal | None
    is_above: bool | None


def rolling_income(
    *,
    pack: Pack,
    statement: str,
    months: MonthValues,
    members: int | None,
    at: date,
    count: int,
    covered: Mapping[str, frozenset[int]] | None = None,
    corrections: Callable[[Month], Iterable[Correction]] | None = None,
    division: str | None = None,
) -> tuple[RollingMonth, ...]:
    """The rolling figure of the last `count` complete months, the earliest first.

    Each month is held against the line in force on its last day; above means at or over it.
    `corrections(month)` are those that hold for the window that ends with a month. A month whose
    line has no value is neither above nor below.
    """
    definition = pack.statement(statement)
    place = division or pack.header.root_division
    found = []
    for back in reversed(range(count)):
        month = Month.last_complete(at).plus(-back)
        told = income_statement(
            pack=pack,
            statement=statement,
            months=months,
            members=members,
            opened=month.plus(1).first_day,
            covered=covered,
            corrections=corrections(month) if corrections else (),
            division=division,
        )
        line = _line_on(pack, definition, month.last_day, place)
        above: bool | None = None
        if told.per_head is not None and line is not None and told.basis == "lines":
            above = told.per_head >= line
        found.append(RollingMonth(month, told.per_head, told.basis, line, above))
    return tuple(found)


def months_above_line(rolling: Sequence[RollingMonth]) -> int | None:
    """How many months on end, up to the latest, are certainly at or above the line.

    A month that is unknown ends the run; None when the latest one is.
    """
    if not rolling or rolling[-1].is_above is None:
        return None
    run = 0
    while run < len(rolling) and rolling[-1 - run].is_above:
        run += 1
    return run


def statement_of_identification(pack: Pack) -> Statement | None:
    """The statement that looks at the months before a case and is held against a line."""
    found = (one for one in pack.statements.values() if one.window and one.line_parameter)
    return next(found, None)


def income_facts(
    *,
    pack: Pack,
    months: MonthValues,
    members: int | None,
    at: date,
    covered: Mapping[str, frozenset[int]],
    division: str | None,
    count: int = 12,
) -> dict[str, Value | None]:
    """`per_head_now` and `months_above_line` of a household on a day, from its ledger.

    Empty for a pack without a statement of identification; the run of months is followed back
    `count` months.
    """
    statement = statement_of_identification(pack)
    if statement is None:
        return {}
    rolling = rolling_income(
        pack=pack,
        statement=statement.statement,
        months=months,
        members=members,
        at=at,
        count=count,
        covered=covered,
        division=division,
    )
    return {
        "per_head_now": rolling[-1].per_head,
        "months_above_line": months_above_line(rolling),
    }


def _line_on(pack: Pack, statement: Statement, day: date, place: str | None) -> Decimal | None:
    if statement.line_parameter is None:
        return None
    try:
        value = pack.parameter(statement.line_parameter, at=day, division=place).value
    except ProblemError:
        return None
    return value if isinstance(value, Decimal) else None
