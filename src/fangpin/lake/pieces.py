"""Work that would not fit into memory at once is done for some households after the others."""

from __future__ import annotations

_BITS = 60
"""Of a reference: the first of a digest, so that households are evenly spread over them."""


def pieces(count: int) -> list[str]:
    """`count` SQL conditions on household_ref, in its order: each holds for about as many households.

    Whatever the references are, every household is in exactly one piece.
    """
    limits = [place * (1 << _BITS) // count for place in range(1, count)]
    found = []
    for low, high in zip([None, *limits], [*limits, None], strict=True):
        tests = [] if low is None else [f"household_ref >= {low}"]
        tests += [] if high is None else [f"household_ref < {high}"]
        found.append(" AND ".join(tests) or "TRUE")
    return found
