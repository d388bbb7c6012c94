"""The ciphers of the vault: AES-256-GCM unless an installation asks for SM4-GCM.

Both are authenticated: a changed byte, a wrong key or a changed header opens nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
_TAG_BYTES = 16
_SMALLEST = NONCE_BYTES + _TAG_BYTES


class NotOpened(Exception):
    """The content is not what was sealed with this key."""


@dataclass(frozen=True, slots=True)
class GcmCipher:
    """One authenticated cipher; `mark` is the byte that names it in a sealed file."""

    name: str
    mark: int
    key_bytes: int
    algorithm: Callable[[bytes], CipherAlgorithm]

    def derived_key(self, *, secret: bytes, salt: bytes) -> bytes:
        """The key of this cipher: needs both the version's secret and the installation's key."""
        info = f"fangpin vault {self.name}".encode()
        kdf = HKDF(algorithm=hashes.SHA256(), length=self.key_bytes, salt=salt, info=info)
        return kdf.derive(secret)

    def seal(self, plain: bytes, *, key: bytes, bound: bytes = b"") -> bytes:
        """Nonce, cipher text and tag; `bound` is not part of it but must be the same to open it."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        encryptor = Cipher(self.algorithm(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def open(self, sealed: bytes, *, key: bytes, bound: bytes = b"") -> bytes:
        """What was sealed. Raises NotOpened."""
        if len(sealed) < _SMALLEST:
            raise NotOpened
        nonce, tag = sealed[:NONCE_BYTES], sealed[-_TAG_BYTES:]
        decryptor = Cipher(self.algorithm(key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(bound)
        try:
            return decryptor.update(sealed[NONCE_BYTES:-_TAG_BYTES]) + decryptor.finalize()
        except InvalidTag:
            raise NotOpened from None


AES_256_GCM = GcmCipher("aes-256-gcm", 1, 32, algorithms.AES256)
SM4_GCM = GcmCipher("sm4-gcm", 2, 16, algorithms.SM4)
CIPHERS = {cipher.name: cipher for cipher in (AES_256_GCM, SM4_GCM)}
"""What an installation may choose by name."""
