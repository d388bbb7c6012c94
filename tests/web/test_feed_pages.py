"""The pages of feeds and deliveries: what is missing, what was refused, how rows are mended."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from openpyxl import load_workbook

from fangpin.casework.audit.models import AuditEntry
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import Seed


def test_the_calendar_of_feeds_marks_what_is_missing(prefecture: Seed, signed_in: SignIn) -> None:
    page = body(signed_in("city").get("/feeds/"))
    assert "部门数据" in page
    row = page.partition("灾情</a>")[2].partition("</tr>")[0]
    assert row.count('class="is-missing"') == 1
    assert "2020-11 应到未到" in row


@pytest.mark.parametrize("username", ["city", "county", "town", "owner", "province"])
def test_feeds_that_are_late_are_linked_for_whoever_may_open_them(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    """The line of what is late led a township, and other departments' clerks, to a missing page."""
    client, linked = signed_in(username), 0
    for page in ("/overview/", "/feeds/"):
        response = client.get(page)
        if response.status_code == 404:
            continue
        head = body(response).partition('class="page-head"')[2].partition("<section")[0]
        assert username == "owner" or re.search(r"迟 \d+ 天", head), page
        for link in re.findall(r'href="(/feeds/[^"]*)"', head):
            linked += 1
            assert client.get(link).status_code == 200, link
    assert (linked > 0) == (username not in ("town", "owner"))


def test_a_delivery_adds_up_and_says_how_to_correct_its_rows(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("city").get("/feeds/finance.card/2020-11-01/"))
    figures = re.search(r"读到 ([\d,]+) = 接受 ([\d,]+) \+ 退回 ([\d,]+) \+ 重复 ([\d,]+)", page)
    assert figures is not None
    read, accepted, quarantined, duplicate = (
        int(figure.replace(",", "")) for figure in figures.groups()
    )
    assert read == accepted + quarantined + duplicate == 9620
    for words in (
        "身份证号校验码不对",
        "152 行",
        "怎么改 对照户口本改正号码",
        "431022********",
        "下载退回的行",
    ):
        assert words in page, words


def test_a_finding_that_names_its_columns_does_not_count_them_again(
    prefecture: Seed, signed_in: SignIn, installation: Any
) -> None:
    file = installation / "deliveries" / "medical.settlement" / "2020-11-01" / "delivery.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    words = {"severity": "warn", "row": None, "repair_zh": "", "repair_en": ""}
    told["findings"] = [
        {**words, "code": "COLUMN_ABSENT", "message_zh": "没有这些选填列：甲、乙。", "count": 2},
        {**words, "code": "VALUE_CUT", "message_zh": "多余的空格去掉了。", "count": 1200},
    ]
    file.write_text(json.dumps(told), encoding="utf-8")
    page = text_of(signed_in("county").get("/feeds/medical.settlement/2020-11-01/"))
    assert "没有这些选填列：甲、乙。 多余的空格去掉了。 1,200 行" in page


def test_refused_rows_are_downloaded_as_a_spreadsheet(prefecture: Seed, signed_in: SignIn) -> None:
    response = signed_in("city").get("/feeds/finance.card/2020-11-01/rejects.xlsx")
    assert response.status_code == 200
    assert "finance.card-2020-11-rejects.xlsx" in response.headers["Content-Disposition"]
    content: Any = response.streaming_content  # type: ignore[attr-defined]
    sheet = load_workbook(io.BytesIO(b"".join(content))).worksheets[0]
    assert sheet.max_row == 1 + 203
    assert AuditEntry.objects.get(act="export_rejects").detail["rows"] == 203
