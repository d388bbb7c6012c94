"""Small pictures beside a figure: trend lines and bars in tables. The figure itself is in words."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.web.charts.svg import Number, Scale, decoration, element, polyline


def sparkline(values: Sequence[Number | None], *, width: float = 76, height: float = 22) -> str:
    """A trend line with its last point; empty for fewer than two known values."""
    points = [(index, float(value)) for index, value in enumerate(values) if value is not None]
    if len(points) < 2:
        return ""
    low, high = min(value for _, value in points), max(value for _, value in points)
    x = Scale(0, len(values) - 1, 2, width - 4)
    y = Scale(low, high, height - 4, 4)
    path = [(x(index), y(value)) for index, value in points]
    last_x, last_y = path[-1]
    return decoration(
        element("path", d=polyline(path), class_="spark"),
        element("circle", cx=last_x, cy=last_y, r=2.2, class_="spark-end"),
        width=width,
        height=height,
        class_="sparkline",
    )


def stacked_bar(
    pieces: Sequence[tuple[str, Number]],
    *,
    whole: Number,
    width: float = 130,
    height: float = 10,
) -> str:
    """Pieces (class, value) side by side; `whole` is the value that fills the width."""
    scale = Scale(0, float(whole) or 1.0, 0, width)
    parts = []
    at = 0.0
    for tone, value in pieces:
        length = scale(value)
        if length > 0:
            parts.append(
                element(
                    "rect",
                    x=at,
                    y=0,
                    width=max(length - 1, 1),
                    height=height,
                    class_=tone,
                )
            )
            at += length
    return decoration(*parts, width=width, height=height, class_="inline-bar")
