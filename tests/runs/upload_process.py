"""Uploads and workers in processes of their own, so that they can be killed; see tests.forking.

The words of a child are its home, the address of its database or nothing, and then `migrate`,
`submit FEED FILE`, `work [--hang WHERE [--beats]]` or `tell`: the last three print one line of JSON. A
worker that is told to hang says so when it gets there and goes on when the file `go` appears in its
home. The file `later` there holds by how many seconds the machine's clock is ahead.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django

from tests.conftest import REPOSITORY
from tests.forking import serve_forks

PACK = REPOSITORY / "tests" / "web" / "packs" / "web_test"
AT = datetime(2020, 12, 3, 2, 0, tzinfo=UTC)


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _move_to(home: Path, database: str) -> None:
    """This process belongs to another installation; nothing of its database is open yet."""
    from django.conf import settings
    from django.db import connections

    import fangpin.web.settings as web
    from fangpin.web.settings.environment import Environment

    named = {"FANGPIN_DATABASE_URL": database} if database else {}
    web.FANGPIN = Environment.read({"FANGPIN_HOME": str(home), "FANGPIN_PACK": str(PACK), **named})
    settings.FANGPIN = web.FANGPIN
    connections.settings = connections.configure_settings({"default": web.FANGPIN.database})
    del connections["default"]


def _workshop(pack: Any) -> Any:
    """The installation of this process."""
    from django.conf import settings

    from fangpin.lake.home import Home
    from fangpin.runs.uploads import Workshop
    from fangpin.values import clock

    later = settings.FANGPIN.home / "later"
    return Workshop(
        home=Home(settings.FANGPIN.home),
        pack=pack,
        cipher=settings.FANGPIN.cipher,
        limits=settings.FANGPIN.limits,
        now=lambda: AT,
        machine=lambda: clock.now({}) + timedelta(seconds=int(later.read_text() or 0)),
    )


def submit(workshop: Any, feed: str, file: Path) -> None:
    from fangpin.casework.officials.scope import Scope
    from fangpin.casework.uploads import actions
    from fangpin.casework.uploads.models import Channel
    from fangpin.lake.spool import Spool

    owner = Scope(official="owner", divisions=("431022",), may=frozenset({actions.DELIVER}))
    incoming = Spool(workshop.home).begin(limit=1 << 30)
    incoming.write(file.read_bytes())
    sent = actions.Sent(
        channel=Channel.DESK,
        feed=feed,
        original_name=file.name,
        size_bytes=incoming.size,
        sha256=incoming.sha256,
    )
    received = actions.submit(
        pack=workshop.pack,
        sent=sent,
        key=f"{feed} {file.name}"[:64],
        by=owner,
        at=AT,
        on=date(2020, 12, 3),
        keep=incoming.keep,
    )
    _say(received.answer)


def work(workshop: Any, hang: str, *, beats: bool) -> None:
    from fangpin.runs import worker

    worker._BEAT_SECONDS = 0.4 if beats else 60.0
    tell_step, check_upload = worker.tell_step, worker.check_upload

    def wait() -> None:
        _say({"hangs": hang})
        while not (workshop.home.root / "go").exists():
            time.sleep(0.05)

    def told(taken: Any, step: str) -> None:
        tell_step(taken, step)
        if step == hang:
            wait()

    def checked(*arguments: Any, **keywords: Any) -> Any:
        ended = check_upload(*arguments, **keywords)
        if hang == "received":
            wait()
        return ended

    worker.tell_step, worker.check_upload = told, checked
    count = 0
    while worker.work_once(workshop, worker=f"pid {os.getpid()}"):
        count += 1
    _say({"jobs": count})


def tell(workshop: Any) -> None:
    from fangpin.casework.audit.models import AuditEntry
    from fangpin.casework.uploads.models import Upload
    from fangpin.feeds.arrivals import arrivals

    _say(
        {
            "uploads": [
                {
                    "feed": one.feed,
                    "outcome": one.outcome,
                    "delivery": one.delivery,
                    "read": one.read,
                    "accepted": one.accepted,
                    "state": one.job.state if one.job else "",
                    "tries": one.job.count_of_tries if one.job else 0,
                }
                for one in Upload.objects.order_by("id")
            ],
            "deliveries": [f"{one.feed}/{one.delivery}" for one in arrivals(workshop.home)],
            "acts": list(AuditEntry.objects.order_by("id").values_list("act", flat=True)),
            "spooled": sorted(one.name for one in workshop.home.uploads.iterdir()),
        }
    )


def do(pack: Any, words: list[str]) -> None:
    """One word, in this process."""
    home, database, word, *rest = words
    _move_to(Path(home), database)
    if word == "migrate":
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        return
    workshop = _workshop(pack)
    if word == "submit":
        submit(workshop, rest[0], Path(rest[1]))
    elif word == "work":
        work(workshop, rest[1] if rest else "", beats=not rest or "--beats" in rest)
    else:
        tell(workshop)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangpin.web.settings")
    django.setup()
    from fangpin.policy import load_pack
    from fangpin.runs import worker  # noqa: F401  (read before anything is forked)

    read = load_pack(PACK)
    serve_forks(lambda words: do(read, words))
