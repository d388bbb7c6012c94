"""What offices write where a person's name belongs and nobody has one yet: it tells nobody.

The words are the pack's (`registry.no_names`), for they are words of a language.
"""

from __future__ import annotations

from fangpin.feeds.cells.shapes import literal
from fangpin.policy.models.header import Registry
from fangpin.values.text import name_key


def is_no_name_sql(registry: Registry, key: str) -> str:
    """Whether a name in its one form (`name_key`) is none; of NULL NULL or FALSE."""
    told = registry.no_names
    if told is None:
        return "FALSE"
    words = ", ".join(literal(name_key(word)) for word in told.words)
    tests = [f"{key} IN ({words})"] if words else []
    tests += [f"ends_with({key}, {literal(name_key(ending))})" for ending in told.endings]
    return f"({' OR '.join(tests)})" if tests else "FALSE"
