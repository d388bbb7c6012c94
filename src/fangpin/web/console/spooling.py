"""A file of a form goes to the disk as it comes in: no page holds a department's file in memory."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from fangpin.lake.spool import Incoming, Spool
from fangpin.values.problem import Problem, ProblemError


class SpooledFile(UploadedFile):
    """A file of a form that lies in the spool."""

    def __init__(self, incoming: Incoming, **told: Any) -> None:
        super().__init__(None, **told)
        self.incoming = incoming

    def close(self) -> None:
        """Nothing: whoever keeps or drops the file closes it."""


class SpoolHandler(FileUploadHandler):
    """Writes the one file of a form into the spool, and reads past what may not be kept."""

    chunk_size = 1 << 18

    def __init__(self, spool: Spool, *, field: str, limit: int) -> None:
        super().__init__()
        self._spool, self._field, self._limit = spool, field, limit
        self.incoming: Incoming | None = None
        self.problem: Problem | None = None
        """Why the file could not be written."""

    @property
    def is_too_large(self) -> bool:
        """Whether the file was larger than the installation receives."""
        return self.incoming is not None and self.incoming.is_too_large

    def new_file(self, *arguments: Any, **keywords: Any) -> None:
        """A file of the form begins. One that nobody asked for is read past."""
        super().new_file(*arguments, **keywords)
        if self.field_name != self._field or self.incoming is not None:
            raise SkipFile
        try:
            self.incoming = self._spool.begin(limit=self._limit)
        except ProblemError as error:
            self._refuse(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        """A piece of the file."""
        assert self.incoming is not None
        try:
            self.incoming.write(raw_data)
        except ProblemError as error:
            self._refuse(error)

    def file_complete(self, file_size: int) -> SpooledFile | None:
        """The file came to its end."""
        assert self.incoming is not None
        if self.is_too_large:
            return None
        return SpooledFile(
            self.incoming, name=self.file_name, content_type=self.content_type, size=file_size
        )

    def drop(self) -> None:
        """Forget what was written, unless it was kept."""
        if self.incoming is not None:
            self.incoming.drop()

    def _refuse(self, error: ProblemError) -> None:
        self.problem = error.problems[0]
        raise SkipFile
