"""The monthly run in a process of its own, so that it can be killed; see tests.forking.

Words: the pack's folder, the home, the day. It says when it begins and when it has ended.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.policy import load_pack
from fangpin.runs.monthly import run_month
from tests.forking import serve_forks


def do(words: list[str]) -> None:
    """One run."""
    pack, home = load_pack(Path(words[0])), Home(Path(words[1]))
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    with connect(threads=1, spill=home.spill) as engine:
        run_month(home=home, pack=pack, engine=engine, as_of=date.fromisoformat(words[2]))
    sys.stdout.write("ended\n")


if __name__ == "__main__":
    serve_forks(do)
