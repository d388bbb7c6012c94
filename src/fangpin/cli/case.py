"""`fangpin case`: cases under way, one case with its log and clocks, and duties that have lapsed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.values.problem import Problem, ProblemError

app = typer.Typer(no_args_is_help=True, help="办件 Cases.")

Scoped = Annotated[str | None, typer.Option(help="a division code")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command("list")
def list_cases(
    scope: Scoped = None,
    state: Annotated[str, typer.Option(help="open, ended, or empty for all")] = "open",
    limit: int = 50,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Cases, the earliest deadline first."""
    session = Session()
    day = session.day(as_of)
    session.start_django()
    from fangpin.casework.cases import queries

    page = queries.worklist(
        operator_scope(session, scope), filters=queries.CaseFilters(state=state), limit=limit
    )
    rows = [
        {
            "case_no": one.case_no,
            "household_no": one.household.household_no,
            "division": one.division,
            "kind": one.kind,
            "state": one.state,
            "outcome": one.outcome,
            "step": one.step,
            "due_date": one.due_date,
            "is_overdue": one.due_date is not None and one.due_date < day,
        }
        for one in page.cases
    ]
    if as_json:
        print_json({"count": len(rows), "more": page.after is not None, "cases": rows})
        return
    columns = ["case_no", "household_no", "division", "kind", "step", "outcome", "due_date"]
    print_table(f"{day} · 办件 cases", columns, ([row[name] for name in columns] for row in rows))


@app.command()
def show(case_no: str, as_of: AsOf = None, scope: Scoped = None, as_json: Json = False) -> None:
    """One case: its clues, every act in order, and every clock as of a day."""
    session = Session()
    day = session.day(as_of)
    session.start_django()
    from fangpin.casework.cases import queries
    from fangpin.casework.cases.models import Case
    from fangpin.casework.cases.progress import clocks_of

    seen = operator_scope(session, scope)
    try:
        found = queries.case(seen, case_no)
    except Case.DoesNotExist:
        raise ProblemError(_no_case(case_no)) from None
    answer: dict[str, Any] = {
        "case_no": found.case_no,
        "household_no": found.household.household_no,
        "state": found.state,
        "outcome": found.outcome,
        "category": found.category,
        "clues": [
            {"on": clue.on, "channel": clue.channel, "cause": clue.cause}
            for clue in queries.clues(seen, found)
        ],
        "acts": [
            {
                "on": one.on,
                "act": one.act,
                "step": one.step,
                "by": one.by,
                "role": one.role,
                "undone": one.is_undone,
            }
            for one in queries.log(seen, found)
        ],
        "clocks": [
            {
                "clock": one.clock.clock,
                "state": one.running,
                "started": one.started,
                "deadline": one.deadline,
                "ended": one.ended,
                "days_left": one.days_left,
            }
            for one in clocks_of(session.pack, found, on=day)
        ],
    }
    if as_json:
        print_json(answer)
        return
    say(f"{found.case_no} · {found.household.household_no} · {found.state} {found.outcome}")
    for title, rows in (("经过 acts", answer["acts"]), ("时限 clocks", answer["clocks"])):
        print_table(title, list(rows[0]) if rows else [], (list(row.values()) for row in rows))


@app.command()
def duties(scope: Scoped = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Duties that have lapsed: of monitored households, and of delisted counties."""
    session = Session()
    day = session.day(as_of)
    session.start_django()
    from fangpin.casework.followup import queries

    seen = operator_scope(session, scope)
    states = [
        *queries.county_duties(seen, pack=session.pack, on=day),
        *queries.household_duties(seen, pack=session.pack, on=day),
    ]
    rows = [
        {
            "duty": one.duty.duty,
            "level": one.duty.level,
            "subject": one.subject,
            "division": one.division,
            "last": one.last,
            "days_lapsed": one.days_lapsed(day),
        }
        for one in states
        if not one.holds
    ]
    if as_json:
        print_json({"judged": len(states), "lapsed": len(rows), "duties": rows})
        return
    columns = ["duty", "level", "subject", "division", "last", "days_lapsed"]
    title = f"{day} · {len(rows)} / {len(states)}"
    print_table(title, columns, ([row[name] for name in columns] for row in rows))


def _no_case(case_no: str) -> Problem:
    return Problem(
        code="CASE_UNKNOWN",
        where=f"case {case_no}",
        zh="没有这个办件，或不在所给的区划内。",
        en="There is no such case, or it lies outside the division given.",
        fix_zh="用 fangpin case list 查看办件号。",
        fix_en="See the numbers with: fangpin case list.",
    )
