"""How files and folders appear at once or not at all, and what a machine says that refuses them."""

from __future__ import annotations

import errno
import fcntl
import math
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangpin.values.problem import Problem, ProblemError

TEMPORARY = ".unfinished-"
"""Names that begin so are invisible to readers and swept by the next run."""
MACHINE_CODES = frozenset({"DISK_FULL", "HOME_NOT_WRITABLE"})
"""Problems of the machine (`machine_problem`): the same may well be done a little later."""


_in_use: set[str] = set()
"""Names of this process's own unfinished places."""


@contextmanager
def unfinished_in(folder: Path) -> Iterator[Path]:
    """A place in a folder that nobody else has; a sweep of this process leaves it while the block
    runs, one of another while this process lives."""
    place = folder / f"{TEMPORARY}{os.getpid()}-{uuid.uuid4().hex[:8]}"
    _in_use.add(place.name)
    try:
        yield place
    finally:
        _in_use.discard(place.name)


def is_in_use_here(place: Path) -> bool:
    """Whether this very process works at a place of its own."""
    return place.name in _in_use


@contextmanager
def published_folder(final: Path) -> Iterator[Path]:
    """A temporary folder that becomes `final` when the block ends well, and vanishes otherwise.

    Every file is flushed to disk before the rename: readers see all of it or nothing. When `final`
    exists already (another process was first) the work is dropped and the first one stays.
    """
    with machine_problems(final), unfinished_in(final.parent) as temporary:
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        try:
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _flush(file)
            _flush(temporary)
            if not final.exists():
                _rename(temporary, final)
                _flush(final.parent)
            shutil.rmtree(temporary, ignore_errors=True)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


@contextmanager
def published_file(final: Path) -> Iterator[Path]:
    """A temporary file that becomes `final` when the block ends well, and vanishes otherwise."""
    with machine_problems(final), unfinished_in(final.parent) as temporary:
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            _flush(temporary)
            temporary.replace(final)
            _flush(final.parent)
        finally:
            temporary.unlink(missing_ok=True)


def publish_once(final: Path, text: str, *, mode: int = 0o666) -> bool:
    """Write a small file that is never changed afterwards; False when it exists already.

    `mode` is who may read it, as the process's umask narrows it.
    """
    with machine_problems(final), unfinished_in(final.parent) as temporary:
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            _flush(temporary)
            # A link, unlike a rename, refuses to take the place of what another process wrote.
            os.link(temporary, final)
            _flush(final.parent)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
    return True


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """The block is done by one process or thread after the other; `lock` is a file that stays."""
    with machine_problems(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("a")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def machine_problems(place: Path) -> Iterator[None]:
    """Turn a full disk or a place that cannot be written into a Problem that says what to do."""
    try:
        yield
    except ConnectionError:
        # A line that broke is no fault of the disk.
        raise
    except OSError as error:
        raise ProblemError(machine_problem(error, place)) from error


def machine_problem(error: OSError, place: Path) -> Problem:
    """The Problem that tells of a machine's refusal: DISK_FULL or HOME_NOT_WRITABLE."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(
            code="DISK_FULL",
            where=str(place),
            zh="磁盘已满，本次操作没有写入任何数据，原有数据不变。",
            en="The disk is full; nothing of this operation was written and earlier data is whole.",
            fix_zh="请腾出空间，或把 FANGPIN_HOME 指到更大的磁盘，然后重新执行同一命令。",
            fix_en="Free some space, or point FANGPIN_HOME at a larger disk, and repeat the command.",
        )
    return Problem(
        code="HOME_NOT_WRITABLE",
        where=str(place),
        zh=f"无法写入数据目录（{error.strerror}）。",
        en=f"The data folder cannot be written ({error.strerror}).",
        fix_zh="请检查 FANGPIN_HOME 的路径和权限，然后重新执行同一命令。",
        fix_en="Check the path and permissions of FANGPIN_HOME, then repeat the command.",
    )


def files_in(folder: Path) -> Iterator[Path]:
    """Every file below a folder; what another finishes or removes meanwhile is passed over."""
    for parent, _, files in os.walk(folder):
        yield from (Path(parent) / name for name in files)


def last_touched(file: Path) -> float:
    """Seconds since 1970; a moment that never comes for what another has finished or removed."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def size_of(file: Path) -> int:
    """Bytes; none for what another has finished or removed."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _rename(temporary: Path, final: Path) -> None:
    try:
        temporary.rename(final)
    except OSError:
        # Another process may have put its folder there since we looked.
        if not final.exists():
            raise


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
