"""The installation's Ed25519 key, with which seals are signed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fangpin.values.files import publish_once
from fangpin.values.problem import Problem, ProblemError

SECRET = "seal.key"
PUBLIC = "seal.pub"
_HEX_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SealReader:
    """The public half: whoever has it can check seals."""

    public: str
    """32 bytes in hexadecimal digits."""

    @property
    def key_id(self) -> str:
        """Sixteen digits that name the key."""
        return hashlib.sha256(bytes.fromhex(self.public)).hexdigest()[:16]

    def confirms(self, *, body: str, signature: str) -> bool:
        """Whether the signature, written the one way in which we write it, is over this body."""
        if not re.fullmatch(r"[0-9a-f]{128}", signature):
            return False
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public))
        try:
            key.verify(bytes.fromhex(signature), body.encode("utf-8", "surrogatepass"))
        except InvalidSignature:
            return False
        return True


class SealKey:
    """Both halves: signs."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.reader = SealReader(self._key.public_key().public_bytes_raw().hex())

    def sign(self, body: str) -> str:
        """The signature over a body, in hexadecimal digits."""
        return self._key.sign(body.encode()).hex()


def seal_key(folder: Path) -> SealKey:
    """The key in an installation's folder of the audit trail; made at the first call.

    The secret half is readable by its owner only; the public half lies beside it, to be handed on.
    Raises ProblemError SEAL_KEY_UNREADABLE.
    """
    place = folder / SECRET
    if not place.exists():
        fresh = Ed25519PrivateKey.generate().private_bytes_raw().hex()
        publish_once(place, fresh, mode=0o600)
    key = SealKey(bytes.fromhex(_digits(place)))
    if not (folder / PUBLIC).exists():
        publish_once(folder / PUBLIC, key.reader.public + "\n")
    return key


def seal_reader(folder: Path) -> SealReader | None:
    """The public half; None where this installation has never sealed."""
    place = folder / PUBLIC
    return SealReader(_digits(place)) if place.exists() else None


def _digits(place: Path) -> str:
    text = place.read_text(encoding="ascii", errors="replace").strip()
    if _HEX_KEY.fullmatch(text):
        return text
    raise ProblemError(
        Problem(
            code="SEAL_KEY_UNREADABLE",
            where=str(place),
            zh="审计封存密钥不完整：应为 64 个十六进制字符。",
            en="The key of the audit seals is not whole: it should hold 64 hexadecimal digits.",
            fix_zh="请从备份中恢复这个文件。",
            fix_en="Restore this file from a backup.",
        )
    )
