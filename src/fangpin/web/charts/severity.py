"""How many alerts were raised each month, stacked by severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fangpin.web.charts.axis import axis_width, foot, grid, month_marks, month_name
from fangpin.web.charts.svg import Scale, drawing, element, grouped, hint, link, ticks


@dataclass(frozen=True, slots=True)
class Degree:
    """One severity: its code and words, the gentlest first so that red crowns the bar."""

    code: str
    words: str
    tone: str
    """Class of its colour: `degree-1` (the most urgent) .. `degree-4`."""


def severity_chart(
    *,
    months: Sequence[int],
    counts: Sequence[Mapping[str, int]],
    degrees: Sequence[Degree],
    title: str,
    description: str,
    language: str,
    hrefs: Sequence[str | None] = (),
    width: float = 560,
    height: float = 260,
    key: str = "trend",
) -> str:
    """One bar a month, one piece a severity; each bar leads to its alerts."""
    totals = [sum(month.get(degree.code, 0) for degree in degrees) for month in counts]
    steps = ticks(0, max([*totals, 4]), about=4, whole=True)
    left = axis_width(steps)
    right = width - 4
    y = Scale(steps[0], steps[-1], height - 28, 12)
    slot = (right - left) / max(len(months), 1)
    x = Scale(0, 1, left + slot / 2, left + slot * 1.5)
    bar = min(slot * 0.64, 36)
    parts = [grid(steps, y, left=left, right=right)]
    for index, month in enumerate(counts):
        base = 0
        pieces = []
        lines = [
            f"{month_name(months[index], language=language, with_year=True)} "
            f"{grouped(totals[index])}"
        ]
        for degree in degrees:
            amount = month.get(degree.code, 0)
            if amount:
                pieces.append(
                    element(
                        "rect",
                        x=x(index) - bar / 2,
                        y=y(base + amount),
                        width=bar,
                        height=y(base) - y(base + amount),
                        class_=f"piece {degree.tone}",
                    )
                )
                lines.append(f"{degree.words} {grouped(amount)}")
                base += amount
        if pieces:
            href = hrefs[index] if index < len(hrefs) else None
            parts.append(link(href, element("g", hint("\n".join(lines)), *pieces, class_="column")))
    parts.append(element("line", x1=left, x2=right, y1=y(0), y2=y(0), class_="axis-zero"))
    parts.append(foot(month_marks(months, language=language), x, y=height - 8))
    return drawing(
        *parts, width=width, height=height, title=title, description=description, key=key
    )
