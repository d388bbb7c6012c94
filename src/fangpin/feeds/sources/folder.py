"""Files of a folder on any file system: which are new, and a copy of each to receive."""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from fangpin.feeds.sources import problems
from fangpin.feeds.sources.patience import Silent, patient, patiently
from fangpin.feeds.sources.settings import FolderSource
from fangpin.values.problem import ProblemError

_CHUNK = 1 << 16
_TELLS_FORMS = (
    "mtime", "created", "modified", "last_modified", "LastModified", "updated", "ETag", "etag", "md5Hash",
)  # fmt: skip
"""What the file systems of fsspec tell of a file that changes with its content; each tells some."""
_IN_THE_MAKING = (".part", ".partial", ".filepart", ".crdownload", ".tmp", "#", "~")
"""Endings under which programs write a file before they rename it, and of their lock files."""

_PATIENCE: dict[str, dict[str, Any]] = {
    "s3": {
        "config_kwargs": {
            "connect_timeout": 30,
            "read_timeout": 30,
            "retries": {"max_attempts": 0},
        },
        "default_block_size": 1 << 20,
    }
}
"""s3fs tries five times, and each time its library would five times; and it asks for 50 MB at once."""
_SFTP = "fangpin.feeds.sources.sftp.SFTP"
_CHANGED = ("FileNotFoundError", "FileExpired")
"""What is raised where a file was taken away, or (s3fs) written anew, while it was read."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Offered:
    """A file of the folder that was not taken in this form; `stamp` tells its forms apart."""

    path: str
    """Byte for byte: a name that is not UTF-8 holds lone surrogates, as Python's own file names do."""
    name: str
    """As people read it."""
    size: int | None
    """Bytes; None: the file system does not tell."""
    stamp: dict[str, Any]


class RemoteFolder:
    """A folder that was opened.

    Raises ProblemError SOURCES_NOT_INSTALLED, SOURCE_PATTERN, SOURCE_UNREACHABLE, SOURCE_SILENT,
    SOURCE_HOST_KEY, and SOURCE_FOLDER_MISSING once its files are asked for.
    """

    def __init__(self, source: FolderSource) -> None:
        self._source = source
        try:
            from fsspec.utils import glob_translate
        except ImportError:
            raise ProblemError(problems.not_installed(source.source)) from None
        try:
            self._files, self._root = self._ask(lambda: _opened(source))
        except ImportError:
            raise ProblemError(problems.not_installed(source.source)) from None
        except Exception as error:
            raise self._unreachable(error) from None
        try:
            self._pattern = re.compile(glob_translate(source.pattern), re.IGNORECASE)
        except (ValueError, re.error):
            raise ProblemError(problems.pattern(source.source, source.pattern)) from None

    def close(self) -> None:
        """Leave the server, where there is one."""
        if hasattr(self._files, "close"):
            self._files.close()

    def offered(self, taken: Mapping[str, Mapping[str, Any]]) -> list[Offered]:
        """Files of the pattern that were not taken, or have changed since, by name.

        One that changes within the source's quiet seconds is still being written and left alone.
        """
        first = [one for one in self._list() if taken.get(one.path) != one.stamp]
        if not first or not self._source.quiet_seconds:
            return first
        time.sleep(self._source.quiet_seconds)
        still = {one.path: one.stamp for one in self._list()}
        return [one for one in first if still.get(one.path) == one.stamp]

    def copy(self, one: Offered, *, to: Path, largest: int) -> None:
        """Copy a file, no further than one byte beyond the limit: the receive act refuses that.

        Raises ProblemError SOURCE_UNREACHABLE, SOURCE_SILENT, and SOURCE_FILE_CHANGING where it is no
        longer what was offered: a file that is half written reads like a whole one.
        """
        copied = 0
        with to.open("wb") as target:
            for chunk in self._chunks(one, largest + 1):
                copied += target.write(chunk)
        if one.size is None:
            return
        if copied != min(one.size, largest + 1) or self._size_now(one) != one.size:
            raise ProblemError(problems.file_changing(self._source.source, one.name))

    def _size_now(self, one: Offered) -> int | None:
        try:
            self._files.invalidate_cache()
            size = self._ask(lambda: self._files.info(one.path)).get("size")
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._unreachable(error) from None
        return None if size is None else int(size)

    def _list(self) -> list[Offered]:
        try:
            self._files.invalidate_cache()
            # A pattern that names folders is looked for below this one as well.
            if "/" in self._source.pattern:
                # `find` and `glob` take what cannot be listed for empty.
                steps = self._each(
                    lambda: self._files.walk(self._root, detail=True, on_error="raise")
                )
                told = [one for _, _, files in steps for one in files.values()]
            else:
                told = self._ask(lambda: self._files.ls(self._root, detail=True))
        except FileNotFoundError:
            raise ProblemError(problems.folder_missing(self._source.source)) from None
        except Exception as error:
            raise self._unreachable(error) from None
        found = [
            Offered(
                path=str(one["name"]),
                name=_shown(posixpath.basename(str(one["name"]))),
                size=None if one.get("size") is None else int(one["size"]),
                stamp={
                    "size": one.get("size"),
                    "changed": " ".join(str(one[key]) for key in _TELLS_FORMS if one.get(key)),
                },
            )
            for one in told
            if one.get("type") == "file" and self._is_meant(str(one["name"]))
        ]
        return sorted(found, key=lambda one: one.path)

    def _is_meant(self, path: str) -> bool:
        within = _shown(path.removeprefix(self._root).lstrip("/") or posixpath.basename(path))
        hidden = any(step.startswith((".", "~$")) for step in within.split("/"))
        unfinished = within.lower().endswith(_IN_THE_MAKING)
        return not hidden and not unfinished and self._pattern.match(within) is not None

    def _chunks(self, one: Offered, most: int) -> Iterator[bytes]:
        """The content of a file; what its file system raises becomes a Problem, and only that."""
        try:
            yield from self._each(lambda: self._read(one, most))
        except Exception as error:
            if type(error).__name__ in _CHANGED:
                changing = problems.file_changing(self._source.source, one.name)
                raise ProblemError(changing) from None
            raise self._unreachable(error) from None

    def _read(self, one: Offered, most: int) -> Generator[bytes]:
        with self._files.open(one.path, "rb") as source:
            while most > 0 and (chunk := source.read(min(_CHUNK, most))):
                most -= len(chunk)
                yield chunk

    def _ask(self, ask: Callable[[], Answer]) -> Answer:
        return patient(ask, seconds=self._source.patience_seconds)

    def _each(self, ask: Callable[[], Generator[Answer]]) -> Iterator[Answer]:
        return patiently(ask, seconds=self._source.patience_seconds)

    def _unreachable(self, error: Exception) -> ProblemError:
        if isinstance(error, Silent):
            silent = problems.silent(self._source.source, self._source.patience_seconds)
            return ProblemError(silent)
        shown = getattr(error, "shown", None)
        if shown is not None:
            return ProblemError(problems.host_key(self._source.source, str(shown)))
        return ProblemError(problems.unreachable(self._source.source, type(error).__name__))


def _opened(source: FolderSource) -> tuple[Any, str]:
    """The file system of a source and the folder's path in it, from a new connection."""
    import fsspec

    # Also for what stands behind another file system (`simplecache::sftp://`): fsspec's own takes any key.
    for protocol in ("sftp", "ssh"):
        fsspec.register_implementation(protocol, _SFTP, clobber=True)
    # A copy, for botocore changes what it is given.
    patience = deepcopy(_PATIENCE.get(fsspec.utils.get_protocol(source.url), {}))
    settings = _merged(patience, source.options)
    files, root = fsspec.core.url_to_fs(source.url, skip_instance_cache=True, **settings)
    return files, str(root)


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both, also within what both hold as mappings; what is said twice is as `over` has it."""
    merged = {**under, **over}
    for name in under.keys() & over.keys():
        if isinstance(under[name], Mapping) and isinstance(over[name], Mapping):
            merged[name] = _merged(under[name], over[name])
    return merged


def _shown(path: str) -> str:
    """A path as people read it: names that are no UTF-8 (lone surrogates here) are mostly GB18030."""
    return "/".join(
        _shown_name(name.encode("utf-8", "surrogateescape")) for name in path.split("/")
    )


def _shown_name(name: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return name.decode(encoding)
    return name.decode("utf-8", "replace")
