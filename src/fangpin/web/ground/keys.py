"""What the door makes of the installation's key: digests that stand for things, and seals.

A digest tells nothing without the key; what is sealed opens only here and only for its own purpose.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from fangpin.lake.ciphers import CIPHERS, GcmCipher, NotOpened
from fangpin.lake.home import Home
from fangpin.lake.vault import installation_key, reference

_SALT = b"the farmer's door"
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
IDENTITY = "declared identity"
PHONE = "declared phone"
"""Purposes of the seals on what a declarant gave."""
CHECK_LENGTH = 8
"""Letters of a village's check: 40 bits, so that nobody guesses a door that nobody hung up."""


@dataclass(frozen=True)
class DoorKeys:
    """The keys of one installation's door."""

    secret: bytes
    cipher: GcmCipher

    def digest(self, purpose: str, text: str) -> str:
        """64 hexadecimal digits that stand for a text; each purpose has digests of its own."""
        return hmac.new(self._digest_key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()

    def village_check(self, division: str) -> str:
        """The letters that belong to a village's code in its address."""
        number = int(self.digest("village", division), 16)
        return "".join(_LETTERS[number >> 5 * at & 31] for at in range(CHECK_LENGTH))

    def is_village_check(self, division: str, check: str) -> bool:
        """Whether the letters are those of this code, in the same time for any letters."""
        given = check.lower().encode()
        return hmac.compare_digest(self.village_check(division).encode(), given)

    def phone_digest(self, receipt_no: str, last_four: str) -> str:
        """With the receipt, the last four digits of the phone open a declaration."""
        return self.digest("phone", f"{receipt_no}:{last_four}")

    def person_ref(self, canonical: str) -> int:
        """The reference that an identity number has in the registry, whether or not it is there."""
        return reference(self.secret, "person", canonical)

    def seal(self, text: str, *, purpose: str) -> bytes:
        """A text that only `open` with the same purpose reads again."""
        sealed = self.cipher.seal(text.encode(), key=self._seal_key, bound=purpose.encode())
        return bytes([self.cipher.mark]) + sealed

    def open(self, sealed: bytes, *, purpose: str) -> str:
        """What was sealed, with whichever cipher. Raises NotOpened."""
        for cipher in CIPHERS.values():
            if sealed[:1] == bytes([cipher.mark]):
                key = cipher.derived_key(secret=self.secret, salt=_SALT)
                return cipher.open(sealed[1:], key=key, bound=purpose.encode()).decode()
        raise NotOpened

    def seal_words(self, text: str, *, purpose: str) -> str:
        """Like `seal`, as letters: for a session."""
        return base64.b64encode(self.seal(text, purpose=purpose)).decode()

    def open_words(self, letters: str, *, purpose: str) -> str:
        """Like `open`. Raises NotOpened."""
        try:
            return self.open(base64.b64decode(letters, validate=True), purpose=purpose)
        except (binascii.Error, ValueError) as error:
            raise NotOpened from error

    @cached_property
    def _seal_key(self) -> bytes:
        return self.cipher.derived_key(secret=self.secret, salt=_SALT)

    @cached_property
    def _digest_key(self) -> bytes:
        # Not of the cipher: codes hang on walls and stay when an installation changes its cipher.
        return hmac.new(self.secret, _SALT, hashlib.sha256).digest()


def door_keys() -> DoorKeys:
    """The keys of this installation."""
    home = Home(settings.FANGPIN.home)
    return DoorKeys(installation_key(home), settings.FANGPIN.cipher)
