"""SVG as text: elements, numbers and scales. Only classes carry looks, so the CSP holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

Number = int | float | Decimal
SMALLEST_SPAN = 1e-6
"""Below any figure that is ever drawn; a narrower axis has no readable steps."""


def px(value: Number) -> str:
    """A coordinate with at most one decimal and no trailing zero."""
    text = f"{float(value):.1f}"
    return text[:-2] if text.endswith(".0") else text


def element(name: str, *children: str, **attributes: str | Number | None) -> str:
    """One element; `class_` is class, other underscores become dashes, None is left out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        key = "class" if key == "class_" else key.replace("_", "-")
        text = value if isinstance(value, str) else px(value)
        parts.append(f"{key}={quoteattr(text)}")
    head = " ".join(parts)
    inner = "".join(children)
    return f"<{head}>{inner}</{name}>" if inner else f"<{head}/>"


def label(content: str, **attributes: str | Number | None) -> str:
    """A text element with escaped content."""
    return element("text", escape(content), **attributes)


def hint(content: str) -> str:
    """The words a pointer finds on its parent element."""
    return element("title", escape(content))


def link(href: str | None, *children: str) -> str:
    """Children inside a link; as they are when there is nowhere to go."""
    inner = "".join(children)
    return element("a", inner, href=href) if href else inner


def drawing(
    *children: str,
    width: Number,
    height: Number,
    title: str,
    description: str = "",
    class_: str = "chart",
    key: str,
) -> str:
    """A whole picture with its name and description for those who do not see it."""
    named = element("title", escape(title), id=f"{key}-title")
    labelled = f"{key}-title"
    if description:
        named += element("desc", escape(description), id=f"{key}-desc")
    return element(
        "svg",
        named,
        *children,
        class_=class_,
        viewBox=f"0 0 {px(width)} {px(height)}",
        role="group" if any("<a " in child for child in children) else "img",
        aria_labelledby=labelled,
        aria_describedby=f"{key}-desc" if description else None,
        preserveAspectRatio="xMidYMid meet",
    )


def decoration(*children: str, width: Number, height: Number, class_: str) -> str:
    """A picture that repeats a figure printed beside it; hidden from screen readers."""
    return element(
        "svg",
        *children,
        class_=class_,
        viewBox=f"0 0 {px(width)} {px(height)}",
        width=width,
        height=height,
        aria_hidden="true",
        focusable="false",
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to coordinates."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Number) -> float:
        """The coordinate of a value; the middle when the range is empty."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (float(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def ticks(low: Number, high: Number, *, about: int = 5, whole: bool = False) -> list[float]:
    """Round steps (1, 2, 2.5 or 5 times a power of ten) that cover low..high and touch zero.

    `whole`: of things that are counted, of which there is no half.
    """
    bottom, top = min(float(low), 0.0), max(float(high), 0.0)
    if top - bottom < SMALLEST_SPAN:
        return [0.0, 1.0]
    rough = max((top - bottom) / about, 1.0 if whole else 0.0)
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [power * factor for factor in (1, 2, 2.5, 5, 10)]
    step = next(one for one in steps if one >= rough * 0.999 and not (whole and one % 1))
    first, last = math.floor(bottom / step + 1e-9), math.ceil(top / step - 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def grouped(value: Number, decimals: int | None = None) -> str:
    """A number with thousand separators: 12,486 or 1,260.50; decimals None drops them."""
    number = Decimal(str(value))
    return f"{number:,.{decimals or 0}f}"


def text_width(content: str, size: float = 12) -> float:
    """A good guess of a text's width: a CJK glyph is one em wide, another about 0.54 em."""
    return sum(size if ord(sign) > 0x2E80 else size * 0.54 for sign in content)


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Path data through the points; empty for none."""
    return " ".join(
        f"{'M' if index == 0 else 'L'}{px(x)} {px(y)}" for index, (x, y) in enumerate(points)
    )
