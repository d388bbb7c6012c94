"""The job table: one worker a job, one job a lane, and nothing written by a worker that lost its lease.

Runs on SQLite and, with the rest of this folder, on PostgreSQL.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from fangpin.casework.jobs.actions import (
    LeaseLost,
    Taken,
    ending,
    enqueue,
    has_work,
    put_back,
    renew,
    take,
    tell_step,
)
from fangpin.casework.jobs.models import Job, JobState
from fangpin.casework.receipts.models import Receipt

AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
pytestmark = pytest.mark.django_db


def queued(subject: str, *, lane: str = "") -> Job:
    return enqueue(kind="check", subject=subject, lane=lane, at=AT)


def taken_by(worker: str, *, at: datetime = AT) -> Taken | None:
    return take(kinds=["check"], worker=worker, at=at, lease=LEASE)


def written() -> int:
    return Receipt.objects.count()


def write() -> None:
    """An effect of a job: any row of the same database."""
    Receipt.objects.create(
        key=f"effect-{written()}", kind="t", official="", fingerprint="", received_at=AT
    )


def test_the_oldest_job_is_taken_first_and_by_one_worker() -> None:
    queued("a"), queued("b")
    first, second = taken_by("one"), taken_by("two")
    assert first is not None and second is not None
    assert (first.subject, second.subject) == ("a", "b")
    assert taken_by("three") is None
    assert Job.objects.get(subject="a").worker == "one"


def test_a_job_of_another_kind_is_left_alone() -> None:
    enqueue(kind="other", subject="a", lane="", at=AT)
    assert taken_by("one") is None


def test_jobs_of_one_lane_run_one_after_the_other() -> None:
    queued("a", lane="wages"), queued("b", lane="wages"), queued("c", lane="bills")
    first, second = taken_by("one"), taken_by("two")
    assert first is not None and second is not None
    assert (first.subject, second.subject) == ("a", "c")
    assert taken_by("three") is None
    with ending(first, at=AT):
        pass
    third = taken_by("three")
    assert third is not None and third.subject == "b"


def test_the_database_itself_refuses_a_second_job_of_a_running_lane() -> None:
    queued("a", lane="wages"), queued("b", lane="wages")
    assert taken_by("one") is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(subject="b").update(
            state=JobState.RUNNING, leased_until=AT + LEASE, fence=1
        )


def test_one_subject_has_one_job_of_a_kind() -> None:
    queued("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        queued("a")


def test_a_lease_lapses_unless_it_is_renewed() -> None:
    queued("a")
    first = taken_by("one")
    assert first is not None
    assert taken_by("two", at=AT + LEASE - timedelta(seconds=1)) is None
    renew(first, at=AT + timedelta(seconds=20), lease=LEASE)
    assert taken_by("two", at=AT + LEASE) is None
    second = taken_by("two", at=AT + timedelta(seconds=50))
    assert second is not None
    assert (second.fence, second.tries) == (2, 2)


def test_a_fenced_out_worker_writes_nothing() -> None:
    queued("a")
    first = taken_by("one")
    second = taken_by("two", at=AT + LEASE)
    assert first is not None and second is not None
    for late in (
        lambda: renew(first, at=AT + LEASE, lease=LEASE),
        lambda: tell_step(first, "reading"),
        lambda: put_back(first, not_before=AT),
    ):
        with pytest.raises(LeaseLost):
            late()
    with pytest.raises(LeaseLost), ending(first, at=AT + LEASE):
        write()
    assert written() == 0
    with ending(second, at=AT + LEASE):
        write()
    assert written() == 1
    with pytest.raises(LeaseLost), ending(first, at=AT + LEASE):
        write()
    assert written() == 1


def test_an_end_that_fails_leaves_the_job_running_and_nothing_written() -> None:
    queued("a")
    first = taken_by("one")
    assert first is not None
    with pytest.raises(ZeroDivisionError), ending(first, at=AT):
        write()
        raise ZeroDivisionError
    assert written() == 0
    job = Job.objects.get()
    assert (job.state, job.ended_at) == (JobState.RUNNING, None)
    assert taken_by("two", at=AT + LEASE) is not None


def test_an_ended_job_is_never_taken_again() -> None:
    queued("a")
    first = taken_by("one")
    assert first is not None
    with ending(first, at=AT):
        pass
    assert taken_by("two", at=AT + timedelta(days=9)) is None
    assert not has_work(at=AT + timedelta(days=9))


def test_a_job_that_was_put_back_rests() -> None:
    queued("a")
    first = taken_by("one")
    assert first is not None
    tell_step(first, "reading")
    put_back(first, not_before=AT + timedelta(minutes=1))
    assert Job.objects.get().step == ""
    assert not has_work(at=AT + timedelta(seconds=59))
    assert has_work(at=AT + timedelta(minutes=1))
    second = taken_by("two", at=AT + timedelta(minutes=1))
    assert second is not None and second.tries == 2


def test_there_is_work_when_a_job_waits_or_a_lease_has_lapsed() -> None:
    assert not has_work(at=AT)
    queued("a")
    assert has_work(at=AT)
    taken_by("one")
    assert not has_work(at=AT)
    assert has_work(at=AT + LEASE)
