"""The folder that holds an installation's data, and how what killed commands left in it is swept."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fangpin.values.files import TEMPORARY, is_in_use_here, machine_problems, unfinished_in

_SPILLED = "duckdb_temp_"
"""What the engine spilled, and what stays of one that was killed: it holds people's rows."""
_OF_OTHERS = 0o007


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
        what this one works at.
        """
        swept = 0
        for place in list(_unfinished_in(within or self.root)):
            owner = re.split("[-_]", place.name.removeprefix(TEMPORARY).removeprefix(_SPILLED))[0]
            if is_in_use_here(place) or (owner.isdigit() and is_alive(int(owner))):
                continue
            swept += _removed(place)
        return swept


def _unfinished_in(folder: Path) -> Iterator[Path]:
    """What is unfinished or spilled below a folder; what others rename or remove meanwhile is passed
    over."""
    for parent, folders, files in os.walk(folder):
        left = [name for name in (*folders, *files) if name.startswith((TEMPORARY, _SPILLED))]
        folders[:] = [name for name in folders if name not in left]
        yield from (Path(parent) / name for name in left)


def _removed(place: Path) -> bool:
    """Whether a place is gone: the children of a killed command may still write there for a moment, and
    the next sweep takes what they leave. Raises ProblemError HOME_NOT_WRITABLE."""

    def unless_gone(_: object, __: str, told: tuple[type, BaseException, object]) -> None:
        if not isinstance(told[1], FileNotFoundError):
            raise told[1]

    with machine_problems(place):
        if not place.is_dir():
            place.unlink(missing_ok=True)
            return True
        try:
            shutil.rmtree(place, onerror=unless_gone)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
    return not place.exists()


@contextmanager
def passing_folder(within: Path) -> Iterator[Path]:
    """A folder for what an engine keeps or hands another: gone when the block ends, swept after a
    kill."""
    with unfinished_in(within) as place:
        try:
            with machine_problems(place):
                place.mkdir(parents=True)
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _close_to_others(folder: Path) -> None:
    """Take from every other account of the machine what it may do there; its group keeps what it may."""
    mode = folder.stat().st_mode
    if mode & _OF_OTHERS:
        # A mount whose modes cannot be changed has its own rules of who reads it.
        with suppress(OSError):
            folder.chmod(mode & ~_OF_OTHERS & 0o7777)


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
