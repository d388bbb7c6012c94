"""What commands print fits the window, and nothing of it is cut."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from fangpin.cli import output
from fangpin.cli.demo import print_accounts
from fangpin.policy import load_pack

LONG = "一句很长的话" * 20


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal of 80 columns."""
    written = io.StringIO()
    console = Console(file=written, width=80, force_terminal=True, highlight=False, no_color=True)
    monkeypatch.setattr(output, "screen", console)
    return written


def told(written: io.StringIO) -> str:
    """Without the breaks of lines."""
    return "".join(written.getvalue().split())


def test_a_table_that_fits_the_window_is_a_table(window: io.StringIO) -> None:
    output.print_table("短 short", ["a", "b"], [[1, None]])
    assert "1 │ –" in window.getvalue()


def test_brackets_that_departments_write_stand_in_a_table_as_they_were_written(
    window: io.StringIO,
) -> None:
    output.print_table("[b]表", ["[i]栏", "b"], [["[/无]", "[red]户"], ["", "一\n二三四五六"]])
    lines = window.getvalue().splitlines()
    assert lines[0].startswith("\x1b[3m[b]表"), "a title leans"
    for words in ("[i]栏", "[/无] │ [red]户", "–     │ 一", "      │ 二三四五六"):
        assert words in window.getvalue(), words


def test_in_a_window_that_is_too_narrow_each_row_is_a_block(window: io.StringIO) -> None:
    output.print_table("长 long", ["feed", "title", "rows"], [["card", LONG, 0], ["cert", "", 3]])
    assert "…" not in window.getvalue()
    assert f"title{LONG}·rows0" in told(window)
    assert "title–·rows3" in told(window)


def test_what_goes_into_a_file_is_as_wide_as_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table("长 long", ["feed", "title", "rows"], [["card", LONG, 0]])
    line = next(line for line in capsys.readouterr().out.splitlines() if "card" in line)
    assert LONG in line
    assert line.rstrip().endswith("0")


@pytest.mark.parametrize("name", ["cn_hunan_chenzhou", "wb_hfps"])
def test_the_accounts_of_every_demonstration_fit_a_window_of_80_columns(
    window: io.StringIO, repository: Path, name: str
) -> None:
    pack = load_pack(repository / "packs" / name)
    for recipe in pack.demos.values():
        print_accounts(recipe, pack)
        for one in recipe.accounts:
            assert f"{one.username} " in window.getvalue()
    assert "┃" in window.getvalue()
    assert "·" not in window.getvalue(), "a block in place of the table"
