"""The list of cases, and alerts that are dispatched together."""

from __future__ import annotations

import re

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases import turns
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.cases.turns import TurnFilters
from tests.web import seed_cases as at
from tests.web.conftest import SignIn
from tests.web.pages import body, form_of, text_of
from tests.web.seed import LI_ZHUXI, Seed

# ── the list ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("username", ["village", "town", "county", "city"])
def test_what_waits_for_me_is_what_the_procedure_says(prefecture: Seed, username: str) -> None:
    """What the acts kept agrees with reading each case's log by the procedure."""
    mine = prefecture.scope(username)
    listed = turns.page(mine, filters=TurnFilters("mine"), limit=500)
    expected = set()
    for case in Case.objects.filter(state="open"):
        steps = list(standing_of(prefecture.pack, case).open)
        if case.is_green:
            steps += [
                step
                for procedure in prefecture.pack.procedures
                for step in procedure.steps
                if step.act in ("make_plan", "deliver_measure")
            ]
        if mine.covers(case.division) and any(
            mine.role in step.by and mine.can(step.act) for step in steps
        ):
            expected.add(case.case_no)
    assert {one.case_no for one in listed.cases} == expected
    assert bool(expected) == (username != "city")


def test_the_list_groups_by_due_date_and_says_how_many(prefecture: Seed, signed_in: SignIn) -> None:
    whole = page = text_of(signed_in("town").get("/cases/?view=open"))
    page = page.partition("谁办")[2]
    assert page.index("已逾期") < page.index("陈有田") < page.index("3 天内到期 ")
    assert page.index("以后到期") < page.index("张细春")
    assert page.index("没有时限") < page.index("雷国")
    for words in ("逾期 4 天", "还有 1 天", "全部在办 14", "已办结 3", "共 14 件", "李石生"):
        assert words in whole, words


def test_each_tab_holds_as_many_cases_as_it_says(prefecture: Seed, signed_in: SignIn) -> None:
    for username in ("village", "town", "county"):
        client = signed_in(username)
        page = body(client.get("/cases/"))
        tabs = re.findall(r'<a href="(\?[^"]*)"[^>]*>[^<]*<span class="count">(\d+)', page)
        assert len(tabs) == 3
        for query, count in tabs:
            rows = body(client.get("/cases/" + query.replace("&amp;", "&")))
            assert rows.count("<tr data-row>") == int(count), (username, query)


def test_ended_cases_stand_with_their_outcome_the_latest_first(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = text_of(signed_in("county").get("/cases/?view=ended"))
    assert page.index("朱妹生") < page.index("吴有田")
    assert "无风险" in page
    assert "不予纳入" in page


def test_pages_of_the_list_follow_one_another_without_gap_or_repeat(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fangpin.web.console.views.cases.PAGE", 4)
    client = signed_in("county")
    for view, count in (("open", 14), ("ended", 3)):
        path, seen = f"/cases/?view={view}", []
        for _ in range(9):
            page = body(client.get(path))
            seen += re.findall(r'class="name" href="/cases/([^/]+)/"', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            if not following:
                break
            path = "/cases/" + following[1].replace("&amp;", "&")
        assert len(seen) == len(set(seen)) == count


def test_filters_of_the_list_live_in_the_address(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("county")
    late = text_of(client.get("/cases/?view=open&overdue=1"))
    assert "陈有田" in late
    assert "张细春" not in late
    elimination = text_of(client.get("/cases/?view=open&kind=elimination"))
    assert "雷国" in elimination
    assert "陈有田" not in elimination
    assert "没有符合筛选的件" in text_of(client.get("/cases/?view=open&step=plan&kind=elimination"))
    for wrong in ("view=all", "after=yesterday", "after=2020-12-14_x", "division=430421"):
        assert client.get(f"/cases/?{wrong}").status_code == 404, wrong


# ── dispatch ───────────────────────────────────────────────────────────────────────────────────


def test_alerts_are_dispatched_together_and_each_refusal_says_why(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    page = body(client.get("/queue/"))
    address, values = form_of(page, "/dispatch/")
    key = values["key"]
    chosen = ["A202008-LZX000000417", "A202012-CASE000300", "A202012-CASE000301", "A-NOTHING"]
    sent = {"alert": chosen, "to": "village", "key": key}
    response = client.post(address, sent)
    assert (response.status_code, response.headers["Location"]) == (302, "/dispatch/")
    text = text_of(client.get("/dispatch/"))
    for words in ("已派 2 件，2 件没有派", "派给 李石生", "李竹喜", "何满香", "没有这条预警"):
        assert words in text, words
    assert "“派单”已于 2020-12-05 办理，不会重复办理。" in text
    again = text_of(client.post(address, sent, follow=True))
    assert "已派 2 件，2 件没有派" in again
    assert Case.objects.filter(household=LI_ZHUXI).count() == 1
    row = body(client.get("/queue/")).partition(f"/households/{LI_ZHUXI}/")[2].partition("</tr>")[0]
    assert re.search(r'<a class="tag" href="/cases/[^"]+">入户核实</a>', row)
    assert 'name="alert"' not in row


def test_what_was_dispatched_is_shown_again_on_the_way_back_and_only_to_who_did_it(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client, other = signed_in("town"), signed_in("outsider")
    assert client.get("/dispatch/").headers["Location"] == "/queue/", "nothing was dispatched yet"
    client.post("/dispatch/", {"alert": ["A202012-CASE000300"], "to": "village", "key": "k-2"})
    for _ in range(2):
        assert "已派 1 件" in text_of(client.get("/dispatch/"))
    assert other.get("/dispatch/").status_code in (302, 404)


def test_an_official_of_another_village_is_refused_for_the_rest(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    chosen = ["A202012-CASE000317", "A202012-CASE000300"]
    sent = {"alert": chosen, "to": "village", "key": "k-1"}
    response = client.post("/dispatch/", sent, follow=True)
    assert "这位工作人员今天在该村没有岗位" in text_of(response)
    assert Case.objects.filter(household=at.TO_DISPATCH).count() == 1
    assert not Case.objects.filter(household=at.TO_DISPATCH_ELSEWHERE).exists()


def test_an_alert_in_a_case_waits_no_more_for_its_first_visit_once_someone_came(
    prefecture: Seed, signed_in: SignIn
) -> None:
    page = body(signed_in("town").get("/queue/?step=waiting"))
    assert "陈有田" in page
    assert "曾满石" not in page


def test_the_queue_names_the_day_that_presses_and_the_case_both(
    prefecture: Seed, signed_in: SignIn
) -> None:
    """An alert's day and its case's are counted from different things: neither stands unnamed."""
    to_visit = Case.objects.filter(household__in=(at.TO_VISIT, at.OVERDUE_VISIT))
    one = to_visit.filter(due_date__isnull=False, clues__alert__isnull=False).first()
    assert one is not None and one.due_date is not None
    alert = Alert.objects.get(clues__case=one)
    client = signed_in("town")
    queue = text_of(client.get(f"/queue/?q={alert.alert_no}"))
    whose = "办理限" if one.due_date < alert.due_date else "预警限"
    assert f"{min(alert.due_date, one.due_date)} {whose} · " in queue
    page = text_of(client.get(f"/cases/{one.case_no}/"))
    assert re.search(rf"预警到期 \S.*? {alert.due_date}", page)
    assert f"{one.due_date}" in page
    visited = text_of(client.get(f"/cases/{prefecture.case_nos[at.TO_COMPARE]}/"))
    assert "预警到期" not in visited, "an alert asks for a visit: once made, its day is past"
