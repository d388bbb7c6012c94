"""Doubtful pairs are decided, taken back and wrong merges split in the console, each once and on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case, Clue
from fangpin.casework.claims.models import Candidate
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.registry.models import Household
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.linkage.decisions import all_decisions, standing
from tests.web import seed_cases as at
from tests.web.seed import FOREIGN_NAME, LI_ZHUXI, Seed
from tests.web.seed_links import (
    CLAIM,
    DECIDED_CLAIM,
    DELIVERY,
    FEED,
    LATER_CLAIM,
    LI,
    LINKED_CLAIM,
    ROW,
    STRANGER,
    WIFE,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
PAIR = f"/links/{CLAIM}/{LI}/"
NAMESAKE = 4401
HOUSEHOLD = f"/households/{LI_ZHUXI}/links/"
SPLIT_CLAIM = f"{HOUSEHOLD}{LINKED_CLAIM}/{LI}/"
SPLIT_ROW = f"{HOUSEHOLD}{FEED}/{DELIVERY}/{ROW}/"
SAME = {"kind": "same", "reason": "入户核实过"}


def text_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def pair(person_ref: int = LI, claim_ref: int = CLAIM) -> Candidate:
    return Candidate.objects.get(claim_ref=claim_ref, person_ref=person_ref)


@pytest.fixture
def county(prefecture: Seed, signed_in: SignIn) -> Client:
    return signed_in("county")


@pytest.fixture
def colleague(prefecture: Seed, signed_in: SignIn) -> Client:
    """Another county official of the same post."""
    user = get_user_model().objects.create(username="colleague")
    official = Official.objects.create(user=user, name="林同事")
    Post.objects.create(
        official=official, role="county_approver", division="431022", from_date=date(2019, 1, 1)
    )
    return signed_in("colleague")


def test_the_queue_shows_both_sides_and_nobody_of_elsewhere(county: Client) -> None:
    text = text_of(county, "/links/")

    assert "2 份数据说不准是谁的" in text
    assert text.index(f"/links/{CLAIM}/{LI}/") < text.index(f"/links/{CLAIM}/{NAMESAKE}/")
    assert f"/links/{CLAIM}/{STRANGER}/" not in text
    assert "入户核实过，是邻村的同名人。" in text, "the latest decision"


def test_a_pair_shows_what_agrees_why_it_is_doubtful_and_no_number(county: Client) -> None:
    text = text_of(county, PAIR)

    assert "431022********000<mark>7</mark>" in text
    assert "李竹<mark>禧</mark>" in text
    assert "第 18 位不同" in text
    assert "一致的：出生日期、地点。" in text
    assert "名册里还有 2 人也像，只能是其中一人。" in text
    assert "李竹希" in text and FOREIGN_NAME not in text
    assert "归到谁，2020-10 → 2020-11 的收支就记到谁家。" in text
    entry = AuditEntry.objects.get(act="view_link")
    assert (entry.official, entry.subject, entry.detail) == (
        "county",
        str(CLAIM),
        {"person_ref": str(LI)},
    )


def test_the_parts_of_the_chance_add_up_to_its_weight(county: Client) -> None:
    from fangpin.web.console.pairs import parts_of

    for one in Candidate.objects.all():
        assert sum(part.value for part in parts_of(one)) == pytest.approx(one.weight)


def test_same_gives_the_claim_to_one_person_and_asks_of_no_other(
    county: Client, installation: Path
) -> None:
    answer = county.post(PAIR, SAME)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"/links/{LATER_CLAIM}/{WIFE}/?saved=")
    assert "已保存：李竹禧 与 李竹喜 是同一人。" in text_of(county, answer.headers["Location"])
    assert (pair().state, pair(NAMESAKE).state, pair(STRANGER).state) == (
        "same",
        "elsewhere",
        "elsewhere",
    )
    (decision,) = standing(all_decisions(Home(installation)))
    assert (decision.kind, decision.claim_ref, decision.person_ref, decision.by) == (
        "same",
        CLAIM,
        LI,
        "county",
    )
    assert decision.id == pair().decision
    entry = AuditEntry.objects.get(act="link_same")
    assert entry.detail == {"person_ref": str(LI), "rows": 3}
    assert "已归到另一人" in text_of(county, f"/links/{CLAIM}/{NAMESAKE}/")


def test_a_second_click_changes_nothing(county: Client, installation: Path) -> None:
    assert [county.post(PAIR, SAME).status_code for _ in range(3)] == [302, 302, 302]

    assert len(all_decisions(Home(installation))) == 1
    assert AuditEntry.objects.filter(act="link_same").count() == 1


@pytest.mark.parametrize("kind", ["same", "different", "unknown"])
def test_of_two_officials_one_wins_and_the_other_is_told(
    county: Client, colleague: Client, installation: Path, kind: str
) -> None:
    assert colleague.post(PAIR, {"kind": "different", "reason": "打过电话"}).status_code == 302

    answer = county.post(PAIR, {"kind": kind, "reason": "入户核实过"})

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "别人刚刚已经作出决定，您的这次没有保存。" in text
    assert "林同事" in text and "打过电话" in text, "the page shows what stands"
    assert len(all_decisions(Home(installation))) == 1


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("  ", "必须写明决定人和理由"),
        ("看过 431022198503071234", "也不能写证件、电话或账户号码"),
        ("长" * 501, "理由不能超过 500 字"),
    ],
)
def test_without_a_fit_reason_nothing_is_saved(
    county: Client, installation: Path, reason: str, words: str
) -> None:
    answer = county.post(PAIR, {"kind": "same", "reason": reason})

    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert pair().state == "open"
    assert not all_decisions(Home(installation))
    assert not AuditEntry.objects.filter(act="link_same").exists()


def test_what_was_decided_is_taken_back_with_a_reason_once(
    county: Client, installation: Path
) -> None:
    county.post(PAIR, SAME)
    undo = f"/links/decisions/{pair().decision}/undo/"

    assert county.post(undo, {"reason": ""}).status_code == 409
    answer = county.post(undo, {"reason": "看错了", "back": PAIR})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAIR)
    assert county.post(undo, {"reason": "再来一次"}).status_code == 409

    assert {pair(one).state for one in (LI, NAMESAKE, STRANGER)} == {"open"}
    assert not standing(all_decisions(Home(installation)))
    assert AuditEntry.objects.filter(act="link_undo").count() == 1


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", ""])
def test_taking_back_leads_nowhere_outside(county: Client, back: str) -> None:
    county.post(PAIR, SAME)
    undo = f"/links/decisions/{pair().decision}/undo/"

    answer = county.post(undo, {"reason": "看错了", "back": back})

    assert answer.headers["Location"] == "/links/"


def test_whoever_could_not_tell_sees_the_pair_leave_the_queue(county: Client) -> None:
    county.post(PAIR, {"kind": "unknown", "reason": "人都不在家"})

    text = text_of(county, "/links/")
    assert "2 份数据说不准是谁的" in text, "its other candidates wait still"
    assert pair(NAMESAKE).state == "open"
    assert "无法判断" in text_of(county, PAIR)


def test_an_empty_queue_says_so(county: Client) -> None:
    Candidate.objects.all().delete()

    assert "没有说不准的数据" in text_of(county, "/links/")


@pytest.mark.parametrize("username", ["outsider", "town", "village", "city", "owner"])
def test_nobody_else_reaches_a_pair_a_split_or_an_undo(
    county: Client, signed_in: SignIn, installation: Path, username: str
) -> None:
    county.post(PAIR, SAME)
    before = len(all_decisions(Home(installation)))
    other = signed_in(username)
    for path in (PAIR, f"/links/decisions/{pair().decision}/undo/", SPLIT_CLAIM, SPLIT_ROW):
        answer = other.post(path, {"kind": "different", "reason": "试一试"})
        assert answer.status_code == 404, path
        assert "李竹" not in answer.content.decode()
    assert len(all_decisions(Home(installation))) == before


@pytest.mark.parametrize("kind", ["", "undo", "alive", "open", "elsewhere"])
def test_there_are_three_answers_and_no_other(county: Client, kind: str) -> None:
    assert county.post(PAIR, {"kind": kind, "reason": "入户核实过"}).status_code == 404
    assert pair().state == "open"


def test_the_full_number_is_shown_after_a_reason_and_on_the_record(
    county: Client, installation: Path
) -> None:
    from fangpin.casework.registry.models import Member

    number = "431022196203090011"
    with connect(threads=1) as engine:
        vault = Vault(home=Home(installation), engine=engine)
        engine.make_table("seen", f"SELECT '{number}' AS canonical")
        vault.register("seen")
        person_ref = vault.person_ref(number)
    Member.objects.filter(person_ref=LI).update(person_ref=person_ref)
    Candidate.objects.filter(claim_ref=CLAIM, person_ref=LI).update(person_ref=person_ref)
    page = f"/links/{CLAIM}/{person_ref}/"

    assert number not in text_of(county, page)
    assert county.post(page, {"show": "1", "why": "curious"}).status_code == 409
    shown = county.post(page, {"show": "1", "why": "reveal.verification"})

    assert number in shown.content.decode()
    entry = AuditEntry.objects.get(act="reveal_identity")
    assert entry.detail == {"reason": "reveal.verification"}
    assert number not in text_of(county, page), "the next look asks again"


def test_a_household_shows_what_linkage_gave_it(county: Client) -> None:
    text = text_of(county, HOUSEHOLD)

    assert "2020-08、2020-10 → 2020-11" in text
    assert SPLIT_CLAIM in text and SPLIT_ROW in text
    assert AuditEntry.objects.filter(act="view_links", subject=str(LI_ZHUXI)).count() == 1


def test_a_wrong_merge_is_split_and_what_rests_on_it_listed(
    county: Client, installation: Path
) -> None:
    before = text_of(county, SPLIT_CLAIM)
    assert "A202008-LZX000000417" in before and "2020-08、2020-10 → 2020-11" in before

    for _ in range(2):
        answer = county.post(SPLIT_CLAIM, {"reason": "是邻村同名人的账单"})
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            f"{HOUSEHOLD}?done=link_split",
        )

    (decision,) = all_decisions(Home(installation))
    assert (decision.kind, decision.claim_ref, decision.person_ref) == (
        "different",
        LINKED_CLAIM,
        LI,
    )
    assert AuditEntry.objects.filter(act="link_different").count() == 1
    listed = text_of(county, HOUSEHOLD)
    assert "是邻村同名人的账单" in listed and "下次运算时重算" in listed
    assert "已经拆开，等下次月度运算重算。" in text_of(county, SPLIT_CLAIM)


def test_a_split_names_the_case_whose_alert_rests_on_it(county: Client, prefecture: Seed) -> None:
    """A case that has begun does not end with the data it began with: someone has to look."""
    case = Case.objects.get(case_no=prefecture.case_nos[at.TO_APPROVE])
    told = "个案不会自动结束"
    assert told not in text_of(county, SPLIT_CLAIM)

    Clue.objects.create(
        case=case,
        alert=Alert.objects.get(alert_no="A202008-LZX000000417"),
        channel="rule",
        on=case.opened_at.date(),
        recorded_at=case.opened_at,
    )

    listed = text_of(county, SPLIT_CLAIM)
    assert told in listed and f"/cases/{case.case_no}/" in listed


def test_a_row_under_anothers_number_is_given_to_a_member_and_taken_back_whole(
    county: Client, colleague: Client, installation: Path
) -> None:
    told = {"reason": "是妻子的账单", "belongs_to": str(WIFE)}
    assert county.post(SPLIT_ROW, told | {"belongs_to": str(STRANGER)}).status_code == 404
    assert county.post(SPLIT_ROW, told).status_code == 302
    assert county.post(SPLIT_ROW, told).status_code == 302
    assert colleague.post(SPLIT_ROW, told).status_code == 409

    kinds = {(one.kind, one.person_ref) for one in standing(all_decisions(Home(installation)))}
    assert kinds == {("different", LI), ("same", WIFE)}
    entry = AuditEntry.objects.get(act="link_split")
    assert entry.detail == {"feed": FEED, "person_ref": str(LI), "belongs_to": str(WIFE)}

    (parted,) = (
        one for one in standing(all_decisions(Home(installation))) if one.kind == "different"
    )
    county.post(f"/links/decisions/{parted.id}/undo/", {"reason": "还是他的", "back": HOUSEHOLD})
    assert standing(all_decisions(Home(installation))) == []


@pytest.mark.parametrize(
    "path",
    [
        f"{HOUSEHOLD}{LINKED_CLAIM}/{WIFE}/",
        f"{HOUSEHOLD}12/{LI}/",
        f"{HOUSEHOLD}{FEED}/{DELIVERY}/1/",
        f"{HOUSEHOLD}{FEED}/2019-01-01/{ROW}/",
        f"{HOUSEHOLD}no.feed/{DELIVERY}/{ROW}/",
        f"/households/300/links/{FEED}/{DELIVERY}/{ROW}/",
        f"/households/300/links/{LINKED_CLAIM}/{LI}/",
        f"/links/{CLAIM}/{STRANGER}/",
        "/links/1/1/",
        f"/links/{'9' * 30}/1/",
        "/links/?from=x",
    ],
)
def test_what_is_not_there_is_404(county: Client, path: str) -> None:
    assert Household.objects.filter(household_ref=300).exists()
    assert county.get(path).status_code == 404


def test_a_decided_pair_names_who_decided_and_why(county: Client) -> None:
    text = text_of(county, f"/links/{DECIDED_CLAIM}/{WIFE}/")

    assert "何建国 于 2020-12-11 11:20 决定" in text
    assert "入户核实过，是邻村的同名人。" in text
    assert 'name="kind"' not in text
