"""From figures to shades of one hue; place shading is never read as severity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

SHADES = 6


def steps_of(values: Iterable[float | None]) -> list[float]:
    """At most five round limits between the shades, low to high; empty for fewer than two values.

    Limits are evenly spaced and round, so that a legend can be read: 6, 8, 10, 12, 14.
    """
    known = sorted(value for value in values if value is not None)
    if not known or known[0] == known[-1]:
        return []
    span = known[-1] - known[0]
    power = 10.0 ** math.floor(math.log10(span / (SHADES - 1)))
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = power * factor
        first = math.floor(known[0] / step) + 1
        limits = [round((first + index) * step, 6) for index in range(SHADES)]
        limits = [limit for limit in limits if limit <= known[-1]]
        if len(limits) < min(SHADES, len(set(known))):
            return limits
    return [round((known[0] + known[-1]) / 2, 6)]


def shade_of(value: float | None, limits: Sequence[float]) -> int | None:
    """The shade 0..5 of a value; None for an unknown one. The highest values are darkest."""
    if value is None:
        return None
    above = sum(value >= limit for limit in limits)
    if not limits:
        return 2
    return round(above * (SHADES - 1) / len(limits))


def legend_of(limits: Sequence[float]) -> list[tuple[int, float | None, float | None]]:
    """(shade, from, to) from the highest down; None is open."""
    if not limits:
        return []
    bounds: list[float | None] = [None, *limits, None]
    rows = [
        (round(index * (SHADES - 1) / len(limits)), bounds[index], bounds[index + 1])
        for index in range(len(bounds) - 1)
    ]
    return rows[::-1]
