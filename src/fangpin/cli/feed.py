"""`fangpin feed`: receive a department's file, see how the feeds stand, read the row errors."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fangpin.cli import feed_decisions, feed_proposals, feed_sources, feed_tokens
from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.session import Session
from fangpin.feeds.arrivals import arrivals, quarantine_rows, status
from fangpin.feeds.holds import delivery_unknown
from fangpin.feeds.receive import receive as receive_file
from fangpin.lake.vault import Vault
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

REFUSED = 3
app = typer.Typer(no_args_is_help=True, help="部门数据 Departments' deliveries.")
feed_decisions.add_to(app)
feed_proposals.add_to(app)
feed_sources.add_to(app)
app.add_typer(feed_tokens.app, name="token")
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
PackName = Annotated[str | None, typer.Option("--pack", help="the policy pack; FANGPIN_PACK")]


@app.command()
def receive(
    feed: str,
    file: Path,
    received: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day it arrived; today")
    ] = None,
    month: Annotated[str | None, typer.Option(help="the month it delivers, YYYY-MM")] = None,
    sheet: Annotated[str | None, typer.Option(help="of a workbook with several")] = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Check a file row by row, set wrong rows aside with their reasons, accept the rest."""
    session = Session(pack=pack)
    arrived = session.day(received, option="--received")
    if not file.is_file():
        raise ProblemError(_no_file(file))
    with session.engine() as engine:
        receipt = receive_file(
            home=session.home,
            pack=session.pack,
            feed=feed,
            file=file,
            original_name=file.name,
            received=arrived,
            month=read_month(month),
            engine=engine,
            vault=Vault(home=session.home, engine=engine, cipher=session.environment.cipher),
            limits=session.environment.limits,
            zone=session.zone,
            sheet=sheet,
        )
    answer = receipt.as_dict()
    if as_json:
        print_json(answer)
    else:
        say(
            f"{answer['outcome']}  {answer['delivery'] or ''}\n"
            f"读入 read {answer['read']} = 接收 accepted {answer['accepted']}"
            f" + 隔离 quarantined {answer['quarantined']} + 重复 duplicate {answer['duplicate']}"
        )
        print_table(
            "",
            ["row", "column", "value", "code", "说明", "message", "repair"],
            (
                [
                    found["row"],
                    found["column"],
                    found["value_masked"],
                    found["code"],
                    found["message_zh"],
                    found["message_en"],
                    found["repair"],
                ]
                for found in answer["findings"][:40]
            ),
        )
    if answer["outcome"] == "refused":
        raise typer.Exit(REFUSED)


@app.command(name="status")
def show_status(
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Per feed: which month is due, whether it arrived, how late, and how much was refused."""
    session = Session(pack=pack)
    found = status(session.home, pack=session.pack, as_of=session.day(as_of))
    if as_json:
        print_json({"feeds": [feed.as_dict() for feed in found]})
        return
    columns = ["feed", "title_zh", "expected_month", "due", "received", "state", "late_days"]
    columns += ["held", "read", "accepted", "quarantined", "duplicate"]
    print_table("", columns, ([feed.as_dict()[name] for name in columns] for feed in found))


@app.command()
def errors(
    feed: str,
    delivery: Annotated[str | None, typer.Argument(help="none: the feed's latest")] = None,
    limit: int = 100,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """The rows of a delivery that were set aside: row, column, masked value, reason, cure."""
    session = Session(pack=pack)
    known = arrivals(session.home, feed=feed)
    chosen = [arrival for arrival in known if delivery in (None, arrival.delivery)]
    if not chosen:
        raise ProblemError(
            delivery_unknown(feed, delivery, [arrival.delivery for arrival in known])
        )
    with session.engine() as engine:
        rows = quarantine_rows(
            session.home, engine=engine, feed=feed, delivery=chosen[-1].delivery, limit=limit
        )
    if as_json:
        print_json({"feed": feed, "delivery": chosen[-1].delivery, "findings": rows})
        return
    columns = ["row_no", "code", "column", "value_masked", "message_zh", "message_en", "repair_zh"]
    print_table(chosen[-1].delivery, columns, ([row[name] for name in columns] for row in rows))


def read_month(text: str | None) -> Month | None:
    """A month option. Raises ProblemError MONTH_UNREADABLE."""
    if text is None:
        return None
    try:
        return Month.parse(text)
    except ValueError as error:
        raise ProblemError(
            Problem(
                code="MONTH_UNREADABLE",
                where="--month",
                zh=f"月份应写成 2020-04 的样子，写的是 {text}。",
                en=f"A month is written like 2020-04, not {text}.",
                fix_zh="请改正后重试。",
                fix_en="Correct it and try again.",
            )
        ) from error


def _no_file(file: Path) -> Problem:
    return Problem(
        code="FILE_NOT_FOUND",
        where=str(file),
        zh="没有这个文件。",
        en="There is no such file.",
        fix_zh="请核对路径。",
        fix_en="Check the path.",
    )
