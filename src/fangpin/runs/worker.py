"""The worker: takes jobs one after the other, holds their leases, and ends them.

A worker may die at any moment. Nothing is lost by it but the time until its lease lapses.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

from fangpin.casework.jobs.actions import (
    LeaseLost,
    Taken,
    ending,
    put_back,
    renew,
    take,
    tell_step,
)
from fangpin.casework.jobs.models import JobState
from fangpin.casework.uploads.actions import CHECK_UPLOAD, Ended, end_upload
from fangpin.casework.uploads.models import Outcome, Upload
from fangpin.feeds.receive import Step
from fangpin.lake.spool import Spool
from fangpin.runs.uploads import Workshop, check_upload, ended_by
from fangpin.values.problem import Problem, ProblemError

LEASE = timedelta(seconds=30)
_BEAT_SECONDS = 5.0
MOST_TRIES = 3
"""A job that ended three workers ends no fourth one."""
_REST = timedelta(seconds=60)
"""How long a job rests that the machine could not do."""
_log = logging.getLogger("fangpin.worker")


def work_once(workshop: Workshop, *, worker: str) -> bool:
    """Take one job and bring it to its end; False: there was none."""
    taken = take(kinds=[CHECK_UPLOAD], worker=worker, at=workshop.machine(), lease=LEASE)
    if taken is None:
        return False
    try:
        with _held_while(taken, workshop):
            run_job(workshop, taken)
    except LeaseLost:
        _log.warning("job %s was taken over by another worker", taken.id)
    return True


def run_job(workshop: Workshop, taken: Taken) -> None:
    """Do a job that was taken. Raises LeaseLost when another worker has it by now."""
    row = Upload.objects.get(upload_no=taken.subject)
    if taken.tries > MOST_TRIES:
        _end(workshop, taken, ended_by(Outcome.FAILED, [_given_up(row)]), JobState.GIVEN_UP)
        return

    def progress(step: Step) -> None:
        tell_step(taken, step)

    try:
        ended = check_upload(workshop, row, progress=progress)
    except LeaseLost:
        raise
    except ProblemError as error:
        _later_or_never(workshop, taken, ended_by(Outcome.FAILED, error.problems))
    except Exception as error:
        # The place alone: what an error quotes may hold a cell of the file.
        places = traceback.extract_tb(error.__traceback__)
        told = " < ".join(f"{one.name}:{one.lineno}" for one in reversed(places))
        _log.error("job %s: %s at %s", taken.id, type(error).__name__, told)
        _later_or_never(workshop, taken, ended_by(Outcome.FAILED, [_broken(row)]))
    else:
        _end(workshop, taken, ended, JobState.DONE)


def sweep(workshop: Workshop) -> int:
    """Remove what killed processes left of uploads: plain files of a check, files that never came
    whole, spooled ones that belong to no open upload; returns how many."""
    home = workshop.home
    swept = home.sweep(within=home.spill) + home.sweep(within=home.uploads)
    open_uploads = set(Upload.objects.filter(outcome="").values_list("upload_no", flat=True))
    return swept + Spool(home).sweep(open_uploads=open_uploads, at=workshop.machine())


def _end(workshop: Workshop, taken: Taken, ended: Ended, state: JobState) -> None:
    with ending(taken, at=workshop.machine(), state=state):
        end_upload(upload_no=taken.subject, ended=ended, at=workshop.now())
    Spool(workshop.home).drop(taken.subject)


def _later_or_never(workshop: Workshop, taken: Taken, ended: Ended) -> None:
    if taken.tries < MOST_TRIES:
        put_back(taken, not_before=workshop.machine() + _REST)
    else:
        _end(workshop, taken, ended, JobState.GIVEN_UP)


@contextmanager
def _held_while(taken: Taken, workshop: Workshop) -> Iterator[None]:
    """Renews the lease from a thread of its own while the block runs."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(_BEAT_SECONDS):
                renew(taken, at=workshop.machine(), lease=LEASE)
        except Exception as error:
            # Nothing is lost: without a beat the lease lapses and the fence keeps this worker out.
            if not isinstance(error, LeaseLost):
                _log.warning("job %s: no beat: %s", taken.id, type(error).__name__)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _given_up(row: Upload) -> Problem:
    return Problem(
        code="CHECK_GIVEN_UP",
        where=f"upload {row.upload_no}",
        zh=f"检查这个文件时进程 {MOST_TRIES} 次意外中止，已不再重试，没有载入任何数据。",
        en=f"The process that checked this file died {MOST_TRIES} times; it is not tried again and "
        "nothing was loaded.",
        fix_zh="请拆分文件后重新上传，或请管理员查看内存和日志。",
        fix_en="Split the file and upload it again, or ask an administrator to look at memory and logs.",
    )


def _broken(row: Upload) -> Problem:
    return Problem(
        code="CHECK_BROKEN",
        where=f"upload {row.upload_no}",
        zh="检查时出现程序错误，没有载入任何数据。",
        en="The check met an error of the program; nothing was loaded.",
        fix_zh="请把上传编号告诉管理员。",
        fix_en="Tell an administrator the number of the upload.",
    )
