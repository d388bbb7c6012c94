"""What is done with an upload: it is taken in and queued, and ends with an outcome."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.divisions.bulk import hold_table
from fangpin.casework.jobs.actions import enqueue
from fangpin.casework.officials.scope import Scope
from fangpin.casework.receipts.actions import Received, once
from fangpin.casework.uploads import refusals
from fangpin.casework.uploads.models import Channel, Outcome, Upload
from fangpin.policy import Pack
from fangpin.values.masks import mask_file_name

DELIVER = "deliver_data"
"""Permission: send the department's data and see what became of it."""
DECIDE = "decide_deliveries"
"""Permission: release or refuse a delivery that is held, confirm proposed readings."""
CHECK_UPLOAD = "check_upload"
"""The kind of the jobs that check what was sent."""
NAME_LENGTH = 200
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Sent:
    """What someone sends. `month` is year * 12 + month - 1, None: the rows tell it."""

    channel: Channel
    feed: str
    month: int | None = None
    sheet: str = ""
    original_name: str = ""
    size_bytes: int = 0
    sha256: str = ""
    confirms: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> list[object]:
        """What tells two posts under one key apart."""
        choices = dict(sorted(self.choices.items()))
        return [self.feed, self.month, self.sheet, self.sha256, self.confirms, choices]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an upload; read = accepted + quarantined + duplicate."""

    outcome: Outcome
    delivery: str = ""
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicate: int = 0
    findings: Sequence[Mapping[str, Any]] = ()


def submit(
    *,
    pack: Pack,
    sent: Sent,
    key: str,
    by: Scope,
    at: datetime,
    on: date,
    keep: Callable[[str], None],
) -> Received:
    """Take in what was sent and queue its check: once a key, however often it is sent.

    `keep` puts the file into the spool under the upload's number, the last thing before the commit.
    The answer is `{"upload": number}`. Raises ProblemError ACT_NOT_PERMITTED, FEED_UNKNOWN (another
    department's feed), KEY_USED.
    """
    permission = DECIDE if sent.channel == Channel.READINGS else DELIVER
    if not by.can(permission):
        raise refusals.not_permitted()
    department = pack.owners.get(sent.feed)
    if department is None or by.department not in ("", department):
        raise refusals.feed_unknown()

    def act() -> dict[str, Any]:
        row = _create(sent, department, by=by, at=at, on=on)
        row.job = enqueue(kind=CHECK_UPLOAD, subject=row.upload_no, lane=sent.feed, at=at)
        row.save(update_fields=["job"])
        _record("submit_upload", row, by=by, at=at, bytes=row.size_bytes)
        keep(row.upload_no)
        return {"upload": row.upload_no}

    return once(key=key, kind="upload", official=by.official, content=sent.content, at=at, act=act)


def decline_readings(
    *, pack: Pack, feed: str, delivery: str, by: Scope, at: datetime, on: date
) -> Upload:
    """Say that the proposed readings of a delivery are not what was meant: its rows stay set aside.

    Done again it changes nothing. Raises ProblemError ACT_NOT_PERMITTED, FEED_UNKNOWN.
    """
    if not by.can(DECIDE):
        raise refusals.not_permitted()
    department = pack.owners.get(feed)
    if department is None or by.department not in ("", department):
        raise refusals.feed_unknown()
    with transaction.atomic():
        hold_table(Upload._meta.db_table)
        earlier = Upload.objects.filter(
            feed=feed, confirms=delivery, outcome=Outcome.DECLINED
        ).first()
        if earlier is not None:
            return earlier
        sent = Sent(channel=Channel.READINGS, feed=feed, confirms=delivery)
        row = _create(sent, department, by=by, at=at, on=on)
        row.outcome, row.ended_at = Outcome.DECLINED, at
        row.save(update_fields=["outcome", "ended_at"])
        _record("decline_readings", row, by=by, at=at, delivery=delivery)
    return row


def end_upload(*, upload_no: str, ended: Ended, at: datetime) -> Upload:
    """Write down what became of an upload; called within the end of its job, by the worker."""
    row = Upload.objects.get(upload_no=upload_no)
    row.outcome, row.ended_at = ended.outcome, at
    row.delivery = ended.delivery
    row.read, row.accepted = ended.read, ended.accepted
    row.quarantined, row.duplicate = ended.quarantined, ended.duplicate
    row.findings = [dict(one) for one in ended.findings]
    row.save()
    _record(
        "check_upload",
        row,
        by="",
        at=at,
        outcome=str(ended.outcome),
        delivery=ended.delivery,
        rows=ended.read,
        quarantined=ended.quarantined,
    )
    return row


def _create(sent: Sent, department: str, *, by: Scope, at: datetime, on: date) -> Upload:
    return Upload.objects.create(
        upload_no="".join(secrets.choice(_LETTERS) for _ in range(12)),
        channel=sent.channel,
        feed=sent.feed,
        department=department,
        division=by.divisions[0],
        month=sent.month,
        sheet=sent.sheet[:100],
        original_name=mask_file_name(sent.original_name).strip()[:NAME_LENGTH],
        size_bytes=sent.size_bytes,
        sha256=sent.sha256,
        sender=by.official,
        received_at=at,
        received_on=on,
        confirms=sent.confirms,
        choices=dict(sent.choices),
    )


def _record(act: str, row: Upload, *, by: Scope | str, at: datetime, **detail: Any) -> None:
    record(
        act=act,
        official=by,
        subject_kind="upload",
        subject=row.upload_no,
        division=row.division,
        at=at,
        detail={"feed": row.feed, "channel": str(row.channel), **detail},
    )
