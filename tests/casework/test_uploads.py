"""Uploads and their readers: a department's own, taken in once, ended once, on the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.jobs.models import Job
from fangpin.casework.officials.scope import NOTHING, Scope
from fangpin.casework.uploads import queries
from fangpin.casework.uploads.actions import (
    DECIDE,
    DELIVER,
    Ended,
    Sent,
    decline_readings,
    end_upload,
    submit,
)
from fangpin.casework.uploads.models import Channel, Outcome, Upload
from fangpin.values.problem import ProblemError

pytestmark = pytest.mark.django_db

AT = datetime(2020, 12, 14, 4, tzinfo=UTC)
TODAY = date(2020, 12, 14)
PACK: Any = SimpleNamespace(owners={"bills": "medical", "cards": "finance"})
OWNER = Scope(
    official="owner",
    divisions=("431022",),
    may=frozenset({DELIVER, DECIDE}),
    department="medical",
)
OTHER = replace(OWNER, official="other", department="finance")
SENT = Sent(
    channel=Channel.DESK, feed="bills", original_name="a.csv", size_bytes=3, sha256="f" * 64
)


def sent(by: Scope = OWNER, *, key: str = "k1", **changed: Any) -> str:
    kept: list[str] = []
    received = submit(
        pack=PACK,
        sent=replace(SENT, **changed),
        key=key,
        by=by,
        at=AT,
        on=TODAY,
        keep=kept.append,
    )
    assert kept == ([received.answer["upload"]] if received.is_new else [])
    return str(received.answer["upload"])


def test_one_key_is_one_upload_and_one_job() -> None:
    assert sent() == sent()
    assert (Upload.objects.count(), Job.objects.count()) == (1, 1)
    job = Job.objects.get()
    assert (job.lane, job.subject) == ("bills", Upload.objects.get().upload_no)
    assert AuditEntry.objects.filter(act="submit_upload", official="owner").count() == 1


def test_one_key_never_stands_for_two_contents() -> None:
    sent()
    for changed in ({"sha256": "e" * 64}, {"month": 24251}, {"sheet": "2"}):
        with pytest.raises(ProblemError, match="KEY_USED"):
            sent(**changed)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_kept_leaves_no_upload() -> None:
    def full(_upload_no: str) -> None:
        raise OSError

    with pytest.raises(OSError):
        submit(pack=PACK, sent=SENT, key="k1", by=OWNER, at=AT, on=TODAY, keep=full)
    assert (Upload.objects.count(), Job.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)
    assert sent(), "the same key may be sent again"


@pytest.mark.parametrize(
    "by", [NOTHING, replace(OWNER, may=frozenset({"see_feeds"})), replace(OWNER, divisions=())]
)
def test_who_may_not_sends_nothing(by: Scope) -> None:
    with pytest.raises(ProblemError, match="ACT_NOT_PERMITTED"):
        sent(by)
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("feed", ["cards", "unknown"])
def test_a_foreign_feed_is_refused_like_one_that_does_not_exist(feed: str) -> None:
    with pytest.raises(ProblemError, match="FEED_UNKNOWN"):
        sent(feed=feed)
    with pytest.raises(ProblemError, match="FEED_UNKNOWN"):
        decline_readings(pack=PACK, feed=feed, delivery="d", by=OWNER, at=AT, on=TODAY)


def test_confirming_needs_more_than_sending() -> None:
    sender = replace(OWNER, may=frozenset({DELIVER}))
    with pytest.raises(ProblemError, match="ACT_NOT_PERMITTED"):
        sent(sender, channel=Channel.READINGS, confirms="d")
    with pytest.raises(ProblemError, match="ACT_NOT_PERMITTED"):
        decline_readings(pack=PACK, feed="bills", delivery="d", by=sender, at=AT, on=TODAY)


def test_a_department_reads_its_own_uploads_alone() -> None:
    number = sent()
    declined = decline_readings(pack=PACK, feed="bills", delivery="d", by=OWNER, at=AT, on=TODAY)
    assert [one.upload_no for one in queries.latest(OWNER, limit=9)] == [number]
    assert queries.readings_of(OWNER, feed="bills", delivery="d") == [declined]
    assert queries.declined(OWNER) == {"bills/d": True}
    for stranger in (OTHER, NOTHING):
        assert queries.latest(stranger, limit=9) == []
        assert queries.readings_of(stranger, feed="bills", delivery="d") == []
        assert queries.declined(stranger) == {}
        with pytest.raises(Upload.DoesNotExist):
            queries.upload(stranger, number)
    everyone = replace(OWNER, department="")
    assert queries.upload(everyone, number).upload_no == number


def test_an_end_is_written_with_its_counts_and_on_the_record() -> None:
    number = sent()
    ended = Ended(Outcome.ACCEPTED, "d", read=5, accepted=3, quarantined=1, duplicate=1)
    row = end_upload(upload_no=number, ended=ended, at=AT)
    assert (row.outcome, row.delivery, row.read) == ("accepted", "d", 5)
    entry = AuditEntry.objects.get(act="check_upload")
    assert (entry.official, entry.division) == ("", "431022")
    assert entry.detail["rows"] == 5
    assert "a.csv" not in str(entry.detail)


def test_the_database_itself_holds_the_sum_of_rows() -> None:
    number = sent()
    wrong = Ended(Outcome.ACCEPTED, "d", read=5, accepted=3, quarantined=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        end_upload(upload_no=number, ended=wrong, at=AT)
