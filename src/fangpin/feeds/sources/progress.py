"""How far a source has been read: files that are only added, `sources/<source>/<place>.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from fangpin.lake.home import Home
from fangpin.values.files import publish_once


@dataclass(slots=True)
class Progress:
    """What earlier pulls of one source took."""

    home: Home
    source: str
    mark: dict[str, str] | None = None
    """The highest value of the high-water mark, and a digest of the rows that bear it."""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Path -> its stamp when it was taken."""
    _count: int = 0

    @classmethod
    def of(cls, home: Home, source: str) -> Progress:
        """The progress of a source, from all that was written of it."""
        progress = cls(home, source)
        for file in sorted((home.sources / source).glob("*.json")):
            told = json.loads(file.read_text(encoding="utf-8"))
            progress._take(told)
            progress._count += 1
        return progress

    def add(self, told: dict[str, Any]) -> None:
        """Remember a step; in the order of pulls, each in a file of its own."""
        text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
        # A path that is not UTF-8 holds lone surrogates: written as JSON's own escapes.
        text = text.encode("utf-8", "backslashreplace").decode()
        while not publish_once(self.home.sources / self.source / f"{self._count:06}.json", text):
            self._count += 1
        self._count += 1
        self._take(told)

    def _take(self, told: dict[str, Any]) -> None:
        if "mark" in told:
            self.mark = told["mark"]
        if "path" in told:
            self.files[told["path"]] = told["stamp"]
