"""Seals outside the database, one line of JSON each: what shows that a tail was cut off.

The sealer writes such a file beside the lake; `fangpin audit export` writes one for the level
above, which keeps it where nobody of this installation can reach it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fangpin.casework.audit.models import Seal
from fangpin.casework.audit.seals import line_of, read_body, read_line

NAME = "seals.jsonl"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeptSeal:
    """One line of a file of seals; the texts are empty where the line could not be read."""

    line_no: int
    number: int
    public: str = ""
    body: str = ""
    signature: str = ""

    @property
    def is_readable(self) -> bool:
        return bool(self.body)


def kept_seals(file: Path) -> Iterator[KeptSeal]:
    """The seals of a file in the order of its lines. Raises OSError when it cannot be read."""
    with file.open("rb") as lines:
        for line_no, line in enumerate(lines, start=1):
            try:
                found = read_line(line.decode("utf-8"))
                number = read_body(found["body"]).number
            except ValueError:
                yield KeptSeal(line_no, 0)
            else:
                yield KeptSeal(
                    line_no, number, found["public_key"], found["body"], found["signature"]
                )


def last_number(file: Path) -> int:
    """The number of the last seal in the installation's own copy; 0 where there is none.

    A last line that was cut off by a power failure counts as not written.
    """
    if not file.exists():
        return 0
    with file.open("rb") as content:
        size = content.seek(0, os.SEEK_END)
        tail = b""
        while size and tail.count(b"\n") < 2:
            step = min(size, 65_536)
            size = content.seek(size - step)
            tail = content.read(step) + tail
            content.seek(size)
    for line in reversed(tail.split(b"\n")):
        try:
            return read_body(read_line(line.decode("utf-8"))["body"]).number
        except ValueError:
            continue
    return 0


def catch_up(file: Path, *, public: str) -> int:
    """Append the seals that the installation's copy does not hold yet; how many they were."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as copy:
        fcntl.flock(copy, fcntl.LOCK_EX)
        copy.seek(0, os.SEEK_END)
        if copy.tell():
            copy.seek(-1, os.SEEK_END)
            if copy.read(1) != b"\n":
                copy.write(b"\n")
        count = 0
        for line in lines(Seal.objects.filter(number__gt=last_number(file)), public=public):
            copy.write(line)
            count += 1
        copy.flush()
        os.fsync(copy.fileno())
    return count


def lines(seals: Iterable[Seal] | None = None, *, public: str) -> Iterator[bytes]:
    """Seals as the lines of a file, all of them unless some are given."""
    chosen = Seal.objects.all() if seals is None else seals
    if hasattr(chosen, "order_by"):
        chosen = chosen.order_by("number").defer("leaves").iterator(chunk_size=_AT_ONCE)
    for seal in chosen:
        line = line_of(public=public, body=seal.body, signature=seal.signature)
        yield line.encode() + b"\n"
