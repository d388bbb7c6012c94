"""A household that no registry lists: met, worked on, joined to the registry's, and parted again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import models

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases import acts
from fangpin.casework.cases import queries as cases
from fangpin.casework.cases.models import Case, Clue, Episode, Turn, Visit
from fangpin.casework.cases.states import CaseState
from fangpin.casework.followup.acts import name_contact, record_follow_up
from fangpin.casework.followup.models import AssistanceContact, FollowUp
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.joining import refs_of
from fangpin.casework.registry.models import Household, HouseholdJoin, Member, Provisional
from fangpin.casework.registry.moving import tables_of_households
from fangpin.casework.registry.provisional import NewHousehold, read_answers
from fangpin.values.problem import ProblemError
from tests.casework.cases_world import DAY, Office, build_household, moment, pack
from tests.cast import NEXT_VILLAGE, VILLAGE, build_cast, build_divisions
from tests.public.world import KNOWN

pytestmark = pytest.mark.django_db

ANSWERS = {
    "head_name": "周新来",
    "address": "3组",
    "members": "4",
    "phone": "138 7451 0266",
    "identity": KNOWN,
    "why_unregistered": "moved_in",
}
REF = 777


@pytest.fixture
def office() -> Office:
    build_divisions()
    return Office(build_cast(), pack())


def read(**changes: str) -> NewHousehold:
    return read_answers(
        pack(),
        division=changes.pop("division", VILLAGE),
        answers={**ANSWERS, **changes},
        today=DAY,
        reference=lambda _number: REF,
    )


def codes(refused: pytest.ExceptionInfo[ProblemError]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def met(office: Office, person: Any = None, **changes: Any) -> Case:
    """The cadre met the household; changes are of the act, `answers` of the form."""
    answers = changes.pop("answers", {})
    return acts.register_household(
        pack=office.pack,
        new=read(**answers),
        by=office.scope(person or office.cast.cadre),
        at=moment(office.day),
        channel="inspection",
        cause="illness",
        note="刚迁入，户主住院。",
        **changes,
    )


def join(office: Office, case: Case, to: Household, **changes: Any) -> HouseholdJoin:
    given: dict[str, Any] = {
        "pack": office.pack,
        "household_ref": case.household_id,
        "to_ref": to.household_ref,
        "by": office.scope(office.cast.reviewer),
        "at": moment(office.day),
        "note": "证件号码一致。",
    }
    return acts.join_household(**{**given, **changes})


def part(office: Office, case: Case, **changes: Any) -> HouseholdJoin:
    ref = HouseholdJoin.objects.get(undone_at__isnull=True).provisional_id
    return acts.part_household(
        pack=office.pack,
        household_ref=ref,
        by=office.scope(office.cast.reviewer),
        at=moment(office.day),
        note=changes.get("note", "查明是两户。"),
    )


def identified(office: Office, case: Case) -> Office:
    """Up to the approval; no figures suggest a category, so people name one."""
    end = office.on(case).until_review()
    said = {"opinion": "同意", "category": "marginal"}
    end.act("review_at_township", office.cast.reviewer, **said)
    last = end.later(1)
    last.act("approve_at_county", office.cast.approver, **said)
    return last


# ── met ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_household_met_has_a_case_like_any_other_and_is_no_line_of_the_registry(
    office: Office,
) -> None:
    case = met(office)

    household = case.household
    assert (household.head_name, household.count_of_members) == ("周新来", 4)
    assert (household.is_listed, household.masked_phone) == (False, "138******66")
    assert household.household_ref > 1 << 60, "no reference of the registry is so large"
    assert household.provisional.answers == {"why_unregistered": "moved_in"}
    assert (case.channel, case.state, case.clues.count()) == ("inspection", "open", 1)
    member = Member.objects.get()
    assert (member.person_ref, member.masked_id[-4:]) == (REF, KNOWN[-4:])
    assert registry.count(office.scope(office.cast.reviewer)).count_of_households == 0
    entry = AuditEntry.objects.get(act="register_household")
    assert KNOWN not in str(entry.detail) and "周新来" not in str(entry.detail)


def test_the_steps_and_the_visit_are_those_of_every_case(office: Office) -> None:
    case = met(office)
    there = office.on(case)
    there.act("assign", office.cast.reviewer)
    there.later(1).visit()
    assert Visit.objects.get().household == case.household


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"head_name": " "}, "ANSWER_MISSING", "head_name"),
        ({"head_name": "周431022199001011234"}, "ANSWER_WRONG", "head_name"),
        ({"members": "0"}, "ANSWER_WRONG", "members"),
        ({"members": "四"}, "ANSWER_WRONG", "members"),
        ({"phone": "打不通"}, "ANSWER_WRONG", "phone"),
        ({"identity": KNOWN[:-1] + "0"}, "IDENTITY_UNREADABLE", "identity"),
        ({"why_unregistered": "x"}, "ANSWER_WRONG", "why_unregistered"),
        ({"why_unregistered": ""}, "ANSWER_MISSING", "why_unregistered"),
        ({"unheard_of": "1"}, "ANSWER_WRONG", "unheard_of"),
    ],
)
def test_what_the_form_does_not_take_is_told_with_its_field(
    changes: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        read(**changes)
    (problem,) = refused.value.problems
    assert (problem.code, problem.details["field"]) == (code, field)
    assert KNOWN[:6] not in problem.zh and changes.get("head_name", "?") not in problem.zh


def test_the_same_number_or_the_same_head_in_the_village_is_asked_about_first(
    office: Office,
) -> None:
    first = met(office)
    with pytest.raises(ProblemError) as refused:
        met(office, answers={"head_name": "别名", "address": "9组"})
    assert codes(refused) == ["HOUSEHOLD_KNOWN"]
    assert refused.value.problems[0].details["households"] == [
        {"household_no": first.household.household_no, "group": "3组", "count": 4}
    ]
    with pytest.raises(ProblemError):
        met(office, answers={"identity": ""})
    with pytest.raises(ProblemError):
        met(office, is_another=True), "a number says who it is"
    other = met(office, answers={"identity": ""}, is_another=True)
    assert other.household != first.household
    assert Provisional.objects.count() == 2


def test_a_number_known_elsewhere_tells_nothing_and_stays_where_it_is(office: Office) -> None:
    there = build_household(5, division="431022203201")
    Member.objects.create(person_ref=REF, household=there, name="周新来", relation="head")
    case = met(office)
    assert Member.objects.get(person_ref=REF).household == there
    assert case.household.members.count() == 0
    one = case.household.provisional
    assert registry.same_person(office.scope(office.cast.cadre), one) is None
    assert registry.same_person(office.scope(office.cast.approver), one) == there


def test_only_in_ones_own_villages_and_with_the_permission(office: Office) -> None:
    with pytest.raises(ProblemError) as refused:
        met(office, answers={"division": NEXT_VILLAGE})
    assert codes(refused) == ["VILLAGE_OUTSIDE"]
    with pytest.raises(ProblemError) as refused:
        met(office, answers={"division": "431022202"}, person=office.cast.reviewer)
    assert codes(refused) == ["VILLAGE_OUTSIDE"], "a household lives in a village"
    scope = dataclasses.replace(office.scope(office.cast.cadre), may=frozenset({"report_clue"}))
    with pytest.raises(ProblemError) as refused:
        acts.register_household(
            pack=office.pack, new=read(), by=scope, at=moment(DAY), channel="inspection"
        )
    assert codes(refused) == ["ACT_NOT_PERMITTED"]
    assert not Household.objects.exists()


# ── joined ──────────────────────────────────────────────────────────────────────────────────────


def test_joined_everything_that_named_the_one_names_the_registrys(office: Office) -> None:
    case = met(office)
    last = identified(office, case)
    by = office.scope(office.cast.reviewer)
    about = {"pack": office.pack, "household_ref": case.household_id, "by": by}
    name_contact(**about, at=moment(last.day), name="帮扶人")
    cadre = office.scope(office.cast.cadre)
    record_follow_up(
        pack=office.pack,
        household_ref=case.household_id,
        by=cadre,
        at=moment(last.day),
        visited_at=moment(last.day),
        situation="same",
    )
    to = build_household(9, division=NEXT_VILLAGE)
    before = cases.clues(by, case)

    done = join(last, case, to)

    for model, name in tables_of_households():
        assert not model._default_manager.filter(**{name: done.provisional_id}).exists(), model
    case.refresh_from_db()
    assert (case.household_id, case.division) == (9, NEXT_VILLAGE)
    assert Episode.objects.get().household == Visit.objects.get().household == to
    assert Episode.objects.get().division == NEXT_VILLAGE
    assert FollowUp.objects.get().household == AssistanceContact.objects.get().household == to
    assert cases.clues(by, case) == before
    assert refs_of(9) == [9, done.provisional_id]
    entries = AuditEntry.objects.filter(act="join_household").order_by("subject_kind", "pk")
    assert [one.subject_kind for one in entries] == ["case", "household", "household"]
    assert entries[1].detail["moved"]["cases.visit"] == 1


def test_whose_turn_it_is_moves_with_the_case_and_back(office: Office) -> None:
    case = met(office)
    to = build_household(9, division=NEXT_VILLAGE)
    here = set(Turn.objects.filter(case=case).values_list("role", "division"))
    assert here and {division for _, division in here} == {case.division}

    join(office, case, to)
    there = set(Turn.objects.filter(case=case).values_list("role", "division"))
    assert there == {(role, NEXT_VILLAGE) for role, _ in here}

    part(office, case)
    assert set(Turn.objects.filter(case=case).values_list("role", "division")) == here


def test_a_clue_of_the_joined_one_is_one_of_the_registrys(office: Office) -> None:
    case = met(office)
    to = build_household(9)
    join(office, case, to)
    again = acts.report_clue(
        pack=office.pack,
        household_ref=HouseholdJoin.objects.get().provisional_id,
        by=office.scope(office.cast.cadre),
        at=moment(DAY),
        channel="inspection",
    )
    assert again == case and again.household_id == 9 and Clue.objects.count() == 2


def test_two_cases_under_way_and_two_times_in_monitoring_are_not_thrown_together(
    office: Office,
) -> None:
    case, to = met(office), build_household(9)
    by = office.scope(office.cast.reviewer)
    other = acts.report_clue(
        pack=office.pack, household_ref=9, by=by, at=moment(DAY), channel="inspection"
    )
    with pytest.raises(ProblemError) as refused:
        join(office, case, to)
    assert codes(refused) == ["TWO_OPEN_CASES"]
    assert case.case_no in refused.value.problems[0].zh
    assert other.case_no in refused.value.problems[0].en

    identified(office, other)
    later = identified(office, case)
    Case.objects.filter(pk=other.pk).update(
        state=CaseState.ENDED, ended_at=moment(DAY), ended_by="x"
    )
    with pytest.raises(ProblemError) as refused:
        join(later, case, to)
    assert codes(refused) == ["TWO_EPISODES"]
    assert not HouseholdJoin.objects.exists() and Case.objects.get(pk=case.pk).household_id > 9


def test_two_contacts_in_office_are_told_of_in_words(office: Office) -> None:
    case, to = met(office), build_household(9)
    by = office.scope(office.cast.reviewer)
    for ref in (case.household_id, 9):
        name_contact(
            pack=office.pack, household_ref=ref, by=by, at=moment(DAY), name=f"帮扶人{ref % 7}"
        )
    with pytest.raises(ProblemError) as refused:
        join(office, case, to)
    assert codes(refused) == ["JOIN_IN_THE_WAY"]
    assert Case.objects.get().household_id == case.household_id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda office: {"note": " "}, "TEXT_MISSING"),
        (lambda office: {"by": office.scope(office.cast.cadre)}, "ACT_NOT_PERMITTED"),
    ],
)
def test_joining_is_an_officials_act_with_a_reason(
    office: Office, change: Callable[[Office], dict[str, Any]], code: str
) -> None:
    case, to = met(office), build_household(9)
    with pytest.raises(ProblemError) as refused:
        join(office, case, to, **change(office))
    assert codes(refused) == [code]
    join(office, case, to)
    with pytest.raises(ProblemError) as refused:
        join(office, case, to)
    assert codes(refused) == ["HOUSEHOLD_JOINED"]


def test_only_to_a_household_that_the_registry_lists_and_within_the_scope(office: Office) -> None:
    case = met(office)
    unlisted = met(office, answers={"head_name": "另一人", "identity": ""}).household
    with pytest.raises(ProblemError) as refused:
        join(office, case, unlisted)
    assert codes(refused) == ["HOUSEHOLD_UNLISTED"]
    foreign = build_household(9, division="431022203201")
    with pytest.raises(Household.DoesNotExist):
        join(office, case, foreign)
    with pytest.raises(Provisional.DoesNotExist):
        join(office, case, build_household(10), household_ref=10)


# ── parted ──────────────────────────────────────────────────────────────────────────────────────


def rows_of(model: type[models.Model], name: str) -> dict[int, tuple[int, str]]:
    """Row -> (household, division) of every row of a table."""
    fields = [name + "_id", *(["division"] if hasattr(model, "division") else [])]
    return {row[0]: row[1:] for row in model._default_manager.values_list("pk", *fields)}


def test_taken_back_every_row_is_where_it_was_and_what_came_of_it_goes_along(
    office: Office,
) -> None:
    case = met(office)
    there = office.on(case)
    there.act("assign", office.cast.reviewer)
    to = build_household(9, division=NEXT_VILLAGE)
    own = build_household(10, division=NEXT_VILLAGE)
    before = {model: rows_of(model, name) for model, name in tables_of_households()}
    join(there, case, to)
    there.later(1).visit(office.cast.reviewer)

    part(there.later(2), case)

    for model, name in tables_of_households():
        after = rows_of(model, name)
        assert {row: after[row] for row in before[model]} == before[model], model
    assert Visit.objects.get().household_id == case.household_id, "made since, of the same case"
    assert own.visits.count() == 0
    done = HouseholdJoin.objects.get()
    assert (done.undone_by, done.undone_note) == ("reviewer", "查明是两户。")
    assert refs_of(9) == [9]
    again = join(there.later(3), case, to)
    assert again.pk != done.pk, "and it can be joined anew"


def test_what_was_recorded_since_of_the_registrys_household_alone_stays_there(
    office: Office,
) -> None:
    case, to = met(office), build_household(9)
    last = identified(office, case)
    join(last, case, to)
    record_follow_up(
        pack=office.pack,
        household_ref=9,
        by=office.scope(office.cast.cadre),
        at=moment(last.day),
        visited_at=moment(last.day),
        situation="same",
    )
    part(last, case)
    assert FollowUp.objects.get().household == to
    assert Episode.objects.get().household_id == case.household_id


def test_parting_needs_a_reason_and_a_joining(office: Office) -> None:
    case, to = met(office), build_household(9)
    with pytest.raises(ProblemError) as refused:
        acts.part_household(
            pack=office.pack,
            household_ref=case.household_id,
            by=office.scope(office.cast.reviewer),
            at=moment(DAY),
            note="x",
        )
    assert codes(refused) == ["NOT_JOINED"]
    join(office, case, to)
    with pytest.raises(ProblemError) as refused:
        part(office, case, note="")
    assert codes(refused) == ["TEXT_MISSING"]


def test_the_registry_arrives_and_the_number_says_which_household_it_is(office: Office) -> None:
    from fangpin.casework.registry.actions import put_members

    case, to = met(office), build_household(9)
    row = (REF, 9, "周新来", "head", True, "", None, "x", "{}")
    put_members(households=[9], rows=[row])
    by = office.scope(office.cast.reviewer)
    assert registry.same_person(by, case.household.provisional) == to
    assert list(registry.provisionals(by, is_joined=False)) == [case.household.provisional]
    join(office, case, to)
    assert list(registry.provisionals(by, is_joined=True)) == [case.household.provisional]
    assert registry.joined_into(by, 9)[0].provisional_id != 9


def test_days_of_the_clue_do_not_lie_in_the_future(office: Office) -> None:
    with pytest.raises(ProblemError) as refused:
        met(office, on=date(2031, 1, 1))
    assert codes(refused) == ["CLUE_IN_FUTURE"]
    assert not Household.objects.exists(), "and nothing is left of it"
