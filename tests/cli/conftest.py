"""Commands as a person gives them: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fangpin.cli.main import main


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
