"""Sealed parts of the vault: which cipher, which version of the key, and how keys are rotated.

`vault.keys` holds one line a version, `<version> <64 hexadecimal digits>`; the last one seals. What
opens a part is derived from its version's line and from `secret.key`: neither is enough alone.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangpin.lake.ciphers import AES_256_GCM, CIPHERS, GcmCipher, NotOpened
from fangpin.lake.home import Home
from fangpin.values.files import TEMPORARY, machine_problems, one_at_a_time, published_file
from fangpin.values.problem import Problem, ProblemError

_HEADER = struct.Struct(">4sBBI")
_MAGIC = b"FPVT"
_FORM = 1
_LINE = re.compile(r"([1-9][0-9]{0,8}) ([0-9a-f]{64})")


class VaultKeys:
    """The keys with which parts are sealed and opened."""

    def __init__(self, *, home: Home, installation_key: bytes) -> None:
        self._home = home
        self._installation_key = installation_key
        self._versions = _read(home)

    @property
    def versions(self) -> list[int]:
        """The versions that can be opened, the sealing one last."""
        return list(self._versions)

    def seal(self, plain: bytes, *, cipher: GcmCipher) -> bytes:
        """A part, sealed with the latest version; the first one is made when there is none."""
        if not self._versions:
            with self._changing():
                if not self._versions:
                    self._versions[1] = secrets.token_bytes(32)
        version = max(self._versions)
        header = _HEADER.pack(_MAGIC, _FORM, cipher.mark, version)
        return header + cipher.seal(plain, key=self._key(cipher, version), bound=header)

    def open(self, sealed: bytes, *, place: Path) -> bytes:
        """What a part holds. Raises ProblemError VAULT_UNREADABLE."""
        try:
            if not sealed.startswith(_MAGIC):
                # Parts of the first form: the installation's key itself, and no header.
                return AES_256_GCM.open(sealed, key=self._installation_key)
            header = sealed[: _HEADER.size]
            _, form, mark, version = _HEADER.unpack(header)
            cipher = next(one for one in CIPHERS.values() if one.mark == mark)
            if form != _FORM:
                raise NotOpened
            key = self._key(cipher, version)
            return cipher.open(sealed[_HEADER.size :], key=key, bound=header)
        except (NotOpened, KeyError, StopIteration, struct.error):
            raise ProblemError(
                unreadable(
                    place,
                    zh="身份库的这一部分无法解密：密钥不符或文件已损坏。",
                    en="This part of the vault cannot be decrypted: wrong key or damaged file.",
                )
            ) from None

    def add(self) -> int:
        """Add a version, which seals from now on; its number."""
        with self._changing():
            version = max(self._versions, default=0) + 1
            self._versions[version] = secrets.token_bytes(32)
        return version

    def keep_only(self, used: set[int]) -> list[int]:
        """Forget the versions that no part needs, never the latest; which were forgotten."""
        with self._changing():
            latest = max(self._versions, default=0)
            gone = [version for version in self._versions if version not in used | {latest}]
            for version in gone:
                del self._versions[version]
        return gone

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time reads the file, changes the versions and writes it: a lost key
        would be lost numbers."""
        with one_at_a_time(self._home.root / "vault.keys.lock"):
            self._versions = _read(self._home)
            yield
            self._write()

    def _key(self, cipher: GcmCipher, version: int) -> bytes:
        if version not in self._versions:
            # Rotated by another process since this one began.
            self._versions = _read(self._home)
        return cipher.derived_key(secret=self._versions[version], salt=self._installation_key)

    def _write(self) -> None:
        text = "".join(f"{version} {key.hex()}\n" for version, key in self._versions.items())
        with published_file(self._home.vault_keys) as temporary:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)


def rotate(*, home: Home, installation_key: bytes, cipher: GcmCipher) -> int:
    """Seal every part anew with a new version of the key; how many parts there are.

    Stopped at any moment, every part can be opened and the same call goes on; earlier versions stay
    until `drop_old`. Raises ProblemError VAULT_IN_USE while something receives.
    """
    keys = VaultKeys(home=home, installation_key=installation_key)
    with vault_lock(home, alone=True):
        # Asked for in here: what was received until now is sealed anew as well.
        parts = sealed_files(home)
        keys.add()
        for part in parts:
            with machine_problems(part):
                plain = keys.open(part.read_bytes(), place=part)
                with published_file(part) as temporary:
                    temporary.write_bytes(keys.seal(plain, cipher=cipher))
    return len(parts)


def drop_old(*, home: Home, installation_key: bytes) -> list[int]:
    """Forget the versions of the key that no part was sealed with; which they were.

    Raises ProblemError VAULT_IN_USE while something receives: it might still seal with one.
    """
    with vault_lock(home, alone=True):
        keys = VaultKeys(home=home, installation_key=installation_key)
        return keys.keep_only({version for _, version in sealed_with(home)})


class vault_lock:
    """Held by whoever may add parts, together with others, or `alone` by whoever rotates keys.

    Raises ProblemError VAULT_IN_USE at once instead of waiting.
    """

    def __init__(self, home: Home, *, alone: bool = False) -> None:
        self._file = (home.root / "vault.lock").open("a")
        try:
            kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise ProblemError(
                Problem(
                    code="VAULT_IN_USE",
                    where=str(home.vault),
                    zh="身份库正被另一个命令使用（接收数据或更换密钥）。",
                    en="Another command uses the vault: it receives files or rotates the key.",
                    fix_zh="请等它结束后再执行。",
                    fix_en="Wait until it has ended, then give the command again.",
                )
            ) from None

    def __enter__(self) -> vault_lock:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


@contextmanager
def registering(home: Home) -> Iterator[None]:
    """One process at a time adds a part; the others wait the moment that it takes."""
    with one_at_a_time(home.root / "vault.parts.lock"):
        yield


def sealed_files(home: Home) -> list[Path]:
    """Everything that is sealed: the parts that hold identities, and what lies beside them."""
    return sorted(file for file in home.vault.glob("*.bin") if not file.name.startswith(TEMPORARY))


def sealed_with(home: Home) -> list[tuple[str, int]]:
    """(cipher, version of the key) of each part; version 0 is the installation's key itself."""
    found = []
    for part in sealed_files(home):
        with part.open("rb") as file:
            header = file.read(_HEADER.size)
        if header.startswith(_MAGIC) and len(header) == _HEADER.size:
            _, _, mark, version = _HEADER.unpack(header)
            names = [one.name for one in CIPHERS.values() if one.mark == mark]
            found.append((names[0] if names else f"? {mark}", version))
        else:
            found.append((AES_256_GCM.name, 0))
    return found


def unreadable(place: Path, *, zh: str, en: str) -> Problem:
    """The Problem of a key or a part that cannot be read."""
    return Problem(
        code="VAULT_UNREADABLE",
        where=str(place),
        zh=zh,
        en=en,
        fix_zh="请从同一份备份中同时恢复 secret.key、vault.keys 和 vault 目录。",
        fix_en="Restore secret.key, vault.keys and the vault folder from the same backup.",
    )


def _read(home: Home) -> dict[int, bytes]:
    """Version -> secret, ascending; empty where nothing was sealed yet."""
    try:
        text = home.vault_keys.read_text(encoding="ascii")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        text = "?"
    matches = [_LINE.fullmatch(line) for line in text.splitlines()]
    found = {int(match[1]): bytes.fromhex(match[2]) for match in matches if match}
    if len(found) != len(matches) or not found:
        raise ProblemError(
            unreadable(
                home.vault_keys,
                zh="身份库的密钥文件不完整：每行应为版本号和 64 个十六进制字符。",
                en="The vault's key file is not whole: each line should hold a version and 64 "
                "hexadecimal digits.",
            )
        )
    return dict(sorted(found.items()))
