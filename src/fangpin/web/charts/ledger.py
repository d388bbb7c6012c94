"""The household's ledger month by month: income up, expense down, the balance as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fangpin.web.charts.axis import axis_width, foot, grid, month_marks, month_name
from fangpin.web.charts.svg import (
    Scale,
    drawing,
    element,
    grouped,
    hint,
    label,
    link,
    polyline,
    text_width,
    ticks,
)

Amounts = Sequence[Decimal | None]
HEAD = 48
"""Height of the strip at the top in which flags stand."""


@dataclass(frozen=True, slots=True)
class Band:
    """One branch of income or expense; amounts by month, None where it is unknown."""

    words: str
    amounts: Amounts
    tone: str
    """Class of its colour: `income-1` .. `income-4`, `expense-1` .. `expense-4`."""


@dataclass(frozen=True, slots=True)
class Line:
    """A threshold with its words."""

    value: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class Flag:
    """An alert raised in a month."""

    month: int
    numeral: str
    tone: str
    """Class of its severity's colour: `degree-1` .. `degree-4`."""
    words: str
    href: str | None = None


def balance_of(income: Sequence[Band], expense: Sequence[Band], index: int) -> Decimal | None:
    """Income less expense of one month over what is known; None when nothing is known."""
    came = [band.amounts[index] for band in income]
    went = [band.amounts[index] for band in expense]
    known = [value for value in came if value is not None]
    spent = [value for value in went if value is not None]
    if not known and not spent:
        return None
    return sum(known, Decimal(0)) - sum(spent, Decimal(0))


def ledger_chart(
    *,
    months: Sequence[int],
    income: Sequence[Band],
    expense: Sequence[Band],
    line: Line | None = None,
    flags: Sequence[Flag] = (),
    title: str,
    description: str,
    unknown_words: str,
    language: str,
    width: float = 740,
    height: float = 318,
    key: str = "ledger",
) -> str:
    """The picture of at most 36 months; months of which nothing is known are hatched."""
    count = len(months)
    balances = [balance_of(income, expense, index) for index in range(count)]
    stacks = [_stack(income, expense, index) for index in range(count)]
    highest = [top for _, _, top in (piece for stack in stacks for piece in stack)]
    lowest = [bottom for _, bottom, _ in (piece for stack in stacks for piece in stack)]
    reach = [line.value] if line else []
    known = [value for value in balances if value is not None]
    steps = ticks(
        min([*lowest, *known, Decimal(0)]), max([*highest, *known, *reach, Decimal(1)]), about=7
    )

    top_room = 34 if flags else 14
    left = axis_width(steps, absolute=True)
    right = width - 6
    y = Scale(steps[0], steps[-1], height - 30, top_room)
    slot = (right - left) / max(count, 1)
    x = Scale(0, 1, left + slot / 2, left + slot * 1.5)
    bar = min(slot * 0.66, 34)

    parts = []
    if line:
        parts.append(_below(balances, line, x=x, y=y, slot=slot))
    parts.append(grid(steps, y, left=left, right=right, absolute=True))
    for index, stack in enumerate(stacks):
        if not stack and balances[index] is None:
            parts.append(_unknown(x(index), slot=slot, y=y, words=unknown_words))
            continue
        name = month_name(months[index], language=language, with_year=True)
        pieces = [
            element(
                "rect",
                x=x(index) - bar / 2,
                y=y(top),
                width=bar,
                height=max(y(bottom) - y(top), 0.6),
                class_=band.tone,
            )
            for band, bottom, top in stack
        ]
        said = "\n".join([name, *_said(income, expense, index)])
        parts.append(element("g", hint(said), *pieces))
    parts.append(element("line", x1=left, x2=right, y1=y(0), y2=y(0), class_="axis-zero"))
    for run in _runs(balances):
        points = [(x(index), y(balances[index] or 0)) for index in run]
        if len(points) == 1:
            (cx, cy) = points[0]
            parts.append(element("circle", cx=cx, cy=cy, r=3, class_="balance-dot"))
        else:
            parts.append(element("path", d=polyline(points), class_="balance-casing"))
            parts.append(element("path", d=polyline(points), class_="balance"))
    if line:
        parts.append(_threshold(line, y=y, left=left, right=right))
    for flag in flags:
        if flag.month in months:
            parts.append(_flag(flag, x(list(months).index(flag.month)), bottom=height - 30))
    parts.append(foot(month_marks(months, language=language), x, y=height - 8))
    return drawing(
        *parts, width=width, height=height, title=title, description=description, key=key
    )


def _stack(
    income: Sequence[Band], expense: Sequence[Band], index: int
) -> list[tuple[Band, Decimal, Decimal]]:
    """Pieces of one month as (band, bottom, top): what adds goes up, what takes away goes down."""
    up = down = Decimal(0)
    pieces = []
    for bands, sign in ((income, 1), (expense, -1)):
        for band in bands:
            amount = (band.amounts[index] or Decimal(0)) * sign
            if amount > 0:
                pieces.append((band, up, up + amount))
                up += amount
            elif amount < 0:
                pieces.append((band, down + amount, down))
                down += amount
    return pieces


def _said(income: Sequence[Band], expense: Sequence[Band], index: int) -> list[str]:
    lines = []
    for bands, sign in ((income, ""), (expense, "−")):
        for band in bands:
            amount = band.amounts[index]
            if amount:
                lines.append(f"{band.words} {sign}{grouped(amount)}")
    return lines


def _runs(values: Amounts) -> list[list[int]]:
    """Indexes of known values in unbroken runs: the line never bridges an unknown month."""
    runs: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(index)
    return [run for run in runs if run]


def _below(balances: Amounts, line: Line, *, x: Scale, y: Scale, slot: float) -> str:
    """A tint under the line for each run of months whose balance stays below it."""
    under = [value if value is not None and value < line.value else None for value in balances]
    parts = []
    for run in _runs(under):
        if len(run) > 1:
            parts.append(
                element(
                    "rect",
                    x=x(run[0]) - slot / 2,
                    y=y(line.value),
                    width=slot * len(run),
                    height=max(y(0) - y(line.value), 0),
                    class_="below-line",
                )
            )
    return "".join(parts)


def _unknown(x: float, *, slot: float, y: Scale, words: str) -> str:
    return element(
        "g",
        hint(words),
        element(
            "rect",
            x=x - slot / 2,
            y=y.end,
            width=slot,
            height=y.start - y.end,
            class_="unknown-month",
        ),
        label("?", x=x, y=y(0) - 8, class_="axis-text middle"),
    )


def _threshold(line: Line, *, y: Scale, left: float, right: float) -> str:
    at = y(line.value)
    wide = text_width(line.words, 12) + 12
    words = at + 17 if at < HEAD else at - 7  # at the top the flags need the room above
    return (
        element("line", x1=left, x2=right, y1=at, y2=at, class_="threshold")
        + element("rect", x=right - wide, y=words - 13, width=wide, height=17, rx=3, class_="plate")
        + label(line.words, x=right - 5, y=words, class_="threshold-text end")
    )


def _flag(flag: Flag, x: float, *, bottom: float) -> str:
    return link(
        flag.href,
        hint(flag.words),
        element("line", x1=x, x2=x, y1=24, y2=bottom, class_="flag-line"),
        element("circle", cx=x, cy=14, r=9.5, class_=f"flag {flag.tone}"),
        label(flag.numeral, x=x, y=18, class_=f"flag-text middle {flag.tone}"),
    )
