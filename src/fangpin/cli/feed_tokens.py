"""`fangpin feed token`: what departments' own systems sign their deliveries with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session

if TYPE_CHECKING:
    from fangpin.casework.officials.scope import Scope

app = typer.Typer(no_args_is_help=True, help="接口令牌 Tokens of the push API.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]


@app.command()
def create(
    department: str,
    name: Annotated[str, typer.Option(help="what it is for, in a few words")],
    division: Annotated[str | None, typer.Option(help="a code; the pack's own division")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the first day without it")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a token for a department; prints it once."""
    session = _session()
    from fangpin.casework.uploads.tokens import create_token

    by = _by(session)
    token, text = create_token(
        pack=session.pack,
        department=department,
        division=division or session.pack.header.root_division or by.divisions[0],
        name=name,
        by=by,
        at=session.now(),
        expires_on=until.date() if until else None,
    )
    if as_json:
        print_json({"outcome": "created", "token_no": token.token_no, "token": text})
        return
    say(f"令牌 {token.token_no}（只显示这一次）：{text}")
    say(f"Token {token.token_no}, shown once: {text}")


@app.command(name="list")
def list_tokens(as_json: Json = False) -> None:
    """Every token: whose, what for, since when, until when, revoked or not."""
    session = _session()
    from fangpin.casework.uploads.tokens import tokens

    rows = [
        {
            "token_no": one.token_no,
            "department": one.department,
            "division": one.division,
            "name": one.name,
            "created_at": one.created_at.isoformat(),
            "created_by": one.created_by,
            "expires_on": one.expires_on.isoformat() if one.expires_on else "",
            "revoked_at": one.revoked_at.isoformat() if one.revoked_at else "",
        }
        for one in tokens(_by(session))
    ]
    if as_json:
        print_json({"count": len(rows), "tokens": rows})
        return
    columns = ["token_no", "department", "division", "name", "created_at", "expires_on"]
    columns.append("revoked_at")
    print_table("令牌 tokens", columns, ([row[name] for name in columns] for row in rows))


@app.command()
def revoke(token_no: str, as_json: Json = False) -> None:
    """Take a token away at once."""
    session = _session()
    from fangpin.casework.uploads.tokens import revoke_token

    token = revoke_token(token_no=token_no, by=_by(session), at=session.now())
    if as_json:
        print_json({"outcome": "revoked", "token_no": token.token_no})
        return
    say(f"已撤销。 Revoked: {token.token_no}")


def _session() -> Session:
    session = Session()
    session.start_django()
    return session


def _by(session: Session) -> Scope:
    return replace(operator_scope(session, None), may=frozenset({"manage_tokens"}))
