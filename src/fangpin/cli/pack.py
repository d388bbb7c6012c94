"""`fangpin pack`: check packs, run their cases, write their forms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fangpin.cli.output import print_json, print_problems, print_table, say
from fangpin.cli.session import Session
from fangpin.policy import (
    Pack,
    check_histories,
    check_pack_thoroughly,
    load_pack,
    read_case_files,
)
from fangpin.policy.reading.nearest import advice
from fangpin.runs.cases.all_cases import run_all
from fangpin.runs.cases.pack_cases import CaseResult
from fangpin.values.files import machine_problems
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.field.xlsform import write_xlsform

FAILED = 5
app = typer.Typer(no_args_is_help=True, help="政策包 Policy packs.")

Packs = Annotated[
    list[str] | None, typer.Argument(help="pack names or folders; none: every pack there is")
]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]


@app.command()
def check(packs: Packs = None, as_json: Json = False) -> None:
    """Load packs strictly and say everything that is wrong, with file, line and cure."""
    problems: list[Problem] = []
    checked = []
    for directory in _directories(packs):
        try:
            loaded = load_pack(directory)
            found = check_pack_thoroughly(loaded)
        except ProblemError as error:
            found = list(error.problems)
            checked.append({"pack": directory.name, "problems": len(found)})
        else:
            checked.append(
                {
                    "pack": loaded.id,
                    "problems": len(found),
                    "feeds": len(loaded.contracts),
                    "rules": len(loaded.rules),
                    "parameters": len(loaded.parameters),
                    "divisions": len(loaded.divisions),
                }
            )
        problems += found
    if as_json:
        print_json({"packs": checked, "findings": [problem.as_dict() for problem in problems]})
    else:
        print_problems(problems, as_json=False)
        columns = ["pack", "feeds", "rules", "parameters", "divisions", "problems"]
        print_table("", columns, ([row.get(name) for name in columns] for row in checked))
    if problems:
        raise typer.Exit(FAILED)


@app.command()
def test(
    packs: Packs = None,
    cases: Annotated[
        Path | None,
        typer.Option(help="a case file or a folder of them, tried against one pack"),
    ] = None,
    pack: Annotated[str | None, typer.Option(help="the pack for --cases")] = None,
    as_json: Json = False,
) -> None:
    """Run the packs' own cases, or case files from anywhere, through rules and casework.

    Histories are played on a database in memory, or on the empty one that FANGPIN_DATABASE_URL
    names, and leave nothing behind.
    """
    session = Session(pack=pack)
    start = session.start_casework_for_cases
    results: list[tuple[str, CaseResult]] = []
    if cases is not None:
        loaded = session.pack
        files = sorted(cases.glob("**/*.yaml")) if cases.is_dir() else [cases]
        if not files:
            raise ProblemError(_no_cases(cases))
        entries = read_case_files(files=files)
        if wrong := check_histories(loaded, entries):
            raise ProblemError(wrong)
        asked = [(loaded, entries)]
    else:
        loaded_packs = [load_pack(directory) for directory in _directories(packs)]
        asked = [(loaded, loaded.case_entries) for loaded in loaded_packs]
    with session.case_engine() as engine:
        for loaded, entries in asked:
            done = run_all(loaded, entries, start_casework=start, engine=engine)
            results += [(loaded.id, result) for result in done]
    failed = [result for _, result in results if result.problems]
    if as_json:
        print_json(_answer(results))
    else:
        print_problems((p for result in failed for p in result.problems), as_json=False)
        say(f"{len(results) - len(failed)} 个案例通过 passed, {len(failed)} 个不符 failed")
    if failed:
        raise typer.Exit(FAILED)


def _answer(results: list[tuple[str, CaseResult]]) -> dict[str, Any]:
    return {
        "passed": sum(not result.problems for _, result in results),
        "failed": sum(bool(result.problems) for _, result in results),
        "cases": [
            {
                "pack": pack,
                "place": result.place,
                "case": result.name,
                "outcome": "failed" if result.problems else "passed",
                "findings": [problem.as_dict() for problem in result.problems],
            }
            for pack, result in results
        ],
    }


@app.command()
def form(
    xlsform: Annotated[Path, typer.Option(help="the .xlsx to write, for ODK's tools")],
    name: Annotated[str, typer.Option("--form", help="which form of the pack")] = "visit",
    pack: Annotated[
        str | None, typer.Option(help="the pack; the installation's by default")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a form of the pack as an XLSForm: the same questions as on the console and the phone."""
    loaded = Session(pack=pack).pack
    found = loaded.forms.get(name)
    if found is None:
        raise ProblemError(_no_form(loaded, name))
    with machine_problems(xlsform):
        write_xlsform(loaded, found, xlsform)
    told = {"form": name, "version": found.version, "fields": len(found.fields)}
    if as_json:
        print_json({"outcome": "written", "file": str(xlsform), **told})
    else:
        say(f"{xlsform}: {name} v{found.version}, {len(found.fields)} 项 fields")


def _no_form(pack: Pack, name: str) -> Problem:
    fix_zh, fix_en = advice(written=name, valid=pack.forms)
    return Problem(
        code="FORM_UNKNOWN",
        where=f"pack {pack.id}",
        zh=f"政策包 {pack.id} 没有表单“{name}”。",
        en=f"The pack {pack.id} has no form '{name}'.",
        fix_zh=fix_zh,
        fix_en=fix_en,
    )


def _directories(packs: list[str] | None) -> list[Path]:
    home = Session().packs_directory
    if not packs:
        return sorted(file.parent for file in home.glob("*/pack.yaml"))
    return [Path(name) if "/" in name else home / name for name in packs]


def _no_cases(place: Path) -> Problem:
    return Problem(
        code="CASES_NOT_FOUND",
        where=str(place),
        zh="这里没有案例文件（*.yaml）。",
        en="There are no case files (*.yaml) here.",
        fix_zh="请给出案例文件或目录。",
        fix_en="Name a case file or a folder of them.",
    )
