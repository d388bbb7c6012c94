"""Axes shared by the charts: horizontal grid with figures, months along the foot."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.values.month import Month
from fangpin.web.charts.svg import Number, Scale, element, grouped, label, text_width

_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_name(month: int, *, language: str, with_year: bool = False) -> str:
    """`4月` or `Apr`; with the year `2020年4月` or `Apr 2020`."""
    month = Month(month)
    if language == "en":
        name = _ENGLISH[month.number - 1]
        return f"{name} {month.year}" if with_year else name
    return f"{month.year}年{month.number}月" if with_year else f"{month.number}月"


def month_marks(
    months: Sequence[int], *, language: str, every: int = 3
) -> list[tuple[int, str, bool]]:
    """Which months are named at the foot: (index, words, is it a new year)."""
    marks = []
    for index, value in enumerate(months):
        month = Month(value)
        if month.number == 1:
            marks.append((index, str(month.year) if language == "en" else f"{month.year}年", True))
        elif (month.number - 1) % every == 0 or len(months) <= 2:
            marks.append((index, month_name(month, language=language), False))
    return marks


def axis_width(steps: Sequence[Number], *, absolute: bool = False) -> float:
    """Room that the figures beside the grid need."""
    words = (tick_words(step, steps, absolute=absolute) for step in steps)
    return max(text_width(word, 12) for word in words) + 10


def tick_words(value: Number, steps: Sequence[Number], *, absolute: bool = False) -> str:
    """One figure beside the grid, with decimals only where the steps need them."""
    shown = abs(float(value)) if absolute else float(value)
    fine = any(float(step) != int(float(step)) for step in steps)
    return grouped(shown, 1 if fine else 0)


def grid(
    steps: Sequence[Number], y: Scale, *, left: float, right: float, absolute: bool = False
) -> str:
    """Hairlines with their figures; the zero line is stronger."""
    parts = []
    for step in steps:
        at = y(step)
        parts.append(
            element(
                "line",
                x1=left,
                x2=right,
                y1=at,
                y2=at,
                class_="axis-zero" if step == 0 else "axis-line",
            )
        )
        parts.append(
            label(
                tick_words(step, steps, absolute=absolute),
                x=left - 8,
                y=at + 4,
                class_="axis-text end",
            )
        )
    return "".join(parts)


def foot(marks: Sequence[tuple[int, str, bool]], x: Scale, *, y: float) -> str:
    """The names of months under the bars."""
    return "".join(
        label(words, x=x(index), y=y, class_=f"axis-text middle{' strong' if strong else ''}")
        for index, words, strong in marks
    )
