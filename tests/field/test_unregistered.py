"""A household that no registry lists, met with the phone; the consent signed at a visit."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest

from fangpin.casework.cases.models import Attachment, Case, CaseAct, Consent
from fangpin.casework.registry.models import Household, Member, Provisional
from fangpin.lake.home import Home
from fangpin.lake.vault import identity_number
from fangpin.web.ground.keys import door_keys
from tests.casework.cases_world import DAY, build_household
from tests.cast import NEXT_VILLAGE, VILLAGE
from tests.field.world import PHOTO, Field, visit_body
from tests.public.world import KNOWN

ANSWERS = {"head_name": "周新来", "members": "4", "why_unregistered": "moved_in"}


def clue_body(**changes: Any) -> dict[str, Any]:
    new = {"answers": {**ANSWERS, **changes.pop("answers", {})}, **changes.pop("new", {})}
    return {
        "key": str(uuid.uuid4()),
        "on": f"{DAY}",
        "cause": "illness",
        "note": "刚迁入，户主住院。",
        "new": new,
        **changes,
    }


def test_the_phone_gets_the_packs_form_and_the_villages(field: Field) -> None:
    told = field.phone().client.get("/field/forms").json()
    fields = {one["field"]: one for one in told["unregistered"]["fields"]}
    assert fields["members"]["holds"] == "members" and fields["members"]["required"]
    assert [one["code"] for one in told["villages"]] == [VILLAGE]
    assert {one["code"] for one in told["consent"]["forms"]} >= {"signature", "hand_print", "agent"}


def test_sent_once_it_is_a_household_with_a_case_and_sent_again_the_same(field: Field) -> None:
    phone, body = field.phone(), clue_body(answers={"identity": KNOWN})
    first, second = phone.post("clues", body), phone.post("clues", body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    one = Provisional.objects.get()
    case = Case.objects.get(case_no=first.json()["case_no"])
    assert case.household == one.household and one.household.division == VILLAGE
    assert first.json()["household_no"] == one.household.household_no
    ref = door_keys().person_ref(KNOWN)
    assert one.identity_ref == ref
    assert identity_number(home=Home(field.home), person_ref=ref) == KNOWN, "in the vault"
    for file in field.home.rglob("*"):
        assert not file.is_file() or KNOWN.encode() not in file.read_bytes(), file


def test_the_case_reaches_the_phone_once_it_is_assigned(field: Field) -> None:
    phone = field.phone()
    told = phone.post("clues", clue_body()).json()
    mark = phone.tasks()["since"]
    field.office.on(Case.objects.get(case_no=told["case_no"])).act("assign", field.cast.reviewer)
    (task,) = phone.tasks(mark)["tasks"]
    assert (task["id"], task["head"], task["count"]) == (told["case_no"], "周新来", 4)
    assert phone.post("visits", visit_body(told["case_no"])).status_code == 201


def test_one_that_may_be_known_is_asked_about_and_either_answer_is_taken(field: Field) -> None:
    build_household(7)
    Household.objects.filter(pk=7).update(head_name="周新来", address="5组")
    phone, body = field.phone(), clue_body()
    told = phone.post("clues", body)
    assert (told.status_code, told.json()["code"]) == (409, "HOUSEHOLD_KNOWN")
    (known,) = told.json()["households"]
    assert told.json()["may_be_another"] and known["group"] == "5组"

    chosen = phone.post("clues", {**clue_body(), "household_no": known["household_no"]})
    assert chosen.status_code == 201
    assert Case.objects.get(case_no=chosen.json()["case_no"]).household_id == 7
    assert not Provisional.objects.exists()

    other = {**body, "new": {**body["new"], "another": True}}
    assert phone.post("clues", other).status_code == 201
    assert Provisional.objects.count() == 1


def test_a_second_clue_by_its_name_finds_the_one_that_was_met_before(field: Field) -> None:
    phone = field.phone()
    first = phone.post("clues", clue_body()).json()
    again = phone.post(
        "clues", {"key": str(uuid.uuid4()), "head_name": "周新来", "note": "又住院了。"}
    )
    assert again.status_code == 201 and again.json()["case_no"] == first["case_no"]


def test_a_number_that_another_village_knows_gets_the_same_answer(field: Field) -> None:
    there = build_household(7, division=NEXT_VILLAGE)
    Member.objects.create(
        person_ref=door_keys().person_ref(KNOWN), household=there, name="周新来", relation="head"
    )
    told = field.phone().post("clues", clue_body(answers={"identity": KNOWN}))
    assert told.status_code == 201 and set(told.json()) == {"case_no", "household_no"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answers": {"members": ""}}, "ANSWER_MISSING"),
        ({"answers": {"identity": "431022199001011230"}}, "IDENTITY_UNREADABLE"),
        ({"answers": {"nonsense": "1"}}, "ANSWER_WRONG"),
        ({"new": {"village": NEXT_VILLAGE}}, "VILLAGE_OUTSIDE"),
        ({"new": {"village": VILLAGE[:-1]}}, "VILLAGE_OUTSIDE"),
        ({"note": "", "cause": "no_such"}, "VALUE_NOT_LISTED"),
        ({"new": {"household_ref": 7}}, "FIELD_FORBIDDEN"),
    ],
)
def test_what_cannot_be_taken_is_told_and_leaves_nothing(
    field: Field, changes: dict[str, Any], code: str
) -> None:
    before = Household.objects.count()
    told = field.phone().post("clues", clue_body(**changes))
    assert (told.status_code, told.json()["code"]) == (422, code)
    assert "431022199001011230" not in told.content.decode()
    assert Household.objects.count() == before


# ── consent ─────────────────────────────────────────────────────────────────────────────────────


def consent(**changes: Any) -> dict[str, Any]:
    signature = {"kind": "signature", "sha256": hashlib.sha256(PHOTO).hexdigest()}
    return {"form": "signature", "signed_date": f"{DAY}", "papers": [signature], **changes}


def test_the_consent_signed_at_the_visit_is_the_consoles_act_and_both_come_once(
    field: Field,
) -> None:
    phone = field.phone()
    (task,) = phone.tasks()["tasks"]
    assert task["consent"] is True
    phone.put(PHOTO)
    body = visit_body(field.case.case_no, consent=consent())
    first, second = phone.post("visits", body), phone.post("visits", body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["consent"] == "stored"
    row = Consent.objects.get()
    assert (row.form, row.signed_date, row.act.act) == ("signature", DAY, "record_consent")
    assert Attachment.objects.get(act=row.act).kind == "signature"
    steps = list(CaseAct.objects.filter(case=field.case).values_list("step", flat=True))
    assert {"visit", "consent"} <= set(steps)
    assert first.json()["version"] == row.act.seq


def test_a_consent_that_is_refused_takes_the_visit_back_with_it(field: Field) -> None:
    phone = field.phone()
    phone.put(PHOTO)
    body = visit_body(field.case.case_no, consent=consent(form="agent"))
    told = phone.post("visits", body)
    assert (told.status_code, told.json()["code"]) == (422, "READ_ALOUD_MISSING")
    assert not CaseAct.objects.filter(act="record_visit").exists()
    mended = {**body, "consent": consent(form="agent", is_read_aloud=True)}
    assert phone.post("visits", mended).status_code == 201


def test_a_consent_recorded_meanwhile_stands_and_the_visit_is_stored(field: Field) -> None:
    phone = field.phone()
    phone.put(PHOTO)
    field.office.act("record_consent", field.cast.cadre, form="hand_print", signed_date=DAY)
    (task,) = phone.tasks()["tasks"]
    assert task["consent"] is False
    told = phone.post("visits", visit_body(field.case.case_no, consent=consent()))
    assert (told.status_code, told.json()["consent"]) == (201, "known_before")
    assert Consent.objects.get().form == "hand_print"


def test_its_signature_has_to_be_here_too(field: Field) -> None:
    told = field.phone().post("visits", visit_body(field.case.case_no, consent=consent()))
    assert (told.status_code, told.json()["code"]) == (422, "PAPER_MISSING")
    assert not CaseAct.objects.filter(act="record_visit").exists()
