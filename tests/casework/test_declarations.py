"""A household declares at its own door: kept sealed, found afterwards, answered to its receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from fangpin.casework.cases.models import Case
from fangpin.casework.declarations import acts, queries
from fangpin.casework.declarations.attempts import note_attempt
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.registry.models import Household, Member
from fangpin.values.problem import ProblemError
from tests.casework.cases_world import DAY, Office, build_household, moment, pack
from tests.cast import VILLAGE, build_cast, build_divisions

pytestmark = pytest.mark.django_db

LI = 101
DECLARED = acts.Declared(
    division=VILLAGE,
    name="李某",
    masked_phone="138****0000",
    phone_digest="a" * 64,
    sealed_phone=b"sealed",
    identity_ref=LI,
    sealed_identity=b"sealed",
    cause="illness",
    text="妻子住院，没有收入",
)


@pytest.fixture
def office() -> Office:
    """The offices of a county whose registry knows one member of one household."""
    build_divisions()
    cast = build_cast()
    household = build_household()
    Member.objects.create(
        person_ref=LI, household=household, name="李某", relation="head", is_head=True
    )
    return Office(cast, pack())


def declare(office: Office, key: str = "", **changes: object) -> Declaration:
    return acts.receive_declaration(
        pack=office.pack,
        declared=replace(DECLARED, **changes),  # type: ignore[arg-type]
        receipt_no=acts.new_receipt(),
        at=moment(DAY),
        key=key,
    )


def test_a_declaration_opens_a_case_whose_clocks_run_from_its_day(office: Office) -> None:
    row = declare(office)

    reviewer = office.scope(office.cast.reviewer)
    joined = acts.join_declarations(pack=office.pack, by=reviewer, at=moment(office.later(2).day))

    row.refresh_from_db()
    case = Case.objects.get()
    assert (joined, row.state, row.case) == (1, "in_case", case)
    assert (case.channel, case.first_clue_date) == ("declaration", DAY)


def test_receiving_looks_nobody_up_and_stores_the_same_for_everyone(office: Office) -> None:
    with CaptureQueriesContext(connection) as known:
        declare(office)
    with CaptureQueriesContext(connection) as unknown:
        declare(office, identity_ref=999)
    assert len(known) == len(unknown)
    assert not any("registry_" in query["sql"] for query in known.captured_queries)


def test_an_unknown_person_waits_for_people_who_say_which_household_it_is(office: Office) -> None:
    row = declare(office, identity_ref=None)
    reviewer = office.scope(office.cast.reviewer)
    assert acts.join_declarations(pack=office.pack, by=reviewer, at=moment(DAY)) == 0
    assert queries.waiting(reviewer) == [row]

    acts.attach_declaration(
        pack=office.pack,
        receipt_no=row.receipt_no,
        household_ref=Household.objects.get().household_ref,
        by=reviewer,
        at=moment(DAY),
    )
    assert queries.waiting(reviewer) == []
    with pytest.raises(ProblemError) as refused:
        acts.answer_declaration(
            pack=office.pack, receipt_no=row.receipt_no, by=reviewer, at=moment(DAY), answer="-"
        )
    assert refused.value.problems[0].code == "DECLARATION_DONE"


def test_a_receipt_opens_only_with_the_phones_last_four(office: Office) -> None:
    row = declare(office)
    assert queries.by_receipt(row.receipt_no, "a" * 64) == row
    assert queries.by_receipt(row.receipt_no, "b" * 64) is None
    assert queries.by_receipt("0000-0000-0000", "a" * 64) is None


def test_a_declaration_sent_twice_has_one_receipt(office: Office) -> None:
    assert declare(office, key="k").receipt_no == declare(office, key="k").receipt_no
    assert Declaration.objects.count() == 1


def test_of_two_that_arrive_in_the_same_moment_the_second_gets_the_firsts_receipt(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = declare(office, key="k")

    def too_late(*_args: object, **_given: object) -> Declaration:
        raise IntegrityError("a_declaration_is_made_once")

    monkeypatch.setattr(acts, "_received", too_late)
    assert declare(office, key="k") == first
    with pytest.raises(IntegrityError):
        declare(office, key="another")


def test_what_the_joiner_cannot_join_waits_and_holds_nobody_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = build_household(2, division="430421101001")
    Member.objects.create(person_ref=202, household=other, name="王", relation="head", is_head=True)
    stuck, fine = declare(office, identity_ref=202), declare(office)
    reviewer = office.scope(office.cast.reviewer)
    assert acts.join_declarations(pack=office.pack, by=reviewer, at=moment(DAY)) == 1
    assert queries.waiting(reviewer) == [stuck]
    fine.refresh_from_db()
    assert fine.state == "in_case"


def test_a_declarant_has_been_met_after_a_visit_or_when_someone_said_whose_it_is(
    office: Office,
) -> None:
    by_itself, by_hand = declare(office), declare(office, identity_ref=None)
    reviewer = office.scope(office.cast.reviewer)
    acts.join_declarations(pack=office.pack, by=reviewer, at=moment(DAY))
    household_ref = Household.objects.get().household_ref
    acts.attach_declaration(
        pack=office.pack,
        receipt_no=by_hand.receipt_no,
        household_ref=household_ref,
        by=reviewer,
        at=moment(DAY),
    )
    by_itself.refresh_from_db()
    by_hand.refresh_from_db()
    assert not queries.has_been_met(by_itself) and queries.has_been_met(by_hand)

    there = office.on(Case.objects.get())
    there.act("assign", office.cast.reviewer)
    there.later(1).visit()
    assert queries.has_been_met(by_itself)


def test_tries_are_counted_by_source_and_forgotten(office: Office) -> None:
    def left() -> int:
        return acts.attempts_left(
            pack=office.pack,
            kind="declare",
            source="s",
            division=VILLAGE,
            at=moment(DAY),
            limit="public.declarations",
            hours="public.hours",
        )

    before = left()
    note_attempt(kind="declare", source="s", at=moment(DAY))
    assert left() == before - 1


def test_the_household_sees_its_steps_and_days_left_and_the_outsider_nothing(
    office: Office,
) -> None:
    row = declare(office)
    acts.join_declarations(pack=office.pack, by=office.scope(office.cast.reviewer), at=moment(DAY))
    there = office.on(Case.objects.get())
    there.act("assign", office.cast.reviewer)
    row.refresh_from_db()

    told = queries.progress(row, pack=office.pack, on=date(2020, 5, 12))
    assert [act.act for act in told.acts] == ["assign"]
    assert {clock.clock.clock: clock.days_left for clock in told.clocks}["identification"] == 13
    outsider = office.scope(office.cast.outsider)
    assert queries.declarations(outsider) == []
    with pytest.raises(Declaration.DoesNotExist):
        acts.answer_declaration(
            pack=office.pack, receipt_no=row.receipt_no, by=outsider, at=moment(DAY), answer="-"
        )
