"""The nearest valid names to one that was written wrongly, as advice in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED = 12
_LIKENESS = 0.6


def nearest(*, written: Iterable[str], valid: Iterable[str]) -> list[str]:
    """Those of what was written that look like a valid name, in their order."""
    names = list(valid)
    return [one for one in written if get_close_matches(one, names, n=1, cutoff=_LIKENESS)]


def advice(*, written: str, valid: Iterable[str]) -> tuple[str, str]:
    """What to write instead, (zh, en): the nearest names, else all when few, else the count."""
    names = sorted(set(valid))
    if not names:
        return "此处目前没有任何可用名称。", "There are no valid names here yet."
    near = get_close_matches(written, names, n=3, cutoff=_LIKENESS)
    if near:
        return f"您是不是想写：{'、'.join(near)}？", f"Did you mean: {', '.join(near)}?"
    if len(names) <= _LISTED:
        return f"可用名称：{'、'.join(names)}。", f"Valid names: {', '.join(names)}."
    shown = names[:_LISTED]
    return (
        f"可用名称共 {len(names)} 个，如：{'、'.join(shown)}。",
        f"There are {len(names)} valid names, such as: {', '.join(shown)}.",
    )
