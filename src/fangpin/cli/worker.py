"""`fangpin worker`: checks what departments upload, apart from the console."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from typing import Annotated

import typer

from fangpin.cli.output import say
from fangpin.cli.session import Session
from fangpin.values import clock

_IDLE_SECONDS = 1.0


def worker(
    until_idle: Annotated[bool, typer.Option(help="end when there is nothing to do")] = False,
    beside: Annotated[
        int | None,
        typer.Option(help="end with this process, which started the worker", hidden=True),
    ] = None,
) -> None:
    """Do the jobs that wait, one after the other, until Ctrl-C. Several workers may run."""
    session = Session()
    if beside is not None:
        _end_with(beside)
    session.start_django()
    from fangpin.runs.uploads import Workshop
    from fangpin.runs.worker import sweep, work_once
    from fangpin.web.ground.access import moment

    workshop = Workshop(
        home=session.home,
        pack=session.pack,
        cipher=session.environment.cipher,
        limits=session.environment.limits,
        now=moment,
        # A demonstration's clock stands still; a lease must not.
        machine=lambda: clock.now({}),
    )
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    sweep(workshop)
    name = f"{socket.gethostname()}:{os.getpid()}"
    if not until_idle:
        say(f"工作进程 Worker: {name}   （Ctrl-C 停止 stops）")
    while not stop.is_set():
        if work_once(workshop, worker=name):
            continue
        if until_idle:
            return
        stop.wait(_IDLE_SECONDS)


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone; its job is taken by the next worker."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_IDLE_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()
