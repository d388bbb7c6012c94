"""Processes that can be killed, forked by one that has read the program already.

A test starts a `Mother` with a module of its own that ends in `serve_forks`. Starting Python and
reading Django takes longer than most of what is asked of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent


class Forked:
    """A process that a mother forked."""

    def __init__(self, mother: Mother, out: Path, number: int) -> None:
        self.mother, self.number = mother, number
        self.stdout = out.open(encoding="utf-8")

    def kill(self) -> None:
        """`kill -9`, though it may have ended; then wait for the end."""
        os.kill(self.number, signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float = 60) -> int | None:
        """Its exit code; None: it is still there."""
        code: int | None = self.mother.ask(self.number, seconds)
        return code


class Mother:
    """`python -m MODULE` in an environment; its children have everything that it has read."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.folder = tempfile.TemporaryDirectory(prefix="fangpin-forks-")
        self.count = 0

    def start(self, *words: str) -> Forked:
        """A child that does what the words say."""
        self.count += 1
        out = Path(self.folder.name) / str(self.count)
        os.mkfifo(out)
        return Forked(self, out, self.ask(str(out), *words))

    def run(self, *words: str) -> tuple[int | None, str]:
        """Exit code and output of a child."""
        process = self.start(*words)
        told = process.stdout.read()
        return process.wait(), told

    def ask(self, *words: str | float) -> Any:
        """What the mother answers to one line."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """The mother and whoever of hers is left are gone."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        self.folder.cleanup()


def serve_forks(do: Callable[[list[str]], None]) -> None:
    """In the mother: fork and wait as the lines of the input say, until there are no more."""
    for line in sys.stdin:
        asked = json.loads(line)
        told = _exit_code(*asked) if isinstance(asked[0], int) else _forked(do, *asked)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _forked(do: Callable[[list[str]], None], out: str, *words: str) -> int:
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        with Path(out).open("w", encoding="utf-8") as sys.stdout:
            try:
                do(list(words))
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _exit_code(number: int, seconds: float) -> int | None:
    for _ in range(int(seconds / 0.01)):
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None
