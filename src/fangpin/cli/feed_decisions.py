"""`fangpin feed held | hold | release | refuse`: deliveries that wait for a person, and the acts."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Annotated

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.session import Session
from fangpin.feeds.holds import (
    Decided,
    held_deliveries,
    hold_delivery,
    refuse_delivery,
    release_delivery,
)

Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
Reason = Annotated[str, typer.Option(help="what was checked; it stays with the delivery")]
By = Annotated[str | None, typer.Option(help="the account that decides; the one signed in here")]
Feed = Annotated[str | None, typer.Option(help="the feed, where several have such a delivery")]


def held(as_json: Json = False) -> None:
    """Deliveries that were received but take no part until someone releases or refuses them."""
    session = Session()
    found = held_deliveries(session.home)
    if as_json:
        print_json({"deliveries": [one.as_dict() for one in found]})
        return
    print_table(
        "",
        ["feed", "delivery", "received", "month", "read", "code", "说明", "message"],
        (
            [
                one.feed,
                one.delivery,
                one.received,
                one.as_dict()["month"],
                one.read,
                reason["code"],
                reason["message_zh"],
                reason["message_en"],
            ]
            for one in found
            for reason in one.reasons or ({"code": "", "message_zh": "", "message_en": ""},)
        ),
    )


def release(
    delivery: str, reason: Reason, by: By = None, feed: Feed = None, as_json: Json = False
) -> None:
    """Let a held delivery take part from now on; days before stay as they were."""
    _act(release_delivery, delivery, reason, by, feed, as_json)


def refuse(
    delivery: str, reason: Reason, by: By = None, feed: Feed = None, as_json: Json = False
) -> None:
    """Keep a held delivery out, or take back one that took part."""
    _act(refuse_delivery, delivery, reason, by, feed, as_json)


def hold(
    delivery: str, reason: Reason, by: By = None, feed: Feed = None, as_json: Json = False
) -> None:
    """Hold a delivery until someone has looked."""
    _act(hold_delivery, delivery, reason, by, feed, as_json)


def add_to(app: typer.Typer) -> None:
    """Make these commands of `fangpin feed`."""
    for command in (held, hold, release, refuse):
        app.command()(command)


def _act(
    act: Callable[..., Decided],
    delivery: str,
    reason: str,
    by: str | None,
    feed: str | None,
    as_json: bool,
) -> None:
    session = Session()
    decided = act(
        session.home,
        delivery=delivery,
        by=by or getpass.getuser(),
        at=session.now(),
        reason=reason,
        feed=feed,
    )
    if as_json:
        print_json({"outcome": "done", **decided.as_dict()})
        return
    again = "" if decided.is_new else "（原已如此 as before）"
    say(f"{decided.feed}/{decided.delivery}  {decided.standing}{again}")
