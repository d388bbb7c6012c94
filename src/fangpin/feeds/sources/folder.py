"""Files of a folder on any file system: which are new, and a copy of each to receive."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fangpin.feeds.sources.database import not_installed, unreachable
from fangpin.feeds.sources.settings import FolderSource
from fangpin.values.problem import ProblemError

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Offered:
    """A file of the folder that was not taken in this form; `stamp` tells its forms apart."""

    path: str
    name: str
    size: int
    stamp: dict[str, Any]


class RemoteFolder:
    """A folder that was opened. Raises ProblemError SOURCES_NOT_INSTALLED, SOURCE_UNREACHABLE."""

    def __init__(self, source: FolderSource) -> None:
        self._source = source
        try:
            import fsspec
        except ImportError:
            raise ProblemError(not_installed(source.source)) from None
        try:
            self._files, self._root = fsspec.core.url_to_fs(source.url, **source.options)
        except ImportError:
            raise ProblemError(not_installed(source.source)) from None
        except Exception as error:
            raise ProblemError(unreachable(source.source, type(error).__name__)) from None

    def offered(self, taken: Mapping[str, Mapping[str, Any]]) -> Iterator[Offered]:
        """Files of the pattern that were not taken, or have changed since, by name."""
        try:
            self._files.invalidate_cache()
            listed = self._files.ls(self._root, detail=True)
        except Exception as error:
            raise ProblemError(unreachable(self._source.source, type(error).__name__)) from None
        for told in sorted(listed, key=lambda one: str(one["name"])):
            name = posixpath.basename(str(told["name"]).rstrip("/"))
            if told.get("type") != "file" or not _matches(name, self._source.pattern):
                continue
            stamp = {
                "size": told.get("size"),
                "changed": str(
                    told.get("mtime") or told.get("LastModified") or told.get("ETag") or ""
                ),
            }
            if taken.get(str(told["name"])) != stamp:
                yield Offered(str(told["name"]), name, int(told.get("size") or 0), stamp)

    def copy(self, one: Offered, *, to: Path, largest: int) -> None:
        """Copy a file, no further than one byte beyond the limit: the receive act refuses that."""
        left = largest + 1
        try:
            with self._files.open(one.path, "rb") as source, to.open("wb") as target:
                while left > 0 and (chunk := source.read(min(_CHUNK, left))):
                    target.write(chunk)
                    left -= len(chunk)
        except OSError as error:
            raise ProblemError(unreachable(self._source.source, type(error).__name__)) from None


def _matches(name: str, pattern: str) -> bool:
    return not name.startswith(".") and Path(name).match(pattern)
