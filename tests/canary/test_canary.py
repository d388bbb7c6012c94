"""Canary numbers, names and telephones go the whole way: where they may be, and nowhere else."""

from __future__ import annotations

import io
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest

from tests.canary.chain import CLOCK, PACK, SPOILT_FEED, Canaries, world_with_canaries

REGISTRY_FEED = "nongye.national_persons"


@dataclass(frozen=True, slots=True)
class Flown:
    """What the chain left behind."""

    home: Path
    temporary: Path
    answers: Path
    printed: str
    canaries: Canaries


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Flown:
    """The chain, once for all tests of this file."""
    folder = tmp_path_factory.mktemp("canary")
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FANGPIN_")},
        "FANGPIN_HOME": str(folder / "home"),
        "FANGPIN_PACK": PACK,
        "FANGPIN_CLOCK": CLOCK,
        "TMPDIR": str(temporary),
        "DJANGO_SETTINGS_MODULE": "fangpin.web.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.canary.chain", str(folder / "answers")],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    _, canaries = world_with_canaries()
    printed = done.stdout + done.stderr
    return Flown(folder / "home", temporary, folder / "answers", printed, canaries)


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed inside it: tables, databases, archives."""
    raw = path.read_bytes()
    yield raw
    yield from unpacked(raw)
    if raw[:4] == b"PAR1":
        rows = duckdb.connect().execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
        yield "\n".join(str(row) for row in rows).encode()
    if raw.startswith(b"SQLite format 3"):
        yield "\n".join(sqlite3.connect(path).iterdump()).encode()


def unpacked(raw: bytes) -> Iterator[bytes]:
    """The members of an archive that begins anywhere in these bytes."""
    at = raw.find(b"PK\x03\x04")
    if at >= 0 and zipfile.is_zipfile(io.BytesIO(raw[at:])):
        with zipfile.ZipFile(io.BytesIO(raw[at:])) as archive:
            for name in archive.namelist():
                yield archive.read(name)


@cache
def spellings(canaries: tuple[str, ...]) -> re.Pattern[bytes]:
    """Every way in which a program may write one of the canaries."""
    written = {
        text.encode(encoding)
        for canary in canaries
        for text in (canary, canary.lower())
        for encoding in ("utf-8", "gb18030", "utf-16-le", "unicode_escape")
    }
    return re.compile(b"|".join(re.escape(one) for one in sorted(written)))


def found_in(content: bytes, canaries: tuple[str, ...]) -> set[bytes]:
    """The canaries in these bytes."""
    return set(spellings(canaries).findall(content))


def files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def test_the_canaries_flew(flown: Flown) -> None:
    """Else every other test of this file would be idle."""
    assert len(flown.canaries.numbers) > 15 and len(flown.canaries.phones) > 8
    registry = b"".join(
        part for path in files(flown.home / "deliveries") for part in contents(path)
    )
    assert found_in(registry, flown.canaries.names), "names were received"
    assert "quarantined" in flown.printed
    opened = [path for path in files(flown.answers) if b'"status": 200' in path.read_bytes()[:900]]
    assert len(opened) > 60
    assert any(found_in(path.read_bytes(), flown.canaries.names) for path in opened)
    assert any(list(unpacked(path.read_bytes())) for path in opened), "rejects were downloaded"
    masked = f"{flown.canaries.numbers[1][:6]}********{flown.canaries.numbers[1][-4:]}".encode()
    settled = files(flown.home / "deliveries" / SPOILT_FEED)
    assert any(masked in part for path in settled for part in contents(path)), (
        "a remark with a number was accepted"
    )
    assert {path.parent.name for path in files(flown.home)} >= {"vault", "audit"}


def test_no_full_identity_number_is_anywhere(flown: Flown) -> None:
    looked_at = files(flown.home) + files(flown.temporary) + files(flown.answers)
    assert len(looked_at) > 100
    for path in looked_at:
        for content in contents(path):
            assert not found_in(content, flown.canaries.numbers), path
            # Another spelling of the same: the number without its check digit.
            stems = tuple(number[:17] for number in flown.canaries.numbers)
            assert not found_in(content, stems), path
    assert not found_in(flown.printed.encode(), flown.canaries.numbers)


def test_telephone_numbers_stay_with_the_registry(flown: Flown) -> None:
    for path in files(flown.home) + files(flown.temporary) + files(flown.answers):
        if any(
            path.is_relative_to(flown.home / place)
            for place in (f"deliveries/{REGISTRY_FEED}", "registry")
        ):
            continue
        for content in contents(path):
            assert not found_in(content, flown.canaries.phones), path
    assert not found_in(flown.printed.encode(), flown.canaries.phones)


def test_names_are_in_the_registry_the_runs_the_case_database_and_on_pages_alone(
    flown: Flown,
) -> None:
    may = (
        flown.home / "deliveries" / REGISTRY_FEED,
        flown.home / "registry",
        flown.home / "runs",
    )
    for path in files(flown.home) + files(flown.temporary):
        if any(path.is_relative_to(place) for place in may):
            continue
        if path.name.startswith("casework.sqlite3"):
            continue
        for content in contents(path):
            assert not found_in(content, flown.canaries.names), path
    # What commands and the server print ends up in terminals and logs of others.
    assert not found_in(flown.printed.encode(), flown.canaries.names)


def test_the_audit_trail_names_nobody(flown: Flown) -> None:
    with sqlite3.connect(flown.home / "casework.sqlite3") as database:
        rows = database.execute("SELECT * FROM audit_auditentry").fetchall()
    assert len(rows) > 10
    text = "\n".join(map(str, rows)).encode()
    for canaries in (flown.canaries.numbers, flown.canaries.names, flown.canaries.phones):
        assert not found_in(text, canaries)


def test_nothing_personal_stands_in_an_address(flown: Flown) -> None:
    for path in files(flown.answers):
        if path.read_bytes().startswith(b'{"path": "/households/?q='):
            continue
        addresses = re.findall(rb'(?:href|action|src)="([^"]*)"', path.read_bytes())
        joined = b"\n".join(addresses)
        for canaries in (flown.canaries.numbers, flown.canaries.names, flown.canaries.phones):
            assert not found_in(joined, canaries), path
