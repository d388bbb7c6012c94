"""Serve the invented prefecture: `python -m tests.web.serve HOME PORT` (0: any free port).

Prints the address once it answers. For looking at pages, and for the tests with a browser.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

HERE = Path(__file__).parent
POSTS = "R-CLEANERS"


class Server(ThreadingMixIn, WSGIServer):
    """One thread a request, as a browser expects."""

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """Does not write every request to the terminal."""

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


def offer_posts() -> None:
    """Posts of 宜章县, which nobody holds."""
    from fangpin.casework.measures.models import Resource

    Resource.objects.create(
        resource_no=POSTS,
        division="431022",
        measure="cleaner",
        title="村级保洁员",
        quota=6,
        monthly_amount=600,
        from_date=date(2020, 1, 1),
    )


def main(home: Path, port: int) -> None:
    """Make the home's database when it has none, then serve until killed."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="fangpin.web.settings",
        FANGPIN_HOME=str(home),
        FANGPIN_PACK=str(HERE / "packs" / "web_test"),
        FANGPIN_CLOCK="2020-12-14",
        FANGPIN_DEMO="1",
    )
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    # Invented accounts: nobody waits for a slow hash.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "casework.sqlite3").exists():
        from tests.web.seed import seed

        call_command("migrate", verbosity=0)
        with transaction.atomic():
            seed(home=home)
            offer_posts()
    from fangpin.web.wsgi import application

    server = make_server("127.0.0.1", port, application, Server, Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
