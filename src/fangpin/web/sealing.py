"""The sealer of the serving process: a thread that seals the audit trail about once a second."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections, connection

from fangpin.casework.audit.sealing import seal_all
from fangpin.values import clock

SECONDS = 1.0
_SECONDS_AFTER_A_PROBLEM = 60.0
_log = logging.getLogger("fangpin.audit")


def start_sealer() -> threading.Thread:
    """Begin to seal, for as long as this process lives; acts never wait for it."""
    thread = threading.Thread(target=_seal_for_ever, name="audit-sealer", daemon=True)
    thread.start()
    return thread


def _seal_for_ever() -> None:
    pause = threading.Event()
    while True:
        pause.wait(SECONDS if seal_once() else _SECONDS_AFTER_A_PROBLEM)


def seal_once() -> bool:
    """Seal what there is; False when that failed. A sealer that stumbles must not stop serving."""
    try:
        close_old_connections()
        seal_all(folder=settings.FANGPIN.home / "audit", at=_now())
    except Exception as error:
        # The codes alone: what an error quotes may hold a row of the database.
        problems = getattr(error, "problems", ())
        told = ", ".join(problem.code for problem in problems) or type(error).__name__
        _log.error("the audit trail was not sealed: %s; see fangpin audit verify", told)
        connection.close()
        return False
    return True


def _now() -> datetime:
    fixed = settings.FANGPIN.clock
    return clock.now({clock.SETTING: fixed.isoformat()} if fixed else {})
