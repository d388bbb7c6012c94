"""The folder that holds an installation's data, and how whole folders appear in it at once."""

from __future__ import annotations

import errno
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fangpin.values.problem import Problem, ProblemError

TEMPORARY = ".unfinished-"
"""Names that begin so are invisible to readers and swept by the next run."""
MACHINE_CODES = frozenset({"DISK_FULL", "HOME_NOT_WRITABLE"})
"""Problems of the machine (`machine_problem`): the same may well be done a little later."""
_SPILLED = "duckdb_temp_"
"""What the engine spilled, and what stays of one that was killed: it holds people's rows."""
_OF_OTHERS = 0o007
_in_use: set[Path] = set()
"""Passing folders of this process: a sweep of its own leaves them alone."""


class Home:
    """FANGPIN_HOME: the paths of the lake; see ARCHITECTURE.md for what each holds."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def secret_key(self) -> Path:
        return self.root / "secret.key"

    @property
    def vault_keys(self) -> Path:
        """The versions of the vault's key; see vault_parts.py."""
        return self.root / "vault.keys"

    @property
    def audit(self) -> Path:
        """The key of the audit seals and the installation's own copy of them."""
        return self.root / "audit"

    @property
    def deliveries(self) -> Path:
        return self.root / "deliveries"

    @property
    def registry(self) -> Path:
        return self.root / "registry"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    @property
    def links(self) -> Path:
        """Whom claims are about: scores, and the facts that linkage moved; can be made again."""
        return self.root / "links"

    @property
    def decisions(self) -> Path:
        """What officials decided about claims: append-only, nothing else holds it."""
        return self.root / "decisions"

    @property
    def timeline(self) -> Path:
        return self.root / "timeline"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def sources(self) -> Path:
        """How far each database or folder has been read."""
        return self.root / "sources"

    @property
    def replays(self) -> Path:
        """Deliveries as they stand among others than those they were compared with on receipt."""
        return self.root / "replays"

    @property
    def uploads(self) -> Path:
        """Files that departments sent and that wait for their check (spool.py)."""
        return self.root / "uploads"

    @property
    def spill(self) -> Path:
        """Where engines spill and hand each other rows, names and numbers of people among them.

        It is closed to other accounts of the machine, and may be emptied whenever nothing runs.
        """
        return self.root / "spill"

    def prepare(self) -> None:
        """Make the folders; raises ProblemError when the place cannot be written.

        A home that is made here is open to its own account alone; `spill` always is closed to others,
        and to the account's group unless whoever runs the installation opened it.
        """
        with machine_problems(self.root):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.spill.mkdir(mode=0o700, exist_ok=True)
            _close_to_others(self.spill)
            for folder in (
                self.vault,
                self.deliveries,
                self.registry,
                self.ledger,
                self.links,
                self.decisions,
                self.timeline,
                self.runs,
            ):
                folder.mkdir(exist_ok=True)

    def sweep(self, *, within: Path | None = None) -> int:
        """Remove what killed commands left unfinished or spilled; returns how many places were swept.

        `within` narrows to one folder of the home.
        A place still held by a living process (its id is part of the name) is left alone, and so is
        what an engine of this one keeps.
        """
        swept = 0
        within = within or self.root
        for place in (*within.glob(f"**/{TEMPORARY}*"), *within.glob(f"**/{_SPILLED}*")):
            owner = re.split("[-_]", place.name.removeprefix(TEMPORARY).removeprefix(_SPILLED))[0]
            if place in _in_use or (owner.isdigit() and is_alive(int(owner))):
                continue
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
            swept += 1
        return swept


@contextmanager
def published_folder(final: Path) -> Iterator[Path]:
    """A temporary folder that becomes `final` when the block ends well, and vanishes otherwise.

    Every file is flushed to disk before the rename: readers see all of it or nothing. When `final`
    exists already (another process was first) the work is dropped and the first one stays.
    """
    with machine_problems(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.parent / f"{TEMPORARY}{os.getpid()}-{uuid.uuid4().hex[:8]}"
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
def passing_folder(within: Path) -> Iterator[Path]:
    """A folder for what an engine keeps or hands another: gone when the block ends, swept after a
    kill."""
    place = within / f"{TEMPORARY}{os.getpid()}-{uuid.uuid4().hex[:8]}"
    _in_use.add(place)
    try:
        with machine_problems(place):
            place.mkdir(parents=True)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        _in_use.discard(place)


@contextmanager
def published_file(final: Path) -> Iterator[Path]:
    """A temporary file that becomes `final` when the block ends well, and vanishes otherwise."""
    with machine_problems(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.parent / f"{TEMPORARY}{os.getpid()}-{uuid.uuid4().hex[:8]}"
        try:
            yield temporary
            _flush(temporary)
            temporary.replace(final)
            _flush(final.parent)
        finally:
            temporary.unlink(missing_ok=True)


def publish_once(final: Path, text: str) -> bool:
    """Write a small file that is never changed afterwards; False when it exists already."""
    with machine_problems(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.parent / f"{TEMPORARY}{os.getpid()}-{uuid.uuid4().hex[:8]}"
        try:
            temporary.write_text(text, encoding="utf-8")
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


def _close_to_others(folder: Path) -> None:
    """Take from every other account of the machine what it may do there; its group keeps what it may."""
    mode = folder.stat().st_mode
    if mode & _OF_OTHERS:
        # A mount whose modes cannot be changed has its own rules of who reads it.
        with suppress(OSError):
            folder.chmod(mode & ~_OF_OTHERS & 0o7777)


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


def is_alive(process_id: int) -> bool:
    """Whether another process of this id runs; this process itself does not count."""
    if process_id == os.getpid():
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
