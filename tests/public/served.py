"""The invented village's door in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Served:
    """Where it is served, the door, and a receipt with the digits that open it."""

    address: str
    door: str
    receipt: str
    phone: str
    declared: int
    """Declarations that were there from the start."""


@contextmanager
def serving(repository: Path, home: Path) -> Iterator[Served]:
    """Serve as long as the block runs."""
    clean = {name: value for name, value in os.environ.items() if "FANGPIN" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.public.serve", str(home), "0"],
        cwd=repository,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Served(**json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
