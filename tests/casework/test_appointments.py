"""Posts are given, ended, handed over and taken back by acts; administrations stay apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fangpin.casework.appointments.accounts import open_account, reset_password
from fangpin.casework.appointments.acts import appoint, delegate, end_post, revoke_delegation
from fangpin.casework.appointments.queries import posts_of_scope
from fangpin.casework.audit.actions import record
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Delegation, Official, Post
from fangpin.casework.officials.scope import Scope, scope_of, scopes_of
from fangpin.policy.models.lists import Role
from fangpin.policy.models.nodes import Words
from fangpin.values.problem import ProblemError
from tests import cast
from tests.cast import CITY, COUNTY, NEXT_VILLAGE, OTHER_CITY, TODAY, TOWNSHIP, VILLAGE

pytestmark = pytest.mark.django_db
AT = datetime(2020, 12, 14, 4, tzinfo=UTC)
SECURITY = Scope(
    official="security",
    role="security_administrator",
    divisions=(CITY,),
    may=frozenset({"appoint", "end_post", "revoke_delegation"}),
)
SYSTEM = Scope(official="system", divisions=(CITY,), may=frozenset({"manage_accounts"}))


def administrator(kind: str, *may: str) -> Role:
    name = f"{kind}_administrator"
    return Role(
        role=name,
        title=Words(zh=name, en=name),
        level="prefecture",
        may=list(may),
        administers=kind,
    )


ROLES = {
    **cast.ROLES,
    **{
        role.role: role
        for role in (
            administrator("system", "manage_accounts"),
            administrator("security", "appoint", "end_post"),
            administrator("audit", "see_audit"),
        )
    },
}
for _name in ("village_cadre", "township_reviewer"):
    ROLES[_name] = ROLES[_name].model_copy(update={"may": [*ROLES[_name].may, "delegate"]})


@pytest.fixture(autouse=True)
def _places(db: None) -> None:
    cast.build_divisions()


def give(username: str, role: str, division: str, **words: Any) -> Post:
    given = {"by": SECURITY, "at": AT, "from_date": TODAY, **words}
    return appoint(username=username, role=role, division=division, roles=ROLES, **given)


def hand(post: Post, to: str, **words: Any) -> Delegation:
    given = {
        "by": scope(post.official.user.get_username()),
        "at": AT,
        "from_date": TODAY,
        "to_date": TODAY + timedelta(days=10),
        **words,
    }
    return delegate(post_id=post.pk, to=to, roles=ROLES, **given)


def scope(username: str, on: date = TODAY, **words: Any) -> Scope:
    user = Official.objects.get(user__username=username).user
    return scope_of(user=user, on=on, roles=ROLES, **words)


def refused(code: str, act: Any, *arguments: Any, **words: Any) -> None:
    """The act is refused with this code, and nothing was changed."""
    before = (Post.objects.count(), Delegation.objects.count(), AuditEntry.objects.count())
    with pytest.raises(ProblemError) as told:
        act(*arguments, **words)
    assert [problem.code for problem in told.value.problems] == [code]
    assert before == (Post.objects.count(), Delegation.objects.count(), AuditEntry.objects.count())


def test_an_appointment_gives_a_scope_from_its_first_day_and_leaves_a_trace() -> None:
    cast.build_person("new")
    post = give("new", "village_cadre", VILLAGE, from_date=date(2021, 1, 1))
    assert scope("new").is_empty
    assert scope("new", date(2021, 1, 1)).divisions == (VILLAGE,)
    entry = AuditEntry.objects.get(act="appoint")
    assert (entry.official, entry.subject, entry.division) == ("security", "new", VILLAGE)
    assert entry.detail["role"] == "village_cadre"
    assert entry.detail["post"] == post.pk


def test_a_post_ends_and_its_history_stays() -> None:
    cast.build_person("old")
    post = give("old", "village_cadre", VILLAGE, from_date=date(2020, 1, 1))
    end_post(post_id=post.pk, by=SECURITY, at=AT, on=TODAY)
    assert scope("old").is_empty
    assert scope("old", TODAY - timedelta(days=1)).divisions == (VILLAGE,)
    refused("POST_ENDED", end_post, post_id=post.pk, by=SECURITY, at=AT, on=TODAY)
    give("old", "village_cadre", VILLAGE)
    assert Post.objects.count() == 2


def test_who_appoints_needs_the_permission_and_the_place() -> None:
    cast.build_person("new")
    powerless = Scope(official="cadre", divisions=(CITY,), may=frozenset({"see_household"}))
    refused("ACT_NOT_PERMITTED", give, "new", "village_cadre", VILLAGE, by=powerless)
    elsewhere = Scope(official="x", divisions=(OTHER_CITY,), may=SECURITY.may)
    with pytest.raises(Division.DoesNotExist):
        give("new", "village_cadre", VILLAGE, by=elsewhere)
    post = give("new", "village_cadre", VILLAGE)
    with pytest.raises(Post.DoesNotExist):
        end_post(post_id=post.pk, by=elsewhere, at=AT, on=TODAY + timedelta(days=1))
    refused(
        "ACT_NOT_PERMITTED", end_post, post_id=post.pk, by=powerless, at=AT, on=date(2021, 1, 1)
    )


@pytest.mark.parametrize(
    ("code", "role", "division", "words"),
    [
        ("OFFICIAL_UNKNOWN", "village_cadre", VILLAGE, {"username": "nobody"}),
        ("ROLE_UNKNOWN", "emperor", VILLAGE, {}),
        ("ROLE_LEVEL_DIFFERS", "village_cadre", TOWNSHIP, {}),
        ("PERIOD_BACKWARDS", "village_cadre", VILLAGE, {"to_date": TODAY}),
        ("POST_HELD", "township_reviewer", TOWNSHIP, {}),
    ],
)
def test_an_appointment_that_makes_no_sense_is_refused(
    code: str, role: str, division: str, words: dict[str, Any]
) -> None:
    cast.appoint(cast.build_person("new"), "township_reviewer", TOWNSHIP)
    username = words.pop("username", "new")
    refused(code, give, username, role, division, **words)


ADMINISTRATIONS = ("system_administrator", "security_administrator", "audit_administrator")


@pytest.mark.parametrize("first", ADMINISTRATIONS)
@pytest.mark.parametrize("second", ADMINISTRATIONS)
def test_nobody_holds_two_administrations(first: str, second: str) -> None:
    cast.build_person("one")
    give("one", first, CITY)
    refused("POST_HELD" if first == second else "POSTS_EXCLUDE", give, "one", second, CITY)


@pytest.mark.parametrize("role", ADMINISTRATIONS)
def test_an_administrator_sees_no_household_by_another_post_either(role: str) -> None:
    cast.build_person("one")
    give("one", role, CITY)
    assert not scope("one").can("see_household")
    refused("POSTS_EXCLUDE", give, "one", "village_cadre", VILLAGE)
    cast.appoint(cast.build_person("two"), "village_cadre", VILLAGE)
    refused("POSTS_EXCLUDE", give, "two", role, CITY)


def test_a_post_that_has_ended_excludes_nothing() -> None:
    cast.appoint(cast.build_person("one"), "village_cadre", VILLAGE, to_date=TODAY)
    give("one", "audit_administrator", CITY)
    assert scope("one").role == "audit_administrator"


def test_a_delegate_acts_on_behalf_of_the_holder_for_the_period() -> None:
    reviewer = cast.appoint(cast.build_person("reviewer"), "township_reviewer", TOWNSHIP)
    cast.appoint(cast.build_person("cadre"), "village_cadre", VILLAGE)
    post = reviewer.user.official.posts.get()
    made = hand(post, "cadre")

    own, lent = scopes_of(
        user=Official.objects.get(user__username="cadre").user, on=TODAY, roles=ROLES
    )
    assert (own.role, own.divisions, own.on_behalf_of) == ("village_cadre", (VILLAGE,), "")
    assert (lent.role, lent.divisions) == ("township_reviewer", (TOWNSHIP,))
    assert (lent.official, lent.on_behalf_of) == ("cadre", "reviewer")
    assert lent.can("see_household") and not lent.can("delegate"), "it is not handed on"
    assert scope("cadre") == own, "one's own post comes first"
    chosen = {"role": "township_reviewer", "on_behalf_of": "reviewer"}
    assert scope("cadre", **chosen) == lent
    assert scope("cadre", TODAY + timedelta(days=10), **chosen).is_empty
    assert scope("cadre", role="township_reviewer").is_empty, "not for oneself"
    assert scope("reviewer").divisions == (TOWNSHIP,), "the holder keeps the post"

    entry = record(
        act="view_household",
        official=lent,
        subject_kind="household",
        subject="1",
        division=VILLAGE,
        at=AT,
    )
    assert (entry.official, entry.detail) == ("cadre", {"on_behalf_of": "reviewer"})
    trace = AuditEntry.objects.get(act="delegate")
    assert (trace.official, trace.detail["to"]) == ("reviewer", "cadre")
    assert trace.detail["delegation"] == made.pk


def test_what_one_holds_and_what_was_handed_over_is_asked_in_one_question(
    django_assert_num_queries: Any,
) -> None:
    """Every page of the console asks it."""
    cast.appoint(cast.build_person("reviewer"), "township_reviewer", TOWNSHIP)
    cast.appoint(cast.build_person("cadre"), "village_cadre", VILLAGE)
    post = Post.objects.get(role="township_reviewer")
    hand(post, "cadre")
    user = Official.objects.get(user__username="cadre").user
    with django_assert_num_queries(1):
        own, lent = scopes_of(user=user, on=TODAY, roles=ROLES)
    assert (own.divisions, lent.divisions) == ((VILLAGE,), (TOWNSHIP,))


def test_a_delegation_ends_with_the_post_the_account_or_the_delegates_own_service() -> None:
    cast.appoint(cast.build_person("reviewer"), "township_reviewer", TOWNSHIP)
    cast.appoint(cast.build_person("cadre"), "village_cadre", VILLAGE)
    post = Post.objects.get(role="township_reviewer")
    hand(post, "cadre")
    tomorrow, chosen = TODAY + timedelta(days=1), {"role": post.role, "on_behalf_of": "reviewer"}
    assert not scope("cadre", tomorrow, **chosen).is_empty
    for change in (post, Post.objects.get(role="village_cadre")):
        Post.objects.filter(pk=change.pk).update(to_date=tomorrow)
        assert scope("cadre", tomorrow, **chosen).is_empty
        Post.objects.filter(pk=change.pk).update(to_date=None)
    user = post.official.user
    user.is_active = False
    user.save()
    assert scope("cadre", tomorrow, **chosen).is_empty


def test_a_delegation_is_revoked_by_its_holder_or_the_security_administrator() -> None:
    cast.appoint(cast.build_person("reviewer"), "township_reviewer", TOWNSHIP)
    cast.appoint(cast.build_person("cadre"), "village_cadre", VILLAGE)
    post = Post.objects.get(role="township_reviewer")
    chosen = {"role": post.role, "on_behalf_of": "reviewer"}
    for by in (scope("reviewer"), SECURITY):
        made = hand(post, "cadre")
        for stranger in (scope("cadre"), Scope(official="x", divisions=(OTHER_CITY,))):
            with pytest.raises(Delegation.DoesNotExist):
                revoke_delegation(delegation_id=made.pk, by=stranger, at=AT)
        assert not scope("cadre", **chosen).is_empty
        revoke_delegation(delegation_id=made.pk, by=by, at=AT)
        assert scope("cadre", **chosen).is_empty
        refused("DELEGATION_ENDED", revoke_delegation, delegation_id=made.pk, by=by, at=AT)
    assert AuditEntry.objects.filter(act="revoke_delegation").count() == 2


def test_a_post_is_not_handed_to_just_anyone() -> None:
    cast.appoint(cast.build_person("reviewer"), "township_reviewer", TOWNSHIP)
    cast.appoint(cast.build_person("cadre"), "village_cadre", VILLAGE)
    cast.appoint(cast.build_person("neighbour"), "village_cadre", NEXT_VILLAGE)
    cast.appoint(cast.build_person("above"), "county_approver", COUNTY)
    cast.appoint(cast.build_person("admin"), "audit_administrator", TOWNSHIP)
    cast.build_person("visitor")
    review, visits = Post.objects.get(role="township_reviewer"), Post.objects.get(division=VILLAGE)
    for other in ("above", "visitor", "reviewer"):
        refused("DELEGATE_ELSEWHERE", hand, review, other)
    refused("DELEGATE_ELSEWHERE", hand, visits, "neighbour")
    refused("OFFICIAL_UNKNOWN", hand, review, "nobody")
    refused("POSTS_EXCLUDE", hand, review, "admin")
    refused("POST_NOT_YOURS", hand, visits, "cadre", by=scope("reviewer"))
    refused("ACT_NOT_PERMITTED", hand, review, "cadre", by=scope("above"))
    refused("PERIOD_BACKWARDS", hand, review, "cadre", to_date=TODAY)
    refused("PERIOD_BACKWARDS", hand, review, "cadre", from_date=TODAY - timedelta(days=1))
    hand(review, "cadre")
    refused("DELEGATION_OVERLAPS", hand, review, "neighbour")
    lent = scope("cadre", role="township_reviewer", on_behalf_of="reviewer")
    refused("ACT_NOT_PERMITTED", hand, review, "neighbour", by=lent)
    Delegation.objects.all().delete()
    hand(review, "neighbour", by=SECURITY)
    assert AuditEntry.objects.latest("id").subject == "reviewer"


def test_an_account_is_opened_without_a_post_and_with_a_password_to_change() -> None:
    made = open_account(username="li.ming", name="李明", by=SYSTEM, at=AT, password="first-one")
    assert made.must_change_password and made.user.check_password("first-one")
    assert scope("li.ming").is_empty
    made.must_change_password = False
    made.failed_sign_ins, made.locked_until = 3, AT + timedelta(days=1)
    made.save()
    reset_password(username="li.ming", by=SYSTEM, at=AT, password="second-one")
    made.refresh_from_db()
    assert (made.must_change_password, made.failed_sign_ins, made.locked_until) == (True, 0, None)
    acts = list(AuditEntry.objects.values_list("act", flat=True))
    assert acts == ["open_account", "reset_password"]
    assert "李明" not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("username", "code"),
    [("taken", "ACCOUNT_TAKEN"), ("Li", "ACCOUNT_SHAPE"), ("a13907350001", "ACCOUNT_SHAPE")],
)
def test_an_account_of_a_bad_name_is_refused(username: str, code: str) -> None:
    cast.build_person("taken")
    refused(code, open_account, username=username, name="x", by=SYSTEM, at=AT, password="p")
    refused(
        "ACT_NOT_PERMITTED",
        open_account,
        username="new",
        name="x",
        by=SECURITY,
        at=AT,
        password="p",
    )


def test_posts_are_listed_within_the_scope_with_their_history() -> None:
    cast.build_person("old")
    ended = give("old", "village_cadre", VILLAGE, from_date=date(2019, 1, 1), to_date=TODAY)
    standing = give("old", "village_cadre", VILLAGE)
    assert posts_of_scope(SECURITY, on=TODAY) == [standing]
    assert posts_of_scope(SECURITY, on=None) == [ended, standing]
    assert posts_of_scope(Scope(divisions=(OTHER_CITY,)), on=None) == []
