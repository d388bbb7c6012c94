"""`fangpin` in a process of its own: a mother whose children run one command each."""

from __future__ import annotations

import os
import sys

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
    import fangpin.cli.main  # noqa: F401  (read before anything is forked)

    serve_forks(do)
