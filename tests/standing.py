"""A world that is made once for the tests of a file: each finds it as it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction

World = TypeVar("World")


@contextmanager
def standing(blocker: Any, build: Callable[[], World]) -> Iterator[World]:
    """What `build` writes stands as long as the block, on whichever database; then it is gone.

    Every test with `db` is rolled back to it. For a fixture of a module that asks for
    `django_db_setup` and `django_db_blocker`; a test in transactions of its own cannot stand on it.
    Who is handed objects out of the world copies them (`copy.deepcopy`), since they remember.
    """
    held = transaction.atomic()
    held._from_testcase = True  # type: ignore[attr-defined]
    with blocker.unblock():
        held.__enter__()
    try:
        with blocker.unblock():
            world = build()
        yield world
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            held.__exit__(None, None, None)
