"""The duties that stay after help began: each lapses by its own clock, and says since when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fangpin.casework.followup import acts as duties_acts
from fangpin.casework.followup import queries
from fangpin.casework.followup.models import AssistanceContact, FollowUp
from fangpin.values.problem import ProblemError
from tests.casework.cases_world import Office, moment, opened
from tests.cast import COUNTY

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """The offices on the day on which the household was identified: 17 May 2020."""
    return opened().until_approval()


def lapsed(office: Office, on: date) -> set[str]:
    states = queries.household_duties(office.scope(office.cast.cadre), pack=office.pack, on=on)
    return {state.duty.duty for state in states if not state.holds}


def follow_up(office: Office, on: date, key: str = "") -> FollowUp:
    return duties_acts.record_follow_up(
        pack=office.pack,
        household_ref=1,
        by=office.scope(office.cast.cadre),
        at=moment(on),
        visited_at=moment(on, 1),
        situation="same",
        key=key,
    )


def test_after_the_identification_every_duty_has_its_days(office: Office) -> None:
    assert lapsed(office, office.day) == set()
    assert lapsed(office, office.day + timedelta(days=11)) == {"contact_named"}
    assert lapsed(office, office.day + timedelta(days=31)) == {"contact_named", "measure_in_force"}
    assert "help_delivered" in lapsed(office, office.day + timedelta(days=91))


def test_a_named_contact_keeps_the_responsibility(office: Office) -> None:
    duties_acts.name_contact(
        pack=office.pack,
        household_ref=1,
        by=office.scope(office.cast.reviewer),
        at=moment(office.day),
        official="cadre",
    )
    assert "contact_named" not in lapsed(office, office.day + timedelta(days=400))
    assert AssistanceContact.objects.get().name == "cadre Zhang"


def test_a_month_without_a_visit_lapses_when_it_is_over(office: Office) -> None:
    june, july = date(2020, 6, 12), date(2020, 7, 20)
    assert "visits_made" not in lapsed(office, date(2020, 6, 30))
    assert "visits_made" in lapsed(office, date(2020, 7, 1))
    follow_up(office, june)
    assert "visits_made" not in lapsed(office, date(2020, 7, 31))
    assert "visits_made" in lapsed(office, date(2020, 8, 1))
    follow_up(office, july)
    assert "visits_made" not in lapsed(office, date(2020, 8, 1))


def test_a_follow_up_sent_twice_is_recorded_once_and_worse_needs_words(office: Office) -> None:
    assert follow_up(office, date(2020, 6, 12), key="p-1") == follow_up(
        office, date(2020, 6, 12), key="p-1"
    )
    assert FollowUp.objects.count() == 1
    with pytest.raises(ProblemError) as refused:
        duties_acts.record_follow_up(
            pack=office.pack,
            household_ref=1,
            by=office.scope(office.cast.cadre),
            at=moment(date(2020, 6, 13)),
            visited_at=moment(date(2020, 6, 13), 1),
            situation="worse",
        )
    assert refused.value.problems[0].code == "TEXT_MISSING"


def test_a_delisted_county_answers_for_four_duties(office: Office) -> None:
    supervisor = office.scope(office.cast.supervisor)
    on = office.day

    def held() -> dict[str, bool]:
        states = queries.county_duties(supervisor, pack=office.pack, on=on)
        return {state.duty.duty: state.holds for state in states if state.subject == COUNTY}

    assert held() == {
        "county_responsible": True,
        "county_policy": False,
        "county_help": False,
        "county_supervision": False,
    }
    duties_acts.record_supervision_visit(
        pack=office.pack,
        division=COUNTY,
        by=supervisor,
        at=moment(on),
        on=on,
        finding="抽查5户，台账与实际相符",
    )
    assert held()["county_supervision"] is True


def test_the_outsider_sees_no_duty_of_the_household(office: Office) -> None:
    outsider = office.scope(office.cast.outsider)
    assert queries.household_duties(outsider, pack=office.pack, on=office.day) == []
    assert queries.county_duties(outsider, pack=office.pack, on=office.day) == []
