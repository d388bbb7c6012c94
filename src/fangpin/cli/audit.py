"""`fangpin audit`: seal the trail, hand the seals up, verify that nothing was changed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from fangpin.cli.output import print_json, print_problems, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.values.files import machine_problems, published_file
from fangpin.values.problem import Problem, ProblemError

app = typer.Typer(no_args_is_help=True, help="审计 The audit trail.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
FAILED = 5
"""Exit code: the trail is not what was sealed."""


@app.command()
def seal(
    every: Annotated[
        float | None, typer.Option(min=0.1, help="seconds: go on until Ctrl-C")
    ] = None,
    as_json: Json = False,
) -> None:
    """Chain and sign what was written since the last seal."""
    session = Session()
    session.start_django()
    from fangpin.casework.audit.sealing import seal_all

    while True:
        with machine_problems(session.home.audit):
            count = seal_all(folder=session.home.audit, at=session.now())
        if every is None:
            break
        time.sleep(every)
    if as_json:
        print_json({"outcome": "sealed", "entries": count})
        return
    say(f"已封存 {count} 条审计记录。 Sealed {count} entries.")


@app.command()
def export(
    to: Annotated[Path, typer.Option("--to", help="the file to write: one seal a line")],
    as_json: Json = False,
) -> None:
    """Write all seals for the level above, which keeps the file to compare with later."""
    session = Session()
    session.start_django()
    from fangpin.casework.audit.copies import lines
    from fangpin.casework.audit.seal_keys import seal_key

    public = seal_key(session.home.audit).reader.public
    count = 0
    with published_file(to.absolute()) as temporary, temporary.open("wb") as file:
        for line in lines(public=public):
            file.write(line)
            count += 1
    if as_json:
        print_json({"outcome": "exported", "seals": count, "file": str(to), "public_key": public})
        return
    say(f"已写出 {count} 个封存：{to}  Wrote {count} seals. public key {public}")


@app.command()
def verify(
    seals: Annotated[
        Path | None, typer.Option(help="the file of seals that the level above keeps")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare entries with their seals; ends with code 5 when anything was changed."""
    session = Session()
    session.start_django()
    from fangpin.casework.audit import verify as verification

    if seals is not None and not seals.is_file():
        raise ProblemError(
            Problem(
                code="SEALS_FILE_UNREADABLE",
                where=str(seals),
                zh="找不到这个封存文件。",
                en="There is no such file of seals.",
                fix_zh="请给出上级保存的封存文件的路径。",
                fix_en="Give the path of the file that the level above keeps.",
            )
        )
    found = verification.verify(folder=session.home.audit, kept=seals)
    if as_json:
        print_json(
            {
                "outcome": "whole" if found.is_whole else "changed",
                "seals": found.seals,
                "entries_verified": found.entries_verified,
                "entries_unsealed": found.entries_unsealed,
                "findings": [problem.as_dict() for problem in found.findings],
            }
        )
    else:
        print_problems(found.findings, as_json=False)
        say(
            f"封存 {found.seals} 个；与封存一致 {found.entries_verified} 条；"
            f"尚未封存、不能核对 {found.entries_unsealed} 条；问题 {len(found.findings)} 个。"
        )
        say(
            f"{found.seals} seals; {found.entries_verified} entries as sealed; "
            f"{found.entries_unsealed} not sealed yet and so not verified; "
            f"{len(found.findings)} findings."
        )
    if not found.is_whole:
        raise typer.Exit(FAILED)


@app.command(name="list")
def list_entries(
    limit: Annotated[int, typer.Option(min=1)] = 50,
    scope: Annotated[str | None, typer.Option(help="a division code")] = None,
    as_json: Json = False,
) -> None:
    """The latest entries of a division: who did what, on whose behalf."""
    session = Session()
    session.start_django()
    from fangpin.casework.audit.queries import latest_entries

    rows: list[dict[str, Any]] = [
        {
            "at": entry.at.isoformat(),
            "official": entry.official,
            "on_behalf_of": entry.detail.get("on_behalf_of", ""),
            "act": entry.act,
            "subject_kind": entry.subject_kind,
            "subject": entry.subject,
            "division": entry.division,
            "detail": entry.detail,
        }
        for entry in latest_entries(operator_scope(session, scope), limit=limit)
    ]
    if as_json:
        print_json({"count": len(rows), "entries": rows})
        return
    columns = ["at", "official", "on_behalf_of", "act", "subject_kind", "subject", "division"]
    print_table("审计 audit", columns, ([row[name] for name in columns] for row in rows))
