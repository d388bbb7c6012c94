"""Households that no registry lists, at the desk: written down, found in the registry, joined, parted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.registry.models import Household, HouseholdJoin, Member, Provisional
from fangpin.lake.home import Home
from fangpin.lake.vault import identity_number
from fangpin.web.ground.keys import IDENTITY, PHONE, door_keys
from tests.public.world import KNOWN
from tests.web.pages import send
from tests.web.seed import FOREIGN, SHISHAN, Seed
from tests.web.seed_cases import RECEIPT, TO_DISPATCH

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
NEW = "/unregistered/new/"
ASKED = {
    "a__head_name": "周新来",
    "a__members": "4",
    "a__phone": "13874510266",
    "a__why_unregistered": "moved_in",
    "channel": "inspection",
    "cause": "illness",
    "note": "刚迁入，户主住院。",
}


def register(client: Client, **changes: Any) -> Any:
    return send(client, NEW, NEW, **{**ASKED, "village": SHISHAN, **changes})


def joined(client: Client, one: Provisional, **changes: Any) -> Any:
    given = {"to": str(TO_DISPATCH), "note": "证件一致。", **changes}
    return client.post(f"/unregistered/{one.pk}/", given)


def told_at_its_field(refused: Any) -> bool:
    """The summary leads to the words that are missing, and they say so themselves."""
    page = refused.content.decode()
    return all(found in page for found in ('href="#f-note"', 'id="f-note"', 'id="f-note_error"'))


def test_written_down_at_the_desk_it_has_a_case_and_stands_in_the_list(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    answer = register(client, a__identity=KNOWN)

    one = Provisional.objects.get()
    case = Case.objects.get(household=one.household)
    assert answer.headers["Location"] == f"/cases/{case.case_no}/?done=register_household"
    assert client.get(answer.headers["Location"]).status_code == 200
    home = Home(prefecture.home) if hasattr(prefecture, "home") else None
    if home is not None:
        assert identity_number(home=home, person_ref=one.identity_ref or 0) == KNOWN
    text = client.get("/unregistered/").content.decode()
    assert "周新来" in text and one.household.household_no in text
    page = client.get(f"/unregistered/{one.pk}/").content.decode()
    assert "新迁入" in page and "已加密保存" in page and KNOWN not in page
    assert "不在册，等名册" in client.get(f"/households/{one.pk}/").content.decode()


def test_the_form_sent_twice_is_one_household(prefecture: Seed, signed_in: SignIn) -> None:
    client = signed_in("town")
    key = {"key": "k" * 32}
    first, second = register(client, **key), register(client, **key)
    assert first.headers["Location"] == second.headers["Location"]
    assert Provisional.objects.count() == 1


def test_one_of_the_same_name_is_shown_first_and_may_be_said_to_be_another(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    head = Household.objects.get(pk=TO_DISPATCH)
    asked = register(client, a__head_name=head.head_name, village=head.division)
    text = asked.content.decode()
    assert asked.status_code == 409
    assert head.household_no in text and "都不是，是另一户" in text
    assert not Provisional.objects.exists()
    other = register(
        client, a__head_name=head.head_name, village=head.division, another="on", key="b" * 32
    )
    assert other.status_code == 302 and Provisional.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"a__head_name": ""}, "请填写这一项"),
        ({"a__identity": KNOWN[:-1] + "0"}, "好像少了一位或错了一位"),
        ({"a__phone": "打不通"}, "电话号码只有数字"),
        ({"village": FOREIGN}, "请从清单中选择"),
        ({"on": "2031-01-01"}, "线索日期在今天之后"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    prefecture: Seed, signed_in: SignIn, changes: dict[str, str], words: str
) -> None:
    answer = register(signed_in("town"), **changes)
    assert answer.status_code in (409, 422) and words in answer.content.decode()
    assert not Provisional.objects.exists()


def test_joined_and_parted_by_the_township_and_told_on_both_files(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("town")
    register(client, a__identity=KNOWN)
    one = Provisional.objects.get()
    case = Case.objects.get(household=one.household)
    # The registry arrives: the same number lives in a listed household now.
    Member.objects.filter(person_ref=one.identity_ref).update(household=TO_DISPATCH)
    page = client.get(f"/unregistered/{one.pk}/").content.decode()
    assert "证件号码一致" in page and f'value="{TO_DISPATCH}" checked' in page
    assert "证件号码一致" in client.get("/unregistered/").content.decode()

    refused = joined(client, one, note=" ")
    assert refused.status_code == 409 and "请填写这一项" in refused.content.decode()
    assert told_at_its_field(refused)
    assert joined(client, one).status_code == 302
    case.refresh_from_db()
    assert case.household_id == TO_DISPATCH
    number = one.household.household_no
    assert f"并入前 {number}" in client.get(f"/households/{TO_DISPATCH}/").content.decode()
    assert "已并入在册户" in client.get(f"/households/{one.pk}/").content.decode()
    again = joined(client, one)
    assert again.status_code == 409 and "已经并入在册户" in again.content.decode()

    refused = client.post(f"/unregistered/{one.pk}/", {"note": " "})
    assert refused.status_code == 409 and told_at_its_field(refused)
    parted = client.post(f"/unregistered/{one.pk}/", {"note": "查明是两户。"})
    assert parted.status_code == 302
    case.refresh_from_db()
    assert case.household_id == one.pk
    assert HouseholdJoin.objects.get().undone_by == "town"
    assert AuditEntry.objects.filter(act="part_household").count() == 3


@pytest.mark.parametrize("to", [str(FOREIGN), "0", "x", "9" * 40])
def test_a_household_of_elsewhere_or_none_cannot_be_named(
    prefecture: Seed, signed_in: SignIn, to: str
) -> None:
    client = signed_in("town")
    register(client)
    one = Provisional.objects.get()
    assert joined(client, one, to=to).status_code == 404
    assert not HouseholdJoin.objects.exists()


@pytest.mark.parametrize("username", ["village", "city", "owner", "province", "outsider"])
def test_nobody_else_joins(prefecture: Seed, signed_in: SignIn, username: str) -> None:
    register(signed_in("town"))
    one = Provisional.objects.get()
    assert joined(signed_in(username), one).status_code == 404
    assert not HouseholdJoin.objects.exists()


def test_a_declaration_of_a_household_that_no_registry_lists_is_its_case(
    prefecture: Seed, signed_in: SignIn
) -> None:
    keys = door_keys()
    Declaration.objects.filter(receipt_no=RECEIPT).update(
        sealed_identity=keys.seal(KNOWN, purpose=IDENTITY),
        sealed_phone=keys.seal("13800000000", purpose=PHONE),
        identity_ref=keys.person_ref(KNOWN),
    )
    client = signed_in("town")
    page = client.get(f"/declarations/{RECEIPT}/").content.decode()
    assert f"/declarations/{RECEIPT}/register/" in page
    form = client.get(f"/declarations/{RECEIPT}/register/").content.decode()
    assert KNOWN not in form and "13800000000" not in form and "黄冬" in form

    path = f"/declarations/{RECEIPT}/register/"
    answer = send(client, path, path, a__members="3", a__why_unregistered="never")
    row = Declaration.objects.select_related("case__household").get(receipt_no=RECEIPT)
    assert row.state == "in_case" and row.case is not None
    assert answer.headers["Location"] == f"/cases/{row.case.case_no}/?done=register_household"
    one = row.case.household.provisional
    assert one.identity_ref == keys.person_ref(KNOWN)
    assert (row.case.channel, row.case.household.masked_phone) == ("declaration", "138******00")
    assert row.case.first_clue_date == prefecture.runs[-1].as_of.replace(day=11)
    assert client.get(path).status_code == 302, "it is placed"
    assert "已进入办理" in client.get(f"/declarations/{RECEIPT}/").content.decode()


@pytest.mark.parametrize("username", ["village", "owner", "province", "outsider"])
def test_nobody_else_registers_a_declarant(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    client = signed_in(username)
    assert client.get(f"/declarations/{RECEIPT}/register/").status_code == 404
    assert client.post(f"/declarations/{RECEIPT}/register/", {}).status_code == 404
