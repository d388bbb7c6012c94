"""The joiner of the serving process: a thread that lets declarations join cases, tells households, and
clears away photos that were never sent with anything.

It runs apart from the pages, so that nobody at the door learns anything from how long a page takes.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection

from fangpin.casework.declarations.acts import join_declarations, whole_pack
from fangpin.lake.home import Home
from fangpin.policy import Pack
from fangpin.runs.papers import sweep_papers
from fangpin.values import clock
from fangpin.web.ground.keys import door_keys
from fangpin.web.ground.pack import installation_pack
from fangpin.web.public.sending import gateways_of
from fangpin.web.public.telling import tell_households

SECONDS = 5.0
_HOURS_BETWEEN_SWEEPS = 6
_SECONDS_AFTER_A_PROBLEM = 60.0
_log = logging.getLogger("fangpin.declarations")


def start_joiner() -> threading.Thread:
    """Begin to join, for as long as this process lives."""
    thread = threading.Thread(target=_join_for_ever, name="declaration-joiner", daemon=True)
    thread.start()
    return thread


def _join_for_ever() -> None:
    pause = threading.Event()
    while True:
        pause.wait(SECONDS if join_once() else _SECONDS_AFTER_A_PROBLEM)


def join_once() -> bool:
    """One round; False when it failed. A joiner that stumbles must not stop serving."""
    try:
        close_old_connections()
        at, pack = _now(), installation_pack()
        join_declarations(pack=pack, by=whole_pack(pack), at=at)
        gateways = gateways_of(settings.FANGPIN.messages)
        tell_households(pack=pack, keys=door_keys(), gateways=gateways, at=at)
        _sweep_now_and_then(pack, at)
    except Exception as error:
        # The codes alone: what an error quotes may hold a row of the database.
        problems = getattr(error, "problems", ())
        told = ", ".join(problem.code for problem in problems) or type(error).__name__
        _log.error("declarations were not joined: %s; see fangpin declaration list", told)
        connection.close()
        return False
    return True


_next_sweep = datetime.min.replace(tzinfo=UTC)


def _sweep_now_and_then(pack: Pack, at: datetime) -> None:
    """Photos that nothing names are cleared away some times a day, at the first round for a start.

    By the real clock: a file's age is that of this machine, wherever a demonstration's clock stands.
    """
    global _next_sweep
    real = clock.now({})
    if real >= _next_sweep and settings.FANGPIN.clock is None:
        sweep_papers(home=Home(settings.FANGPIN.home), pack=pack, at=at)
        _next_sweep = real + timedelta(hours=_HOURS_BETWEEN_SWEEPS)


def _now() -> datetime:
    fixed = settings.FANGPIN.clock
    return clock.now({clock.SETTING: fixed.isoformat()} if fixed else {})
