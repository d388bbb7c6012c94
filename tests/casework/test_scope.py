"""Scope: posts in force decide what an official sees, by ranges of codes."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fangpin.casework.divisions.models import Division
from fangpin.casework.divisions.ranges import begins_with, subtree
from fangpin.casework.officials.asked import asked, counted, objects
from fangpin.casework.officials.models import Post
from fangpin.casework.officials.queries import (
    division_in_scope,
    divisions_below,
    top_divisions,
)
from fangpin.casework.officials.scope import NOTHING, Scope, narrow_to, scope_of, within
from tests.cast import (
    CITY,
    COUNTY,
    NEXT_VILLAGE,
    OTHER_CITY,
    ROLES,
    TODAY,
    TOWNSHIP,
    VILLAGE,
    appoint,
    build_cast,
    build_divisions,
    build_person,
)

_digits = st.text(alphabet="0129", min_size=1, max_size=5)
_letters = st.text(min_size=1, max_size=4).filter(lambda text: "\x00" not in text)


def _everywhere(scope: Scope) -> QuerySet[Division]:
    return within(Division.objects.all(), scope, "code")


class AgainstASlowOracle(TestCase):
    """`within` must agree with looking at each code's beginning."""

    @given(
        posts=st.lists(_digits, max_size=3), codes=st.sets(_digits, max_size=12), narrowed=_digits
    )
    def test_within_is_the_same_as_comparing_beginnings(
        self, posts: list[str], codes: set[str], narrowed: str
    ) -> None:
        for code in codes:
            Division.objects.create(code=code, level="x", name_zh="某", name_en="Some")
        person = build_person("someone")
        for code in posts:
            appoint(person, "county_analyst", code)

        def found(scope: Scope) -> set[str]:
            return {row.code for row in within(Division.objects.all(), scope, "code")}

        seen = {code for code in codes if any(code.startswith(post) for post in posts)}
        scope = person.scope
        assert found(scope) == seen
        assert {one.code for one in objects(_everywhere, scope)} == seen
        assert counted(_everywhere, scope) == len(seen)
        assert {code for code in codes if scope.covers(code)} == seen
        assert found(narrow_to(scope, narrowed)) == {
            code for code in seen if code.startswith(narrowed)
        }

    @given(beginning=_letters, texts=st.sets(_letters, max_size=8))
    def test_a_range_is_the_same_as_a_beginning_for_any_text(
        self, beginning: str, texts: set[str]
    ) -> None:
        low, high = subtree(beginning)
        assert {text for text in texts if low <= text < high} == {
            text for text in texts if text.startswith(beginning)
        }
        for text in texts:
            Division.objects.create(code=text, level="x", name_zh="某", name_en="Some")
        found = Division.objects.filter(begins_with("code", beginning))
        assert {row.code for row in found} == {text for text in texts if text.startswith(beginning)}


def test_an_empty_code_is_never_a_range() -> None:
    with pytest.raises(ValueError, match="needs a code"):
        subtree("")


@pytest.mark.django_db
class TestPosts:
    def test_a_superior_level_sees_all_below_it(self) -> None:
        cast = build_cast()
        seen_by = {
            name: getattr(cast, name).scope.covers(VILLAGE)
            for name in ("analyst", "approver", "reviewer", "cadre", "supervisor", "outsider")
        }
        assert seen_by == {
            "analyst": True,
            "approver": True,
            "reviewer": True,
            "cadre": True,
            "supervisor": True,
            "outsider": False,
        }
        assert not cast.cadre.scope.covers(NEXT_VILLAGE)
        assert not cast.cadre.scope.covers(TOWNSHIP)

    def test_who_holds_no_post_sees_nothing(self) -> None:
        assert build_person("visitor").scope == NOTHING
        assert scope_of(user=AnonymousUser(), on=TODAY, roles=ROLES) == NOTHING
        assert not NOTHING.can("see_queue")

    def test_a_post_counts_from_its_first_day_until_the_day_before_its_end(self) -> None:
        person = appoint(
            build_person("successor"),
            "village_cadre",
            VILLAGE,
            from_date=date(2020, 5, 1),
            to_date=date(2020, 6, 1),
        )
        in_office = {day: not person.scope_on(day).is_empty for day in _days()}
        assert in_office == {
            date(2020, 4, 30): False,
            date(2020, 5, 1): True,
            date(2020, 5, 31): True,
            date(2020, 6, 1): False,
        }

    def test_an_account_that_was_shut_sees_nothing(self) -> None:
        person = appoint(build_person("former"), "county_analyst", COUNTY)
        person.user.is_active = False
        assert person.scope == NOTHING

    def test_a_role_the_pack_does_not_know_gives_nothing(self) -> None:
        assert appoint(build_person("ghost"), "emperor", COUNTY).scope == NOTHING

    def test_two_posts_of_one_role_add_up_and_swallow_what_lies_within(self) -> None:
        person = appoint(build_person("both"), "county_analyst", COUNTY)
        appoint(person, "county_analyst", VILLAGE)
        appoint(person, "county_analyst", OTHER_CITY)
        assert person.scope.divisions == (OTHER_CITY, COUNTY)
        assert person.scope.ranges == (("4304", "4305"), ("431022", "431023"))

    def test_one_acts_in_one_role_at_a_time(self) -> None:
        person = appoint(build_person("two_hats"), "village_cadre", VILLAGE)
        appoint(person, "provincial_supervisor", CITY)
        chosen = scope_of(user=person.user, on=TODAY, roles=ROLES, role="provincial_supervisor")
        assert person.scope.divisions == (VILLAGE,)
        assert chosen.divisions == (CITY,)
        assert not chosen.can("see_household"), "a permission does not travel between posts"

    def test_a_data_owner_belongs_to_a_department(self) -> None:
        scope = build_cast().data_owner.scope
        assert (scope.department, scope.can("see_feeds"), scope.can("see_queue")) == (
            "yibao",
            True,
            False,
        )


@pytest.mark.django_db
class TestDrillDown:
    def test_it_narrows_and_never_widens(self) -> None:
        reviewer = build_cast().reviewer.scope
        assert narrow_to(reviewer, VILLAGE).divisions == (VILLAGE,)
        assert narrow_to(reviewer, COUNTY).divisions == (TOWNSHIP,)
        assert narrow_to(reviewer, OTHER_CITY).is_empty
        assert narrow_to(reviewer, "").is_empty

    def test_the_choices_lie_within_the_scope(self) -> None:
        build_divisions()
        cast = build_cast()
        assert [one.code for one in top_divisions(cast.analyst.scope)] == [CITY]
        below = divisions_below(cast.analyst.scope, parent=CITY)
        assert [one.code for one in below] == ["431022", "431023"]
        assert divisions_below(cast.outsider.scope, parent=CITY) == []
        assert division_in_scope(cast.cadre.scope, code=VILLAGE).level == "village"
        with pytest.raises(Division.DoesNotExist):
            division_in_scope(cast.cadre.scope, code=COUNTY)


def _posts_of_ones_role(scope: Scope, department: str) -> QuerySet[Post]:
    found = Post.objects.filter(role=scope.role, department=department)
    return within(found, scope).order_by("-division").values_list("division")


def _divisions_of_anyone(_scope: Scope) -> QuerySet[Division]:
    return Division.objects.all()


@pytest.mark.django_db
class TestAskedAgainAndAgain:
    def test_a_statement_made_once_answers_for_each_scope_role_and_text(self) -> None:
        cast = build_cast()
        appoint(cast.data_owner, "department_data_owner", OTHER_CITY, department="yibao")
        appoint(cast.data_owner, "department_data_owner", VILLAGE, department="minzheng")
        appoint(cast.outsider, "county_analyst", COUNTY, department="yibao")
        two = cast.data_owner.scope
        assert two.divisions == (OTHER_CITY, COUNTY)
        for _ in range(2):
            assert asked(_posts_of_ones_role, two, "yibao") == [[COUNTY], [OTHER_CITY]]
            assert asked(_posts_of_ones_role, two, "minzheng") == [[VILLAGE]]
            assert asked(_posts_of_ones_role, narrow_to(two, COUNTY), "yibao") == [[COUNTY]]
            assert counted(_posts_of_ones_role, two, "yibao") == 2
            assert counted(_posts_of_ones_role, cast.approver.scope, "yibao") == 0
            assert asked(_posts_of_ones_role, cast.visitor.scope, "yibao") == []
            assert objects(_everywhere, NOTHING) == [] and counted(_everywhere, NOTHING) == 0

    def test_a_query_that_does_not_hold_itself_to_the_scope_is_never_asked(self) -> None:
        with pytest.raises(ValueError, match="_divisions_of_anyone"):
            asked(_divisions_of_anyone, build_cast().cadre.scope)


def _days() -> list[date]:
    return [date(2020, 4, 30), date(2020, 5, 1), date(2020, 5, 31), date(2020, 6, 1)]
