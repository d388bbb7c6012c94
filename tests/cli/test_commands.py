"""Each command: one JSON object with --json, its exit code, and what it says when it refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest

from fangpin.policy import load_pack
from tests.cli.conftest import Fangpin
from tests.ledger.village import bill, person, write_csv

OK, USAGE, REFUSED, MACHINE, FAILED = 0, 2, 3, 4, 5


@pytest.fixture
def registry(tmp_path: Path, repository: Path) -> Path:
    pack = load_pack(repository / "tests" / "rules" / "hillside")
    rows = [person("A", 1, "ann", month="2020-01", relation="head")]
    return write_csv(tmp_path / "people.csv", pack, "registry.people", rows)


@pytest.fixture
def bills(tmp_path: Path, repository: Path) -> Path:
    pack = load_pack(repository / "tests" / "rules" / "hillside")
    rows = [
        bill("1", "ann", "2020-05-10", "1500"),
        bill("2", "ann", "2020-05-32", "1"),
        bill("3", "ann", "2020-05-11", "many"),
    ]
    return write_csv(tmp_path / "bills.csv", pack, "health.bills", rows)


# ── feed ────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_received_with_every_row_accounted_for(fangpin: Fangpin, bills: Path) -> None:
    answer = fangpin("feed", "receive", "health.bills", bills, "--month", "2020-05", "--json")

    told = answer.json
    assert answer.code == OK and answer.err == ""
    assert (told["outcome"], told["month"]) == ("accepted", "2020-05")
    assert (told["read"], told["accepted"], told["quarantined"], told["duplicate"]) == (3, 1, 2, 0)
    assert {finding["row"] for finding in told["findings"] if finding["row"]} == {3, 4}

    again = fangpin("feed", "receive", "health.bills", bills, "--json")
    assert again.code == OK and again.json["outcome"] == "already_received"


def test_a_moment_in_utc_is_read_in_the_installations_zone(
    fangpin: Fangpin, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = load_pack(repository / "tests" / "rules" / "hillside")
    rows = [bill("1", "ann", "2020-04-30T16:00:00Z", "1500")]
    file = write_csv(tmp_path / "utc.csv", pack, "health.bills", rows)
    told = fangpin("feed", "receive", "health.bills", file, "--json").json
    assert (told["month"], told["counts_by_code"]["DATE_FROM_UTC"]) == ("2020-05", 1)

    monkeypatch.setenv("FANGPIN_TIME_ZONE", "Africa/Abidjan")
    file.write_text(file.read_text(encoding="utf-8").replace("16:00", "16:30"), encoding="utf-8")
    assert fangpin("feed", "receive", "health.bills", file, "--json").json["month"] == "2020-04"


def test_a_person_reads_the_same_in_words(fangpin: Fangpin, bills: Path) -> None:
    answer = fangpin("feed", "receive", "health.bills", bills)

    assert answer.code == OK
    assert "接收 accepted 1" in answer.out and "隔离 quarantined 2" in answer.out


def test_the_rows_set_aside_can_be_read(fangpin: Fangpin, bills: Path) -> None:
    fangpin("feed", "receive", "health.bills", bills, "--json")

    answer = fangpin("feed", "errors", "health.bills", "--json")

    assert answer.code == OK
    assert [row["row_no"] for row in answer.json["findings"]] == [3, 4]
    assert all(row["message_zh"] and row["message_en"] for row in answer.json["findings"])
    none = fangpin("feed", "errors", "health.bills", "2019-01-01-nothing", "--json")
    assert (none.code, none.codes) == (REFUSED, ["DELIVERY_UNKNOWN"])


def test_how_the_feeds_stand(
    fangpin: Fangpin, bills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fangpin("feed", "receive", "health.bills", bills, "--month", "2020-05", "--json")
    monkeypatch.setenv("FANGPIN_CLOCK", "2020-06-21")

    answer = fangpin("feed", "status", "--as-of", "2020-06-20", "--json")

    states = {feed["feed"]: feed["state"] for feed in answer.json["feeds"]}
    assert answer.code == OK
    assert states["health.bills"] == "late" and states["registry.people"] == "never"


def test_a_delivery_is_held_released_and_refused(fangpin: Fangpin, bills: Path) -> None:
    told = fangpin("feed", "receive", "health.bills", bills, "--month", "2020-05", "--json").json
    name = told["delivery"]

    held = fangpin("feed", "hold", name, "--reason", "单位存疑", "--by", "wang", "--json")
    assert (held.code, held.json["standing"], held.json["is_new"]) == (OK, "held", True)
    (waiting,) = fangpin("feed", "held", "--json").json["deliveries"]
    assert waiting["delivery"] == name and waiting["decisions"][0]["by"] == "wang"
    status = fangpin("feed", "status", "--as-of", "2020-06-15", "--json").json["feeds"]
    assert {one["feed"]: one["held"] for one in status}["health.bills"] == 1

    released = fangpin("feed", "release", name, "--reason", "已核对", "--json")
    assert released.json["standing"] == "in_force"
    assert not fangpin("feed", "release", name, "--reason", "再来", "--json").json["is_new"]
    refused = fangpin("feed", "refuse", f"health.bills/{name}", "--reason", "重复", "--json")
    assert refused.json["standing"] == "refused"
    blank = fangpin("feed", "release", name, "--reason", " ", "--json")
    assert (blank.code, blank.codes) == (REFUSED, ["DECISION_WITHOUT_REASON"])


def test_a_proposed_reading_is_confirmed(
    fangpin: Fangpin, tmp_path: Path, repository: Path
) -> None:
    pack = load_pack(repository / "tests" / "rules" / "hillside")
    rows = [bill("1", "ann", "3/4/2020", "壹佰元")]
    file = write_csv(tmp_path / "waiting.csv", pack, "health.bills", rows)
    name = fangpin("feed", "receive", "health.bills", file, "--json").json["delivery"]

    columns = fangpin("feed", "proposals", name, "--json").json["columns"]
    assert {one["field"]: one["choices"] for one in columns} == {
        "own_share": ["as_proposed"],
        "paid_date": ["dmy", "mdy"],
    }
    choices = ["--choice", "own_share=as_proposed", "--choice", "paid_date=dmy"]
    told = fangpin("feed", "confirm", name, *choices, "--json")
    assert (told.code, told.json["outcome"], told.json["accepted"]) == (OK, "accepted", 1)
    wrong = fangpin("feed", "confirm", name, "--choice", "own_share", "--json")
    assert (wrong.code, wrong.codes) == (REFUSED, ["CHOICE_UNREADABLE"])


def test_an_unknown_feed_is_refused_with_the_nearest_one(fangpin: Fangpin, bills: Path) -> None:
    answer = fangpin("feed", "receive", "health.bill", bills, "--json")

    assert (answer.code, answer.codes) == (REFUSED, ["UNKNOWN_FEED"])
    assert "health.bills" in answer.out


def test_a_missing_column_is_refused_whole(fangpin: Fangpin, tmp_path: Path) -> None:
    file = tmp_path / "bills.csv"
    file.write_text("单号,自付\n1,5\n", encoding="utf-8")

    answer = fangpin("feed", "receive", "health.bills", file, "--json")

    assert answer.code == REFUSED and answer.json["outcome"] == "refused"
    assert "COLUMN_MISSING" in answer.codes
    assert answer.json["accepted"] == 0


def test_a_missing_file_and_a_bad_month_are_refused(fangpin: Fangpin, bills: Path) -> None:
    missing = fangpin("feed", "receive", "health.bills", "nowhere.csv", "--json")
    month = fangpin("feed", "receive", "health.bills", bills, "--month", "2020-13", "--json")

    assert (missing.code, missing.codes) == (REFUSED, ["FILE_NOT_FOUND"])
    assert (month.code, month.codes) == (REFUSED, ["MONTH_UNREADABLE"])
    assert "2020-13" in month.json["findings"][0]["message_zh"]


def test_without_json_a_refusal_is_told_on_stderr_in_both_languages(fangpin: Fangpin) -> None:
    answer = fangpin("feed", "receive", "health.bills", "nowhere.csv")

    assert (answer.code, answer.out) == (REFUSED, "")
    assert "没有这个文件" in answer.err and "There is no such file" in answer.err


# ── run ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_answers_for_every_household(fangpin: Fangpin, registry: Path, bills: Path) -> None:
    fangpin("feed", "receive", "registry.people", registry, "--json")
    fangpin("feed", "receive", "health.bills", bills, "--json")

    answer = fangpin("run", "--no-load", "--json")

    assert answer.code == OK and answer.err == ""
    assert answer.json["as_of"] == "2020-06-15" and answer.json["households"] == 1
    assert answer.json["rules"]["high_bills"]["hit"] == 1, "what is certain of a partial year"
    assert fangpin("run", "--no-load", "--json").json == answer.json
    shown = fangpin("run", "--no-load")
    assert shown.code == OK and "high_bills" in shown.out


def test_a_run_without_a_registry_is_refused(fangpin: Fangpin) -> None:
    answer = fangpin("run", "--no-load", "--json")

    assert (answer.code, answer.codes) == (REFUSED, ["REGISTRY_MISSING"])


def test_a_day_before_every_rule_asks_nothing_and_guesses_no_line(
    fangpin: Fangpin, registry: Path
) -> None:
    received = ["--received", "2016-01-01", "--json"]
    assert fangpin("feed", "receive", "registry.people", registry, *received).code == OK

    answer = fangpin("run", "--no-load", "--as-of", "2017-06-01", "--json")

    # No rule of the hillside was in force then: nothing is asked, and no line is guessed.
    assert answer.code == OK and answer.json["rules"] == {}


def test_a_rule_that_needs_a_line_of_another_day_is_refused(
    fangpin: Fangpin, registry: Path, tmp_path: Path, repository: Path
) -> None:
    pack = tmp_path / "hillside"
    shutil.copytree(repository / "tests" / "rules" / "hillside", pack)
    lines = pack / "parameters" / "lines.yaml"
    text = lines.read_text(encoding="utf-8")
    lines.write_text(text.replace("from: 2018-01-01", "from: 2025-01-01"), encoding="utf-8")
    lines.write_text(
        lines.read_text(encoding="utf-8").replace(
            "from: 2025-01-01, to: 2020-07-01", "from: 2018-01-01, to: 2018-02-01"
        ),
        encoding="utf-8",
    )
    fangpin("feed", "receive", "registry.people", registry, "--json")

    answer = fangpin("run", "--no-load", "--pack", pack, "--json")

    assert answer.code == REFUSED and set(answer.codes) == {"NO_VALUE_FOR_DATE"}


@pytest.mark.parametrize(
    "arguments",
    [["run", "--as-of", "May"], ["feed", "receive"], ["no_such_command"], ["run", "--colour"]],
)
def test_a_command_that_cannot_be_understood_ends_with_2(
    fangpin: Fangpin, arguments: list[str]
) -> None:
    assert fangpin(*arguments).code == USAGE


def test_a_home_that_cannot_be_written_ends_with_4(
    fangpin: Fangpin, bills: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.setenv("FANGPIN_HOME", str(tmp_path / "taken" / "home"))

    answer = fangpin("feed", "receive", "health.bills", bills, "--json")

    assert (answer.code, answer.codes) == (MACHINE, ["HOME_NOT_WRITABLE"])


def test_an_unknown_pack_or_setting_is_refused(
    fangpin: Fangpin, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fangpin("feed", "status", "--pack", "atlantis", "--json").code == REFUSED
    monkeypatch.setenv("FANGPIN_HOEM", "/tmp")

    answer = fangpin("feed", "status", "--json")

    assert answer.code == REFUSED and "FANGPIN_HOEM" in answer.out


# ── alert, household ────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_an_unknown_alert_or_household_is_refused(fangpin: Fangpin) -> None:
    alert = fangpin("alert", "show", "2020-000001", "--json")
    household = fangpin("household", "show", "nobody", "--json")
    division = fangpin("alert", "list", "--scope", "Z99", "--json")

    assert (alert.code, alert.codes) == (REFUSED, ["ALERT_UNKNOWN"])
    assert (household.code, household.codes) == (REFUSED, ["HOUSEHOLD_NOT_ONE"])
    assert (division.code, division.codes) == (REFUSED, ["DIVISION_UNKNOWN"])
    assert "nobody" not in household.out, "what was asked for may be a name"


@pytest.mark.django_db
def test_no_alerts_are_an_empty_list(fangpin: Fangpin) -> None:
    answer = fangpin("alert", "list", "--json")

    assert answer.code == OK and answer.json == {"count": 0, "alerts": []}


# ── pack ────────────────────────────────────────────────────────────────────────────────────────

CASES = """
cases:
  - case: 近12个月自付一千二百元，到线
    as_of: 2020-06-15
    household: {{household_size: 2, head_trade: smith}}
    ledger:
      bills: {{"2020-01": 700, "2020-05": 500}}
    expect:
      rules:
        high_bills: {{outcome: {outcome}, severity: soon, figures: {{bills_12: {figure}}}}}
      alert: {{severity: soon, cause: illness}}
"""


def test_case_files_from_anywhere_are_tried(fangpin: Fangpin, tmp_path: Path) -> None:
    folder = tmp_path / "cases" / "deeper"
    folder.mkdir(parents=True)
    (folder / "good.yaml").write_text(CASES.format(outcome="hit", figure=1200), encoding="utf-8")

    good = fangpin("pack", "test", "--cases", tmp_path / "cases", "--json")
    (folder / "bad.yaml").write_text(CASES.format(outcome="no_hit", figure=1), encoding="utf-8")
    bad = fangpin("pack", "test", "--cases", tmp_path / "cases", "--json")

    assert good.code == OK and (good.json["passed"], good.json["failed"]) == (1, 0)
    assert bad.code == FAILED and (bad.json["passed"], bad.json["failed"]) == (1, 1)
    (failed,) = [case for case in bad.json["cases"] if case["outcome"] == "failed"]
    assert "bad.yaml:3" in failed["place"]
    assert {finding["code"] for finding in failed["findings"]} == {"CASE_DIFFERS"}
    words = fangpin("pack", "test", "--cases", tmp_path / "cases")
    assert words.code == FAILED and "1 个不符 failed" in words.out


def test_a_folder_without_cases_is_refused(fangpin: Fangpin, tmp_path: Path) -> None:
    answer = fangpin("pack", "test", "--cases", tmp_path, "--json")

    assert (answer.code, answer.codes) == (REFUSED, ["CASES_NOT_FOUND"])


def test_a_pack_with_mistakes_ends_with_5_and_names_their_lines(
    fangpin: Fangpin, tmp_path: Path, repository: Path
) -> None:
    pack = tmp_path / "hillside"
    shutil.copytree(repository / "tests" / "rules" / "hillside", pack)
    rules = pack / "rules" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("and bad_roof", "and bad_rof"), encoding="utf-8")

    answer = fangpin("pack", "check", pack, "--json")

    assert answer.code == FAILED and "EXPRESSION_NAME" in answer.codes
    told = next(one for one in answer.json["findings"] if one["code"] == "EXPRESSION_NAME")
    assert "rules.yaml:" in told["where"] and "bad_roof" in told["message_zh"]


# ── a process of its own ────────────────────────────────────────────────────────────────────────


def test_the_installed_command_prints_json_and_nothing_else(
    home_folder: Path, repository: Path
) -> None:
    command = [sys.executable, "-c", "from fangpin.cli.main import main; main()"]
    command += ["feed", "status", "--pack", str(repository / "tests" / "rules" / "hillside")]

    done = subprocess.run(
        [*command, "--as-of", str(date(2020, 6, 15)), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (OK, "")
    assert done.stdout.count("\n") == 1 and done.stdout.startswith('{"feeds": [')


def test_the_version_is_told_for_whoever_asks_for_help(fangpin: Fangpin) -> None:
    answer = fangpin("--version")

    assert (answer.code, answer.err) == (OK, "")
    assert answer.out.strip() == f"fangpin {version('fangpin')}"
