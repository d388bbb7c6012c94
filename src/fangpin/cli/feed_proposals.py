"""`fangpin feed proposals | confirm`: readings that wait for a person, and confirming them."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import Annotated

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.session import Session
from fangpin.feeds.confirm import confirm_proposals, proposals_of
from fangpin.lake.vault import Vault
from fangpin.values.problem import Problem, ProblemError

Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
PackName = Annotated[str | None, typer.Option("--pack", help="the policy pack; FANGPIN_PACK")]
Feed = Annotated[str | None, typer.Option(help="the feed, where several have such a delivery")]


def proposals(
    delivery: str, feed: Feed = None, pack: PackName = None, as_json: Json = False
) -> None:
    """Columns of a delivery with readings to confirm, and the ways to read them."""
    session = Session(pack=pack)
    found = proposals_of(session.home, pack=session.pack, delivery=delivery, feed=feed)
    if as_json:
        print_json({"delivery": delivery, "columns": [asdict(one) for one in found]})
        return
    print_table(
        delivery,
        ["field", "列", "column", "code", "count", "choices"],
        (
            [one.field, one.title_zh, one.title_en, one.code, one.count, " | ".join(one.choices)]
            for one in found
        ),
    )


def confirm(
    delivery: str,
    choice: Annotated[list[str], typer.Option(help="FIELD=READING, as `proposals` lists them")],
    by: Annotated[str | None, typer.Option(help="the account that confirms")] = None,
    feed: Feed = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Take the waiting rows under these readings, as a delivery of their own."""
    session = Session(pack=pack)
    choices = dict(_choice(text) for text in choice)
    with session.engine() as engine:
        receipt = confirm_proposals(
            session.home,
            pack=session.pack,
            engine=engine,
            vault=Vault(home=session.home, engine=engine, cipher=session.environment.cipher),
            delivery=delivery,
            choices=choices,
            by=by or getpass.getuser(),
            at=session.now(),
            feed=feed,
            limits=session.environment.limits,
            zone=session.zone,
        )
    if as_json:
        print_json(receipt.as_dict())
        return
    say(
        f"{receipt.outcome}  {receipt.delivery or ''}\n"
        f"读入 read {receipt.read} = 接收 accepted {receipt.accepted}"
        f" + 隔离 quarantined {receipt.quarantined} + 重复 duplicate {receipt.duplicate}"
    )


def add_to(app: typer.Typer) -> None:
    """Make these commands of `fangpin feed`."""
    for command in (proposals, confirm):
        app.command()(command)


def _choice(text: str) -> tuple[str, str]:
    field, is_written, choice = text.partition("=")
    if is_written:
        return field.strip(), choice.strip()
    raise ProblemError(
        Problem(
            code="CHOICE_UNREADABLE",
            where="--choice",
            zh=f"应写成“字段=读法”，写的是 {text}。",
            en=f"A choice is written FIELD=READING, not {text}.",
            fix_zh="用 fangpin feed proposals 查看字段和读法。",
            fix_en="See fangpin feed proposals.",
        )
    )
