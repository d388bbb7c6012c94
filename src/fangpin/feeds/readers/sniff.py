"""What a file really is, by its content: names and extensions are only compared with it."""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
from pathlib import Path
from typing import Literal

from fangpin.feeds.findings import FileRefused, Finding, finding
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.readers.ndjson import is_ndjson

Container = Literal["xlsx", "xls", "html", "csv", "parquet", "ndjson"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_DIRECTORY = b"PK\x05\x06"
_NAMES: dict[Container, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xlsm"),
    "xls": (".xls",),
    "html": (".html", ".htm"),
    "csv": (".csv", ".txt", ".tsv"),
    "parquet": (".parquet",),
    "ndjson": (".ndjson", ".jsonl", ".json"),
}
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"Obj\x01", "Avro"),
    (b"ORC", "ORC"),
    (b"ARROW1", "Arrow"),
    (b"\x00\x01\x00\x00Standard", "Access (.mdb)"),
    (b"L\x00\x00\x00\x01\x14\x02", "LNK"),
    (b"MZ", "EXE"),
    (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"),
    (b"MIME-Version:", "MHTML"),
)
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{])")
_DBASE = re.compile(rb"[\x02\x03\x30\x83\x8b\xf5].[\x01-\x0c][\x01-\x1f].{8}", re.DOTALL)


def sniff(file: Path, *, limits: Limits, known: Container | None = None) -> Container:
    """The container of a file; `known` where whoever wrote it left no choice.

    Raises FileRefused: FILE_EMPTY, FILE_TOO_LARGE, FILE_ENCRYPTED, FILE_CORRUPT,
    FILE_TYPE_UNSUPPORTED, ARCHIVE_TOO_LARGE (from the zip directory, nothing is unpacked).
    """
    size = file.stat().st_size
    if size == 0:
        raise FileRefused(finding("FILE_EMPTY"))
    if size > limits.file_bytes:
        raise FileRefused(finding("FILE_TOO_LARGE", size=size, limit=limits.file_bytes))
    if known is not None:
        return known
    with file.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(_OLE):
        return _ole(file)
    if head.startswith(b"PK"):
        return _zip(file, limits=limits)
    if head.startswith(b"PAR1"):
        _refuse_cut_parquet(file)
        return "parquet"
    if head.startswith((b"\x09\x08", b"\x09\x04", b"\x09\x02")):
        return "xls"
    for mark, kind in _FOREIGN:
        if head.startswith(mark):
            raise _unsupported(kind)
    if head[257:262] == b"ustar":
        raise _unsupported("tar")
    if head[:1] == b"\x00" and not head.strip(b"\x00"):
        # What a disk or a network leaves of a file whose bytes never came.
        raise FileRefused(finding("FILE_CORRUPT"))
    if _JSON.match(head.removeprefix(b"\xef\xbb\xbf")):
        if is_ndjson(file):
            return "ndjson"
        raise _unsupported("JSON")
    if _DBASE.match(head):
        raise _unsupported("dBase (.dbf)")
    if _looks_like_markup(head):
        return "html"
    if not head.strip():
        raise FileRefused(finding("FILE_EMPTY"))
    return "csv"


def type_mismatch(container: Container, *, original_name: str) -> Finding | None:
    """A finding when the extension claims something else than the content."""
    found = re.search(r"\.([A-Za-z0-9]{1,8})$", original_name)
    claimed = f".{found[1].lower()}" if found else ""
    if not claimed or claimed in _NAMES[container]:
        return None
    return finding("TYPE_MISMATCH", claimed=claimed, kind=container)


def has_macros(file: Path, container: Container) -> bool:
    """Whether a workbook brings a program along. Nobody runs it here."""
    if container == "xlsx":
        with zipfile.ZipFile(file) as archive:
            return "xl/vbaProject.bin" in archive.namelist()
    if container != "xls":
        return False
    with file.open("rb") as stream:
        return _utf16("_VBA_PROJECT") in stream.read()


def _ole(file: Path) -> Container:
    # The names of the streams may stand anywhere: a large file's directory is often at its end.
    with (
        file.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        if any(content.find(_utf16(name)) >= 0 for name in ("EncryptedPackage", "EncryptionInfo")):
            raise FileRefused(finding("FILE_ENCRYPTED"))
        if content.find(_utf16("Workbook")) >= 0 or content.find(_utf16("Book")) >= 0:
            return "xls"
        if content.find(_utf16("WordDocument")) >= 0:
            raise _unsupported("Word (.doc)")
        if len(content) < 1536:
            raise FileRefused(finding("FILE_CORRUPT"))
    raise _unsupported("OLE")


def _zip(file: Path, *, limits: Limits) -> Container:
    if _count_of_members(file) > limits.archive_members:
        raise FileRefused(
            finding("ARCHIVE_TOO_LARGE", detail=f"> {limits.archive_members} members")
        )
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(finding("FILE_CORRUPT")) from error
    unpacked = sum(member.file_size for member in members)
    if len(members) > limits.archive_members:
        raise FileRefused(
            finding("ARCHIVE_TOO_LARGE", detail=f"> {limits.archive_members} members")
        )
    if unpacked > limits.unpacked_bytes:
        raise FileRefused(
            finding("ARCHIVE_TOO_LARGE", detail=f"{unpacked} > {limits.unpacked_bytes} bytes")
        )
    for member in members:
        # A small member may compress well honestly; a bomb is large and compresses absurdly.
        large = member.file_size > 10 * 1024 * 1024
        if large and member.file_size > limits.unpacked_ratio * max(member.compress_size, 1):
            raise FileRefused(finding("ARCHIVE_TOO_LARGE", detail=f"> {limits.unpacked_ratio}:1"))
        if member.flag_bits & 0x1:
            raise FileRefused(finding("FILE_ENCRYPTED"))
    names = {member.filename for member in members}
    if any(name.startswith("xl/") for name in names):
        if "xl/workbook.bin" in names:
            raise _unsupported("xlsb")
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        raise _unsupported("Word (.docx)")
    if "content.xml" in names:
        raise _unsupported("OpenDocument")
    raise _unsupported("zip")


def _count_of_members(file: Path) -> int:
    """What the end of the directory states, read before the directory itself is."""
    with file.open("rb") as stream:
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or at + 22 > len(tail):
        raise FileRefused(finding("FILE_CORRUPT"))
    return int(struct.unpack_from("<H", tail, at + 10)[0])


def _refuse_cut_parquet(file: Path) -> None:
    with file.open("rb") as stream:
        stream.seek(-4, 2)
        if stream.read() != b"PAR1" or stream.tell() < 12:
            raise FileRefused(finding("FILE_CORRUPT"))


def _looks_like_markup(head: bytes) -> bool:
    for encoding in ("utf-8-sig", "utf-16"):
        text = head.decode(encoding, errors="ignore").lstrip().lower()
        if re.match(r"<(!doctype html|html|table|meta|head|body|div|style|\?xml|!--)", text):
            return True
    return False


def _unsupported(kind: str) -> FileRefused:
    return FileRefused(finding("FILE_TYPE_UNSUPPORTED", kind=kind))


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")
