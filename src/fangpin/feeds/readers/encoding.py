"""The encoding of a text file, decided by reading all of it strictly; never by its first bytes."""

from __future__ import annotations

import codecs
from pathlib import Path

from fangpin.feeds.findings import FileRefused, finding

_CHUNK = 1 << 18
"""Larger chunks cost more: their memory is given back and taken anew each time."""
_SAMPLE = 1 << 22
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SURELY_UTF8 = 10
"""So many characters of several bytes before the first broken one (of three, where those of two may be
the legacy encoding's): the file is UTF-8, but damaged."""

_SURELY_A_LINE = 4
"""So many Han characters of three bytes in a line without a broken one: the line is UTF-8."""
_SHAPE = bytes(
    ord("H") if 0xE4 <= byte <= 0xE9 else ord("t") if 0x80 <= byte <= 0xBF else ord(".")
    for byte in range(256)
)
_TWO_HAN = b"HttHtt"
"""Two Han characters in UTF-8, as _SHAPE shows them."""


def detect_encoding(file: Path, *, legacy: str | None) -> str:
    """`utf-8`, `utf-8-sig`, `utf-16`, `utf-16-le`, `utf-16-be`, or `legacy`, the country's own.

    Raises FileRefused: ENCODING_MIXED, FILE_CORRUPT (cut within a character), ENCODING_UNKNOWN.
    """
    with file.open("rb") as stream:
        head = stream.read(4096)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if _first_error(file, encoding) is not None:
                raise FileRefused(finding("FILE_CORRUPT"))
            return encoding
    wide = _unmarked_utf16(head)
    if wide and _first_error(file, wide) is None:
        return wide
    broken = _first_error(file, "utf-8")
    if broken is None:
        return "utf-8"
    is_one_byte_each = legacy is not None and _is_one_byte_each(legacy)
    if _counts_as_utf8(file, broken, above="\x7f" if is_one_byte_each else "\u07ff"):
        if broken >= file.stat().st_size - 3:
            raise FileRefused(finding("FILE_CORRUPT"))
        raise FileRefused(finding("ENCODING_MIXED", line=_line_of(file, broken)))
    if legacy is None:
        raise FileRefused(finding("ENCODING_UNKNOWN", legacy="–"))
    if _first_error(file, legacy) is None:
        line = _line_beside_one_byte_each(file) if is_one_byte_each else _line_in_utf8(file)
        if line is not None:
            raise FileRefused(finding("ENCODING_MIXED", line=line))
        return legacy
    line = None if is_one_byte_each else _line_of_another_encoding(file, legacy)
    raise FileRefused(
        finding("ENCODING_UNKNOWN", legacy=legacy.upper())
        if line is None
        else finding("ENCODING_MIXED", line=line)
    )


def _is_one_byte_each(encoding: str) -> bool:
    """Whether each byte is a letter: then nearly any file can be read so, one in UTF-8 included."""
    high = bytes(range(0x80, 0x100))
    return len(high.decode(encoding, errors="replace")) == len(high)


def _line_beside_one_byte_each(file: Path) -> int | None:
    """The first line in UTF-8 of a file of an encoding in which `ñ` would be `Ã±`."""
    with file.open("rb") as stream:
        line_no = 0
        while line := stream.readline(_SAMPLE):
            line_no += 1
            if not line.isascii() and _decodes(line, "utf-8"):
                return line_no
    return None


def transcode(file: Path, *, encoding: str, to: Path) -> None:
    """Write the file again as UTF-8 without a mark."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with file.open("rb") as source, to.open("wb") as target:
        while chunk := source.read(_CHUNK):
            target.write(decoder.decode(chunk).encode("utf-8"))
        target.write(decoder.decode(b"", final=True).encode("utf-8"))


def _first_error(file: Path, encoding: str) -> int | None:
    """The offset of the first bytes that do not decode; None when all do."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    with file.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return offset - pending + error.start
            if not chunk:
                return None
            offset += len(chunk)


def _unmarked_utf16(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 8 < len(head):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _counts_as_utf8(file: Path, broken: int, *, above: str) -> bool:
    with file.open("rb") as stream:
        sample = stream.read(min(broken, _SAMPLE))
    text = sample.decode("utf-8", errors="ignore")
    return sum(1 for character in text if character > above) >= _SURELY_UTF8


def _line_in_utf8(file: Path) -> int | None:
    """The first line in UTF-8 of a file like those of GB18030: joined to it, and silently another text.

    Bytes of it that make several Han characters of UTF-8 and nothing else are no accident.
    """
    line_no = 1
    with file.open("rb") as stream:
        while chunk := stream.read(_SAMPLE):
            chunk += stream.readline(_SAMPLE)
            shape = chunk.translate(_SHAPE)
            at = shape.find(_TWO_HAN)
            while at >= 0:
                begin, end = chunk.rfind(b"\n", 0, at) + 1, chunk.find(b"\n", at)
                end = len(chunk) if end < 0 else end
                line = chunk[begin:end]
                if _count_of_han(line) >= _SURELY_A_LINE:
                    return line_no + chunk.count(b"\n", 0, begin)
                at = shape.find(_TWO_HAN, end)
            line_no += chunk.count(b"\n")
    return None


def _line_of_another_encoding(file: Path, legacy: str) -> int | None:
    """The first line of UTF-8 in a file that begins in `legacy` and is no text of either as a whole.

    None: some line is neither, so that no joining of the two explains the file.
    """
    first = None
    with file.open("rb") as stream:
        line_no = 0
        while line := stream.readline(_SAMPLE):
            line_no += 1
            if line.isascii():
                continue
            if _count_of_han(line):
                first = first or line_no
            elif not _decodes(line, legacy):
                return None
    return first


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _count_of_han(line: bytes) -> int:
    """The Han characters of a line of UTF-8; 0 when it is none."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return 0
    return sum("\u4e00" <= character <= "\u9fff" for character in text)


def _line_of(file: Path, offset: int) -> int:
    line = 1
    with file.open("rb") as stream:
        while offset > 0 and (chunk := stream.read(min(offset, _CHUNK))):
            line += chunk.count(b"\n")
            offset -= len(chunk)
    return line
