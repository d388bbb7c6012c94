"""`fangpin official`: accounts, posts and delegations. Whoever runs it on the machine is `operator`
in the audit trail."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from fangpin.casework.officials.scope import Scope

app = typer.Typer(no_args_is_help=True, help="干部与岗位 Officials and posts.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
PERMISSIONS = frozenset({"manage_accounts", "appoint", "end_post", "revoke_delegation"})
Answer = TypeVar("Answer")


@app.command(name="list")
def list_officials(
    scope: Annotated[str | None, typer.Option(help="a division code")] = None,
    everything: Annotated[bool, typer.Option("--all", help="ended posts as well")] = False,
    as_json: Json = False,
) -> None:
    """Posts with their holders and periods, and to whom they are handed over."""
    session = _session()
    from fangpin.casework.appointments.queries import posts_of_scope

    on = None if everything else session.today()
    rows: list[dict[str, Any]] = [
        {
            "post": post.pk,
            "username": post.official.user.get_username(),
            "name": post.official.name,
            "role": post.role,
            "division": post.division,
            "department": post.department,
            "from_date": post.from_date.isoformat(),
            "to_date": post.to_date.isoformat() if post.to_date else "",
            "delegations": [
                {
                    "delegation": one.pk,
                    "to": one.delegate.user.get_username(),
                    "from_date": one.from_date.isoformat(),
                    "to_date": one.to_date.isoformat(),
                    "revoked": one.revoked_at is not None,
                }
                for one in post.delegations.all()
            ],
        }
        for post in posts_of_scope(operator_scope(session, scope), on=on)
    ]
    if as_json:
        print_json({"count": len(rows), "posts": rows})
        return
    columns = ["post", "username", "name", "role", "division", "from_date", "to_date"]
    print_table(
        "岗位 posts",
        [*columns, "delegated to"],
        ([*(row[name] for name in columns), _told(row["delegations"])] for row in rows),
    )


@app.command()
def add(username: str, name: str, as_json: Json = False) -> None:
    """Open an account without a post; prints the password for the first sign-in, once."""
    session = _session()
    from fangpin.casework.appointments.accounts import open_account

    password = secrets.token_urlsafe(9)
    open_account(username=username, name=name, by=_by(session), at=session.now(), password=password)
    _password_is(username, password, as_json)


@app.command(name="reset-password")
def reset(username: str, as_json: Json = False) -> None:
    """Unlock an account and give it a password that must be changed; prints it once."""
    session = _session()
    from fangpin.casework.appointments.accounts import reset_password

    password = secrets.token_urlsafe(9)
    reset_password(username=username, by=_by(session), at=session.now(), password=password)
    _password_is(username, password, as_json)


@app.command()
def appoint(
    username: str,
    role: str,
    division: str,
    from_date: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day; today")
    ] = None,
    to_date: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="the day after the last; none: open"),
    ] = None,
    department: str = "",
    as_json: Json = False,
) -> None:
    """Give an official a post."""
    session = _session()
    from fangpin.casework.appointments.acts import appoint as act
    from fangpin.casework.divisions.actions import sync_divisions

    sync_divisions(divisions=session.pack.divisions)
    session.pack.divisions.get(division)
    post = act(
        username=username,
        role=role,
        division=division,
        by=_by(session),
        at=session.now(),
        roles=session.pack.roles,
        from_date=_day(from_date, session),
        to_date=to_date.date() if to_date else None,
        department=department,
    )
    _done(as_json, "appointed", post=post.pk)


@app.command()
def end(
    post: int,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day without it; today")
    ] = None,
    as_json: Json = False,
) -> None:
    """End a post; its history stays."""
    session = _session()
    from fangpin.casework.appointments.acts import end_post
    from fangpin.casework.officials.models import Post

    ended = _found(
        lambda: end_post(post_id=post, by=_by(session), at=session.now(), on=_day(on, session)),
        missing=Post.DoesNotExist,
        where=f"post {post}",
    )
    _done(as_json, "ended", post=ended.pk, to_date=str(ended.to_date))


@app.command()
def delegate(
    post: int,
    to: str,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the day after the last")],
    from_date: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day; today")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hand a post to another official of its division for a period."""
    session = _session()
    from fangpin.casework.appointments.acts import delegate as act

    made = act(
        post_id=post,
        to=to,
        by=_by(session),
        at=session.now(),
        roles=session.pack.roles,
        from_date=_day(from_date, session),
        to_date=until.date(),
    )
    _done(as_json, "delegated", delegation=made.pk)


@app.command()
def revoke(delegation: int, as_json: Json = False) -> None:
    """Take a delegation back at once."""
    session = _session()
    from fangpin.casework.appointments.acts import revoke_delegation
    from fangpin.casework.officials.models import Delegation

    _found(
        lambda: revoke_delegation(delegation_id=delegation, by=_by(session), at=session.now()),
        missing=Delegation.DoesNotExist,
        where=f"delegation {delegation}",
    )
    _done(as_json, "revoked", delegation=delegation)


def _session() -> Session:
    session = Session()
    session.start_django()
    return session


def _by(session: Session) -> Scope:
    return replace(operator_scope(session, None), may=PERMISSIONS)


def _day(given: datetime | None, session: Session) -> date:
    return given.date() if given else session.today()


def _found(act: Callable[[], Answer], *, missing: type[Exception], where: str) -> Answer:
    try:
        return act()
    except missing:
        raise ProblemError(
            Problem(
                code="POST_UNKNOWN",
                where=where,
                zh="没有这个岗位或委托。",
                en="There is no such post or delegation.",
                fix_zh="用 fangpin official list 查看编号。",
                fix_en="See the numbers with fangpin official list.",
            )
        ) from None


def _password_is(username: str, password: str, as_json: bool) -> None:
    if as_json:
        print_json({"outcome": "ready", "username": username, "password": password})
        return
    say(f"{username} 的首次登录密码（只显示这一次，登录后须修改）：{password}")
    say(f"The password for the first sign-in of {username}, shown once: {password}")


def _done(as_json: bool, outcome: str, **told: Any) -> None:
    if as_json:
        print_json({"outcome": outcome, **told})
        return
    say(f"已完成。 Done: {outcome} " + ", ".join(f"{key} {value}" for key, value in told.items()))


def _told(delegations: list[dict[str, Any]]) -> str:
    standing = [one for one in delegations if not one["revoked"]]
    return ", ".join(f"{one['to']} {one['from_date']}–{one['to_date']}" for one in standing)
