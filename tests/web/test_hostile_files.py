"""Hostile files at the upload desk and bodies at the push API: each ends in words, none names a person."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from fangpin.casework.uploads.models import Upload
from tests.web.conftest import SignIn
from tests.web.seed import Seed
from tests.web.test_push_api import body, look, made, push
from tests.web.test_uploads import FEED, Send, home, send, spooled, text
from tests.web.work import bills, number, work

__all__ = ["home", "send"]

OF_PEOPLE = [number(place) for place in range(10)] + ["李竹喜"]
_TITLES = ["编号", "身份证号", "月份", "金额"]
_EXTERNAL = {
    "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
    "xl/externalLinks/_rels/externalLink1.xml.rels": b'<Relationships><Relationship Id="rId1" '
    b'Target="http://evil.example/x.xlsx" TargetMode="External"/></Relationships>',
}


def workbook(folder: Path, *, formula: tuple[str, Any] | None = None, **parts: bytes) -> bytes:
    """Three bills; the first one's amount may be a formula, and parts may be put beside."""
    file = folder / "made.xlsx"
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, _TITLES)
    for place in range(3):
        sheet.write_row(place + 1, 0, [f"B{place}", number(place), "2020-11", "100.5"])
    if formula:
        sheet.write_formula(1, 3, formula[0], None, formula[1])
    book.close()
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**held, **parts}.items():
            archive.writestr(name, content)
    return packed.getvalue()


HOSTILE: dict[str, tuple[dict[str, Any], str, str]] = {
    "macros": ({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 9}, "accepted", "MACROS_LEFT"),
    "external link": ({"formula": ("='[1]S'!A1", 100.5), **_EXTERNAL}, "accepted", "CELLS_LINKED"),
    "command": ({"formula": ("=cmd|'/C calc'!A0", "")}, "accepted", "FORMULA_NO_VALUE"),
    "error": ({"formula": ("=1/0", "#DIV/0!")}, "accepted", "CELL_ERROR"),
    "bomb": ({"xl/worksheets/sheet9.xml": b" " * 200_000_000}, "refused", "ARCHIVE_TOO_LARGE"),
    "entities": (
        {"xl/sharedStrings.xml": b'<!DOCTYPE a [<!ENTITY a "aa">]><sst>&a;</sst>'},
        "refused",
        "XML_FORBIDDEN",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_hostile_workbook_is_told_of(
    home: Path, send: Send, signed_in: SignIn, tmp_path: Path, kind: str, language: str, caplog: Any
) -> None:
    parts, outcome, code = HOSTILE[kind]
    client = signed_in("owner", language=language)
    response = send(workbook(tmp_path, **parts), name="十一月.xlsx", client=client)
    work(home)
    upload = Upload.objects.get()
    page = client.get(response.headers["Location"])
    assert (page.status_code, upload.outcome) == (200, outcome)
    told = {one["code"]: one for one in upload.findings}
    if code in told:
        word = "message_zh" if language == "zh-hans" else "message_en"
        assert told[code][word][:12] in unescape(text(page))
    else:
        assert upload.quarantined == 1
        assert code in (home / "deliveries" / FEED / upload.delivery / "delivery.json").read_text()
    assert not [one for one in OF_PEOPLE if one in text(page) + caplog.text]
    assert spooled(home) == []
    assert not list(home.parent.rglob("evil.xml"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a" * 5_000_000, "FILE_CORRUPT"),
        ((bills(3) + 'B9,x,2020-11,"' + "9" * 3_000_000 + '"\n').encode(), "FILE_CORRUPT"),
        (bytes(range(256)) * 100, "ENCODING_UNKNOWN"),
        (bytes(5000), "FILE_CORRUPT"),
        (b"PK\x05\x06" + bytes(18), "FILE_TYPE_UNSUPPORTED"),
        (b"\n \n\t\n", "FILE_EMPTY"),
    ],
)
def test_what_is_no_table_is_refused_whole(
    home: Path, send: Send, signed_in: SignIn, content: bytes, code: str
) -> None:
    response = send(content, name="十一月.csv")
    work(home)
    assert signed_in("owner").get(response.headers["Location"]).status_code == 200
    upload = Upload.objects.get()
    assert (upload.outcome, [one["code"] for one in upload.findings][0]) == ("refused", code)
    assert not (home / "deliveries" / FEED).exists()
    assert spooled(home) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/cron.d/x.csv", "x.csv"),
        ("..\\..\\a.csv", "a.csv"),
        ("CON.csv", "CON.csv"),
        ("长" * 300 + ".csv", "长" * 199),
        ("a\x01\x1b[31mb.csv", "a[31mb.csv"),
        ("<img src=x onerror=alert(1)>.csv", "&lt;img src=x onerror=alert(1)&gt;.csv"),
        ("%s{0}{x}.csv", "%s{0}{x}.csv"),
        ("   ", "没有名称的文件"),
        (f"{number(3)}.csv", f"{number(3)[:6]}********{number(3)[-4:]}.csv"),
        (f"低保{number(3)}补报20201101120000.csv", "补报20201101120000.csv"),
        ("13800138000.csv", "1********00.csv"),
    ],
)
def test_a_files_name_is_shown_as_a_name_and_nothing_else(
    home: Path, send: Send, signed_in: SignIn, name: str, shown: str, caplog: Any
) -> None:
    """A clerk writes a person's number into it; it went on every list and into the delivery."""
    response = send(bills(3), name=name)
    work(home)
    client = signed_in("owner")
    pages = text(client.get(response.headers["Location"])) + text(client.get("/uploads/"))
    assert pages.count(shown) >= 2
    assert "<img src=x" not in pages
    (delivery,) = (home / "deliveries" / FEED).glob("*/delivery.json")
    seen = pages + caplog.text + delivery.read_text(encoding="utf-8")
    assert not [one for one in [*OF_PEOPLE, "13800138000"] if one in seen]


BODY = body(3)
FIRST = f'"{number(0)}"'
BODIES: dict[str, tuple[bytes | str, int, str]] = {
    "byte order mark": ("\ufeff" + BODY, 3, ""),
    "CRLF": (BODY.replace("\n", "\r\n"), 3, ""),
    "NaN": (BODY.replace("100.5", "NaN", 1), 2, "AMOUNT_UNREADABLE"),
    "infinite": (BODY.replace("100.5", "-Infinity", 1), 2, "AMOUNT_UNREADABLE"),
    "1e400": (BODY.replace("100.5", "1e400", 1), 2, "AMOUNT_UNREADABLE"),
    "5000 figures": (BODY.replace("100.5", "9" * 5000, 1), 2, "AMOUNT_UNREADABLE"),
    "truth": (BODY.replace("100.5", "true", 1), 2, "AMOUNT_UNREADABLE"),
    "number as float": (BODY.replace(FIRST, "4.3102219850307e17"), 2, "ID_PRECISION_LOST"),
    "number as integer": (BODY.replace(FIRST, number(0)), 3, ""),
    "key twice": (BODY.replace('"amount"', '"amount": 1, "amount"', 1), 2, "ROW_SHAPE"),
    "key and its alias": (BODY.replace('"amount"', '"金额": 1, "amount"', 1), 0, "COLUMN_AMBIGUOUS"),
    "object as value": (BODY.replace(FIRST, f'{{"no": {FIRST}}}'), 2, "ROW_SHAPE"),
    "nested deep": (BODY.replace("100.5", "[" * 99_999, 1), 0, "JSON_LINE_UNREADABLE"),
    "half a character": (BODY.replace('"B0"', '"\\ud83d"'), 2, "ROW_SHAPE"),
    "half a key": (BODY.replace('"row_id"', '"\\ud83d"', 1), 0, "JSON_LINE_UNREADABLE"),
    "NUL": (BODY.replace('"B0"', '"B\x000"'), 0, "JSON_LINE_UNREADABLE"),
    "GB18030": (BODY.encode() + '{"name": "李竹喜"}'.encode("gb18030"), 0, "JSON_LINE_UNREADABLE"),
    "UTF-16": (BODY.encode("utf-16"), 0, "JSON_LINE_UNREADABLE"),
    "blank": ("  \n\n\t\n", 0, "FILE_EMPTY"),
    "objects without keys": ("{}\n{}\n", 0, "FILE_EMPTY"),
    "one array": ("[" + BODY.strip().replace("\n", ",") + "]", 0, "JSON_LINE_UNREADABLE"),
    "one line": (BODY.replace("\n", " "), 0, "JSON_LINE_UNREADABLE"),
    "line of 2 MB": (json.dumps({"note": "x" * 2_000_000}), 0, "JSON_LINE_UNREADABLE"),
    "20,000 keys": (json.dumps(dict.fromkeys(map(str, range(20_000)))), 0, "FILE_TOO_DEMANDING"),
    "packed": (gzip.compress(BODY.encode()), 0, "JSON_LINE_UNREADABLE"),
    "number as key": (BODY.replace('"amount"', f'"{number(9)}": 1, "amount"', 1), 3, "COLUMN_EXTRA"),
}  # fmt: skip
"""What is sent, how many of its three rows are accepted (0: nothing of it), and the code that tells why."""


@pytest.mark.parametrize("kind", BODIES)
def test_a_hostile_body_is_told_of_in_both_languages(
    prefecture: Seed, home: Path, kind: str, caplog: Any
) -> None:
    content, accepted, code = BODIES[kind]
    state, counts = (
        ("accepted", [3, accepted, 3 - accepted]) if accepted else ("refused", [0, 0, 0])
    )
    token = made(prefecture)
    response = push(token, content)
    assert response.status_code == 202
    work(home)
    told = look(token, response.headers["Location"])
    assert told.status_code == 200
    seen = told.json()
    assert (seen["state"], [seen[name] for name in ("read", "accepted", "quarantined")]) == (
        state,
        counts,
    )
    found = {one["code"]: one for one in [*seen["findings"], *seen["rows"]]}
    if code:
        assert found[code]["message_zh"]
        assert found[code]["message_en"]
    assert not [one for one in OF_PEOPLE if one in told.content.decode() + caplog.text]
    assert (home / "deliveries" / FEED).exists() == (state == "accepted")
    assert spooled(home) == []
