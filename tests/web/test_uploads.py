"""The upload desk: a file goes in once, and every way in which it can be wrong has words."""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.jobs.models import Job
from fangpin.casework.uploads.models import Upload
from fangpin.feeds.readers.limits import Limits
from fangpin.runs import uploads as checks
from fangpin.runs.worker import sweep
from fangpin.values import clock
from fangpin.values.files import machine_problems
from tests.web.conftest import SignIn
from tests.web.pages import form_of
from tests.web.seed import Seed
from tests.web.work import bills, number, work, workshop

FEED = "medical.settlement"
OLD_NUMBER = "431022190307123"
"""Of fifteen digits: of somebody who is more than a hundred years old, or of one born in 2003."""


@pytest.fixture
def home(prefecture: Seed, installation: Path) -> Path:
    """The installation's home, nothing received of the bureau's feeds yet."""
    for feed in (FEED, "medical.insured"):
        shutil.rmtree(installation / "deliveries" / feed, ignore_errors=True)
    return installation


Send = Callable[..., Any]


@pytest.fixture
def send(home: Path, signed_in: SignIn) -> Send:
    """Sends a file as the bureau's owner; returns the page that answers."""

    def sent(
        content: str | bytes,
        *,
        name: str = "十一月.csv",
        client: Client | None = None,
        **fields: str,
    ) -> Any:
        browser = client or signed_in("owner")
        page = browser.get("/uploads/").content.decode()
        _, values = form_of(page, "/uploads/")
        given = {one: value[-1] for one, value in values.items()} | {"feed": FEED} | fields
        given.pop("file", None)
        data = content.encode() if isinstance(content, str) else content
        file = {"file": SimpleUploadedFile(name, data)} if name else {}
        return browser.post("/uploads/", {**given, **file})

    return sent


def text(response: Any) -> str:
    return response.content.decode()


def spooled(home: Path) -> list[str]:
    folder = home / "uploads"
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_a_file_is_taken_in_checked_and_told_row_by_row(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    response = send(bills(6, 金额="4OO"), client=client, month="2020-11")
    assert response.status_code == 302
    address = response.headers["Location"]
    waiting = text(client.get(address))
    assert "排队等候" in waiting
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert work(home) == 1
    page = text(client.get(address))
    assert "接收 5 行，退回 1 行" in page
    assert "4OO" in page and '<td class="n">2</td>' in page
    assert "http-equiv" not in page and "hx-trigger" not in page
    upload = Upload.objects.get()
    assert (upload.read, upload.accepted, upload.quarantined, upload.duplicate) == (6, 5, 1, 0)
    assert upload.sender == "owner"
    told = json.loads((home / "deliveries" / FEED / upload.delivery / "delivery.json").read_text())
    assert told["origin"]["upload"] == upload.upload_no
    assert told["original_name"] == "十一月.csv"
    assert spooled(home) == []
    acts = AuditEntry.objects.filter(subject_kind="upload").order_by("id")
    assert [(one.act, one.official) for one in acts] == [
        ("submit_upload", "owner"),
        ("check_upload", ""),
    ]
    assert number(0) not in str(list(acts.values_list("detail", flat=True)))
    assert "十一月.csv" in text(client.get("/uploads/"))


def test_rows_that_are_no_records_are_listed_by_their_numbers_behind_what_needs_a_cure(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    printed = bills(6, 金额="4OO") + "合计,,,602.50\n编号,身份证号,月份,金额\n制表人：某某,,,\n"
    address = send(printed, client=client, month="2020-11").headers["Location"]
    work(home)
    page = text(client.get(address))
    assert re.findall(r"· ([A-Z_]+)</span>", page) == [
        "AMOUNT_UNREADABLE",
        "ROW_IS_FOOTER",
        "ROW_IS_HEADER",
    ]
    assert "表中第 8、10 行" in page and "表中第 9 行" in page
    assert page.count("写的是") == 1, "there is a table of the one cell that is wrong"
    client.cookies["fangpin_language"] = "en"
    page = text(client.get(address))
    assert "Rows 8, 10 of the table" in page and "Row 9 of the table" in page


def test_the_rejects_are_a_workbook_that_computes_nothing(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    send(bills(6, 金额="=1+1"), client=client)
    work(home)
    upload = Upload.objects.get()
    response = client.get(f"/feeds/{FEED}/{upload.delivery}/rejects.xlsx")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2))
    assert [one[0].value for one in rows] == [2]
    assert all(cell.data_type != "f" for row in rows for cell in row)


def test_a_second_click_is_one_upload(home: Path, send: Send, signed_in: SignIn) -> None:
    client = signed_in("owner")
    first = send(bills(), client=client, key="a" * 32)
    second = send(bills(), client=client, key="a" * 32)
    assert first.headers["Location"] == second.headers["Location"]
    assert (Upload.objects.count(), Job.objects.count()) == (1, 1)
    assert len(spooled(home)) == 1
    other = send(bills(7), client=client, key="a" * 32)
    assert other.status_code == 409
    assert "提交编号已用于另一份记录" in text(other)
    assert len(spooled(home)) == 1


def test_the_same_file_again_says_which_delivery_it_is(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    send(bills(), client=client)
    work(home)
    again = send(bills(), client=client, name="改了名字.csv")
    work(home)
    page = text(client.get(again.headers["Location"]))
    assert "这份文件早已收过，什么也没有改动" in page
    first, second = Upload.objects.order_by("id")
    assert second.delivery == first.delivery
    assert f"/feeds/{FEED}/{first.delivery}/" in page


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("", "空.csv", "文件是空的，请重新导出后再选。"),
        ("x", "", "请填写这一项。"),
    ],
)
def test_a_file_that_is_none_is_told_at_its_field(
    home: Path, send: Send, content: str, name: str, words: str
) -> None:
    response = send(content, name=name)
    assert response.status_code == 409
    assert words in text(response)
    assert Upload.objects.count() == 0
    assert spooled(home) == []


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.4 x", "账单.xlsx", "PDF"),
        ("甲,乙\n1,2\n".encode(), "别的表.csv", "编号"),
        ("编号,身份证号,月份,金额\n".encode(), "只有表头.csv", "没有"),
        (b"PK\x03\x04cut", "断了.xlsx", "不完整"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_file_of_the_wrong_kind_is_refused_as_a_whole(
    home: Path, send: Send, signed_in: SignIn, content: bytes, name: str, words: str, language: str
) -> None:
    client = signed_in("owner", language=language)
    response = send(content, name=name, client=client)
    work(home)
    page = text(client.get(response.headers["Location"]))
    assert ("整份退回" if language == "zh-hans" else "The whole file was refused") in page
    assert words in page or language == "en"
    asks = "如果它是别的数据源" if language == "zh-hans" else "If it is another feed"
    assert (asks in page) == (name == "别的表.csv")
    assert not (home / "deliveries" / FEED).exists()
    assert spooled(home) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_file_that_is_too_large_is_told_and_leaves_nothing(
    home: Path, send: Send, signed_in: SignIn, settings: Any, language: str
) -> None:
    limits = Limits(file_bytes=1024 * 1024)
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, limits=limits)
    client = signed_in("owner", language=language)
    response = send(b"x" * (1024 * 1024 + 1), client=client)
    assert response.status_code == 413
    words = "文件超过 1 MB 的上限" if language == "zh-hans" else "larger than the limit of 1 MB"
    assert words in text(response)
    assert Upload.objects.count() == 0
    assert spooled(home) == []
    assert send(b"x" * (1024 * 1024), client=client).status_code == 302


def test_a_full_disk_is_told_while_the_file_comes_in(
    home: Path, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        response = send(bills())
    assert response.status_code == 507
    assert "磁盘已满" in text(response)
    assert Upload.objects.count() == 0
    assert spooled(home) == []


def test_a_full_disk_during_the_check_is_tried_again_and_then_told(
    home: Path, send: Send, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("owner")
    address = send(bills(), client=client).headers["Location"]

    def no_room(**_: Any) -> None:
        with machine_problems(home):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checks, "receive", no_room)
    now = clock.now({})
    assert work(home, machine=now) == 1
    assert "稍后会自动再试" in text(client.get(address))
    assert work(home, machine=now + timedelta(seconds=59)) == 0
    assert work(home, machine=now + timedelta(seconds=61)) == 1
    assert work(home, machine=now + timedelta(seconds=122)) == 1
    page = text(client.get(address))
    assert "没有检查完，没有载入任何数据" in page
    assert "磁盘已满" in page
    assert spooled(home) == []


def test_an_error_of_the_program_is_told_without_a_cell_of_the_file(
    home: Path,
    send: Send,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = signed_in("owner")
    address = send(bills(), client=client).headers["Location"]

    def broken(**_: Any) -> None:
        raise ValueError(number(0))

    monkeypatch.setattr(checks, "receive", broken)
    now = clock.now({})
    for minutes in (0, 2, 4):
        assert work(home, machine=now + timedelta(minutes=minutes)) == 1
    assert "检查时出现程序错误" in text(client.get(address))
    assert "ValueError" in caplog.text
    assert number(0) not in caplog.text


def test_the_form_offers_the_department_s_own_feeds_and_the_month_that_is_due(
    home: Path, signed_in: SignIn
) -> None:
    page = text(signed_in("owner").get(f"/uploads/?feed={FEED}"))
    assert "医保结算" in page and "参保" in page
    assert "财政一卡通" not in page
    assert '<option value="2020-11" selected>' in page
    assert '<option value="medical.settlement" selected>' in page


def test_a_form_without_its_token_is_refused_and_leaves_nothing(
    home: Path, signed_in: SignIn
) -> None:
    signed = signed_in("owner")
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed.cookies
    file = SimpleUploadedFile("a.csv", bills().encode())
    response = client.post("/uploads/", {"feed": FEED, "key": "k" * 32, "file": file})
    assert response.status_code == 403
    assert spooled(home) == []


def test_what_killed_processes_left_of_uploads_is_swept(home: Path, send: Send) -> None:
    send(bills())
    [waiting] = spooled(home)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [
        home / "spill" / f".unfinished-{gone.pid}-ab",
        home / "uploads" / f".unfinished-{gone.pid}-cd",
    ]
    for place in left:
        place.parent.mkdir(exist_ok=True)
        place.write_text("430000")
    (home / "uploads" / "nobodys").write_text("x")
    now = clock.now({})
    assert sweep(workshop(home, machine=now)) == 2
    assert set(spooled(home)) == {"nobodys", waiting}, "its upload may just be committed"
    assert sweep(workshop(home, machine=now + timedelta(hours=2))) == 1
    assert spooled(home) == [waiting]


# ── what waits for someone ──────────────────────────────────────────────────────────────────────


def held(home: Path, delivery: str) -> None:
    """Make a delivery one that was held on receipt."""
    file = home / "deliveries" / FEED / delivery / "delivery.json"
    told = json.loads(file.read_text())
    told["suspicions"] = [
        {
            "code": "VOLUME_ANOMALY",
            "severity": "hold",
            "message_zh": "行数比往月少得多。",
            "message_en": "Far fewer rows than in other months.",
            "repair_zh": "请核对。",
            "repair_en": "Look.",
        }
    ]
    file.write_text(json.dumps(told))
    (home / "deliveries" / FEED).touch()
    os.utime(home / "deliveries" / FEED)


@pytest.mark.parametrize(
    ("act", "words"), [("release", "这一批曾被暂扣，已放行"), ("refuse", "这一批已拒收")]
)
def test_a_held_delivery_is_released_or_refused_with_a_reason(
    home: Path, send: Send, signed_in: SignIn, act: str, words: str
) -> None:
    client = signed_in("owner")
    send(bills(), client=client)
    work(home)
    delivery = Upload.objects.get().delivery
    held(home, delivery)
    page = f"/feeds/{FEED}/{delivery}/"
    assert "先暂扣着" in text(client.get(page))
    assert "1 批等您确认" in text(client.get("/uploads/"))
    without = client.post(f"{page}decide/", {"act": act, "reason": " "})
    assert without.status_code == 409
    assert "写明理由" in text(without)
    for _ in range(2):
        done = client.post(f"{page}decide/", {"act": act, "reason": "已与医院核对"})
        assert done.status_code == 302
    shown = text(client.get(page))
    assert words in shown and "已与医院核对" in shown
    assert AuditEntry.objects.filter(act=f"{act}_delivery", official="owner").count() == 1
    assert "批等您确认" not in text(client.get("/uploads/"))
    # Who may see feeds and not decide reads the same and is offered nothing.
    looker = text(signed_in("city").get(page))
    assert words in looker and "decide/" not in looker


def test_proposed_readings_are_confirmed_as_a_delivery_of_their_own(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    send(bills(6, 金额="壹仟贰佰元整"), client=client)
    work(home)
    delivery = Upload.objects.get().delivery
    page = f"/feeds/{FEED}/{delivery}/"
    shown = text(client.get(page))
    assert "1 行只差确认读法" in shown and "按建议的读法" in shown
    assert "1 行等待确认读法" in text(client.get("/uploads/"))
    _, values = form_of(shown, "/readings/")
    given = {"key": values["key"][0], "act": "confirm", "choice-amount": "as_proposed"}
    first = client.post(f"{page}readings/", given)
    assert client.post(f"{page}readings/", given).headers["Location"] == first.headers["Location"]
    assert work(home) == 1
    result = text(client.get(first.headers["Location"]))
    assert "全部接收：1 行" in result
    assert len(list((home / "deliveries" / FEED).glob("*/delivery.json"))) == 2
    again = text(client.get(page))
    assert "已接收" in again and "按选定的读法载入" not in again
    assert "等待确认读法" not in text(client.get("/uploads/"))


def test_rows_of_a_column_that_was_not_chosen_can_still_be_read(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    rows = [f"B{n},{number(n)},2020-11,100" for n in range(4)]
    rows += [f"B8,{number(8)},2020-11,壹佰元整", f"B9,{OLD_NUMBER},2020-11,50"]
    send("编号,身份证号,月份,金额\n" + "\n".join(rows) + "\n", client=client)
    work(home)
    page = f"/feeds/{FEED}/{Upload.objects.get().delivery}/"
    given = {"act": "confirm", "choice-amount": "as_proposed"}
    client.post(f"{page}readings/", {**given, "key": "r" * 32})
    work(home)
    assert "按选定的读法载入" in text(client.get(page))
    assert "1 行等待确认读法" in text(client.get("/uploads/"))
    given = {"act": "confirm", "choice-id_number": "as_proposed"}
    client.post(f"{page}readings/", {**given, "key": "s" * 32})
    work(home)
    assert "按选定的读法载入" not in text(client.get(page))
    assert "等待确认读法" not in text(client.get("/uploads/"))


def test_a_reading_confirmed_at_night_is_of_the_day_that_began(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    send(bills(6, 金额="壹仟贰佰元整"), client=client)
    work(home)
    first = Upload.objects.get()
    page = f"/feeds/{FEED}/{first.delivery}/"
    given = {"act": "confirm", "choice-amount": "as_proposed", "key": "r" * 32}
    client.post(f"{page}readings/", given)
    night = first.received_at.replace(hour=17) - timedelta(days=1)
    Upload.objects.filter(channel="readings").update(received_at=night)
    work(home)
    confirmed = Upload.objects.get(channel="readings").delivery
    told = json.loads((home / "deliveries" / FEED / confirmed / "delivery.json").read_text())
    assert told["received"] == first.received_on.isoformat()


def test_a_file_that_was_refused_for_its_month_can_be_sent_for_another(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    send(bills(40), client=client, month="2020-10")
    work(home)
    first = Upload.objects.get()
    held(home, first.delivery)
    page = f"/feeds/{FEED}/{first.delivery}/"
    client.post(f"{page}decide/", {"act": "refuse", "reason": "月份选错"})
    send(bills(40), client=client, month="2020-11")
    work(home)
    second = Upload.objects.latest("id")
    assert (second.outcome, second.accepted) == ("accepted", 40)
    send(bills(40), client=client, month="2020-10")
    work(home)
    third = Upload.objects.latest("id")
    assert third.outcome == "already_received"
    assert "已被拒收，没有生效" in text(client.get(f"/uploads/{third.upload_no}/"))


def test_proposed_readings_are_declined_and_stay_unread(
    home: Path, send: Send, signed_in: SignIn
) -> None:
    client = signed_in("owner")
    send(bills(6, 金额="壹仟贰佰元整"), client=client)
    work(home)
    page = f"/feeds/{FEED}/{Upload.objects.get().delivery}/"
    for _ in range(2):
        assert client.post(f"{page}readings/", {"act": "decline"}).status_code == 302
    assert "不按建议读取" in text(client.get(page))
    assert work(home) == 0
    assert len(list((home / "deliveries" / FEED).glob("*/delivery.json"))) == 1
    assert AuditEntry.objects.filter(act="decline_readings").count() == 1
    assert "等待确认读法" not in text(client.get("/uploads/"))


def test_choosing_no_reading_is_told(home: Path, send: Send, signed_in: SignIn) -> None:
    client = signed_in("owner")
    send(bills(6, 金额="壹仟贰佰元整"), client=client)
    work(home)
    page = f"/feeds/{FEED}/{Upload.objects.get().delivery}/"
    response = client.post(f"{page}readings/", {"act": "confirm", "key": "r" * 32})
    work(home)
    assert "没有行能按所选读法载入" in text(client.get(response.headers["Location"]))
    assert "按选定的读法载入" in text(client.get(page)), "and it can still be done"
