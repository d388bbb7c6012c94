"""The invented village in a process of its own, which can be killed and started again."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any


class Server:
    """`python -m tests.field.serve` on a home; the same port again after a stop."""

    def __init__(self, repository: Path, home: Path) -> None:
        self.repository, self.home, self.port = repository, home, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        kept = {"FANGPIN_DATABASE_URL"}
        clean = {
            name: value
            for name, value in os.environ.items()
            if "FANGPIN" not in name or name in kept
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.field.serve", str(self.home), str(self.port)],
            cwd=self.repository,
            env=clean,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line.startswith("http://127.0.0.1:"), line
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self) -> None:
        """Kill it, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def line(self, what: str) -> None:
        """Trouble the line, or mend it; see tests.field.serve."""
        asked = urllib.request.Request(f"{self.address}/__line__/{what}", method="POST")
        urllib.request.urlopen(asked, timeout=10).close()

    def count(self, what: str) -> int:
        """How many visits, cases or clues there are."""
        with urllib.request.urlopen(f"{self.address}/__rows__/", timeout=10) as answer:
            return int(json.loads(answer.read())[what])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of its SQLite database."""
        with sqlite3.connect(self.home / "casework.sqlite3") as database:
            return database.execute(query).fetchall()


class Caller:
    """A phone that speaks HTTP itself, signed in."""

    def __init__(self, server: Server, username: str, password: str) -> None:
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        status, _ = self.post("session", {"username": username, "password": password})
        assert status == 200, status

    def post(self, what: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """(status, answer) of a post."""
        asked = urllib.request.Request(
            f"{self.server.address}/field/{what}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Fangpin-Phone": "1"},
        )
        try:
            with self.opener.open(asked, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def get(self, what: str) -> dict[str, Any]:
        """The answer to a question."""
        with self.opener.open(f"{self.server.address}/field/{what}", timeout=60) as answer:
            return dict(json.loads(answer.read()))
