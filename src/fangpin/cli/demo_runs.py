"""The demonstration's monthly runs, made by a second process while later files are still received."""

from __future__ import annotations

import multiprocessing
import queue
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from types import TracebackType
from typing import Any

from fangpin.cli.session import Session
from fangpin.policy.models.demos import DemoRecipe
from fangpin.runs.monthly import run_month
from fangpin.values.problem import ProblemError

_WAIT_SECONDS = 0.2


class MonthlyRuns:
    """Runs each day as soon as all that had arrived by it has been received.

    A run reads only what was received by its day, so it does not matter what arrives meanwhile.
    `done` is told of each finished day.
    """

    def __init__(
        self, *, recipe: DemoRecipe, days: Sequence[date], done: Callable[[], None]
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._waiting = list(days)
        self._unfinished = len(days)
        self._done = done
        self._ready: Any = context.Queue()
        self._told: Any = context.Queue()
        self._process = context.Process(
            target=_run, args=(recipe, self._ready, self._told), daemon=True
        )

    def __enter__(self) -> MonthlyRuns:
        self._process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._process.terminate()
        self._process.join()

    def received_up_to(self, day: date) -> None:
        """Everything received before `day` is there: runs of earlier days may begin."""
        while self._waiting and self._waiting[0] < day:
            self._ready.put(self._waiting.pop(0))
        self._listen(block=False)

    def finish(self) -> None:
        """Everything is there: wait for the last run. Raises what a run raised."""
        for day in self._waiting:
            self._ready.put(day)
        self._ready.put(None)
        while self._unfinished:
            self._listen(block=True)

    def _listen(self, *, block: bool) -> None:
        while True:
            try:
                answer = self._told.get(block, _WAIT_SECONDS if block else None)
            except queue.Empty:
                if block and not self._process.is_alive():
                    raise RuntimeError("the process of the monthly runs has ended") from None
                return
            if isinstance(answer, BaseException):
                raise answer
            self._unfinished -= 1
            self._done()
            if block:
                return


def _run(recipe: DemoRecipe, ready: Any, told: Any) -> None:
    try:
        session = Session()
        session.start_django()
        while (day := ready.get()) is not None:
            run_day(session, recipe, day)
            told.put(day)
    except ProblemError as error:
        told.put(_Problems(error))
    except Exception:
        told.put(RuntimeError(traceback.format_exc()))


def run_day(session: Session, recipe: DemoRecipe, day: date) -> None:
    """Make the run of a day and load it, unless the run of a later day is loaded already."""
    with session.engine() as engine:
        result = run_month(home=session.home, pack=session.pack, engine=engine, as_of=day)
    from fangpin.casework.alerts.queries import latest_run
    from fangpin.runs.demo.demonstration import load_due_run

    # Later runs are made now and loaded when the demonstration's clock reaches their day. Of a
    # demonstration that was stopped some are loaded already; the last perhaps not to its end.
    loaded = latest_run()
    if day <= recipe.clock and (loaded is None or loaded.as_of <= day):
        load_due_run(
            home=session.home,
            pack=session.pack,
            recipe=recipe,
            folder=result.folder,
            day=day,
            until=recipe.clock,
        )


class _Problems(ProblemError):
    """A ProblemError that can travel between processes."""

    def __init__(self, error: ProblemError) -> None:
        super().__init__(error.problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return ProblemError, (self.problems,)
