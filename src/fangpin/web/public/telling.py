"""Which households are to be told what, and each message sent once, with bounded tries.

A message says that there is something to look up; what it is, the progress page tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from fangpin.casework.declarations import queries
from fangpin.casework.declarations.models import Declaration, DeclarationState, Notification
from fangpin.lake.ciphers import NotOpened
from fangpin.policy import Pack
from fangpin.web.ground.keys import PHONE, DoorKeys
from fangpin.web.public.gateways import Gateway, Message, NotSent

RECEIVED, VISITED, DECIDED = "message.received", "message.visited", "message.decided"
MOST_TRIES = 5
HOLE = "{receipt}"
"""Where a word of the pack wants the receipt's number; else it stands at the end."""
_AT_ONCE = 200
"""Declarations of one round: a round is short, the next one comes within seconds."""


def tell_households(
    *, pack: Pack, keys: DoorKeys, gateways: Sequence[Gateway], at: datetime
) -> int:
    """Note what is to be told, send what is due; how many went out."""
    for words, rows in _newly_due():
        for row in rows:
            _note(row, words, gateways, at=at)
    return sum(_send(one, pack, keys, gateways, at=at) for one in _waiting(gateways, at=at))


def _newly_due() -> Iterable[tuple[str, list[Declaration]]]:
    yield RECEIVED, list(_without(RECEIVED)[:_AT_ONCE])
    visited = _without(VISITED).filter(
        state=DeclarationState.IN_CASE, case__log__act="record_visit"
    )
    yield VISITED, [row for row in visited.distinct()[:_AT_ONCE] if queries.has_been_met(row)]
    decided = _without(DECIDED).filter(
        Q(state=DeclarationState.ANSWERED)
        | Q(state=DeclarationState.IN_CASE) & ~Q(case__outcome="")
    )
    yield (
        DECIDED,
        [
            row
            for row in decided[:_AT_ONCE]
            if row.state == DeclarationState.ANSWERED or queries.has_been_met(row)
        ],
    )


def _without(words: str) -> QuerySet[Declaration]:
    """Declarations that nothing was noted for yet, by whichever gateway: a new one tells no old news."""
    told = Notification.objects.filter(words=words).values("declaration")
    return Declaration.objects.exclude(pk__in=told).order_by("-pk").select_related("case")


def _note(row: Declaration, words: str, gateways: Sequence[Gateway], *, at: datetime) -> None:
    with transaction.atomic():
        for gateway in gateways:
            Notification.objects.get_or_create(
                declaration=row, gateway=gateway.name, words=words, defaults={"at": at}
            )


def _waiting(gateways: Sequence[Gateway], *, at: datetime) -> list[Notification]:
    names = [gateway.name for gateway in gateways]
    rows = Notification.objects.filter(
        sent_at=None, count_of_tries__lt=MOST_TRIES, gateway__in=names
    ).select_related("declaration")
    return [row for row in rows.order_by("at", "pk")[:_AT_ONCE] if _is_due(row, at=at)]


def _is_due(row: Notification, *, at: datetime) -> bool:
    """Tries lie 1, 4, 16 and 64 minutes after the first moment."""
    waits = timedelta(minutes=4 ** (row.count_of_tries - 1)) if row.count_of_tries else timedelta()
    return row.at + waits <= at


def _send(
    row: Notification, pack: Pack, keys: DoorKeys, gateways: Sequence[Gateway], *, at: datetime
) -> bool:
    # Whoever raises the count first sends: two serving processes never send the same try.
    mine = Notification.objects.filter(
        pk=row.pk, sent_at=None, count_of_tries=row.count_of_tries
    ).update(count_of_tries=row.count_of_tries + 1)
    if not mine:
        return False
    gateway = next(one for one in gateways if one.name == row.gateway)
    try:
        gateway.send(_message(row, pack, keys))
    except NotSent as error:
        left = {"count_of_tries": MOST_TRIES} if error.is_final else {}
        Notification.objects.filter(pk=row.pk).update(failure=str(error)[:200], **left)
        return False
    except NotOpened:
        Notification.objects.filter(pk=row.pk).update(failure="NotOpened")
        return False
    Notification.objects.filter(pk=row.pk).update(sent_at=at, failure="")
    return True


def _message(row: Notification, pack: Pack, keys: DoorKeys) -> Message:
    receipt = row.declaration.receipt_no
    word = pack.words.get(f"{row.words}.{row.gateway}") or pack.words.get(row.words)
    phone = keys.open(bytes(row.declaration.sealed_phone), purpose=PHONE)
    text = word.title.zh if word else ""
    text = text.replace(HOLE, receipt) if HOLE in text else f"{text} {receipt}".strip()
    return Message(key=f"{receipt}:{row.words}", phone=phone, text=text)
