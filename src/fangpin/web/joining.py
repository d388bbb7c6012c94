"""The joiner of the serving process: a thread that lets declarations join cases and tells households.

It runs apart from the pages, so that nobody at the door learns anything from how long a page takes.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections, connection

from fangpin.casework.declarations.acts import join_declarations, whole_pack
from fangpin.values import clock
from fangpin.web.ground.pack import installation_pack
from fangpin.web.public.gateways import gateways_of
from fangpin.web.public.keys import door_keys
from fangpin.web.public.telling import tell_households

SECONDS = 5.0
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
    except Exception as error:
        # The codes alone: what an error quotes may hold a row of the database.
        problems = getattr(error, "problems", ())
        told = ", ".join(problem.code for problem in problems) or type(error).__name__
        _log.error("declarations were not joined: %s; see fangpin declaration list", told)
        connection.close()
        return False
    return True


def _now() -> datetime:
    fixed = settings.FANGPIN.clock
    return clock.now({clock.SETTING: fixed.isoformat()} if fixed else {})
