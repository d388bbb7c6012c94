"""An identity number that someone gave by hand: into the vault, like those of the files."""

from __future__ import annotations

from fangpin.lake.ciphers import GcmCipher
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault


def keep_identity(*, home: Home, canonical: str, cipher: GcmCipher) -> None:
    """Add a number in its canonical form to the vault; one that is there already is left alone."""
    home.prepare()
    with connect(threads=1, spill=home.spill) as engine:
        vault = Vault(home=home, engine=engine, cipher=cipher)
        engine.make_empty_table("given", {"canonical": "VARCHAR"})
        engine.insert("given", [(canonical,)])
        vault.register("given")
