"""Uploads of a department, for whoever may send its data."""

from __future__ import annotations

from django.db.models import QuerySet

from fangpin.casework.officials.scope import Scope
from fangpin.casework.uploads.models import Channel, Outcome, Upload
from fangpin.policy import Pack
from fangpin.policy.models.feeds import Contract, Department


def feeds_to_send(scope: Scope, *, pack: Pack) -> list[tuple[Department, list[Contract]]]:
    """The feeds that an official may send, by department, in the pack's order."""
    return [
        (one, list(one.feeds))
        for one in pack.departments.values()
        if one.feeds and not scope.is_empty and scope.department in ("", one.department)
    ]


def latest(scope: Scope, *, limit: int) -> list[Upload]:
    """The latest uploads of the department, the newest first."""
    return list(_of(scope).exclude(channel=Channel.READINGS).order_by("-id")[:limit])


def upload(scope: Scope, upload_no: str) -> Upload:
    """One upload. Raises Upload.DoesNotExist for another department's."""
    return _of(scope).get(upload_no=upload_no)


def readings_of(scope: Scope, *, feed: str, delivery: str) -> list[Upload]:
    """Who confirmed or turned down the proposed readings of a delivery, the latest first."""
    return list(_of(scope).filter(feed=feed, confirms=delivery).order_by("-id"))


def declined(scope: Scope) -> dict[str, bool]:
    """`feed/delivery` of each delivery whose proposed readings were turned down."""
    found = _of(scope).filter(outcome=Outcome.DECLINED).values_list("feed", "confirms")
    return {f"{feed}/{delivery}": True for feed, delivery in found}


def _of(scope: Scope) -> QuerySet[Upload]:
    """A department's own; an official of no department in particular sees those of all."""
    found = Upload.objects.select_related("job")
    if scope.is_empty:
        return found.none()
    return found.filter(department=scope.department) if scope.department else found
