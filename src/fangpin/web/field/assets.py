"""The pages of the phone: files of this package, served compressed under an address of their content.

A version is the hash of all of them; an address of a version never changes, so phones keep it for
good, and the service worker takes a new version whole or not at all.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "app"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json; charset=utf-8",
}
WORKER = "sw.js"
"""Served at the root of the field's addresses, since that is how far it may reach."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    media_type: str
    plain: bytes
    packed: bytes


@cache
def assets() -> dict[str, Asset]:
    """Name -> file, read once a process."""
    found = {}
    for file in sorted(FOLDER.iterdir()):
        if file.suffix in TYPES:
            plain = file.read_bytes()
            packed = gzip.compress(plain, 9, mtime=0)
            found[file.name] = Asset(TYPES[file.suffix], plain, packed)
    return found


@cache
def version() -> str:
    """What these files are, in twelve digits."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + asset.plain + b"\0")
    return digest.hexdigest()[:12]


def precached() -> list[str]:
    """The files that a phone keeps to start without a server."""
    return [name for name in assets() if name != WORKER]
