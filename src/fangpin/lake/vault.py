"""The vault: the one place where identity numbers live, encrypted; everything else holds references.

Grain: one identity number. A reference is the first 60 bits of SHA-256 over the installation's key,
the kind and the text, so the same number gives the same reference whenever and wherever it arrives.
So a reference is the keyed blind index of its number: found without opening anything, and worth
nothing without the key. A part of the vault is a Parquet file, encrypted whole (vault_parts.py) and
opened in memory only.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from fangpin.lake.ciphers import AES_256_GCM, CIPHERS, GcmCipher, NotOpened
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.lake.home import Home
from fangpin.lake.vault_parts import VaultKeys, registering, unreadable, vault_lock
from fangpin.values.files import machine_problems, publish_once, published_file
from fangpin.values.problem import Problem, ProblemError

_KEY = re.compile(rb"[0-9a-f]{64}")
_WAITING = b"cells that wait for a reading"
TABLE = "identities"
"""The engine's table of known identities: canonical VARCHAR, person_ref BIGINT."""


def reference(key: bytes, kind: str, text: str) -> int:
    """The 60-bit reference of a text of one kind (`person`, `household`) under a key."""
    digest = hashlib.sha256(f"{key.hex()}:{kind}:{text}".encode()).hexdigest()
    return int(digest[:15], 16)


class Vault:
    """The identities known to one installation, opened in one engine."""

    def __init__(self, *, home: Home, engine: Engine, cipher: GcmCipher = AES_256_GCM) -> None:
        self._home = home
        self._engine = engine
        self._cipher = cipher
        self._lock = vault_lock(home)
        self._open()

    @cached_property
    def _key(self) -> bytes:
        """Made only when a reference is asked for: a refused file leaves a new home as it was."""
        return installation_key(self._home)

    @cached_property
    def _keys(self) -> VaultKeys:
        return VaultKeys(home=self._home, installation_key=self._key)

    def person_ref(self, canonical: str) -> int:
        """The reference of a person by the canonical form of an identity number."""
        return reference(self._key, "person", canonical)

    def household_ref(self, household_no: str) -> int:
        """The reference of a household by its number."""
        return reference(self._key, "household", household_no)

    def reference_sql(self, kind: str, column: str) -> str:
        """A SQL expression that gives the reference of a text column; NULL stays NULL.

        The key is part of the expression: it must never be logged (Engine errors show only the
        statement of the caller, which keeps it in a parameter-free CTE of its own).
        """
        return f"CAST('0x' || substr(sha256('{self._key.hex()}:{kind}:' || {column}), 1, 15) AS BIGINT)"

    def register(self, table: str) -> int:
        """Add the identities of a table (column `canonical`) that are not known yet.

        A column `person_ref` of the table holds their references already. Returns how many were
        new. Raises ProblemError when two numbers share a reference.
        """
        if not self._engine.value(f"SELECT count(*) FROM {table}"):
            return 0
        with registering(self._home):
            # What another process has added since we opened is known by now: a number stands once.
            self._read_parts()
            return self._register(table)

    def _register(self, table: str) -> int:
        is_told = "person_ref" in self._engine.columns(f"SELECT * FROM {table}")
        given = "canonical, person_ref" if is_told else "canonical"
        told = "person_ref" if is_told else self.reference_sql("person", "canonical")
        self._engine.make_table(
            "new_identities",
            f"SELECT canonical, {told} AS person_ref FROM (SELECT DISTINCT {given} "
            f"FROM {table} WHERE canonical IS NOT NULL) "
            f"ANTI JOIN {TABLE} USING (canonical) ORDER BY canonical",
        )
        count = int(self._engine.value("SELECT count(*) FROM new_identities"))
        if count:
            self._refuse_shared_references()
            self._write_part()
            self._engine.rows(f"INSERT INTO {TABLE} SELECT * FROM new_identities")
        self._engine.drop("new_identities")
        return count

    def keep(self, query: str, name: str) -> None:
        """Keep a query's rows beside the identities, as `<name>.bin`, encrypted like them."""
        with _AnonymousFile() as plain:
            self._engine.write(query, Path(plain.path))
            sealed = self._keys.seal(plain.content(), cipher=self._cipher)
        with published_file(self._home.vault / f"{name}.bin") as temporary:
            temporary.write_bytes(sealed)

    def read_kept(self, table: str, names: Sequence[str]) -> None:
        """Make `table` of the rows that were kept under these names; at least one."""
        for place, name in enumerate(names):
            with _opened_in_memory(self._keys, self._home.vault / f"{name}.bin") as path:
                rows = f"SELECT * FROM read_parquet('{path}')"
                if place == 0:
                    self._engine.make_table(table, rows)
                else:
                    self._engine.rows(f"INSERT INTO {table} {rows}")

    def seal(self, query: str, file: Path) -> None:
        """Write a query's rows encrypted, for cells that may hold numbers and still wait for someone.

        They lie beside their delivery, which never changes, so their key is the installation's.
        """
        with _AnonymousFile() as plain:
            self._engine.write(query, Path(plain.path))
            mark = bytes([self._cipher.mark])
            key = self._cipher.derived_key(secret=self._key, salt=_WAITING)
            file.write_bytes(mark + self._cipher.seal(plain.content(), key=key, bound=mark))

    def unseal(self, file: Path, table: str) -> None:
        """Make a table of what was sealed. Raises ProblemError VAULT_UNREADABLE."""
        sealed = file.read_bytes()
        mark = sealed[:1]
        try:
            cipher = next(one for one in CIPHERS.values() if bytes([one.mark]) == mark)
            key = cipher.derived_key(secret=self._key, salt=_WAITING)
            content = cipher.open(sealed[1:], key=key, bound=mark)
        except (NotOpened, StopIteration):
            raise ProblemError(
                unreadable(
                    file,
                    zh="待确认的行无法解密：密钥不符或文件已损坏。",
                    en="The waiting rows cannot be decrypted: wrong key or damaged file.",
                )
            ) from None
        with _AnonymousFile() as plain:
            plain.fill(content)
            self._engine.make_table(table, f"SELECT * FROM read_parquet('{plain.path}')")

    def _open(self) -> None:
        self._engine.make_empty_table(TABLE, {"canonical": "VARCHAR", "person_ref": "BIGINT"})
        self._opened: set[str] = set()
        self._read_parts()

    def _read_parts(self) -> None:
        """Add the identities of parts that are not in the table yet."""
        for part in sorted(self._home.vault.glob("part-*.bin")):
            if part.name in self._opened:
                continue
            self._opened.add(part.name)
            with _opened_in_memory(self._keys, part) as path:
                # Two who wrote at once may both have added the same number.
                self._engine.rows(
                    f"INSERT INTO {TABLE} SELECT * FROM read_parquet('{path}') "
                    f"ANTI JOIN {TABLE} USING (canonical)"
                )

    def _write_part(self) -> None:
        # The plain Parquet never touches a disk: it is written to memory and sealed from there.
        with _AnonymousFile() as plain:
            self._engine.write("SELECT * FROM new_identities", Path(plain.path))
            sealed = self._keys.seal(plain.content(), cipher=self._cipher)
        name = hashlib.sha256(sealed).hexdigest()[:16]
        position = sum(1 for _ in self._home.vault.glob("part-*.bin"))
        final = self._home.vault / f"part-{position:06d}-{name}.bin"
        with published_file(final) as temporary:
            temporary.write_bytes(sealed)
        self._opened.add(final.name)

    def _refuse_shared_references(self) -> None:
        shared = self._engine.value(
            "SELECT count(*) - count(DISTINCT person_ref) + (SELECT count(*) FROM new_identities "
            f"SEMI JOIN {TABLE} USING (person_ref)) FROM new_identities"
        )
        if shared:
            raise ProblemError(
                Problem(
                    code="REFERENCE_SHARED",
                    where=str(self._home.vault),
                    zh=f"有 {shared} 个内部编号被两个不同的证件号码共用，已停止接收。",
                    en=f"{shared} references are shared by two identity numbers; receiving stopped.",
                    fix_zh="请联系维护人员：需要换用新的安装密钥并重建数据。",
                    fix_en="Call the maintainers: a new installation key and a rebuild are needed.",
                )
            )


class _AnonymousFile:
    """A file that exists only in memory."""

    def __enter__(self) -> _AnonymousFile:
        self._descriptor = os.memfd_create("fangpin-vault")
        self.path = f"/proc/self/fd/{self._descriptor}"
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def content(self) -> bytes:
        """All bytes of the file."""
        return Path(self.path).read_bytes()

    def fill(self, content: bytes) -> None:
        """Replace the file's bytes."""
        Path(self.path).write_bytes(content)


class _opened_in_memory:
    """The path of a part's plain Parquet, in memory, as long as the block runs."""

    def __init__(self, keys: VaultKeys, part: Path) -> None:
        self._keys, self._part = keys, part
        self._file = _AnonymousFile()

    def __enter__(self) -> str:
        plain = self._keys.open(self._part.read_bytes(), place=self._part)
        self._file.__enter__()
        self._file.fill(plain)
        return self._file.path

    def __exit__(self, *details: object) -> None:
        self._file.__exit__(*details)


def identity_number(*, home: Home, person_ref: int) -> str | None:
    """The full identity number behind a reference; None when the vault does not know it.

    Whoever calls it has put the reason on the record before: `runs/acts/reveal.py` is the one caller.
    """
    keys = VaultKeys(home=home, installation_key=installation_key(home))
    with connect(threads=1) as engine:
        # The latest parts first: they are small, and people look at what came lately.
        for part in sorted(home.vault.glob("part-*.bin"), reverse=True):
            with _opened_in_memory(keys, part) as path:
                found = engine.value(
                    f"SELECT canonical FROM read_parquet('{path}') WHERE person_ref = ?",
                    [person_ref],
                )
            if found is not None:
                return str(found)
    return None


def installation_key(home: Home) -> bytes:
    """The 32-byte key of this installation; made once, readable by its owner only."""
    if not home.secret_key.exists():
        write_installation_key(home, secrets.token_bytes(32))
    with machine_problems(home.secret_key):
        text = home.secret_key.read_bytes().strip()
    if not _KEY.fullmatch(text):
        raise ProblemError(
            unreadable(
                home.secret_key,
                zh="密钥文件不完整：应为 64 个十六进制字符。",
                en="The key file is not whole: it should hold 64 hexadecimal digits.",
            )
        )
    return bytes.fromhex(text.decode())


def write_installation_key(home: Home, key: bytes) -> None:
    """Set the key of a new installation; an existing key is never replaced."""
    if not home.secret_key.exists():
        publish_once(home.secret_key, key.hex(), mode=0o600)
