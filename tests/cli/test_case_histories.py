"""`fangpin pack test` plays histories in a process of its own, on a database that nobody lives in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CASE = """cases:
  - case: a report is visited within five working days
    as_of: 2023-04-28
    household: {{members: 3, is_former_poor: false, labour_count: 1}}
    history:
      - {{act: report_clue, at: 2023-04-21, channel: declaration, cause: illness}}
      - {{act: {act}, at: 2023-04-24}}
    expect:
      clocks: {{report_visit: {{state: overdue, deadline: 2023-04-{day}}}}}
"""


def pack_test(home: Path, cases: Path, **variables: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the one JSON object of `fangpin pack test` on a folder."""
    command = [sys.executable, "-c", "from fangpin.cli.main import main; main()"]
    done = subprocess.run(
        [*command, "pack", "test", "--pack", "cn_gansu", "--cases", str(cases), "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "FANGPIN_HOME": str(home), **variables},
    )
    return done.returncode, json.loads(done.stdout)


def test_a_history_passes_or_says_at_which_line_it_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "good.yaml").write_text(CASE.format(act="assign", day=27), encoding="utf-8")
    (folder / "bad.yaml").write_text(CASE.format(act="assign", day=26), encoding="utf-8")

    code, answer = pack_test(tmp_path / "home", folder)

    assert (code, answer["passed"], answer["failed"]) == (5, 1, 1)
    (failed,) = [case for case in answer["cases"] if case["outcome"] == "failed"]
    (finding,) = failed["findings"]
    assert finding["where"] == f"{folder}/bad.yaml:9"
    assert "should be 2023-04-26, is 2023-04-27" in finding["message_en"]
    assert not (tmp_path / "home" / "casework.sqlite3").exists(), "played in memory"


def test_a_mistake_of_the_file_is_told_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(CASE.format(act="asign", day=27), encoding="utf-8")

    code, answer = pack_test(tmp_path / "home", tmp_path)

    assert code == 3
    (finding,) = answer["findings"]
    assert finding["code"] == "HISTORY_ACT" and finding["where"].endswith("bad.yaml:7")


def test_a_database_in_which_households_live_is_left_alone(tmp_path: Path) -> None:
    """The named database must be empty: nobody's casework is a stage."""
    database = tmp_path / "lived_in.sqlite3"
    url = f"sqlite:///{database}"
    build = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from fangpin.casework.registry.models import Household\n"
        "Household.objects.create(household_ref=1, household_no='H1', division='62', "
        "head_name='x', count_of_members=1)\n"
    )
    named = {"FANGPIN_DATABASE_URL": url, "FANGPIN_HOME": str(tmp_path / "home")}
    subprocess.run(
        [sys.executable, "-c", build],
        check=True,
        timeout=120,
        env={**os.environ, **named, "DJANGO_SETTINGS_MODULE": "fangpin.web.settings"},
    )
    (tmp_path / "good.yaml").write_text(CASE.format(act="assign", day=27), encoding="utf-8")

    code, answer = pack_test(tmp_path / "home", tmp_path, FANGPIN_DATABASE_URL=url)

    assert code == 3
    assert [finding["code"] for finding in answer["findings"]] == ["CASES_NEED_EMPTY_DATABASE"]
