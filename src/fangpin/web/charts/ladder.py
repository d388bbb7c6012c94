"""What each value of a threshold would have found: truly in need below, visited in vain above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fangpin.web.charts.axis import axis_width, grid
from fangpin.web.charts.svg import (
    Scale,
    drawing,
    element,
    hint,
    label,
    link,
    text_width,
    ticks,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One value: `mark` is a second line under it, for the value in force and the one tried."""

    words: str
    true: int
    others: int
    said: str
    """What a pointer finds on the bar."""
    href: str | None = None
    mark: str = ""
    is_tried: bool = False


def ladder_chart(
    *,
    rungs: Sequence[Rung],
    title: str,
    description: str,
    width: float = 720,
    height: float = 300,
    key: str = "ladder",
) -> str:
    """One bar a value, in order of value; each leads to its own trial."""
    steps = ticks(0, max([*(rung.true + rung.others for rung in rungs), 4]), about=4, whole=True)
    left = axis_width(steps)
    right = width - 4
    y = Scale(steps[0], steps[-1], height - 46, 12)
    slot = (right - left) / max(len(rungs), 1)
    x = Scale(0, 1, left + slot / 2, left + slot * 1.5)
    bar = min(slot * 0.66, 34)
    widest = max((text_width(rung.words, 13) for rung in rungs), default=0)
    every = 1 if widest + 6 <= slot else 2
    parts = [grid(steps, y, left=left, right=right)]
    for index, rung in enumerate(rungs):
        tone = " is-tried" if rung.is_tried else " is-present" if rung.mark else ""
        pieces = [
            element(
                "rect",
                x=x(index) - bar / 2,
                y=y(top),
                width=bar,
                height=y(bottom) - y(top),
                class_=f"rung-{name}{tone}",
            )
            for name, bottom, top in (
                ("true", 0, rung.true),
                ("other", rung.true, rung.true + rung.others),
            )
            if top > bottom
        ]
        # The whole slot can be hit: the bar of a rare value is a few pixels high.
        reach = element(
            "rect", x=x(index) - slot / 2, y=12, width=slot, height=height - 14, class_="reach"
        )
        words = ""
        if rung.mark or (index % every == 0 and not _stands_in_the_way(rungs, index, every)):
            strong = " strong" if rung.mark else ""
            words = label(rung.words, x=x(index), y=height - 28, class_=f"axis-text middle{strong}")
        if rung.mark:
            words += label(rung.mark, x=x(index), y=height - 10, class_="rung-mark middle")
        column = element("g", hint(rung.said), reach, *pieces, words, class_="column")
        parts.append(link(rung.href, column))
    parts.append(element("line", x1=left, x2=right, y1=y(0), y2=y(0), class_="axis-zero"))
    return drawing(
        *parts, width=width, height=height, title=title, description=description, key=key
    )


def _stands_in_the_way(rungs: Sequence[Rung], index: int, every: int) -> bool:
    """Whether a marked neighbour needs the room of this value's words."""
    if every == 1:
        return False
    near = rungs[max(index - 1, 0) : index + 2]
    return any(one.mark for one in near)
