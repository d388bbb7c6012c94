"""Recording places of help: offering them, correcting what was recorded, closing and reopening them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import act_title
from fangpin.casework.measures.models import Resource
from fangpin.casework.measures.monthly import check_monthly
from fangpin.casework.measures.places import MANAGE
from fangpin.casework.measures.states import ALIVE
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.policy.models.nodes import Words

CORRECT, CLOSE, REOPEN = "correct_places", "close_places", "reopen_places"
"""The acts on places that are recorded; whoever may record places may do each."""
STOP = "stop_measure"


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """What is offered: so many places of a kind of help, for the households of a division."""

    division: str
    measure: str
    title: str
    quota: int
    from_date: date
    provider: str = ""
    monthly_amount: Decimal | None = None
    to_date: date | None = None


def offer_resource(*, pack: Pack, by: Scope, at: datetime, offer: ResourceRecord) -> Resource:
    """Record places of help; the same offer made again is the same resource, with what it says now.

    Raises ProblemError ACT_NOT_PERMITTED, VALUE_NOT_LISTED, PLACES_HELD and what `check_monthly`
    does; Resource.DoesNotExist for a division outside the scope.
    """
    where = f"division {offer.division}"
    _permitted(pack, offer.division, by=by, where=where)
    kind = pack.measures.get(offer.measure)
    if kind is None:
        raise refusals.not_a_word(
            where, zh="帮扶措施", en="Measure", given=offer.measure, valid=pack.measures
        )
    check_monthly(kind, offer.monthly_amount, where)
    content = f"{offer.division}:{offer.measure}:{offer.title}:{offer.from_date}"
    said = {
        "division": offer.division,
        "measure": offer.measure,
        "title": offer.title,
        "from_date": offer.from_date,
    }
    with transaction.atomic():
        row = Resource.objects.select_for_update().filter(**said).order_by("id").first()
        row = row or Resource(resource_no=_free_number(content), **said)
        if row.pk:
            _enough(row, offer.quota, where)
        row.provider, row.quota, row.to_date = offer.provider, offer.quota, offer.to_date
        row.monthly_amount = offer.monthly_amount
        row.save()
        _record(MANAGE, row, by=by, at=at, quota=row.quota)
    return row


def correct_places(
    *,
    pack: Pack,
    resource_no: str,
    by: Scope,
    at: datetime,
    title: str,
    provider: str,
    quota: int,
    monthly_amount: Decimal | None,
) -> Resource:
    """Put right what was recorded of places; plans that hold one keep the amount they were made with.

    Raises Resource.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, PLACES_HELD and
    what `check_monthly` does.
    """
    where = f"places {resource_no}"
    with transaction.atomic():
        row = _locked(pack, resource_no, by=by, where=where)
        kind = pack.measures.get(row.measure)
        if kind is not None:
            check_monthly(kind, monthly_amount, where)
        _enough(row, quota, where)
        now = {
            "title": title,
            "provider": provider,
            "quota": quota,
            "monthly_amount": monthly_amount,
        }
        changed = {
            name: f"{_plain(getattr(row, name))} → {_plain(value)}"
            for name, value in now.items()
            if getattr(row, name) != value
        }
        for name, value in now.items():
            setattr(row, name, value)
        row.save(update_fields=list(now))
        _record(CORRECT, row, by=by, at=at, **changed)
    return row


def close_places(
    *, pack: Pack, resource_no: str, by: Scope, at: datetime, on: date, note: str
) -> Resource:
    """Give no place of these any more from a day on, with the reason in words.

    Nobody loses help by it: while a household holds a place, it is refused. Raises
    Resource.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, PLACES_CLOSED,
    PLACES_IN_USE, TEXT_MISSING.
    """
    where = f"places {resource_no}"
    with transaction.atomic():
        row = _locked(pack, resource_no, by=by, where=where)
        if row.to_date is not None:
            raise refusals.refusal(
                "PLACES_CLOSED",
                where,
                zh=f"“{row.title}”已于 {row.to_date} 停用。",
                en=f"'{row.title}' has been closed since {row.to_date}.",
                fix_zh="请刷新页面。",
                fix_en="Reload the page.",
            )
        if held := _held(row):
            zh, en = _who_may_stop(pack)
            raise refusals.refusal(
                "PLACES_IN_USE",
                where,
                zh=f"还有 {held} 个名额有人在用，不能停用。",
                en=f"{held} of these places are held; they cannot be closed.",
                fix_zh=f"请{zh}先停止这些户的这项措施，或者等它们到期；占用名额的户列在本名额的页面上。",
                fix_en=f"Ask the {en} to stop the measure of these households first, or wait for its "
                "end; the page of these places lists them.",
            )
        if not note.strip():
            raise refusals.missing_text(where, zh="停用原因", en="why they are closed")
        row.to_date, row.close_note = on, note.strip()
        row.save(update_fields=["to_date", "close_note"])
        _record(CLOSE, row, by=by, at=at, to_date=on.isoformat())
    return row


def reopen_places(*, pack: Pack, resource_no: str, by: Scope, at: datetime) -> Resource:
    """Give places again that were closed.

    Raises Resource.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, PLACES_OPEN.
    """
    where = f"places {resource_no}"
    with transaction.atomic():
        row = _locked(pack, resource_no, by=by, where=where)
        if row.to_date is None:
            raise refusals.refusal(
                "PLACES_OPEN",
                where,
                zh=f"“{row.title}”没有停用。",
                en=f"'{row.title}' is not closed.",
                fix_zh="请刷新页面。",
                fix_en="Reload the page.",
            )
        row.to_date, row.close_note = None, ""
        row.save(update_fields=["to_date", "close_note"])
        _record(REOPEN, row, by=by, at=at)
    return row


def _permitted(pack: Pack, division: str, *, by: Scope, where: str) -> None:
    if not by.covers(division):
        raise Resource.DoesNotExist
    if not by.can(MANAGE):
        raise refusals.not_permitted(where, title=act_title(pack, MANAGE))


def _locked(pack: Pack, resource_no: str, *, by: Scope, where: str) -> Resource:
    """The resource, which no plan takes a place of meanwhile."""
    row = Resource.objects.select_for_update().get(resource_no=resource_no)
    _permitted(pack, row.division, by=by, where=where)
    return row


def _held(row: Resource) -> int:
    return row.measures.filter(state__in=ALIVE).count()


def _enough(row: Resource, quota: int, where: str) -> None:
    """Refuse fewer places than households hold."""
    if quota < (held := _held(row)):
        raise refusals.refusal(
            "PLACES_HELD",
            where,
            zh=f"“{row.title}”已有 {held} 个名额有人在用，名额总数不能少于 {held}。",
            en=f"{held} places of '{row.title}' are held; there cannot be fewer than {held}.",
            fix_zh="请改大名额总数。",
            fix_en="Give a larger number of places.",
        )


def _who_may_stop(pack: Pack) -> tuple[str, str]:
    """Titles of the roles that may end a measure, in both languages."""
    titles: list[Words] = [role.title for role in pack.roles.values() if STOP in role.may]
    zh = "或".join(one.zh for one in titles) or "有此权限的岗位"
    return zh, " or ".join(one.en for one in titles) or "post with this permission"


def _free_number(content: str) -> str:
    """A number made from what is offered; places that were renamed since keep theirs."""
    number = "R-" + hashlib.sha256(content.encode()).hexdigest()[:10].upper()
    free, repeat = number, 1
    while Resource.objects.filter(resource_no=free).exists():
        repeat += 1
        free = f"{number}-{repeat}"
    return free


def _plain(value: object) -> str:
    """A value as the trail shows it: amounts without needless decimals, a dash for none."""
    if isinstance(value, Decimal):
        return f"{value:f}".removesuffix(".00")
    return "—" if value in (None, "") else str(value)


def _record(act: str, row: Resource, *, by: Scope, at: datetime, **detail: Any) -> None:
    record(
        act=act,
        official=by,
        subject_kind="resource",
        subject=row.resource_no,
        division=row.division,
        at=at,
        detail=detail,
    )
