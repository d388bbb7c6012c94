"""Two acts at the same time: the second begins while the first has done its work and not committed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from django.db import connection, transaction

Act = Callable[[], Any]
_PATIENCE = 20.0


def overlapping(first: Act, second: Act) -> tuple[Any, Any]:
    """What both acts came to: what each returned, or what it raised.

    The first commits once the second waits for it, or has ended without waiting.
    """
    is_done, may_commit = Event(), Event()

    def begin() -> Any:
        with transaction.atomic():
            try:
                return first()
            finally:
                is_done.set()
                may_commit.wait(_PATIENCE)

    with ThreadPoolExecutor(2) as officials:
        one = officials.submit(_closing, begin)
        assert is_done.wait(_PATIENCE)
        other = officials.submit(_closing, second)
        _until_it_waits(other)
        may_commit.set()
        return _outcome(one), _outcome(other)


def side_by_side(*acts: Act) -> list[Any]:
    """What acts that begin in the same moment came to."""
    gate = Barrier(len(acts))

    def begin(act: Act) -> Any:
        gate.wait(_PATIENCE)
        return act()

    with ThreadPoolExecutor(len(acts)) as officials:
        begun = [officials.submit(_closing, lambda act=act: begin(act)) for act in acts]
        return [_outcome(one) for one in begun]


def _until_it_waits(other: Future[Any]) -> None:
    """Until the act has ended, or the database says that it waits for another."""
    until = time.monotonic() + _PATIENCE
    while not other.done() and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)


def _closing(act: Act) -> Any:
    """Do an act in this thread, whose connection is its own."""
    try:
        return act()
    finally:
        connection.close()


def _outcome(of: Future[Any]) -> Any:
    error = of.exception(_PATIENCE)
    return of.result() if error is None else error
