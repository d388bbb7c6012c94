"""A stranger's server is waited for as long as it gives something now and then, and no longer.

Drivers have limits of their own, each other ones or none, and one byte a second keeps most of them
waiting. So what is asked of a server is asked in a thread, and the thread is left behind if need be: it
holds nothing of ours and ends with its connection or with the process.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from typing import Any, TypeVar

Item = TypeVar("Item")
_BEAT = 0.2
_LEAVING_SECONDS = 5
"""How long a connection may take to close when no more is wanted of it."""


class Silent(Exception):
    """A server gave nothing within the time it has."""


def patient(ask: Callable[[], Item], *, seconds: float) -> Item:
    """What a server answers. Raises Silent, and whatever asking raises."""

    def once() -> Generator[Item]:
        yield ask()

    with closing(patiently(once, seconds=seconds)) as answers:
        return next(answers)


def patiently(ask: Callable[[], Generator[Item]], *, seconds: float) -> Generator[Item]:
    """Each thing as a server gives it. Raises Silent where one takes longer, and what asking raises."""
    given: queue.Queue[tuple[bool, Any]] = queue.Queue(maxsize=1)
    left = threading.Event()

    def give(is_item: bool, told: Any) -> None:
        while not left.is_set():
            with suppress(queue.Full):
                given.put((is_item, told), timeout=_BEAT)
                return

    def draw() -> None:
        end: BaseException | None = None
        try:
            with closing(ask()) as items:
                for item in items:
                    give(True, item)
                    if left.is_set():
                        break
        except BaseException as error:
            end = error
        give(False, end)

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    try:
        while True:
            try:
                is_item, told = given.get(timeout=seconds)
            except queue.Empty:
                raise Silent from None
            if is_item:
                yield told
            elif told is None:
                return
            else:
                raise told
    except GeneratorExit:
        left.set()
        thread.join(_LEAVING_SECONDS)
        raise
    finally:
        left.set()
