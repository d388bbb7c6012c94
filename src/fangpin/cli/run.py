"""`fangpin run`: the monthly run, loaded into the case database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

import typer

from fangpin.cli.output import errors, print_json, print_table, say
from fangpin.cli.session import Session
from fangpin.lake.engines.splink import splink_missing
from fangpin.runs.monthly import RunResult, run_month
from fangpin.values.problem import ProblemError


def run(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="judge what was known that day")
    ] = None,
    load: Annotated[bool, typer.Option(help="load the alerts into the case database")] = True,
    pack: Annotated[str | None, typer.Option("--pack")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Evaluate the rules over the last complete month, with what had arrived by the date."""
    session = Session(pack=pack)
    day = session.day(as_of)
    if load:
        session.start_django()
        from fangpin.lake.vault import Vault
        from fangpin.runs.casework_feeds import deliver_casework

        with session.engine() as receiving:
            deliver_casework(
                home=session.home,
                pack=session.pack,
                engine=receiving,
                vault=Vault(home=session.home, engine=receiving),
                as_of=day,
            )
    with session.run_engine() as engine:
        result = run_month(
            home=session.home,
            pack=session.pack,
            engine=engine,
            as_of=day,
            progress=lambda step: None if as_json else errors.print(f"… {step}"),
        )
    loaded = load_result(session, result) if load else {}
    answer = {
        "outcome": "finished",
        "as_of": day.isoformat(),
        "folder": result.folder.name,
        "households": result.count_of_households,
        "rules": result.outcomes,
        "loaded": loaded,
        "findings": [] if result.is_linkage_whole else [splink_missing().as_dict()],
    }
    if as_json:
        print_json(answer)
        return
    if not result.is_linkage_whole:
        errors.print(str(splink_missing()), soft_wrap=True, markup=False)
    columns = ["hit", "no_hit", "cannot_tell", "suppressed", "not_applicable"]
    print_table(
        f"{day} · {result.count_of_households} 户 households",
        ["rule", *columns],
        ([rule, *(counts[name] for name in columns)] for rule, counts in result.outcomes.items()),
    )
    if loaded.get("outcome") == "older":
        for finding in loaded["findings"]:
            say(f"{finding['message_zh']}\n{finding['message_en']}")
    elif loaded:
        say(
            f"新增预警 raised {loaded['alerts_raised']}，"
            f"更新 updated {loaded['alerts_updated']}，在办 open {loaded['alerts_open']}"
        )


def load_result(session: Session, result: RunResult) -> dict[str, Any]:
    """Load a finished run; the divisions of the pack are brought up to date first."""
    from fangpin.casework.divisions.actions import sync_divisions
    from fangpin.policy import WorkingCalendar
    from fangpin.runs.loading.alerts import load_run
    from fangpin.runs.loading.claims import load_claims
    from fangpin.runs.loading.watched import follow_watched

    sync_divisions(divisions=session.pack.divisions)
    try:
        report = load_run(
            run_folder=result.folder,
            pack=session.pack,
            calendar=WorkingCalendar(session.pack),
            at=session.now(),
        )
        follow_watched(
            home=session.home, pack=session.pack, run_folder=result.folder, at=session.now()
        )
        load_claims(home=session.home, pack=session.pack, as_of=result.as_of, at=session.now())
    except ProblemError as error:
        # A replay of an earlier day is an answer of its own; the case database keeps its later one.
        if {problem.code for problem in error.problems} == {"RUN_IS_OLDER"}:
            return {"outcome": "older", "findings": [p.as_dict() for p in error.problems]}
        raise
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(report).items()
    }
