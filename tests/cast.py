"""The people of the tests: who they are, where they serve, and an outsider who must see nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model

from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.officials.scope import Scope, scope_of
from fangpin.policy.models.lists import Role
from fangpin.policy.models.nodes import Words

TODAY = date(2020, 12, 14)

PROVINCE = "43"
CITY = "4310"
COUNTY = "431022"
TOWNSHIP = "431022202"
VILLAGE = "431022202204"
NEXT_VILLAGE = "431022202205"
NEXT_TOWNSHIP_VILLAGE = "431022203201"
NEXT_COUNTY_VILLAGE = "431023101001"
OTHER_CITY = "4304"
OTHER_CITY_VILLAGE = "430421101001"

_PLACES = [
    (PROVINCE, "province", None),
    (CITY, "prefecture", PROVINCE),
    (OTHER_CITY, "prefecture", PROVINCE),
    (COUNTY, "county", CITY),
    ("431023", "county", CITY),
    ("430421", "county", OTHER_CITY),
    (TOWNSHIP, "township", COUNTY),
    ("431022203", "township", COUNTY),
    ("431023101", "township", "431023"),
    ("430421101", "township", "430421"),
    (VILLAGE, "village", TOWNSHIP),
    (NEXT_VILLAGE, "village", TOWNSHIP),
    (NEXT_TOWNSHIP_VILLAGE, "village", "431022203"),
    (NEXT_COUNTY_VILLAGE, "village", "431023101"),
    (OTHER_CITY_VILLAGE, "village", "430421101"),
]


def _role(role: str, level: str, *may: str) -> Role:
    return Role(role=role, title=Words(zh=role, en=role), level=level, may=list(may))


_ROWS = ("see_overview", "see_queue", "see_household")
ROLES = {
    role.role: role
    for role in (
        _role("village_cadre", "village", *_ROWS),
        _role("township_reviewer", "township", *_ROWS),
        _role("county_approver", "county", *_ROWS, "see_audit"),
        _role("county_analyst", "county", *_ROWS, "see_feeds"),
        _role("department_data_owner", "county", "see_feeds"),
        _role("city_analyst", "prefecture", *_ROWS, "see_feeds"),
        _role("provincial_supervisor", "province", "see_overview", "see_audit"),
    )
}


@dataclass(frozen=True)
class Person:
    """Someone of the cast: an account and, by the posts held, a scope."""

    user: Any

    @property
    def scope(self) -> Scope:
        return self.scope_on(TODAY)

    def scope_on(self, day: date) -> Scope:
        return scope_of(user=self.user, on=day, roles=ROLES)


@dataclass(frozen=True)
class Cast:
    """One person a role. The outsider does the analyst's work in another city."""

    analyst: Person
    county_analyst: Person
    approver: Person
    reviewer: Person
    cadre: Person
    data_owner: Person
    supervisor: Person
    outsider: Person
    visitor: Person
    """Has an account and no post."""


def build_divisions() -> None:
    """A province of two cities, three counties, four townships and five villages."""
    for code, level, parent in _PLACES:
        Division.objects.create(
            code=code, level=level, name_zh=f"{code}号", name_en=f"No {code}", parent_id=parent
        )


def build_person(username: str) -> Person:
    """Someone with an account and no post."""
    user = get_user_model().objects.create(username=username)
    Official.objects.create(user=user, name=f"{username} Zhang")
    return Person(user)


def appoint(
    person: Person,
    role: str,
    division: str,
    *,
    department: str = "",
    from_date: date = date(2019, 1, 1),
    to_date: date | None = None,
) -> Person:
    """Give someone a post over a half-open period."""
    Post.objects.create(
        official=person.user.official,
        role=role,
        division=division,
        department=department,
        from_date=from_date,
        to_date=to_date,
    )
    return person


def build_cast() -> Cast:
    """Everybody, each in office since 2019."""
    return Cast(
        analyst=appoint(build_person("analyst"), "city_analyst", CITY),
        county_analyst=appoint(build_person("county_analyst"), "county_analyst", COUNTY),
        approver=appoint(build_person("approver"), "county_approver", COUNTY),
        reviewer=appoint(build_person("reviewer"), "township_reviewer", TOWNSHIP),
        cadre=appoint(build_person("cadre"), "village_cadre", VILLAGE),
        data_owner=appoint(
            build_person("data_owner"), "department_data_owner", COUNTY, department="yibao"
        ),
        supervisor=appoint(build_person("supervisor"), "provincial_supervisor", PROVINCE),
        outsider=appoint(build_person("outsider"), "city_analyst", OTHER_CITY),
        visitor=build_person("visitor"),
    )
