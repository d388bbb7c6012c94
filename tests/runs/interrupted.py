"""A machine that fails at a chosen write: the disk is full, or the power is gone.

A write is a Parquet file that the engine writes, or a file or folder whose bytes are brought to the disk
before its name appears. As a module it serves processes that die so (tests.forking); their words are
the pack's folder, the home, the write at which to die, and then `run DAY` or `receive FEED FILE DAY`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import fangpin.values.files as whole_files
from fangpin.feeds.receive import receive
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.runs.monthly import run_month
from tests.forking import serve_forks


@contextmanager
def failing_at(number: int, fail: Callable[[], None]) -> Iterator[None]:
    """The write of this number (from 1) fails, half done, and so does every later one."""
    flush, write, count = whole_files._flush, Engine.write, 0

    def reached() -> bool:
        nonlocal count
        count += 1
        return count >= number

    def flushed(path: Path) -> None:
        if reached():
            fail()
        flush(path)

    def written(engine: Engine, query: Any, file: Path, *more: Any, **named: Any) -> int:
        if reached():
            file.write_bytes(b"PAR1 and no more")
            fail()
        return write(engine, query, file, *more, **named)

    whole_files._flush, Engine.write = flushed, written  # type: ignore[method-assign]
    try:
        yield
    finally:
        whole_files._flush, Engine.write = flush, write  # type: ignore[method-assign]


def do_month(home: Home, pack: Pack, as_of: date) -> Path:
    """The monthly run; returns its folder."""
    with connect(threads=1, spill=home.spill) as engine:
        return run_month(home=home, pack=pack, engine=engine, as_of=as_of).folder


def take_file(home: Home, pack: Pack, feed: str, file: Path, on: date) -> str:
    """Receive one file; returns the outcome."""
    home.prepare()
    home.sweep()
    with connect(threads=1, spill=home.spill) as engine:
        vault = Vault(home=home, engine=engine)
        receipt = receive(
            home=home,
            pack=pack,
            feed=feed,
            file=file,
            original_name=file.name,
            received=on,
            engine=engine,
            vault=vault,
        )
    return receipt.outcome


def die() -> None:
    """`kill -9` of this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def do(words: list[str]) -> None:
    """One run or one file, until the write at which to die."""
    pack, home, number = load_pack(Path(words[0])), Home(Path(words[1])), int(words[2])
    with failing_at(number, die):
        if words[3] == "run":
            do_month(home, pack, date.fromisoformat(words[4]))
        else:
            take_file(home, pack, words[4], Path(words[5]), date.fromisoformat(words[6]))
    sys.stdout.write("ended\n")


if __name__ == "__main__":
    serve_forks(do)
