"""Queueing, taking and ending jobs. `at` is the machine's own time, handed down by the worker.

A worker takes a job for the length of a lease and renews it while it works. One that was killed lets
its lease lapse, and the next worker takes the job with a higher fence. Whatever a job writes to this
database is written inside `ending`, in one transaction with the job's end and only while the fence
still fits: a worker that was thought dead and wakes up finds its number outdated and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from fangpin.casework.jobs.models import Job, JobState

_LOOKED_AT = 50
"""Jobs that a worker looks at in one round; those behind them wait for the next."""


class LeaseLost(Exception):
    """Another worker has the job by now, or it has ended: nothing of this one is written."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A job in a worker's hand; `tries` counts this one."""

    id: int
    kind: str
    subject: str
    fence: int
    tries: int


def enqueue(*, kind: str, subject: str, lane: str, at: datetime) -> Job:
    """Queue a job, in the transaction of whatever asks for it."""
    return Job.objects.create(kind=kind, subject=subject, lane=lane, queued_at=at)


def take(*, kinds: Collection[str], worker: str, at: datetime, lease: timedelta) -> Taken | None:
    """The oldest job that may run now, leased to this worker; None: there is none."""
    for job in _free(at).filter(kind__in=kinds).order_by("id")[:_LOOKED_AT]:
        taken = _try_to_take(job, worker=worker, until=at + lease)
        if taken is not None:
            return taken
    return None


def renew(taken: Taken, *, at: datetime, lease: timedelta) -> None:
    """Hold a job for another lease. Raises LeaseLost."""
    if not _held(taken).update(leased_until=at + lease):
        raise LeaseLost


def tell_step(taken: Taken, step: str) -> None:
    """Say how far the work has come. Raises LeaseLost."""
    if not _held(taken).update(step=step):
        raise LeaseLost


@contextmanager
def ending(taken: Taken, *, at: datetime, state: JobState = JobState.DONE) -> Iterator[None]:
    """What is written in the block is written together with the job's end, or not at all.

    Raises LeaseLost before anything is written.
    """
    with transaction.atomic():
        # The update locks the row: whoever would take the job over waits for this transaction.
        if not _held(taken).update(state=state, ended_at=at, leased_until=None):
            raise LeaseLost
        yield


def put_back(taken: Taken, *, not_before: datetime) -> None:
    """Let go of a job that could not be done now; it rests until then. Raises LeaseLost."""
    if not _held(taken).update(
        state=JobState.WAITING, leased_until=None, not_before=not_before, step=""
    ):
        raise LeaseLost


def has_work(*, at: datetime) -> bool:
    """Whether a worker would find a job."""
    return _free(at).exists()


def _free(at: datetime) -> QuerySet[Job]:
    """Jobs that wait and whose lane is free, and those whose worker has let its lease lapse."""
    busy = Job.objects.filter(state=JobState.RUNNING).exclude(lane="").values("lane")
    waits = Q(state=JobState.WAITING) & (Q(not_before__isnull=True) | Q(not_before__lte=at))
    lapsed = Q(state=JobState.RUNNING, leased_until__lte=at)
    return Job.objects.filter((waits & ~Q(lane__in=busy)) | lapsed)


def _try_to_take(job: Job, *, worker: str, until: datetime) -> Taken | None:
    """None when another worker was quicker, with this job or with another one of its lane."""
    try:
        with transaction.atomic():
            won = Job.objects.filter(
                pk=job.pk,
                fence=job.fence,
                state=job.state,
                leased_until=job.leased_until,
            ).update(
                state=JobState.RUNNING,
                fence=F("fence") + 1,
                count_of_tries=F("count_of_tries") + 1,
                worker=worker[:100],
                leased_until=until,
                step="",
            )
    except IntegrityError:  # one_job_of_a_lane_runs
        return None
    if not won:
        return None
    return Taken(job.pk, job.kind, job.subject, job.fence + 1, job.count_of_tries + 1)


def _held(taken: Taken) -> QuerySet[Job]:
    return Job.objects.filter(pk=taken.id, fence=taken.fence, state=JobState.RUNNING)
