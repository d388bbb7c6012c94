"""Photos, signatures and papers: each content once, encrypted, named by its sha256.

Grain: one content as it was received. A content arrives in pieces over a line that may fail: each
piece is sealed and kept until the whole is there, its hash is right and it is published at once.
Nothing of it ever lies on the disk in plain form.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fangpin.lake.home import Home
from fangpin.lake.vault import installation_key
from fangpin.values.files import (
    files_in,
    last_touched,
    machine_problems,
    one_at_a_time,
    published_file,
    size_of,
)
from fangpin.values.problem import Problem, ProblemError

MOST_BYTES = 5 * 1024 * 1024
"""Of one content: a photo of a phone is far smaller, a scanned paper a little."""
MOST_UNFINISHED = 64 * 1024 * 1024
"""Of one sender's pieces that no whole has come of: nobody fills the disk with beginnings."""
_NONCE_BYTES = 12
_NAME = re.compile(r"[0-9a-f]{64}")
_PIECE = re.compile(r"(\d{10})-(\d{10})\.bin")
_KINDS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """How far a content has come: bytes from its beginning, and whether it is whole."""

    received: int
    is_whole: bool


class Papers:
    """The contents of one installation."""

    def __init__(self, home: Home) -> None:
        self._root = home.root / "papers"
        self._home = home

    def state(self, sha256: str, *, sender: str) -> Stored:
        """How much of a content is here: the whole, or the pieces of this sender."""
        whole = self._place(sha256)
        if size := size_of(whole):
            return Stored(size - _NONCE_BYTES - 16, is_whole=True)
        return Stored(_reach(self._pieces(sha256, sender)), is_whole=False)

    def has(self, sha256: str) -> bool:
        """Whether the whole content is here."""
        return bool(_NAME.fullmatch(sha256)) and self._place(sha256).exists()

    def hold(self, sha256: str) -> bool:
        """Whether the whole content is here; from now on it counts as new, so that no sweep takes
        it from whoever is about to name it."""
        if not self.has(sha256):
            return False
        try:
            os.utime(self._place(sha256))
        except FileNotFoundError:  # swept in this very moment
            return False
        return True

    def put(self, sha256: str, content: bytes, *, offset: int, total: int, sender: str) -> Stored:
        """Add a piece that begins at `offset` of `total`; pieces that are here already are kept.

        Raises ProblemError PAPER_NAME, PAPER_TOO_LARGE, PAPER_OFFSET (its details say how far the
        content has come), PAPER_HASH, PAPER_KIND, PAPERS_UNFINISHED, DISK_FULL.
        """
        # A phone that gave up waiting sends again while the first is still being written.
        with one_at_a_time(self._of(sender).with_suffix(".lock")):
            if self.hold(sha256):
                return self.state(sha256, sender=sender)
            return self._put(sha256, content, offset=offset, total=total, sender=sender)

    def _put(self, sha256: str, content: bytes, *, offset: int, total: int, sender: str) -> Stored:
        if total > MOST_BYTES or offset + len(content) > total:
            raise ProblemError(_too_large(sha256))
        folder = self._folder(sha256, sender)
        here = _reach(self._pieces(sha256, sender))
        if offset > here:
            raise ProblemError(_not_there_yet(sha256, here))
        fresh = content[here - offset :]
        if fresh:
            self._refuse_hoarding(sender, len(fresh))
            self._write_piece(folder, sha256, here, fresh)
            here += len(fresh)
        if here < total:
            return Stored(here, is_whole=False)
        return self._publish(sha256, sender)

    def read(self, sha256: str) -> bytes:
        """The content. Raises ProblemError PAPER_UNREADABLE, or FileNotFoundError for none."""
        return self._opened(self._place(sha256), sha256)

    def kind(self, sha256: str) -> str:
        """The media type that the content itself shows."""
        return kind_of(self.read(sha256)) or "application/octet-stream"

    def sweep(self, *, before: float) -> int:
        """Remove senders' unfinished pieces last touched before a moment (seconds); how many."""
        swept = 0
        for folder in (self._root / "unfinished").glob("*/*"):
            if folder.is_dir() and last_touched(folder) < before:
                shutil.rmtree(folder, ignore_errors=True)
                swept += 1
        return swept

    def old(self, *, before: float) -> list[str]:
        """Names of whole contents that nobody has put or held since a moment (seconds)."""
        files = self._root.glob("[0-9a-f][0-9a-f]/*.bin")
        return sorted(
            file.stem
            for file in files
            if _NAME.fullmatch(file.stem) and last_touched(file) < before
        )

    def drop(self, sha256: str, *, before: float) -> bool:
        """Remove a content for good; False where it is gone, or held since `before` (seconds).

        It is first put aside: whoever holds it meanwhile is told that it is not here, and sends it
        again; whoever was first keeps it.
        """
        place = self._place(sha256)
        aside = place.with_suffix(".gone")
        try:
            place.rename(aside)
            if aside.stat().st_mtime >= before:
                aside.rename(place)
                return False
            aside.unlink()
        except FileNotFoundError:
            return False
        return True

    # ── inside ──────────────────────────────────────────────────────────────────────────────────

    def _place(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise ProblemError(_bad_name())
        return self._root / sha256[:2] / f"{sha256}.bin"

    def _folder(self, sha256: str, sender: str) -> Path:
        self._place(sha256)
        return self._of(sender) / sha256

    def _of(self, sender: str) -> Path:
        """Where a sender's pieces lie until their whole is there."""
        return self._root / "unfinished" / hashlib.sha256(sender.encode()).hexdigest()[:16]

    def _pieces(self, sha256: str, sender: str) -> list[tuple[int, int, Path]]:
        """(start, end, file) of the pieces, in order."""
        found = []
        for file in files_in(self._folder(sha256, sender)):
            if match := _PIECE.fullmatch(file.name):
                found.append((int(match[1]), int(match[2]), file))
        return sorted(found, key=lambda piece: (piece[0], -piece[1]))

    def _write_piece(self, folder: Path, sha256: str, start: int, content: bytes) -> None:
        file = folder / f"{start:010d}-{start + len(content):010d}.bin"
        with published_file(file) as temporary:
            temporary.write_bytes(self._sealed(content, f"{sha256}:{start}"))

    def _publish(self, sha256: str, sender: str) -> Stored:
        content = b""
        for start, end, file in self._pieces(sha256, sender):
            if end > len(content):
                content += self._opened(file, f"{sha256}:{start}")[len(content) - start :]
        folder = self._folder(sha256, sender)
        if hashlib.sha256(content).hexdigest() != sha256:
            shutil.rmtree(folder, ignore_errors=True)
            raise ProblemError(_other_hash(sha256))
        if kind_of(content) is None:
            shutil.rmtree(folder, ignore_errors=True)
            raise ProblemError(_no_picture(sha256))
        with published_file(self._place(sha256)) as temporary:
            temporary.write_bytes(self._sealed(content, sha256))
        shutil.rmtree(folder, ignore_errors=True)
        return Stored(len(content), is_whole=True)

    def _sealed(self, content: bytes, name: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(installation_key(self._home)).encrypt(nonce, content, _bound(name))

    def _opened(self, file: Path, name: str) -> bytes:
        content = file.read_bytes()
        try:
            return AESGCM(installation_key(self._home)).decrypt(
                content[:_NONCE_BYTES], content[_NONCE_BYTES:], _bound(name)
            )
        except InvalidTag as error:
            raise ProblemError(_unreadable(file)) from error

    def _refuse_hoarding(self, sender: str, more: int) -> None:
        mine = self._of(sender)
        with machine_problems(mine):
            held = sum(map(size_of, files_in(mine)))
        if held + more > MOST_UNFINISHED:
            raise ProblemError(
                Problem(
                    code="PAPERS_UNFINISHED",
                    where="papers",
                    zh="没有传完的照片太多，暂不接收新的。",
                    en="Too many photos were begun and not finished; no new ones are taken for now.",
                    fix_zh="请先把已开始的传完。",
                    fix_en="Finish those that were begun first.",
                )
            )


def kind_of(content: bytes) -> str | None:
    """The media type by the first bytes; None for what is neither picture nor PDF."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)


def _reach(pieces: list[tuple[int, int, Path]]) -> int:
    """How many bytes from the beginning are here without a gap."""
    reach = 0
    for start, end, _ in pieces:
        if start > reach:
            break
        reach = max(reach, end)
    return reach


def _bound(name: str) -> bytes:
    """What a sealed content is bound to: it cannot be passed off as another one."""
    return f"paper:{name}".encode()


def _bad_name() -> Problem:
    return Problem(
        code="PAPER_NAME",
        where="papers",
        zh="照片的名称应为 64 位小写十六进制（内容的 sha256）。",
        en="A photo is named by 64 lower-case hexadecimal digits: the sha256 of its content.",
        fix_zh="请用本系统的手机端上传。",
        fix_en="Upload with this system's own phone pages.",
    )


def _too_large(sha256: str) -> Problem:
    limit = MOST_BYTES // (1024 * 1024)
    return Problem(
        code="PAPER_TOO_LARGE",
        where=f"paper {sha256[:12]}",
        zh=f"照片或材料超过 {limit} MB。",
        en=f"A photo or paper larger than {limit} MB.",
        fix_zh="请缩小后再传；手机端会自动缩小照片。",
        fix_en="Make it smaller; the phone pages shrink photos by themselves.",
    )


def _not_there_yet(sha256: str, here: int) -> Problem:
    return Problem(
        code="PAPER_OFFSET",
        where=f"paper {sha256[:12]}",
        zh=f"前面的部分还没有收到：已收到 {here} 字节。",
        en=f"Earlier bytes have not arrived: {here} are here.",
        fix_zh="请从这里接着传。",
        fix_en="Go on from there.",
        details={"received": here},
    )


def _other_hash(sha256: str) -> Problem:
    return Problem(
        code="PAPER_HASH",
        where=f"paper {sha256[:12]}",
        zh="收到的内容与名称（sha256）不符，已丢弃。",
        en="What arrived does not match its name (sha256) and was dropped.",
        fix_zh="请重新上传这一张。",
        fix_en="Upload this one again.",
    )


def _no_picture(sha256: str) -> Problem:
    return Problem(
        code="PAPER_KIND",
        where=f"paper {sha256[:12]}",
        zh="只接收照片（JPEG、PNG、WebP）和 PDF。",
        en="Only pictures (JPEG, PNG, WebP) and PDF are taken.",
        fix_zh="请改用这些格式。",
        fix_en="Use one of these.",
    )


def _unreadable(file: Path) -> Problem:
    return Problem(
        code="PAPER_UNREADABLE",
        where=file.name,
        zh="这份材料无法解密：密钥不符或文件已损坏。",
        en="This paper cannot be decrypted: wrong key or damaged file.",
        fix_zh="请从同一份备份中同时恢复 secret.key 和 papers 目录。",
        fix_en="Restore secret.key and the papers folder from the same backup.",
    )
