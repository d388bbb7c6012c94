"""Where the program begins: even a misspelt setting is told in two languages, not as a trace."""

from __future__ import annotations

import sys

from fangpin.values.problem import ProblemError

REFUSED = 3


def main() -> None:
    """Run one command. Settings are read when the commands are imported, so that is guarded too."""
    try:
        from fangpin.cli.main import main as run
    except ProblemError as error:
        from fangpin.cli.output import print_problems

        print_problems(error.problems, as_json="--json" in sys.argv)
        sys.exit(REFUSED)
    run()
