"""Acts on posts: appoint, end, delegate, revoke. One function, one transaction, one audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from fangpin.casework.appointments.refusals import Refusal, refuse
from fangpin.casework.appointments.separation import conflicts, overlapping
from fangpin.casework.audit.actions import record
from fangpin.casework.officials.models import Delegation, Official, Post
from fangpin.casework.officials.queries import division_in_scope
from fangpin.casework.officials.scope import DELEGATE, Scope, posts_in_force, within
from fangpin.policy.models.lists import Role

APPOINT = "appoint"
END_POST = "end_post"
REVOKE_DELEGATION = "revoke_delegation"


def appoint(
    *,
    username: str,
    role: str,
    division: str,
    by: Scope,
    at: datetime,
    roles: Mapping[str, Role],
    from_date: date,
    to_date: date | None = None,
    department: str = "",
) -> Post:
    """Give an official a post over a half-open period.

    Raises Division.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, OFFICIAL_UNKNOWN,
    ROLE_UNKNOWN, ROLE_LEVEL_DIFFERS, PERIOD_BACKWARDS, POST_HELD or POSTS_EXCLUDE: nothing is
    changed then.
    """
    where = f"official {username}"
    if not by.can(APPOINT):
        raise refuse(Refusal.NOT_PERMITTED, where=where)
    place = division_in_scope(by, code=division)
    known = roles.get(role)
    if known is None:
        raise refuse(Refusal.ROLE_UNKNOWN, where=f"role {role}")
    if known.level != place.level:
        raise refuse(Refusal.ROLE_LEVEL_DIFFERS, where=f"role {role}, division {division}")
    if to_date is not None and to_date <= from_date:
        raise refuse(Refusal.PERIOD, where=where)
    with transaction.atomic():
        official = _locked(username)
        same = official.posts.filter(role=role, division=division, department=department)
        if overlapping(same, from_date, to_date).exists():
            raise refuse(Refusal.POST_HELD, where=where)
        if conflicts(official, role=known, from_date=from_date, to_date=to_date, roles=roles):
            raise refuse(Refusal.POSTS_EXCLUDE, where=where)
        post = Post.objects.create(
            official=official,
            role=role,
            division=division,
            department=department,
            from_date=from_date,
            to_date=to_date,
        )
        _record(APPOINT, post, by=by, at=at, official=username)
    return post


def end_post(*, post_id: int, by: Scope, at: datetime, on: date) -> Post:
    """End a post: `on` is the first day on which it is no longer held.

    Raises Post.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED or POST_ENDED.
    """
    if not by.can(END_POST):
        raise refuse(Refusal.NOT_PERMITTED, where=f"post {post_id}")
    with transaction.atomic():
        post = within(Post.objects.select_for_update(), by).get(pk=post_id)
        if on <= post.from_date or (post.to_date is not None and post.to_date <= on):
            raise refuse(Refusal.POST_ENDED, where=f"post {post_id}")
        post.to_date = on
        post.save(update_fields=["to_date"])
        _record(END_POST, post, by=by, at=at, official=post.official.user.get_username())
    return post


def delegate(
    *,
    post_id: int,
    to: str,
    by: Scope,
    at: datetime,
    roles: Mapping[str, Role],
    from_date: date,
    to_date: date,
) -> Delegation:
    """Hand a post to another official who serves within its division, for a period.

    The holder does it, or, for a holder who is ill or away, whoever may appoint there.

    Raises ProblemError ACT_NOT_PERMITTED, POST_NOT_YOURS, PERIOD_BACKWARDS, OFFICIAL_UNKNOWN,
    DELEGATE_ELSEWHERE, POSTS_EXCLUDE or DELEGATION_OVERLAPS: nothing is changed then.
    """
    where = f"post {post_id}"
    if not (by.can(DELEGATE) or by.can(APPOINT)):
        raise refuse(Refusal.NOT_PERMITTED, where=where)
    today = timezone.localdate(at)
    if to_date <= from_date or from_date < today:
        raise refuse(Refusal.PERIOD, where=where)
    with transaction.atomic():
        post = posts_in_force(today).select_for_update().filter(pk=post_id).first()
        if post is None or not _may_hand_over(post, by=by):
            raise refuse(Refusal.NOT_YOURS, where=where)
        other = _locked(to)
        serves = within(posts_in_force(from_date).filter(official=other), _of(post)).exists()
        if other.pk == post.official_id or not serves:
            raise refuse(Refusal.DELEGATE_ELSEWHERE, where=where)
        if conflicts(
            other, role=roles[post.role], from_date=from_date, to_date=to_date, roles=roles
        ):
            raise refuse(Refusal.POSTS_EXCLUDE, where=where)
        standing = post.delegations.filter(revoked_at__isnull=True)
        if overlapping(standing, from_date, to_date).exists():
            raise refuse(Refusal.DELEGATION_OVERLAPS, where=where)
        made = Delegation.objects.create(
            post=post, delegate=other, from_date=from_date, to_date=to_date, delegated_at=at
        )
        _record(
            DELEGATE,
            post,
            by=by,
            at=at,
            official=post.official.user.get_username(),
            detail={
                "delegation": made.pk,
                "to": to,
                "from_date": from_date.isoformat(),
                "to_date": to_date.isoformat(),
            },
        )
    return made


def revoke_delegation(*, delegation_id: int, by: Scope, at: datetime) -> Delegation:
    """Take a delegation back at once: by the post's holder, or by whoever may within the scope.

    Raises Delegation.DoesNotExist outside both; ProblemError DELEGATION_ENDED.
    """
    with transaction.atomic():
        found = Delegation.objects.select_for_update().get(pk=delegation_id)
        holder = found.post.official.user.get_username()
        is_own = by.official == holder and not by.on_behalf_of
        if not is_own and not (by.can(REVOKE_DELEGATION) and by.covers(found.post.division)):
            raise Delegation.DoesNotExist
        if found.revoked_at is not None or found.to_date <= timezone.localdate(at):
            raise refuse(Refusal.DELEGATION_ENDED, where=f"delegation {delegation_id}")
        found.revoked_at, found.revoked_by = at, by.official
        found.save(update_fields=["revoked_at", "revoked_by"])
        _record(
            REVOKE_DELEGATION,
            found.post,
            by=by,
            at=at,
            official=holder,
            detail={"delegation": found.pk, "to": found.delegate.user.get_username()},
        )
    return found


def _may_hand_over(post: Post, *, by: Scope) -> bool:
    if by.can(APPOINT) and by.covers(post.division):
        return True
    is_own = post.official.user.get_username() == by.official and post.role == by.role
    return is_own and by.can(DELEGATE) and not by.on_behalf_of


def _locked(username: str) -> Official:
    """The official, held until the act is done, so that two appointments see each other."""
    found = (
        Official.objects.select_for_update(of=("self",))
        .filter(user__username=username, user__is_active=True)
        .first()
    )
    if found is None:
        raise refuse(Refusal.OFFICIAL_UNKNOWN, where=f"official {username}")
    return found


def _of(post: Post) -> Scope:
    return Scope(divisions=(post.division,))


def _record(
    act: str,
    post: Post,
    *,
    by: Scope,
    at: datetime,
    official: str,
    detail: dict[str, Any] | None = None,
) -> None:
    period = {
        "from_date": post.from_date.isoformat(),
        "to_date": post.to_date.isoformat() if post.to_date else "",
    }
    record(
        act=act,
        official=by,
        subject_kind="official",
        subject=official[:64],
        division=post.division,
        at=at,
        detail={"post": post.pk, "role": post.role, **period, **(detail or {})},
    )
