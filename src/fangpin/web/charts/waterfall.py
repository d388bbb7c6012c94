"""How parts add up to a whole: one bar a part, each beginning where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fangpin.web.charts.svg import Scale, drawing, element, hint, label, text_width, ticks

_ROW, _BAR, _FOOT = 30, 16, 30


@dataclass(frozen=True, slots=True)
class Part:
    """One part with its words; above 0 it tells for, below 0 against."""

    words: str
    value: float


def waterfall_chart(
    *,
    parts: Sequence[Part],
    total: Part,
    against: str,
    in_favour: str,
    title: str,
    description: str,
    width: float = 640,
    key: str = "parts",
) -> str:
    """The parts from top to bottom and their sum; zero is a strong line with words on both sides."""
    reach = [0.0]
    for part in parts:
        reach.append(reach[-1] + part.value)
    steps = ticks(min(*reach, total.value), max(*reach, total.value), about=6)
    left = max(text_width(part.words, 13) for part in (*parts, total)) + 14
    x = Scale(steps[0], steps[-1], left, width - 52)
    height = _ROW * (len(parts) + 1) + _FOOT
    drawn = [
        element(
            "line",
            x1=x(step),
            x2=x(step),
            y1=0,
            y2=height - _FOOT,
            class_="axis-zero" if step == 0 else "axis-line",
        )
        for step in steps
    ]
    start = 0.0
    for place, part in enumerate(parts):
        drawn.append(_bar(part, start, x, place, left))
        start += part.value
    drawn.append(_bar(total, 0.0, x, len(parts), left, is_total=True))
    foot = height - 8
    if text_width(against, 12) < x(0) - left - 8:
        drawn.append(label(f"← {against}", x=x(0) - 8, y=foot, class_="axis-text end"))
    if text_width(in_favour, 12) < width - x(0) - 8:
        drawn.append(label(f"{in_favour} →", x=x(0) + 8, y=foot, class_="axis-text"))
    return drawing(
        *drawn,
        width=width,
        height=height,
        title=title,
        description=description,
        class_="chart waterfall",
        key=key,
    )


def signed(value: float) -> str:
    """+3.2 or −1.0."""
    return f"{value:+.1f}".replace("-", "−")


def _bar(
    part: Part, start: float, x: Scale, place: int, left: float, *, is_total: bool = False
) -> str:
    top = place * _ROW + (_ROW - _BAR) / 2
    low, high = sorted((start, start + part.value))
    tone = "for" if part.value >= 0 else "against"
    # The figure stands at the end to which the part leads.
    ends_right = part.value >= 0
    at = x(high) + 6 if ends_right else x(low) - 6
    if not ends_right and at - text_width(signed(part.value), 12) < left:
        at, ends_right = x(high) + 6, True
    return element(
        "g",
        hint(f"{part.words} {signed(part.value)}"),
        label(
            part.words,
            x=left - 10,
            y=top + _BAR - 3.5,
            class_="part-name end strong" if is_total else "part-name end",
        ),
        element(
            "rect",
            x=x(low),
            y=top,
            width=max(x(high) - x(low), 1.5),
            height=_BAR,
            rx=2,
            class_=f"{tone} total" if is_total else tone,
        ),
        label(
            signed(part.value),
            x=at,
            y=top + _BAR - 3.5,
            class_="axis-text" if ends_right else "axis-text end",
        ),
    )
