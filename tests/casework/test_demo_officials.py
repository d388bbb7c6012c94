"""Accounts of the demonstration: one a role, the same however often they are made."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, get_user_model

from fangpin.casework.officials.demo import DemoAccount, create_demo_officials
from fangpin.casework.officials.models import Post
from fangpin.casework.officials.scope import scope_of
from fangpin.values.problem import ProblemError
from tests.casework.run_folders import AT
from tests.cast import CITY, COUNTY, ROLES, TODAY, VILLAGE

pytestmark = pytest.mark.django_db

CADRE = DemoAccount(username="cadre", name="何建国", role="village_cadre", division=VILLAGE)
OWNER = DemoAccount(
    username="owner",
    name="李梅",
    role="department_data_owner",
    division=COUNTY,
    department="yibao",
)


def test_each_account_signs_in_and_has_its_scope() -> None:
    create_demo_officials(accounts=[CADRE, OWNER], roles=ROLES, at=AT, password="fangpin-demo")

    user = authenticate(username="cadre", password="fangpin-demo")
    scope = scope_of(user=user, on=TODAY, roles=ROLES)
    assert (scope.role, scope.divisions, scope.name) == ("village_cadre", (VILLAGE,), "何建国")
    owner = get_user_model().objects.get(username="owner")
    assert scope_of(user=owner, on=TODAY, roles=ROLES).department == "yibao"


def test_made_again_they_are_the_same_with_their_new_post() -> None:
    create_demo_officials(accounts=[CADRE], roles=ROLES, at=AT, password="one")
    moved = DemoAccount(username="cadre", name="何建国", role="city_analyst", division=CITY)
    create_demo_officials(accounts=[moved], roles=ROLES, at=AT, password="two")

    post = Post.objects.get()
    assert (post.role, post.division) == ("city_analyst", CITY)
    assert authenticate(username="cadre", password="one") is None
    assert authenticate(username="cadre", password="two") is not None


def test_a_role_the_pack_does_not_know_is_refused_and_nothing_is_made() -> None:
    unknown = DemoAccount(username="king", name="某", role="king", division=CITY)
    with pytest.raises(ProblemError) as refused:
        create_demo_officials(accounts=[CADRE, unknown], roles=ROLES, at=AT, password="x")
    assert "village_cadre" in refused.value.problems[0].en
    assert not get_user_model().objects.exists()
