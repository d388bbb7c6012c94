"""The scope of commands: whoever runs them on the machine sees the installation, or a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangpin.cli.session import Session

if TYPE_CHECKING:
    from fangpin.casework.officials.scope import Scope


def operator_scope(session: Session, division: str | None) -> Scope:
    """All divisions of the pack, or one subtree. Raises ProblemError for an unknown division."""
    from fangpin.casework.officials.scope import Scope, narrow_to

    roots = tuple(row.code for row in session.pack.divisions.children(None))
    whole = Scope(official="operator", name="operator", role="operator", divisions=roots)
    if division is None:
        return whole
    session.pack.divisions.get(division)
    return narrow_to(whole, division)
