"""Why this alert: one figure month by month against its threshold, the telling months strong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from fangpin.web.charts.axis import axis_width, foot, grid, month_name
from fangpin.web.charts.ledger import Line
from fangpin.web.charts.svg import (
    Scale,
    drawing,
    element,
    grouped,
    hint,
    label,
    text_width,
    ticks,
)

MOST_FIGURES = 6


def threshold_chart(
    *,
    months: Sequence[int],
    amounts: Sequence[Decimal | None],
    line: Line | None,
    telling: Collection[int],
    title: str,
    description: str,
    unknown_words: str,
    language: str,
    counted_words: str = "",
    width: float = 420,
    height: float = 190,
    key: str = "why",
) -> str:
    """Bars of one item; `telling` are the months that the rule counted, labelled with figures.

    Without a line, some months in a row up to the last are told under a brace: `counted_words`.
    """
    known = [value for value in amounts if value is not None]
    reach = [line.value] if line else []
    nothing = Decimal(0)
    steps = ticks(min([*known, nothing]), max([*known, *reach, Decimal(1)]), about=3)
    left = axis_width(steps)
    right = width - 4
    braced = counted_words if line is None and _is_run(months, telling) else ""
    y = Scale(steps[0], steps[-1], height - 28, 40 if braced else 18)
    slot = (right - left) / max(len(months), 1)
    x = Scale(0, 1, left + slot / 2, left + slot * 1.5)
    bar = min(slot * 0.58, 26)

    parts = [grid(steps, y, left=left, right=right)]
    for index, (month, amount) in enumerate(zip(months, amounts, strict=True)):
        name = month_name(month, language=language, with_year=True)
        if amount is None:
            parts.append(
                element(
                    "g",
                    hint(f"{name}\n{unknown_words}"),
                    label("?", x=x(index), y=y(0) - 5, class_="axis-text middle"),
                )
            )
            continue
        top, bottom = y(max(amount, nothing)), y(min(amount, nothing))
        tells = month in telling
        parts.append(
            element(
                "rect",
                hint(f"{name} {grouped(amount)}"),
                x=x(index) - bar / 2,
                y=top,
                width=bar,
                height=max(bottom - top, 0.6),
                class_="telling" if tells else "other-month",
            )
        )
    if line:
        heights = _weights(months, amounts, telling)
        parts.append(_threshold(line, y=y, left=left, right=right, heights=heights, slot=slot))
    for index, (month, amount) in enumerate(zip(months, amounts, strict=True)):
        if len(telling) > MOST_FIGURES and line is None:
            break  # all months tell: figures on every bar would only be noise
        if amount is not None and month in telling and slot >= text_width(grouped(amount), 12) - 2:
            parts.append(
                label(
                    grouped(amount),
                    x=x(index),
                    y=min(y(max(amount, nothing)), y(line.value) if line else height) - 6
                    if line and amount < line.value * Decimal("1.25")
                    else y(max(amount, nothing)) - 6,
                    class_="telling-text middle",
                )
            )
    if braced:
        first = len(months) - len(telling)
        tallest = max(amount or nothing for amount in amounts[first:])
        parts.append(
            _brace(braced, x(first) - bar / 2, x(len(months) - 1) + bar / 2, y(tallest) - 22)
        )
    every = 1 if slot >= (30 if language == "zh" else 34) else 2 if slot >= 16 else 3
    last = len(months) - 1
    marks = [
        (index, month_name(month, language=language), False)
        for index, month in enumerate(months)
        if (last - index) % every == 0
    ]
    parts.append(foot(marks, x, y=height - 8))
    return drawing(
        *parts, width=width, height=height, title=title, description=description, key=key
    )


def _is_run(months: Sequence[int], telling: Collection[int]) -> bool:
    """Whether some of the months, in a row up to the last one, tell; two at least."""
    count = len(telling)
    return 2 <= count < len(months) and sorted(telling) == list(months[-count:])


def _brace(words: str, start: float, end: float, at: float) -> str:
    """A brace over the bars from `start` to `end`, its words above and flush with its end."""
    path = f"M{start:.1f} {at + 5:.1f}V{at:.1f}H{end:.1f}V{at + 5:.1f}"
    return element("path", d=path, class_="brace") + label(
        words, x=end, y=at - 6, class_="telling-text end"
    )


def _weights(
    months: Sequence[int], amounts: Sequence[Decimal | None], telling: Collection[int]
) -> list[Decimal]:
    """How much each month is in the way of words: its height, and far more with its own figure."""
    tallest = max((amount for amount in amounts if amount is not None), default=Decimal(0))
    return [
        (amount or Decimal(0)) + (tallest * 10 if month in telling else 0)
        for month, amount in zip(months, amounts, strict=True)
    ]


def _threshold(
    line: Line, *, y: Scale, left: float, right: float, heights: Sequence[Decimal], slot: float
) -> str:
    """The dashed line; its words stand on the side where less is in their way."""
    at = y(line.value)
    wide = text_width(line.words, 12) + 8
    cover = max(1, round(wide / slot))
    on_right = max(heights[-cover:], default=Decimal(0)) < max(heights[:cover], default=Decimal(0))
    start = right - wide if on_right else left
    words = (
        label(line.words, x=right - 4, y=at - 6, class_="threshold-text end")
        if on_right
        else label(line.words, x=left + 4, y=at - 6, class_="threshold-text")
    )
    return (
        element("rect", x=start, y=at - 18, width=wide, height=16, rx=3, class_="plate")
        + element("line", x1=left, x2=right, y1=at, y2=at, class_="threshold")
        + words
    )
