"""Supervision: the answer first; counts that lead to rows, or hide what is small."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import FIRST_STEP
from fangpin.casework.cases import timeliness
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.progress import clocks_of
from tests.web.conftest import SignIn
from tests.web.pages import body, text_of
from tests.web.seed import CLOCK, Seed


def test_the_answer_stands_first_and_says_who_is_late_where(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("county").get("/supervision/"))
    assert "宜章县 2 个乡镇" in page or "宜章县 2 个乡" in page
    assert "在办 14 件；逾期：长村乡 2 件。" in page


def test_without_a_late_case_the_answer_says_so(prefecture: Seed, signed_in: SignIn) -> None:
    Case.objects.update(due_date=CLOCK + timedelta(days=3))
    page = text_of(signed_in("county").get("/supervision/"))
    assert "在办 14 件，无一逾期。" in page


def test_where_nothing_is_under_way_nobody_is_praised(prefecture: Seed, signed_in: SignIn) -> None:
    ended = {"state": "ended", "ended_at": f"{CLOCK}T04:00Z", "ended_by": "x", "outcome": "x"}
    Case.objects.update(**ended, due_date=None)
    page = text_of(signed_in("county").get("/supervision/"))
    assert "在办 0 件。" in page and "无一逾期" not in page


def test_a_place_where_nobody_takes_up_alerts_is_not_told_as_in_time(
    prefecture: Seed, signed_in: SignIn
) -> None:
    """It has no cases, and so none that are late: its alerts past their day are told instead."""
    Alert.objects.filter(step=FIRST_STEP).update(due_date=CLOCK + timedelta(days=3))
    client = signed_in("county")
    assert "还没派发" not in text_of(client.get("/supervision/"))
    waiting = Alert.objects.filter(
        step=FIRST_STEP, state="open", division__startswith="431022202"
    ).values("pk")[:2]
    Alert.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(
        due_date=CLOCK - timedelta(days=1)
    )
    page = client.get("/supervision/")
    assert "过了期限还没派发的预警：长村乡 2 条。" in text_of(page)
    (href,) = re.findall(r'<a class="late" href="(/queue/[^"]*)">2</a>', body(page))
    assert "共 2 条" in text_of(client.get(href.replace("&amp;", "&")))
    province = signed_in("province").get("/supervision/")
    assert "过了期限还没派发的预警：宜章县 不到 5 条。" in text_of(province)
    assert "/queue/" not in body(province).partition('id="places-head"')[2]


def test_every_count_of_places_leads_to_as_many_rows(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("city")
    page = body(client.get("/supervision/"))
    cells = re.findall(r'<a (?:class="late" )?href="(/cases/[^"]*)">(\d+)</a>', page)
    assert len(cells) >= 4
    for href, count in cells:
        rows = body(client.get(href.replace("&amp;", "&")))
        assert f"共 {count} 件" in rows, href


def test_every_count_of_a_clock_leads_to_as_many_cases(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("county")
    for days in (30, 365):
        page = body(client.get(f"/supervision/?days={days}"))
        cells = re.findall(
            r'<a (?:class="late" )?href="(/supervision/[^"]+/[^"]*)">(\d+)</a>', page
        )
        assert len(cells) >= 6
        for href, count in cells:
            rows = body(client.get(href.replace("&amp;", "&")))
            assert rows.count("<tr data-row>") == int(count), href
    for wrong in ("visit/soon", "nothing/late", "visit/late/?days=2", "visit/late/?division=4304"):
        assert client.get(f"/supervision/{wrong}").status_code in (301, 404), wrong


def test_places_stand_in_the_order_of_their_codes_not_of_their_counts(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("city").get("/supervision/")).partition("不作排名")[2]
    assert page.index("北湖区") < page.index("宜章县") < page.index("汝城县") < page.index("资兴市")


def test_the_province_reads_counts_without_rows_and_no_small_ones(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("province")
    page = body(client.get("/supervision/"))
    assert "/cases/" not in page
    text = text_of(client.get("/supervision/"))
    assert "湖南省 11 个县在办 15 件；逾期：宜章县 不到 5 件、汝城县 不到 5 件。" in text
    places = text.partition("不作排名")[2]
    assert "汝城县 不显示 不到 5" in places
    assert "宜章县 不显示 不到 5" in places
    assert "北湖区 0 0" in places
    assert client.get("/supervision/?division=431026").status_code == 404
    for path in ("/supervision/?days=7", "/supervision/?days=x"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("days", [10, 90, 400])
def test_clocks_met_and_missed_are_those_of_every_single_case(prefecture: Seed, days: int) -> None:
    """The counts agree with reading the clocks of one case after the other."""
    since = CLOCK - timedelta(days=days)
    found = timeliness.times(
        prefecture.scope("county"), pack=prefecture.pack, width=9, since=since, on=CLOCK
    )
    counted: dict[str, list[int]] = {}
    for place in found:
        for code, clock in place.clocks.items():
            sums = counted.setdefault(code, [0, 0, 0])
            for at, number in enumerate((clock.met, clock.late, clock.overdue)):
                sums[at] += number
    expected: dict[str, list[int]] = {}
    for case in Case.objects.filter(division__startswith="431022"):
        for state in clocks_of(prefecture.pack, case, on=CLOCK):
            if state.running == "overdue" or (
                state.ended is not None and since <= state.ended <= CLOCK
            ):
                at = {"met": 0, "late": 1, "overdue": 2}[state.running]
                expected.setdefault(state.clock.clock, [0, 0, 0])[at] += 1
    assert counted == expected
