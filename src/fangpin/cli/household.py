"""`fangpin household`: what is known of one household."""

from __future__ import annotations

from typing import Annotated

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

app = typer.Typer(no_args_is_help=True, help="农户 Households.")


@app.command()
def show(
    household: Annotated[str, typer.Argument(help="household number, or the head's name")],
    scope: Annotated[str | None, typer.Option(help="a division code")] = None,
    pack: Annotated[str | None, typer.Option("--pack")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Members, attributes, alerts and the ledger month by month."""
    session = Session(pack=pack)
    session.start_django()
    from fangpin.casework.alerts import queries as alerts
    from fangpin.casework.registry import queries as registry
    from fangpin.casework.registry.models import Household

    seen = operator_scope(session, scope)
    try:
        found = registry.household(seen, household_no=household)
    except Household.DoesNotExist:
        named = registry.search(seen, household, limit=2)
        if len(named) != 1:
            raise ProblemError(_not_one(household, len(named))) from None
        found = named[0]
    answer = {
        "household_no": found.household_no,
        "division": found.division,
        "head": found.head_name,
        "members": [
            {
                "name": member.name,
                "relation": member.relation,
                "sex": member.sex,
                "birth_date": member.birth_date,
                "masked_id": member.masked_id,
            }
            for member in registry.members(seen, found.household_ref)
        ],
        "attributes": found.attributes,
        "alerts": [
            {"alert_no": alert.alert_no, "severity": alert.severity, "state": alert.state}
            for alert in alerts.alerts_of_household(seen, found.household_ref)
        ],
        "months": {
            str(Month(row.month)): row.amounts for row in registry.months(seen, found.household_ref)
        },
    }
    if as_json:
        print_json(answer)
        return
    say(f"{answer['household_no']}  {answer['head']}  {answer['division']}")
    print_table(
        "",
        ["name", "relation", "sex", "birth_date", "masked_id"],
        (list(member.values()) for member in answer["members"]),
    )
    for alert in answer["alerts"]:
        say(f"{alert['alert_no']}  {alert['severity']}  {alert['state']}")
    items = sorted({item for amounts in answer["months"].values() for item in amounts})
    print_table(
        "",
        ["month", *items],
        ([month, *(row.get(item) for item in items)] for month, row in answer["months"].items()),
    )


def _not_one(asked: str, count: int) -> Problem:
    return Problem(
        code="HOUSEHOLD_NOT_ONE",
        where="household",
        zh="在数据范围内没有这样的户。" if not count else "不止一户符合，请用户编号查询。",
        en="No such household within the scope."
        if not count
        else "More than one household fits; ask by the household's number.",
        fix_zh="可用户编号，或户主姓名的开头。",
        fix_en="Give a household number, or the beginning of the head's name.",
        details={"asked_characters": len(asked)},
    )
