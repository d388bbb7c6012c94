"""Serve the invented village: `python -m tests.field.serve HOME PORT` (0: any free port; none: only make it).

Prints the address once it answers. `POST /__line__/<what>` of the tests troubles the line: `drop`
loses the next answer of a visit after it was stored, `trouble` lets nobody have a list, `up` mends
both. `/__rows__/` counts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

from tests.web.serve import Handler, Server


class Busy(Server):
    """Many phones may call at the same moment."""

    request_queue_size = 128


class Line:
    """A line that can be told to fail; in front of the application."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.drop = self.trouble = False

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/__line__/"):
            self.drop, self.trouble = path.endswith("/drop"), path.endswith("/trouble")
            start("204 No Content", [])
            return []
        if path == "/__rows__/":
            start("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(counted()).encode()]
        if self.trouble and path == "/field/tasks":
            start("503 Service Unavailable", [])
            return []
        if self.drop and path == "/field/visits":
            self.drop = False
            # What the server did is done; the answer never leaves.
            list(self.application(environ, lambda *_: None))
            raise ConnectionAbortedError("the line failed after the visit was stored")
        answer: Iterable[bytes] = self.application(environ, start)
        return answer


def counted() -> dict[str, int]:
    """How much there is of what phones send."""
    from fangpin.casework.cases.models import Case, Clue, Visit

    return {
        "visits": Visit.objects.count(),
        "cases": Case.objects.count(),
        "clues": Clue.objects.count(),
    }


def main(home: Path, port: int | None) -> None:
    """Make the home's database when it has none, then serve until killed; without a port only the
    former, with passwords that any server reads."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="fangpin.web.settings",
        FANGPIN_HOME=str(home),
        FANGPIN_PACK="cn_hunan_chenzhou",
        FANGPIN_CLOCK="2020-12-14",
        FANGPIN_DEMO="1",
    )
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    if port is not None:
        # Invented accounts: nobody waits for a slow hash.
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "seeded").exists():
        from tests.field.seed import seed

        call_command("migrate", verbosity=0)
        with transaction.atomic():
            seed()
        (home / "seeded").touch()
    if port is None:
        return
    from fangpin.web.wsgi import application

    server = make_server("127.0.0.1", port, Line(application), Busy, Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
