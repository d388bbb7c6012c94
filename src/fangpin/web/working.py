"""The serving process keeps a worker beside it: started when there is work, gone when there is none."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading

from django.conf import settings
from django.db import close_old_connections, connection

from fangpin.casework.jobs.actions import has_work
from fangpin.lake.home import Home
from fangpin.values import clock

SECONDS = 0.5
_SECONDS_AFTER_A_PROBLEM = 30.0
_PROGRAM = "from fangpin.cli.entry import main; main()"
_log = logging.getLogger("fangpin.worker")


def start_keeper() -> threading.Thread | None:
    """Begin to look for work, for as long as this process lives; None where FANGPIN_WORKER is 0.

    What a server that was killed had half received is removed first: it holds numbers in the clear, and
    nobody may send anything for weeks.
    """
    home = Home(settings.FANGPIN.home)
    home.sweep(within=home.uploads)
    if not settings.FANGPIN.worker:
        return None
    thread = threading.Thread(target=_keep_for_ever, name="worker-keeper", daemon=True)
    thread.start()
    return thread


def _keep_for_ever() -> None:
    pause, child = threading.Event(), None
    while True:
        try:
            child = keep_once(child)
            pause.wait(SECONDS)
        except Exception as error:
            # A keeper that stumbles must not stop serving.
            _log.error("no worker was started: %s; see fangpin worker", type(error).__name__)
            connection.close()
            pause.wait(_SECONDS_AFTER_A_PROBLEM)


def keep_once(child: subprocess.Popen[bytes] | None) -> subprocess.Popen[bytes] | None:
    """One look: the worker that runs by now, or None. One that was killed is followed by another."""
    if child is not None and child.poll() is None:
        return child
    close_old_connections()
    if not has_work(at=clock.now({})):
        return None
    arguments = ["worker", "--until-idle", "--beside", str(os.getpid())]
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        # The engine draws progress bars there; what matters is logged on stderr.
        stdout=subprocess.DEVNULL,
        env={**os.environ, "FANGPIN_HOME": str(settings.FANGPIN.home)},
    )
