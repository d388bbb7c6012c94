"""`fangpin vault`: with what identity numbers are sealed, and a new key for them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.session import Session
from fangpin.lake.vault import installation_key
from fangpin.lake.vault_parts import drop_old, rotate, sealed_with

app = typer.Typer(no_args_is_help=True, help="身份库 The vault of identity numbers.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]


@app.command()
def status(as_json: Json = False) -> None:
    """How many parts each cipher and version of the key seals."""
    session = Session()
    counted = Counter(sealed_with(session.home))
    rows = [
        {"cipher": cipher, "key_version": version, "parts": count}
        for (cipher, version), count in sorted(counted.items())
    ]
    if as_json:
        print_json({"cipher": session.environment.cipher.name, "parts": rows})
        return
    columns = ["cipher", "key_version", "parts"]
    print_table("身份库 vault", columns, ([row[name] for name in columns] for row in rows))


@app.command(name="rotate")
def rotate_key(
    drop: Annotated[
        bool, typer.Option("--drop-old", help="forget keys that no part needs any more")
    ] = False,
    as_json: Json = False,
) -> None:
    """Seal the whole vault anew with a new key and the cipher of FANGPIN_CIPHER."""
    session = Session()
    session.home.prepare()
    key = installation_key(session.home)
    cipher = session.environment.cipher
    count = rotate(home=session.home, installation_key=key, cipher=cipher)
    gone = drop_old(home=session.home, installation_key=key) if drop else []
    if as_json:
        print_json(
            {"outcome": "rotated", "parts": count, "cipher": cipher.name, "dropped_keys": gone}
        )
        return
    say(f"已用新密钥（{cipher.name}）重新加密 {count} 个部分；请备份 vault.keys。")
    say(f"Sealed {count} parts anew ({cipher.name}); back vault.keys up.")
