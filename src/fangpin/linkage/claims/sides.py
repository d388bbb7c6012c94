"""The two sides of linkage: the vault's, which knows identity numbers, and the model's, which does not.

On one machine both are one engine. Where a run is computed by Spark the vault stays here and the model
runs there: what one side shows the other is handed on as a Parquet file, and the file is gone when
the claims are scored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangpin.lake.engine import Engine
from fangpin.lake.home import passing_folder


class Sides:
    """The engine of the vault's side and that of the model's: the same one unless named."""

    def __init__(
        self, vault: Engine, *, model: Engine | None = None, between: Path | None = None
    ) -> None:
        self.vault = vault
        self.model = model or vault
        self._between = between

    def show(self, name: str, query: str) -> None:
        """Let `name` stand, on the model's side, for the rows of a query on the vault's."""
        self._hand_on(name, query, self.vault, self.model)

    def bring(self, name: str, query: str) -> None:
        """Let `name` stand, on the vault's side, for the rows of a query on the model's."""
        self._hand_on(name, query, self.model, self.vault)

    def _hand_on(self, name: str, query: str, giver: Engine, taker: Engine) -> None:
        if giver is taker:
            taker.make_view(name, query)
            return
        assert self._between is not None, "two engines have a folder between them"
        file = self._between / f"{name}.parquet"
        giver.write(query, file)
        taker.view_files(name, [file])


@contextmanager
def sides_of(*, vault: Engine, run: Engine | None, spill: Path) -> Iterator[Sides]:
    """The sides of one batch: the model's is the run's engine where that may score claims.

    `spill` is a folder that both engines see.
    """
    if run is None or not run.scores_claims:
        yield Sides(vault)
        return
    with passing_folder(spill) as between:
        yield Sides(vault, model=run, between=between)
