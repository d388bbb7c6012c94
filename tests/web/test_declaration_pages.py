"""A declaration that no computer could place is seen by people, who place it or answer it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.registry.models import Household
from tests.web.seed import FOREIGN, Seed
from tests.web.seed_cases import FOREIGN_RECEIPT, RECEIPT, TO_DELIBERATE, TO_DISPATCH

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
PAGE = f"/declarations/{RECEIPT}/"


def test_the_township_finds_what_waits_in_its_menu_and_its_list(
    prefecture: Seed, signed_in: SignIn
) -> None:
    text = signed_in("town").get("/declarations/").content.decode()

    assert "1 份还没有找到对应的农户" in text
    assert RECEIPT in text
    assert "石山村" in text
    assert FOREIGN_RECEIPT not in text


def test_households_of_the_village_whose_head_fits_the_name_come_first(
    prefecture: Seed, signed_in: SignIn
) -> None:
    text = signed_in("town").get(PAGE).content.decode()

    assert Household.objects.get(household_ref=TO_DELIBERATE).household_no in text, "黄冬 → 黄冬云"
    assert "妻子住院，没有收入。" in text
    assert "138****0000" in text
    assert AuditEntry.objects.get(act="view_declaration").subject == RECEIPT


def test_attached_by_hand_it_is_a_case_from_the_day_of_the_declaration(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    answer = client.post(PAGE, {"household": TO_DISPATCH})

    row = Declaration.objects.select_related("case").get(receipt_no=RECEIPT)
    assert row.case is not None
    assert answer.headers["Location"] == f"/cases/{row.case.case_no}/?done=attach_declaration"
    assert row.case.household_id == TO_DISPATCH
    assert row.case.first_clue_date == prefecture.runs[-1].as_of.replace(day=11)
    again = client.post(PAGE, {"household": TO_DISPATCH})
    assert again.status_code == 409
    assert "已经处理，不会重复处理" in again.content.decode()
    assert row.case.case_no in client.get(PAGE).content.decode()


def test_an_answer_in_words_ends_it_and_an_empty_one_is_refused_in_words(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    refused = client.post(PAGE, {"answer": "  "})
    assert refused.status_code == 409
    assert Declaration.objects.get(receipt_no=RECEIPT).state == "received"

    assert client.post(PAGE, {"answer": "您家户籍在临武县，已转告当地。"}).status_code == 302
    text = client.get("/declarations/").content.decode()
    assert "没有等着的申报" in text
    assert "您家户籍在临武县，已转告当地。" in text


@pytest.mark.parametrize("household", [str(FOREIGN), "0", "x", "9" * 40, ""])
def test_a_household_of_elsewhere_or_none_cannot_be_named(
    prefecture: Seed, signed_in: SignIn, household: str
) -> None:
    assert signed_in("town").post(PAGE, {"household": household}).status_code == 404
    assert Declaration.objects.get(receipt_no=RECEIPT).state == "received"


@pytest.mark.parametrize("username", ["village", "owner", "province", "outsider"])
def test_nobody_else_opens_attaches_or_answers(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    client = signed_in(username)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"household": TO_DISPATCH}).status_code == 404
    assert client.post(PAGE, {"answer": "不行"}).status_code == 404
    assert Declaration.objects.get(receipt_no=RECEIPT).state == "received"
