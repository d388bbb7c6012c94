"""`fangpin paper`: photos and papers that lie encrypted in the home."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from fangpin.cli.output import print_json, say
from fangpin.cli.session import Session

app = typer.Typer(no_args_is_help=True, help="照片和材料 Photos and papers.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]


@app.callback()
def papers() -> None:
    """Photos and papers."""


@app.command()
def sweep(as_json: Json = False) -> None:
    """Remove what was sent and never became part of a record, after the pack's days."""
    session = Session()
    session.start_django()
    from fangpin.runs.papers import sweep_papers

    swept = sweep_papers(home=session.home, pack=session.pack, at=session.now())
    if as_json:
        print_json(asdict(swept))
    elif swept.days is None:
        say("政策包没有规定保存天数（papers.unsent_days），没有清理。")
        say("The pack states no days (papers.unsent_days); nothing was removed.")
    else:
        say(
            f"已清理未提交满 {swept.days} 天的：{swept.contents} 份，未传完的 {swept.unfinished} 份。"
        )
        say(
            f"Unsent for {swept.days} days and removed: {swept.contents}; "
            f"never finished: {swept.unfinished}."
        )
