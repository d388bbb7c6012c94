"""Outlines of divisions made of hexagons: the schematic map and the grid for any division."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Cell = tuple[int, int]
"""(line, place in the line); odd lines are moved right by half a hexagon."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One division's outline: closed rings, and where its words stand."""

    rings: tuple[tuple[Point, ...], ...]
    centre: Point
    width: float
    """Room for words at the centre."""


def cells_of(rows: Sequence[str], letters: Mapping[str, str]) -> dict[str, list[Cell]]:
    """Division -> its cells, from lines of letters; dots are empty."""
    found: dict[str, list[Cell]] = {}
    for line, row in enumerate(rows):
        for place, letter in enumerate(row):
            if letter in letters:
                found.setdefault(letters[letter], []).append((line, place))
    return found


def honeycomb(codes: Sequence[str], *, room: tuple[float, float]) -> dict[str, list[Cell]]:
    """One cell a division, in the order given, as large as a picture of this width and height lets."""

    def size(columns: int) -> float:
        lines = math.ceil(len(codes) / columns)
        broad = (columns + (0.5 if lines > 1 else 0.0)) * math.sqrt(3)
        return min(room[0] / broad, room[1] / (1.5 * lines + 0.5))

    columns = max(range(1, max(len(codes), 1) + 1), key=size)
    return {code: [divmod(index, columns)] for index, code in enumerate(codes)}


def outlines(cells: Mapping[str, Iterable[Cell]], *, side: float) -> dict[str, Shape]:
    """The outline of every division; `side` is the length of a hexagon's edge."""
    return {code: _shape(list(own), side) for code, own in cells.items()}


def _corners(cell: Cell, side: float) -> list[Point]:
    cx, cy = _middle(cell, side)
    return [
        (
            round(cx + side * math.sin(math.radians(60 * turn)), 1),
            round(cy - side * math.cos(math.radians(60 * turn)), 1),
        )
        for turn in range(6)
    ]


def _middle(cell: Cell, side: float) -> Point:
    line, place = cell
    pitch = side * math.sqrt(3)
    return (place + (0.5 if line % 2 else 0.0)) * pitch, line * side * 1.5


def _shape(cells: list[Cell], side: float) -> Shape:
    edges: dict[tuple[Point, Point], None] = {}
    for cell in cells:
        corners = _corners(cell, side)
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            inner = _near(edges, end, start)
            if inner:
                del edges[inner]
            else:
                edges[(start, end)] = None
    centre, width = _roomiest(cells, side)
    return Shape(rings=tuple(_rings(list(edges))), centre=centre, width=width)


def _near(
    edges: Mapping[tuple[Point, Point], None], start: Point, end: Point
) -> tuple[Point, Point] | None:
    """The edge already there between these corners, allowing for rounding."""
    if (start, end) in edges:
        return start, end
    for edge in edges:
        if math.dist(edge[0], start) < 0.5 and math.dist(edge[1], end) < 0.5:
            return edge
    return None


def _rings(edges: list[tuple[Point, Point]]) -> list[tuple[Point, ...]]:
    rings = []
    while edges:
        start, at = edges.pop(0)
        ring = [start]
        while math.dist(at, start) >= 0.5:
            following = min(edges, key=lambda edge: math.dist(edge[0], at))
            edges.remove(following)
            ring.append(following[0])
            at = following[1]
        rings.append(tuple(ring))
    return rings


def _roomiest(cells: list[Cell], side: float) -> tuple[Point, float]:
    """The middle of the longest run of cells near the division's own middle, and its width."""
    middles = [_middle(cell, side) for cell in cells]
    centre_y = sum(y for _, y in middles) / len(middles)
    centre_x = sum(x for x, _ in middles) / len(middles)
    pitch = side * math.sqrt(3)
    best: tuple[float, Point, float] | None = None
    for line in {cell[0] for cell in cells}:
        for run in _runs(sorted(place for row, place in cells if row == line)):
            left, right = _middle((line, run[0]), side)[0], _middle((line, run[-1]), side)[0]
            y = line * side * 1.5
            middle = ((left + right) / 2, y)
            cost = math.dist(middle, (centre_x, centre_y)) - len(run) * pitch * 0.75
            if best is None or cost < best[0]:
                best = (cost, middle, len(run) * pitch)
    assert best is not None
    return best[1], best[2]


def _runs(places: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
