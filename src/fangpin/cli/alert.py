"""`fangpin alert`: list alerts, show one with its evidence, explain why it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

app = typer.Typer(no_args_is_help=True, help="预警 Alerts.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
PackName = Annotated[str | None, typer.Option("--pack")]
ScopeOf = Annotated[str | None, typer.Option(help="a division code; none: the installation")]


@app.command(name="list")
def list_alerts(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="as they stood that day")
    ] = None,
    scope: ScopeOf = None,
    severity: str | None = None,
    rule: Annotated[str | None, typer.Option(help="only alerts with this rule")] = None,
    limit: Annotated[int | None, typer.Option(help="none: all")] = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Alerts by number, each with its severity, cause, due date and rules."""
    session = Session(pack=pack)
    day = session.day(as_of)
    session.start_django()
    from fangpin.casework.alerts.history import alerts_as_of

    found = alerts_as_of(operator_scope(session, scope), as_of=day)
    chosen = [
        alert
        for alert in found
        if severity in (None, alert.severity) and (rule is None or rule in alert.rules)
    ]
    rows = [alert.as_dict() for alert in chosen[:limit]]
    if as_json:
        print_json({"count": len(chosen), "alerts": rows})
        return
    columns = ["alert_no", "household_no", "division", "severity", "cause", "raised_date"]
    columns += ["due_date", "rules"]
    print_table(f"{len(chosen)} 条预警 alerts", columns, ([r[c] for c in columns] for r in rows))


@app.command()
def show(
    alert_no: str, scope: ScopeOf = None, pack: PackName = None, as_json: Json = False
) -> None:
    """One alert: reasons, figures, thresholds, source rows."""
    session = Session(pack=pack)
    session.start_django()
    answer = _alert(session, scope, alert_no)
    if as_json:
        print_json(answer)
        return
    say(
        f"{answer['alert_no']}  {answer['household_no']}  {answer['severity']}"
        f"  {answer['raised_date']} → {answer['due_date']}"
    )
    for reason in answer["reasons"]:
        say(f"[{reason['severity']}] {reason['rule']}: {reason['sentence_zh']}")
        say(f"    {reason['sentence_en']}")
    columns = ["rule", "item", "month", "amount", "feed", "delivery", "row_no"]
    print_table("", columns, ([row[name] for name in columns] for row in answer["evidence"]))


@app.command()
def explain(
    alert_no: str, scope: ScopeOf = None, pack: PackName = None, as_json: Json = False
) -> None:
    """Why an alert stands: one plain sentence a rule, in zh and en."""
    session = Session(pack=pack)
    session.start_django()
    answer = _alert(session, scope, alert_no)
    told = [
        {name: reason[name] for name in ("rule", "edition", "sentence_zh", "sentence_en")}
        for reason in answer["reasons"]
    ]
    if as_json:
        print_json({"alert_no": answer["alert_no"], "reasons": told})
        return
    for reason in told:
        say(f"{reason['sentence_zh']}\n{reason['sentence_en']}\n")


def _alert(session: Session, division: str | None, alert_no: str) -> dict[str, Any]:
    from fangpin.casework.alerts import queries
    from fangpin.casework.alerts.models import Alert

    scope = operator_scope(session, division)
    try:
        alert = queries.alert(scope, alert_no)
    except Alert.DoesNotExist as error:
        raise ProblemError(
            Problem(
                code="ALERT_UNKNOWN",
                where=f"alert {alert_no}",
                zh="在您的数据范围内没有这条预警。",
                en="There is no such alert within the scope.",
                fix_zh="用 fangpin alert list 查看预警编号。",
                fix_en="See fangpin alert list.",
            )
        ) from error
    history = queries.reasons(scope, alert)
    return {
        "alert_no": alert.alert_no,
        "household_no": alert.household.household_no,
        "division": alert.division,
        "severity": alert.severity,
        "cause": alert.cause,
        "state": alert.state,
        "raised_date": alert.raised_date.isoformat(),
        "due_date": alert.due_date.isoformat(),
        "suggested_category": alert.suggested_category,
        "reasons": [
            {
                "rule": reason.rule,
                "edition": reason.edition,
                "severity": reason.severity,
                "month": str(Month(reason.month)),
                "sentence_zh": reason.sentence_zh,
                "sentence_en": reason.sentence_en,
                "figures": reason.figures,
                "thresholds": reason.thresholds,
            }
            for reason in (history[0].reasons if history else ())
        ],
        "evidence": [
            {
                "rule": row.rule,
                "item": row.item,
                "month": str(Month(row.month)),
                "amount": None if row.amount is None else str(row.amount),
                "feed": row.feed,
                "delivery": row.delivery,
                "row_no": row.row_no,
                "detail": row.detail,
            }
            for row in queries.evidence(scope, alert)
        ],
    }
