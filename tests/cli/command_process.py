"""`fangpin` in a process of its own: a mother whose children run one command each."""

from __future__ import annotations

import os
import sys
from functools import cache

import django

from tests.forking import serve_forks


def do(words: list[str]) -> None:
    """One command, in this process."""
    from fangpin.cli.entry import main

    sys.argv = ["fangpin", *words]
    main()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangpin.web.settings")
    django.setup()
    # Read before anything is forked: the program, and the pack of all these commands.
    from fangpin.cli import main, session  # noqa: F401

    session.load_pack = cache(session.load_pack)  # type: ignore[assignment]
    session.load_pack(session.Environment.read(os.environ).pack_directory)

    serve_forks(do)
