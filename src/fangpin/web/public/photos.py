"""A photo from a farmer's phone: held in memory until it lies encrypted among the papers."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.utils.translation import gettext

from fangpin.lake.home import Home
from fangpin.lake.papers import MOST_BYTES, Papers, kind_of
from fangpin.values.problem import ProblemError

_PICTURES = ("image/jpeg", "image/png", "image/webp")


class InMemory(FileUploadHandler):
    """Takes one file of bounded size and never writes it to a disk."""

    def new_file(self, *args: Any, **keywords: Any) -> None:
        """Begin with nothing."""
        super().new_file(*args, **keywords)
        self.content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        """Raises StopUpload a little beyond the limit: the rest of the line is not waited for."""
        if len(self.content) + len(raw_data) > MOST_BYTES + self.chunk_size:
            self.content.extend(raw_data)
            raise StopUpload(connection_reset=False)
        self.content.extend(raw_data)

    def file_complete(self, file_size: int) -> SimpleUploadedFile:  # noqa: ARG002
        """The file, in memory."""
        return SimpleUploadedFile("photo", bytes(self.content))


def store_photo(content: bytes, *, sender: str) -> tuple[str, str]:
    """(sha256, error's words): one of the two is empty. What it is, its content says."""
    if len(content) > MOST_BYTES:
        return "", too_large()
    if kind_of(content) not in _PICTURES:
        return "", gettext("这不是照片。请拍照后再选，或跳过这一步。")
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        Papers(Home(settings.FANGPIN.home)).put(
            sha256, content, offset=0, total=len(content), sender=sender
        )
    except ProblemError:
        return "", gettext("照片没有存上。请再试一次，或跳过这一步，入户时再给工作人员看。")
    return sha256, ""


def too_large() -> str:
    """Words for a photo beyond the limit."""
    most = MOST_BYTES // (1024 * 1024)
    return gettext("照片太大（超过 %(most)d MB）。请用手机的普通画质再拍一张，或跳过这一步。") % {
        "most": most
    }
