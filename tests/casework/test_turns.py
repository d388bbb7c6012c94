"""Whose turn it is: kept by the acts, listed page by page, made anew when the pack has changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from fangpin.casework.cases import turns
from fangpin.casework.cases.models import Case, CaseAct, Turn, TurnEdition
from fangpin.casework.cases.turns import TurnFilters, View
from fangpin.casework.cases.turns_kept import keep_turns
from fangpin.casework.divisions import walks
from fangpin.casework.divisions.rows import Question, add, add_all, change
from fangpin.casework.officials.scope import NOTHING, Scope
from fangpin.casework.registry.models import Household
from tests.casework.cases_world import DAY, Office, build_household, moment, pack
from tests.casework.turns import turns_derived, turns_kept
from tests.cast import COUNTY, NEXT_VILLAGE, VILLAGE, build_cast, build_divisions

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """The offices and seven cases of two villages, each a step further than the one before."""
    build_divisions()
    office = Office(build_cast(), pack())
    ways = ("assign", "visit", "consent")
    for ref in range(1, 8):
        village = VILLAGE if ref < 6 else NEXT_VILLAGE
        one = office.on(open_case(office, ref, division=village))
        for way in ways[: ref % 4 if village == VILLAGE else 1]:
            if way == "assign":
                one.act("assign", office.cast.reviewer)
            elif way == "visit":
                one.visit()
            else:
                one.act("record_consent", office.cast.cadre, form="signature", signed_date=DAY)
    return office


def open_case(office: Office, ref: int, *, division: str = VILLAGE) -> Case:
    from fangpin.casework.cases import acts

    household = build_household(ref, division=division)
    return acts.report_clue(
        pack=office.pack,
        household_ref=household.household_ref,
        by=office.scope(office.cast.reviewer),
        at=moment(DAY),
        on=DAY - timedelta(days=ref % 3),
        channel="inspection",
    )


def read_through(scope: Scope, view: View, *, limit: int) -> Iterator[Case]:
    """Every case of a view, page after page."""
    after: turns.After | None = None
    for _ in range(20):
        page = turns.page(scope, filters=TurnFilters(view), after=after, limit=limit)
        yield from page.cases
        if page.next is None:
            return
        after = page.next
    raise AssertionError("the pages do not end")


def test_the_acts_keep_whose_turn_it_is(office: Office) -> None:
    assert turns_kept() == turns_derived(office.pack)
    assert {role for _, role, _, _ in turns_kept()} >= {"village_cadre", "county_approver"}


def test_whose_turn_it_is_is_made_anew_for_other_roles_alone(office: Office) -> None:
    before = turns_kept()
    assert keep_turns(office.pack), "nobody knows yet by which roles they were worked out"
    assert turns_kept() == before
    assert not keep_turns(office.pack)

    cadre = office.pack.roles["village_cadre"]
    others = cadre.model_copy(update={"may": ["see_case"]})
    changed = dataclasses.replace(office.pack, roles={**office.pack.roles, "village_cadre": others})
    assert keep_turns(changed)
    assert turns_kept() == turns_derived(changed) != before
    assert TurnEdition.objects.count() == 1


@pytest.mark.parametrize("view", ["mine", "open", "ended"])
@pytest.mark.parametrize("few", [1_000, 0], ids=["found by place", "walked"])
def test_pages_follow_one_another_in_either_way_of_reading(
    office: Office, monkeypatch: pytest.MonkeyPatch, view: View, few: int
) -> None:
    monkeypatch.setattr(turns, "FEW", few)
    Case.objects.filter(pk=Case.objects.order_by("id")[3].pk).update(due_date=None)
    Turn.objects.filter(case=Case.objects.order_by("id")[3]).update(due_date=date.max)
    for case in Case.objects.order_by("id")[5:]:
        Case.objects.filter(pk=case.pk).update(
            state="ended", outcome="withdrawn", ended_at=moment(DAY), ended_by="a"
        )
        Turn.objects.filter(case=case).delete()
    mine = office.scope(office.cast.reviewer)
    expected = {
        "mine": set(Turn.objects.filter(role=mine.role).values_list("case_id", flat=True)),
        "open": set(Case.objects.filter(state="open").values_list("pk", flat=True)),
        "ended": set(Case.objects.filter(state="ended").values_list("pk", flat=True)),
    }[view]
    assert len(expected) >= 2
    for limit in (1, 2, 50):
        found = list(read_through(mine, view, limit=limit))
        assert [one.pk for one in found] == list(dict.fromkeys(one.pk for one in found))
        assert {one.pk for one in found} == expected
        if view != "ended":
            order = [(one.due_date or date.max, one.pk) for one in found]
            assert order == sorted(order)
    assert list(read_through(NOTHING, view, limit=2)) == []


def test_a_page_costs_few_questions_and_none_a_row(office: Office) -> None:
    mine = office.scope(office.cast.reviewer)
    for view, most in (("mine", 3), ("open", 2), ("ended", 2)):
        with CaptureQueriesContext(connection) as asked:
            page = turns.page(mine, filters=TurnFilters(view))  # type: ignore[arg-type]
            assert all(one.household.head_name for one in page.cases)
        assert len(asked) <= most, view


def test_counting_stops_where_nobody_counts_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "COUNT_CAP", 3)
    monkeypatch.setattr(turns, "FEW", 3)
    mine = Scope(official="a", role="village_cadre", divisions=(COUNTY,))
    counts = turns.counts(mine, filters=TurnFilters(), on=DAY, soon_days=3)
    page = turns.page(mine, filters=TurnFilters("open"))
    assert (counts.open, page.count_capped, page.is_capped) == (4, 3, True)
    assert len(page.cases) == 7


# ── rows by statements made once ────────────────────────────────────────────────────────────────


def test_a_row_added_and_changed_is_what_django_would_have_written(office: Office) -> None:
    case = Case.objects.order_by("id")[0]
    entry = CaseAct(
        case=case, seq=90, act="assign", at=moment(DAY), on=DAY, by="a", role="r", key=""
    )
    add(entry)
    assert CaseAct.objects.get(pk=entry.pk).at == moment(DAY)
    assert not entry._state.adding
    household = Household.objects.order_by("pk")[0]
    household.attributes = {"成员": 3}
    change(household, "attributes")
    household.refresh_from_db()
    assert household.attributes == {"成员": 3}
    add_all(
        CaseAct(case=case, seq=91 + n, act="x", at=moment(DAY), on=DAY, by="a", role="r")
        for n in range(2)
    )
    add_all([])
    assert case.log.filter(act="x").count() == 2
    with pytest.raises(IntegrityError):
        add(CaseAct(case=case, seq=90, act="assign", at=moment(DAY), on=DAY, by="a", role="r"))


def test_a_question_answers_as_django_does_and_refuses_other_values(office: Office) -> None:
    case = Case.objects.order_by("id")[2]
    rows = case.log.order_by("seq").values_list("act", "on", "at", "is_undone")
    question = Question.of(rows, [case.pk])
    assert question.ask([case.pk]) == [list(row) for row in rows]
    other = Case.objects.order_by("id")[1]
    assert question.ask([other.pk]) == [
        list(row)
        for row in rows.model.objects.filter(case=other)
        .order_by("seq")
        .values_list("act", "on", "at", "is_undone")
    ]
    with pytest.raises(ValueError):
        Question.of(rows, [case.pk + 1])


def test_many_rows_are_walked_beyond_a_place_and_before_it(office: Office) -> None:
    rows = CaseAct.objects.all()
    order = list(rows.order_by("on", "id"))
    middle = order[len(order) // 2]
    behind = walks.beyond(rows, "on", middle.on, middle.pk).order_by("on", "id")
    assert list(behind) == order[len(order) // 2 + 1 :]
    ahead = walks.before(rows, "on", middle.on, middle.pk).order_by("on", "id")
    assert list(ahead) == order[: len(order) // 2]
