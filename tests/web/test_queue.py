"""The queue: what is due first, why and until when; its filters and its pages."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases.models import Case
from fangpin.web.ground.due import due_of
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import CLOCK, Seed


def test_the_queue_lists_what_is_due_first(prefecture: Seed, signed_in: SignIn) -> None:
    page = body(signed_in("city").get("/queue/"))
    days = re.findall(r'class="due nowrap">(\d{4}-\d{2}-\d{2})', page)
    assert len(days) > 5
    assert days == sorted(days)
    overdue = re.findall(r"逾期 (\d+) 天", page)
    assert overdue


def test_a_row_of_the_queue_says_why_where_and_until_when(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("village").get("/queue/"))
    for words in (
        "Ⅱ",
        "橙",
        "李竹喜",
        "H431022-0417",
        "石山村",
        "医疗自付连续偏高",
        "连续 3 个月自付医疗",
    ):
        assert words in page, words
    for words in ("待派发", "2020-12-16", "预警限 · 还有 2 个工作日"):
        assert words in page, words


def test_after_the_visit_an_alert_stands_by_the_day_of_its_case(
    prefecture: Seed, signed_in: SignIn
) -> None:
    """Visited long ago, its own day passed since: what presses is the case, and nobody is late."""
    case = Case.objects.get(case_no=prefecture.case_nos[at.TO_COMPARE])
    alert = Alert.objects.get(clues__case=case)
    assert case.due_date is not None and alert.is_visited and alert.case_date == case.due_date
    Alert.objects.filter(pk=alert.pk).update(due_date=CLOCK - timedelta(days=30))
    name, town = case.household.head_name, signed_in("town")

    rows = re.findall(r"<tr data-row>.*?</tr>", body(town.get("/queue/")), re.DOTALL)
    row = re.sub(r"<[^>]+>", " ", next(row for row in rows if name in row))
    assert f"{case.due_date:%Y-%m-%d}" in row and "办理限 · 还有" in row, row
    days = re.findall(r'class="due nowrap">(\d{4}-\d{2}-\d{2})', "".join(rows))
    assert len(days) > 5 and days == sorted(days)
    assert name not in body(town.get("/queue/?overdue=1"))
    # Nobody has been there: its own day presses, as long as its case's is later.
    Alert.objects.filter(pk=alert.pk).update(is_visited=False)
    assert name in body(town.get("/queue/?overdue=1"))
    # No clock of the case runs: nothing presses, and it stands last.
    Alert.objects.filter(pk=alert.pk).update(is_visited=True, case_date=date.max)
    rows = re.findall(r"<tr data-row>.*?</tr>", body(town.get("/queue/")), re.DOTALL)
    assert name in rows[-1] and "没有在走的时限" in text_of(town.get("/queue/"))


def test_filters_live_in_the_address(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("city")
    orange = body(client.get("/queue/?severity=orange&cause=illness"))
    assert '<option value="orange" selected>' in orange
    assert '<option value="illness" selected>' in orange
    assert 'degree-1">' not in orange.partition("<tbody>")[2]
    nothing = client.get("/queue/?severity=orange&step=to_follow_up")
    assert "没有符合筛选的预警" in text_of(nothing)
    for wrong in ("month=2020", "state=closed", "after=yesterday", "after=2020-12-01"):
        assert client.get(f"/queue/?{wrong}").status_code == 404, wrong


def test_pages_of_the_queue_follow_one_another_without_gap_or_repeat(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fangpin.web.console.views.queue.PAGE", 7)
    client, path, seen = signed_in("city"), "/queue/", []
    for _ in range(30):
        page = body(client.get(path))
        seen += re.findall(r'class="name" href="/households/(\d+)/"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        path = "/queue/" + following[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == Alert.objects.filter(state="open").count()


@pytest.mark.parametrize(
    ("days", "severity", "words"),
    [
        (2, "orange", "还有 2 个工作日"),
        (7, "orange", "还有 5 个工作日"),
        (7, "blue", "还有 7 天"),
        (0, "red", "今天到期"),
        (-1, "red", "逾期 1 天"),
    ],
)
def test_what_is_left_until_a_deadline(
    installation: Any, days: int, severity: str, words: str
) -> None:
    monday: date = CLOCK
    due = due_of(due_date=monday + timedelta(days=days), severity=severity, today=monday)
    assert due.words == words
