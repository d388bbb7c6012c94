"""The protocol of the phone, answer by answer."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from typing import Any

import pytest

from fangpin.casework.alerts.models import AlertReason, EvidenceRow
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Attachment, Case, CaseAct, Visit
from fangpin.casework.registry.models import Household, HouseholdMonth
from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from fangpin.web.ground.pack import installation_pack
from tests.casework.cases_world import build_household
from tests.cast import NEXT_VILLAGE, VILLAGE, appoint, build_person
from tests.field.world import PASSWORD, PHOTO, Field, open_case, visit_body


def test_a_cadre_takes_the_households_of_the_own_village_and_no_others(field: Field) -> None:
    told = field.phone().tasks()

    assert [one["id"] for one in told["tasks"]] == [field.case.case_no]
    assert told["whole"] is True
    assert field.foreign.case_no not in str(told)


def test_a_task_carries_the_systems_values_and_asks_only_what_is_missing_or_doubtful(
    field: Field,
) -> None:
    task = field.phone().tasks()["tasks"][0]

    assert task["values"]["members"] == "3"
    assert "members" not in task["ask"], "the system knows it"
    assert "unsafe_house" in task["ask"], "always asked"


def test_the_figures_beside_the_sentence_are_those_that_it_speaks_of(field: Field) -> None:
    alert = field.case.clues.get().alert
    run = alert.last_run
    common = {"alert": alert, "run": run, "feed": "f", "month": run.month, "detail": {}}
    given = {"edition": 1, "kind": "alert", "figures": {}, "thresholds": {}, "month": run.month}
    for rule, item, rank, zh in (
        ("wages", "wage_income", 2, "没有工资。"),
        ("bills", "medical_self_paid", 1, "药费重。"),
    ):
        AlertReason.objects.create(
            alert=alert,
            run=run,
            rule=rule,
            code=rule,
            cause="illness",
            sentence_zh=zh,
            sentence_en=zh,
            severity="red",
            severity_rank=rank,
            due_date=alert.due_date,
            **given,
        )
        EvidenceRow.objects.create(
            rule=rule, item=item, delivery=rule, row_no=1, amount=rank * 100, **common
        )
    (task,) = field.phone().tasks()["tasks"]
    assert task["why"]["zh"] == "药费重。"
    assert [amount for _, amount in task["figures"]["months"]] == ["100.00"]


def test_income_that_no_run_has_brought_yet_is_not_shown_as_zero(field: Field) -> None:
    run = field.case.clues.get().alert.last_run
    run.coverage = {
        feed: [run.month - back for back in range(24)] for feed in installation_pack().contracts
    }
    run.save()
    HouseholdMonth.objects.filter(household=field.case.household).delete()

    (task,) = field.phone().tasks()["tasks"]

    assert {amount for _, amount in task["income"]} == {None}


def test_no_identity_number_leaves_with_a_task(field: Field) -> None:
    field.case.household.members.create(
        person_ref=9, name="李某", relation="head", is_head=True, masked_id="431022********1234"
    )
    text = str(field.phone().tasks())
    assert "1234" in text
    assert "431022********1234" not in text, "the last four tell members apart, no more is needed"


def test_after_a_mark_only_what_changed_is_sent(field: Field) -> None:
    phone = field.phone()
    mark = phone.tasks()["since"]
    again = phone.tasks(mark)
    assert again["whole"] is False

    phone.post("visits", visit_body(field.case.case_no))
    changed = phone.tasks(again["since"])
    assert [(one["kind"], one["id"]) for one in changed["tasks"]] == [("done", field.case.case_no)]


def test_a_visit_handed_to_someone_else_of_the_village_is_not_on_the_phone(field: Field) -> None:
    appoint(build_person("other"), "village_cadre", VILLAGE)
    case = open_case(field.office, 3, is_assigned=False)
    phone = field.phone()
    mark = phone.tasks()["since"]
    field.office.on(case).act("assign", field.cast.reviewer, to="other")
    changed = phone.tasks(mark)
    assert case.case_no in changed["gone"]
    assert changed["tasks"] == []


def test_a_visit_is_stored_with_its_photo_and_answered_again_when_sent_again(field: Field) -> None:
    phone = field.phone()
    assert phone.put(PHOTO).status_code == 201
    sha = hashlib.sha256(PHOTO).hexdigest()
    paper = {
        "kind": "photo",
        "sha256": sha,
        "place": {"latitude": "25.3981234", "longitude": "112.9412345", "accuracy_m": 12},
    }
    body = visit_body(field.case.case_no, papers=[paper], entry_seconds=240)

    first, second = phone.post("visits", body), phone.post("visits", body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    visit = Visit.objects.get()
    assert (visit.entry_seconds, visit.act.key) == (240, body["key"])
    stored = Attachment.objects.get()
    assert (stored.media_type, stored.size) == ("image/jpeg", len(PHOTO))
    assert str(stored.latitude) == "25.398123"


def test_a_photo_lies_encrypted_and_reads_as_it_was(field: Field) -> None:
    field.phone().put(PHOTO)
    files = [
        file
        for file in (field.home / "papers").rglob("*")
        if file.is_file() and file.suffix != ".lock"
    ]
    assert len(files) == 1
    assert b"picture" not in files[0].read_bytes()
    assert Papers(Home(field.home)).read(hashlib.sha256(PHOTO).hexdigest()) == PHOTO


def test_a_photo_comes_in_pieces_and_goes_on_where_it_stopped(field: Field) -> None:
    phone, sha = field.phone(), hashlib.sha256(PHOTO).hexdigest()
    assert phone.client.head(f"/field/blobs/{sha}")["Upload-Offset"] == "0"
    assert phone.put(PHOTO, last=99).status_code == 202
    far = phone.client.head(f"/field/blobs/{sha}")
    assert (far.status_code, far["Upload-Offset"], far["Upload-Complete"]) == (200, "100", "?0")

    ahead = phone.put(PHOTO, first=300)
    assert (ahead.status_code, ahead.json()["received"]) == (409, 100)

    done = phone.put(PHOTO, first=50)
    assert (done.status_code, done["Upload-Complete"]) == (201, "?1")
    assert Papers(Home(field.home)).read(sha) == PHOTO
    assert not list((field.home / "papers" / "unfinished").rglob("*.bin"))


def test_a_content_that_is_not_what_its_name_says_is_dropped(field: Field) -> None:
    phone = field.phone()
    wrong = "0" * 64
    answer = phone.client.put(
        f"/field/blobs/{wrong}",
        data=PHOTO,
        content_type="image/jpeg",
        headers={"X-Fangpin-Phone": "1"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "PAPER_HASH")
    assert not list((field.home / "papers").rglob("*.bin"))


@pytest.mark.parametrize("content", [b"<html>not a picture</html>", b"MZ" + b"\0" * 40])
def test_only_pictures_are_taken(field: Field, content: bytes) -> None:
    answer = field.phone().put(content)
    assert (answer.status_code, answer.json()["code"]) == (415, "PAPER_KIND")


def test_a_visit_whose_photo_has_not_arrived_is_refused_and_may_be_sent_again(field: Field) -> None:
    phone = field.phone()
    sha = hashlib.sha256(PHOTO).hexdigest()
    body = visit_body(field.case.case_no, papers=[{"kind": "photo", "sha256": sha}])

    refused = phone.post("visits", body)
    assert (refused.status_code, refused.json()["missing"]) == (422, [sha])
    assert not Visit.objects.exists()

    phone.put(PHOTO)
    assert phone.post("visits", body).status_code == 201


def test_fields_that_both_sides_changed_are_told_and_the_rest_is_joined(field: Field) -> None:
    mine, other = field.phone(), field.phone(field.cast.reviewer)
    answers = {
        "members": {"found": "4", "base": "3"},
        "unsafe_water": {"found": "true", "base": ""},
        "savings": {"found": "none", "base": ""},
    }
    theirs = {
        "members": {"found": "5", "base": "3"},
        "unsafe_water": {"found": "true", "base": ""},
        "workers": {"found": "2", "base": ""},
    }
    stored = other.post("visits", visit_body(field.case.case_no, answers=theirs))
    assert stored.status_code == 201
    body = visit_body(field.case.case_no, answers=answers, judgement="我看到的是四口人。")

    differ = mine.post("visits", body)

    assert differ.status_code == 409
    assert differ.json()["fields"] == {"members": ["4", "5"]}
    assert Visit.objects.count() == 1

    answers["members"]["chosen_over"] = "5"
    done = mine.post("visits", body)
    assert done.status_code == 201
    latest = Visit.objects.order_by("id").last()
    assert latest is not None
    assert latest.act.act == "supplement_visit"
    assert latest.judgement == "我看到的是四口人。"
    found = {one.field: (one.system_value, one.found_value) for one in latest.answers.all()}
    assert found["members"] == ("5", "4")


def test_what_an_earlier_visit_found_stays_when_a_later_one_did_not_ask(field: Field) -> None:
    phone, other = field.phone(), field.phone(field.cast.reviewer)
    first = {"workers": {"found": "2", "base": ""}}
    assert other.post("visits", visit_body(field.case.case_no, answers=first)).status_code == 201
    second = {"savings": {"found": "none", "base": ""}}
    assert phone.post("visits", visit_body(field.case.case_no, answers=second)).status_code == 201
    latest = Visit.objects.order_by("id").last()
    assert latest is not None
    found = {one.field: one.found_value for one in latest.answers.all()}
    assert found == {"workers": "2", "savings": "none"}


def test_a_field_that_changed_again_while_people_chose_is_told_again(field: Field) -> None:
    phone, other = field.phone(), field.phone(field.cast.reviewer)
    for found, base in (("5", "3"), ("6", "5")):
        answer = {"members": {"found": found, "base": base}}
        assert (
            other.post("visits", visit_body(field.case.case_no, answers=answer)).status_code == 201
        )
    chosen = {"members": {"found": "4", "base": "3", "chosen_over": "5"}}
    differ = phone.post("visits", visit_body(field.case.case_no, answers=chosen))
    assert differ.json()["fields"] == {"members": ["4", "6"]}


def test_a_field_that_the_phone_left_as_it_was_takes_the_present_value(field: Field) -> None:
    Household.objects.filter(pk=field.case.household_id).update(attributes={"members": 4})
    body = visit_body(field.case.case_no, answers={"members": {"found": "3", "base": "3"}})
    assert field.phone().post("visits", body).status_code == 201
    answer = Visit.objects.get().answers.get(field="members")
    assert (answer.system_value, answer.found_value, answer.verdict) == ("4", "4", "agrees")


def test_a_phone_whose_clock_runs_ahead_loses_nothing(field: Field) -> None:
    body = visit_body(
        field.case.case_no,
        visited_at="2031-01-01T08:00:00+08:00",
        device_at="2031-01-01T08:00:00+08:00",
    )
    answer = field.phone().post("visits", body)
    assert answer.status_code == 201
    visit = Visit.objects.get()
    assert visit.visited_at == visit.act.at
    assert visit.device_at is not None and visit.device_at.year == 2031


@pytest.mark.parametrize("field_name", ["risk_score", "is_monitored", "region", "created_by", "id"])
def test_a_field_that_a_phone_may_not_set_is_refused(field: Field, field_name: str) -> None:
    answer = field.phone().post("visits", visit_body(field.case.case_no, **{field_name: 1}))
    assert (answer.status_code, answer.json()["code"]) == (422, "FIELD_FORBIDDEN")
    assert answer["Content-Type"] == "application/problem+json"
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [
        {"key": "not-a-uuid"},
        {"answers": {"unsafe_house": {"found": 3}}},
        {"visited_at": "yesterday"},
        {"is_at_risk": "perhaps"},
        {"place": {"latitude": 400, "longitude": 0}},
    ],
)
def test_what_cannot_be_read_is_told_by_its_place_and_never_repeated(
    field: Field, broken: dict[str, Any]
) -> None:
    answer = field.phone().post("visits", visit_body(field.case.case_no, **broken))
    assert answer.status_code == 422
    assert "yesterday" not in answer.content.decode()
    assert answer.json()["zh"] and answer.json()["en"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_body_that_is_no_visit_is_a_problem_and_no_error(field: Field, body: bytes) -> None:
    answer = field.phone().client.post(
        "/field/visits",
        data=body,
        content_type="application/json",
        headers={"X-Fangpin-Phone": "1"},
    )
    assert answer.status_code == 422


def test_a_household_of_the_next_village_is_not_there_and_asking_is_on_record(field: Field) -> None:
    answer = field.phone().post("visits", visit_body(field.foreign.case_no))
    never = field.phone().post("visits", visit_body("C20-NOTHERE0"))

    assert (answer.status_code, never.status_code) == (404, 404)
    assert answer.json() == never.json(), "nobody learns that it exists"
    entry = AuditEntry.objects.filter(act="refused_outside_scope").order_by("id").first()
    assert entry is not None
    assert (entry.official, entry.subject) == ("cadre", field.foreign.case_no)


def test_a_lapsed_login_is_told_and_changes_nothing(field: Field) -> None:
    phone = field.phone()
    phone.client.logout()
    answer = phone.post("visits", visit_body(field.case.case_no))
    assert (answer.status_code, answer.json()["zh"]) == (401, "请重新登录，资料还在。")
    assert not Visit.objects.exists()


def test_an_outsider_and_an_official_without_visits_see_no_task(field: Field) -> None:
    for person in (field.cast.outsider, field.cast.supervisor, field.cast.visitor):
        client = field.phone(person).client
        assert client.get("/field/tasks").status_code == 403
        assert client.get("/field/forms").status_code == 403


def test_a_foreign_page_cannot_post_with_the_cookie_alone(field: Field) -> None:
    client = field.phone().client
    answer = client.post("/field/visits", data="{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "FOREIGN_PAGE")


def test_the_same_key_for_another_visit_is_refused(field: Field) -> None:
    phone = field.phone()
    body = visit_body(field.case.case_no)
    phone.post("visits", body)
    answer = phone.post("visits", {**body, "judgement": "另一次"})
    assert (answer.status_code, answer.json()["code"]) == (409, "KEY_USED")
    assert Visit.objects.get().judgement == body["judgement"]


def test_a_case_that_ended_meanwhile_says_so_and_the_phone_keeps_the_visit(field: Field) -> None:
    field.office.visit()
    field.office.act(
        "find_not_at_risk", field.cast.reviewer, reason="income_stable", note="收入稳定。"
    )
    answer = field.phone().post("visits", visit_body(field.case.case_no))
    assert (answer.status_code, answer.json()["code"]) == (409, "CASE_ENDED")


def test_a_clue_of_a_new_household_opens_a_case_once(field: Field) -> None:
    household = build_household(7)
    Household.objects.filter(pk=7).update(head_name="王新户")
    body = {
        "key": str(uuid.uuid4()),
        "head_name": " 王新户 ",
        "cause": "disaster",
        "note": "昨夜山洪，灶屋塌了一角。",
    }
    phone = field.phone()
    first, second = phone.post("clues", body), phone.post("clues", body)
    assert (first.status_code, second.status_code) == (201, 200)
    case = Case.objects.get(household=household)
    assert (case.channel, case.clues.count()) == ("inspection", 1)


def test_a_name_that_two_households_share_is_chosen_by_group(field: Field) -> None:
    for ref, group in ((7, "2 组"), (8, "5 组")):
        build_household(ref)
        Household.objects.filter(pk=ref).update(head_name="王新户", address=group)
    body = {"key": str(uuid.uuid4()), "head_name": "王新户", "note": "房屋漏雨。"}
    phone = field.phone()

    choose = phone.post("clues", body)
    assert (choose.status_code, choose.json()["code"]) == (409, "HOUSEHOLD_AMBIGUOUS")
    numbers = {one["group"]: one["household_no"] for one in choose.json()["households"]}

    done = phone.post("clues", {**body, "household_no": numbers["5 组"]})
    assert done.status_code == 201
    assert Case.objects.get(case_no=done.json()["case_no"]).household_id == 8


def test_a_clue_never_reaches_a_household_of_another_village(field: Field) -> None:
    build_household(7, division=NEXT_VILLAGE)
    Household.objects.filter(pk=7).update(head_name="邻村人")
    answer = field.phone().post(
        "clues", {"key": str(uuid.uuid4()), "head_name": "邻村人", "note": "听说病了。"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "HOUSEHOLD_NOT_FOUND")
    assert not Case.objects.filter(household_id=7).exists()


def test_a_household_in_monitoring_is_followed_up_once_and_leaves_the_list(
    field: Field, settings: Any
) -> None:
    case = open_case(field.office, 3, is_assigned=False)
    last = field.office.on(case).until_approval()
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, clock=last.day)
    phone = field.phone()
    mark = phone.tasks()
    (due,) = [one for one in mark["tasks"] if one["kind"] == "follow_up"]
    body = {
        "key": str(uuid.uuid4()),
        "household_ref": due["household_ref"],
        "visited_at": f"{last.day}T09:00:00+08:00",
        "situation": "same",
    }
    first, second = phone.post("follow-ups", body), phone.post("follow-ups", body)
    assert (first.status_code, second.status_code) == (201, 200)
    changed = phone.tasks(mark["since"])["tasks"]
    assert ("done", due["id"]) in [(one["kind"], one["id"]) for one in changed]


def test_a_reference_of_sixty_bits_reaches_a_browser_whole(field: Field, settings: Any) -> None:
    """As text: JavaScript reads numbers beyond 53 bits as other numbers."""
    ref = (1 << 59) + 1
    assert int(float(ref)) != ref
    case = open_case(field.office, ref, is_assigned=False)
    last = field.office.on(case).until_approval()
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, clock=last.day)
    phone = field.phone()
    (due,) = [one for one in phone.tasks()["tasks"] if one["kind"] == "follow_up"]
    assert due["household_ref"] == str(ref)
    body = {
        "key": str(uuid.uuid4()),
        "household_ref": due["household_ref"],
        "visited_at": f"{last.day}T09:00:00+08:00",
        "situation": "same",
    }
    assert phone.post("follow-ups", body).status_code == 201


def test_signing_in_from_the_phone(field: Field) -> None:
    from django.test import Client

    client = Client()
    head = {"X-Fangpin-Phone": "1"}

    def sign_in(password: str) -> Any:
        return client.post(
            "/field/session",
            data={"username": "cadre", "password": password},
            content_type="application/json",
            headers=head,
        )

    assert client.get("/field/session").status_code == 401
    assert sign_in("wrong").status_code == 401
    told = sign_in(PASSWORD)
    assert (told.status_code, told.json()["official"]) == (200, "cadre")
    assert client.get("/field/tasks").status_code == 200
    assert client.delete("/field/session", headers=head).status_code == 204
    assert client.get("/field/tasks").status_code == 401


def test_every_visit_leaves_one_entry_of_its_act(field: Field) -> None:
    field.phone().post("visits", visit_body(field.case.case_no))
    assert CaseAct.objects.filter(act="record_visit").count() == 1
    assert AuditEntry.objects.filter(act="record_visit").count() == 1


def test_the_forms_tell_what_the_screens_need(field: Field) -> None:
    told = field.phone().client.get("/field/forms").json()
    assert set(told["visits"]) == {"visit", "elimination_visit"}
    assert told["verifiers"] == 2
    assert told["keep_days"] == 14
    assert {one["code"] for one in told["causes"]} >= {"illness", "other"}
