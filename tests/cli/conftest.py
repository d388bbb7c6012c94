"""Commands as a person gives them: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fangpin.cli.main import main
from tests.forking import Mother


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout; fails when there is anything else."""
        (line,) = self.out.splitlines()
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    @property
    def codes(self) -> list[str]:
        """The codes of its findings, each of which is told in both languages."""
        for finding in self.json["findings"]:
            assert finding["message_zh"] and finding["message_en"], finding
        return [finding["code"] for finding in self.json["findings"]]


Fangpin = Callable[..., Answer]
Run = Callable[..., tuple[int | None, dict[str, Any]]]
"""Exit code and JSON object of a command in a process of its own."""


@contextmanager
def commands(*, home: Path, pack: Path | str, clock: str, tables: Path) -> Iterator[Run]:
    """Commands in a home, whose case database has its tables, as long as the block."""
    shutil.copy2(tables, home)
    clean = {name: value for name, value in os.environ.items() if "FANGPIN" not in name}
    named = {"FANGPIN_HOME": str(home), "FANGPIN_PACK": str(pack), "FANGPIN_CLOCK": clock}
    mother = Mother("tests.cli.command_process", clean | named)

    def run(*words: str) -> tuple[int | None, dict[str, Any]]:
        code, told = mother.run(*words)
        return code, json.loads(told or "{}")

    try:
        yield run
    finally:
        mother.close()


@pytest.fixture
def fangpin(
    home_folder: Path,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Fangpin:
    """Runs one command in this process, in a home of its own, on the hillside."""
    monkeypatch.setenv("FANGPIN_PACK", str(repository / "tests" / "rules" / "hillside"))
    monkeypatch.setenv("FANGPIN_CLOCK", "2020-06-15")

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["fangpin", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return run
