"""One pull of a source: what is new there ends in the same receive act as any file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.receive import receive
from fangpin.feeds.sources.database import fetch_rows
from fangpin.feeds.sources.folder import RemoteFolder
from fangpin.feeds.sources.progress import Progress
from fangpin.feeds.sources.settings import DatabaseSource, FolderSource, Source
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy.pack import Pack
from fangpin.values.files import machine_problems, one_at_a_time
from fangpin.values.problem import Problem, ProblemError


def pull(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    vault: Vault,
    source: Source,
    at: datetime,
    limits: Limits | None = None,
    told: Callable[[Receipt], None] = lambda _receipt: None,
) -> list[Receipt]:
    """Receive what a source has that was not taken yet, one receipt a file; empty: nothing new.

    Progress is written after each receipt, so a pull that was killed goes on where it stopped: what
    it had received answers `already_received`. A refused file is offered again once it changes, a
    refused database result at the next pull. `told` is given each receipt as soon as it stands:
    a file that cannot be read keeps no other waiting. Raises ProblemError as the readers do, of files
    once all of them were tried.
    """
    limits = limits or Limits()
    # Of two pulls at once the second begins where the first has come to.
    with one_at_a_time(home.sources / f"{source.source}.lock"), machine_problems(home.root):
        progress = Progress.of(home, source.source)
        home.spill.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.spill) as folder:
            act = _Act(home, pack, engine, vault, at, limits, Path(folder), told)
            if isinstance(source, DatabaseSource):
                return act.of_database(source, progress)
            return act.of_folder(source, progress)


class _Act:
    def __init__(
        self,
        home: Home,
        pack: Pack,
        engine: Engine,
        vault: Vault,
        at: datetime,
        limits: Limits,
        folder: Path,
        told: Callable[[Receipt], None],
    ) -> None:
        self.home, self.pack, self.engine, self.vault = home, pack, engine, vault
        self.at, self.limits, self.folder, self.told = at, limits, folder, told

    def of_database(self, source: DatabaseSource, progress: Progress) -> list[Receipt]:
        file = self.folder / "rows.ndjson"
        fetched = fetch_rows(
            source,
            mark=progress.mark,
            to=file,
            largest=self.limits.file_bytes,
            at=self.at,
            writing=self.pack.header.writing,
        )
        if not fetched.rows:
            return []
        name = f"{source.source} {self.at.date().isoformat()}.ndjson"
        receipt = self._receive(source, file, name, sheet=None)
        if receipt.outcome != "refused":
            progress.add({"mark": fetched.mark, "delivery": receipt.delivery, **self._when()})
        self.told(receipt)
        return [receipt]

    def of_folder(self, source: FolderSource, progress: Progress) -> list[Receipt]:
        receipts: list[Receipt] = []
        unread: list[Problem] = []
        with closing(RemoteFolder(source)) as remote:
            for place, one in enumerate(remote.offered(progress.files)):
                file = self.folder / f"{place}"
                try:
                    remote.copy(one, to=file, largest=self.limits.file_bytes)
                except ProblemError as error:
                    unread += error.problems
                    continue
                receipt = self._receive(source, file, one.name, sheet=source.sheet)
                file.unlink()
                progress.add(
                    {
                        "path": one.path,
                        "stamp": one.stamp,
                        "outcome": receipt.outcome,
                        "delivery": receipt.delivery,
                        **self._when(),
                    }
                )
                self.told(receipt)
                receipts.append(receipt)
        if unread:
            raise ProblemError(unread)
        return receipts

    def _receive(self, source: Source, file: Path, name: str, *, sheet: str | None) -> Receipt:
        return receive(
            home=self.home,
            pack=self.pack,
            feed=source.feed,
            file=file,
            original_name=name,
            received=self.at.date(),
            engine=self.engine,
            vault=self.vault,
            limits=self.limits,
            sheet=sheet,
            container="ndjson" if isinstance(source, DatabaseSource) else None,
            zone=self.at.tzinfo,
            origin={"source": source.source, **self._when()},
        )

    def _when(self) -> dict[str, str]:
        return {"at": self.at.isoformat()}
