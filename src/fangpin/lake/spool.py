"""Files that departments upload, from the moment they arrive until they have been checked.

They hold identity numbers as the department wrote them: readable by the installation's account alone,
and gone as soon as the check has ended.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from fangpin.lake.home import Home
from fangpin.values.files import TEMPORARY, last_touched, machine_problems, unfinished_in

_ORPHAN = timedelta(hours=1)
"""A file that no open upload names is left alone that long: its upload may just be committed."""


class Spool:
    """The folder of uploads that wait for their check."""

    def __init__(self, home: Home) -> None:
        self.folder = home.uploads

    def file(self, upload_no: str) -> Path:
        """Where the file of an upload lies."""
        return self.folder / upload_no

    def begin(self, *, limit: int) -> Incoming:
        """A file to write into. Raises ProblemError DISK_FULL, HOME_NOT_WRITABLE."""
        with machine_problems(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Incoming(self, limit=limit)

    def drop(self, upload_no: str) -> None:
        """Remove the file of an upload that has ended."""
        self.file(upload_no).unlink(missing_ok=True)

    def sweep(self, *, open_uploads: Collection[str], at: datetime) -> int:
        """Remove files that no open upload names; returns how many. `at` is the machine's time."""
        if not self.folder.is_dir():
            return 0
        swept = 0
        for file in self.folder.iterdir():
            if file.name.startswith(TEMPORARY) or file.name in open_uploads:
                continue
            if last_touched(file) < (at - _ORPHAN).timestamp():
                file.unlink(missing_ok=True)
                swept += 1
        return swept


class Incoming:
    """One file on its way in; `keep` or `drop` ends it. Above `limit` bytes it counts on, unwritten."""

    def __init__(self, spool: Spool, *, limit: int) -> None:
        self._spool, self._limit = spool, limit
        with ExitStack() as held:
            self._place = held.enter_context(unfinished_in(spool.folder))
            self._descriptor = os.open(self._place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._held = held.pop_all()
        self._digest = hashlib.sha256()
        self._is_open = True
        self.size = 0

    @property
    def is_too_large(self) -> bool:
        """Whether more came than may be kept."""
        return self.size > self._limit

    @property
    def sha256(self) -> str:
        """Of all that was written."""
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Add a piece. Raises ProblemError DISK_FULL, HOME_NOT_WRITABLE; nothing is left then."""
        self.size += len(chunk)
        if self.is_too_large:
            self.drop()
            return
        self._digest.update(chunk)
        try:
            with machine_problems(self._spool.folder):
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
        except BaseException:
            self.drop()
            raise

    def keep(self, upload_no: str) -> None:
        """Give the file its upload's name; it is on the disk when this returns."""
        final = self._spool.file(upload_no)
        with machine_problems(self._spool.folder):
            os.fsync(self._descriptor)
            self._place.rename(final)
            folder = os.open(self._spool.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        self._close()

    def drop(self) -> None:
        """Forget the file; harmless once it is kept or dropped."""
        if self._is_open:
            self._place.unlink(missing_ok=True)
            self._close()

    def _close(self) -> None:
        os.close(self._descriptor)
        self._held.close()
        self._is_open = False
