"""Texts, headers and files that go wrong, family by family: each ends in exactly the outcome that is named.

auto: repaired without a loss, and logged; propose: the row waits for a person; row: the row is set
aside; warn: loaded, and told; missing: nothing is known, which is not zero; file: nothing is loaded.
The letters and numbers in the names are those of docs/bad-inputs.md.
"""

from __future__ import annotations

import random
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.cells.headers import find_header, map_columns
from fangpin.feeds.findings import FileRefused
from fangpin.values.identifiers import check_digit, read_identifier
from fangpin.values.text import name_key, spreadsheet_safe
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    number,
    roster_contract,
    wage_row,
    wages_contract,
    xlsx_file,
)
from tests.writing import CHINA

TODAY = date(2020, 4, 4)


# ── B: text ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dot", "·•．.・‧∙⋅")
@pytest.mark.parametrize("space", ["", " ", "\u3000", "\u200b", "\ufeff"])
def test_b18_all_spellings_of_a_name_meet_and_the_original_is_kept(
    tmp_path: Path, dot: str, space: str
) -> None:
    written = f"阿依古丽{dot}{space}买买提{space}"
    assert name_key(written) == name_key("阿依古丽·买买提")
    desk = Desk(tmp_path, roster_contract())
    receipt = desk.receive_text(
        csv_text(
            [["H1", "1", number(1), written, "2020-03"]],
            header=["户编号", "人编号", "身份证号", "姓名", "月份"],
        )
    )
    kept = desk.facts(receipt, "name, row_no")[0][0]
    assert kept.strip("\ufeff\u3000 ") == written.strip("\ufeff\u3000 ")


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(alphabet="李竹喜𠮷田〇㛃石山村镇局", min_size=4, max_size=9), min_size=2, max_size=6
    ),
    st.permutations(["utf-8", "gb18030"]),
    st.integers(1, 5),
)
def test_b13_two_encodings_joined_are_never_read_as_other_text(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], encodings: list[str], cut: int
) -> None:
    """Either order, wherever the second file was joined on: refused, or every name as it was."""
    assume(cut < len(names))
    desk = Desk(tmp_path_factory.mktemp("desk"))
    lines = csv_text(
        [wage_row(place, employer=name) for place, name in enumerate(names)]
    ).splitlines(keepends=True)
    first, second = encodings
    content = b"".join(
        line.encode(first if place <= cut else second) for place, line in enumerate(lines)
    )
    receipt = desk.receive_bytes(content)
    assert receipt.outcome == "refused"
    assert desk.codes(receipt) & {"ENCODING_MIXED", "ENCODING_UNKNOWN", "FILE_CORRUPT"}


# ── D 34: headers ───────────────────────────────────────────────────────────────────────────────


@given(
    st.integers(0, len(HEADER) - 1),
    st.sampled_from(["drop", "rename", "twice", "pad", "star", "unit", "case"]),
    st.randoms(use_true_random=False),
)
def test_d34_a_header_drifts(place: int, how: str, chance: random.Random) -> None:
    contract = wages_contract()
    needed = {"身份证号", "月份"}
    header = list(HEADER)
    title = header[place]
    if how == "drop":
        del header[place]
    elif how == "rename":
        header[place] = f"{title}字段旧名"
    elif how == "twice":
        header.append(title)
    elif how == "pad":
        header[place] = f" \u3000{title}\u200b "
    elif how == "star":
        header[place] = f"*{title}："
    elif how == "unit":
        header[place] = f"{title}（必填）"
    else:
        names = {"身份证号": "ID_NUMBER", "月份": "Month", "月工资": "WAGE", "务工天数": "days"}
        header[place] = names.get(title, title)
    chance.shuffle(header)
    try:
        found = map_columns(
            find_header([header], contract=contract, writing=CHINA).cells,
            contract=contract,
            writing=CHINA,
        )
    except FileRefused as refusal:
        codes = {one.code for one in refusal.findings}
        if how == "twice":
            assert codes == {"COLUMN_AMBIGUOUS"}
        else:
            assert codes == {"COLUMN_MISSING"} and how in ("drop", "rename") and title in needed
            (told,) = refusal.findings
            assert title in told.repair_zh
        return
    assert how not in ("drop", "rename", "twice") or title not in needed
    absent = {one.code for one in found.findings}
    assert ("COLUMN_ABSENT" in absent) == (how in ("drop", "rename"))
    assert ("COLUMN_EXTRA" in absent) == (how == "rename")


# ── A: names of files, and the sum check ────────────────────────────────────────────────────────


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.sampled_from(
            ["../../etc/cron.d/x.csv", "..\\..\\a.csv", "CON.xlsx", "a" * 300, "x\r\nSet-Cookie: a",
             "/etc/passwd", "\u202egnp.csv", "", ".", "..", "nul\x00l.csv"]
        ),
        st.text(max_size=40),
    )
)  # fmt: skip
def test_a8_a_files_name_is_data_and_never_a_place(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    assume(not any("\ud800" <= c <= "\udfff" for c in name))
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder)
    receipt = desk.receive_rows(wage_row(1), name=name)
    assert receipt.outcome == "accepted"
    places = {path.relative_to(desk.home.root).parts[0] for path in desk.home.root.rglob("*")}
    assert places <= {"deliveries", "vault", "spill", "registry", "ledger", "timeline", "runs",
                      "links", "decisions",
                      "secret.key", "vault.keys", "vault.lock", "vault.keys.lock",
                      "vault.parts.lock", "deliveries.lock"}  # fmt: skip
    (delivery,) = (desk.home.deliveries / "labour.wages").iterdir()
    assert delivery.name == receipt.delivery
    assert arrivals(desk.home)[0].delivery.startswith("2020-04-04-")


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.integers(1, 600), st.sampled_from(["cut", "flip", "insert"]))
def test_a5_a_spoilt_workbook_is_refused_or_read_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int, how: str
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    file = xlsx_file(desk.folder / "a.xlsx", {"表": [HEADER, *(wage_row(n) for n in range(30))]})
    content = bytearray(file.read_bytes())
    chance = random.Random(seed)
    at = chance.randrange(len(content))
    if how == "cut":
        del content[-size:]
    elif how == "flip":
        for _ in range(size % 20 + 1):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    else:
        content[at:at] = bytes(size)
    before = desk.all_bytes()
    receipt = desk.receive_bytes(bytes(content), name="a.xlsx")
    assert receipt.outcome in ("accepted", "refused")
    if receipt.outcome == "refused":
        after = desk.all_bytes()
        before.setdefault("vault.lock", b"")
        assert after == before
        assert all(one.severity in ("file", "auto", "warn") for one in receipt.findings)
    if how == "cut":
        assert desk.codes(receipt) == {"FILE_CORRUPT"}


def test_a2_a_bomb_of_many_small_members_is_refused(desk: Desk) -> None:
    file = desk.folder / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in range(60):
            archive.writestr(f"xl/worksheets/sheet{place}.xml", bytes(9_500_000))
    assert desk.codes(desk.receive_file(file)) == {"ARCHIVE_TOO_LARGE"}


# ── E 40: what goes out ─────────────────────────────────────────────────────────────────────────


@given(st.sampled_from(list("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")), st.text(max_size=10), st.booleans())
def test_e40_a_text_that_a_spreadsheet_would_compute_is_prefixed(
    start: str, rest: str, is_spaced: bool
) -> None:
    text = ("\u3000 " if is_spaced else "") + start + rest
    assert spreadsheet_safe(text) == f"'{text}"


# ── E 39: registries that contradict themselves ─────────────────────────────────────────────────


def test_e39_a_person_in_two_households_is_told_and_nothing_is_changed(
    tmp_path: Path, lines: Any
) -> None:
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    header = ["户编号", "人编号", "身份证号", "姓名", "月份"]
    rows = [
        ["H1", "1", number(1), "李竹喜", "2020-03"],
        ["H2", "1", number(1), "李竹喜", "2020-03"],
        ["H3", "1", "", "小宝", "2020-03"],
        ["H4", "1", "", "小宝", "2020-03"],
    ]
    receipt = desk.receive_text(csv_text(rows, header=header))
    assert (receipt.accepted, receipt.counts_by_code["PERSON_IN_TWO_HOUSEHOLDS"]) == (4, 1)


def test_random_files_are_never_a_crash(desk: Desk) -> None:
    chance = random.Random(7)
    for size in (7, 100, 5_000):
        for _ in range(4):
            start = chance.choice(
                [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"<html>"]
            )
            receipt = desk.receive_bytes(start + chance.randbytes(size), name="x.xlsx")
            assert receipt.outcome == "refused"


def test_a_birth_after_the_day_of_receipt_is_no_birth() -> None:
    born = TODAY + timedelta(days=1)
    body = f"431022{born:%Y%m%d}123"
    assert (
        read_identifier(body + check_digit(body), scheme="gb11643", today=TODAY).problem_code
        == "ID_BIRTHDATE"
    )
