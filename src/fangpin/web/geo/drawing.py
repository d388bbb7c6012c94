"""The map of a division: an installation's own base map, else our schematic, else a grid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from fangpin.web.charts.svg import drawing, element, hint, label, link, px, text_width
from fangpin.web.geo.base_map import base_map_shapes
from fangpin.web.geo.hexagons import Point, Shape, cells_of, honeycomb, outlines
from fangpin.web.geo.ramp import legend_of, shade_of, steps_of

SCHEMATICS = Path(__file__).parent / "schematic"
WIDTH, HEIGHT, MARGIN = 560.0, 500.0, 8.0


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A drawn map. `legend` is (shade, from, to) from the highest down."""

    svg: str
    legend: list[tuple[int, float | None, float | None]]
    is_schematic: bool


def map_of(
    *,
    division: str,
    names: Mapping[str, str],
    values: Mapping[str, float | None],
    hrefs: Mapping[str, str],
    title: str,
) -> MapPicture:
    """Shade the divisions named by their values; each leads to its href."""
    shapes, is_schematic = _shapes(division, tuple(names))
    limits = steps_of(values.values())
    parts = []
    words = []
    fitted = {code: shape for code, shape in _fitted(shapes).items() if code in names}
    shown = _shown_names(names, fitted)
    for code, shape in fitted.items():
        shade = shade_of(values.get(code), limits)
        tone = "none" if shade is None else str(shade)
        figure = "—" if values.get(code) is None else f"{values[code]:.1f}"
        path = " ".join(
            "M" + " L".join(f"{px(x)} {px(y)}" for x, y in ring) + " Z" for ring in shape.rings
        )
        parts.append(
            link(
                hrefs.get(code),
                hint(f"{names[code]} {figure}"),
                element("path", d=path, class_=f"tile ramp-{tone}", data_division=code),
            )
        )
        words.append(_words(shown[code], figure, shape, on_dark=(shade or 0) >= 4))
    svg = drawing(
        *parts,
        element("g", *words, aria_hidden="true"),
        width=WIDTH,
        height=HEIGHT,
        title=title,
        class_="chart map",
        key="map",
    )
    return MapPicture(svg=svg, legend=legend_of(limits), is_schematic=is_schematic)


def _shapes(division: str, codes: tuple[str, ...]) -> tuple[dict[str, Shape], bool]:
    """The best shapes there are, and whether they are only a schematic."""
    own = base_map_shapes(home=settings.FANGPIN.home, division=division)
    if own is not None and set(codes) <= own.keys():
        return own, False
    made = _schematic(division)
    if made is not None and set(codes) <= made.keys():
        return made, True
    room = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    return outlines(honeycomb(sorted(codes), room=room), side=30), True


@lru_cache(maxsize=64)
def _schematic(division: str) -> dict[str, Shape] | None:
    file = SCHEMATICS / f"{division}.json"
    if not division.isalnum() or not file.is_file():
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    return outlines(cells_of(content["rows"], content["tiles"]), side=15)


def _fitted(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Shapes moved and scaled into the drawing, never larger than is comely for few tiles."""
    points = [point for shape in shapes.values() for ring in shape.rings for point in ring]
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    low_y, high_y = min(y for _, y in points), max(y for _, y in points)
    scale = min(
        (WIDTH - 2 * MARGIN) / max(high_x - low_x, 1e-9),
        (HEIGHT - 2 * MARGIN) / max(high_y - low_y, 1e-9),
    )
    scale = min(scale, 104 / max(min(shape.width for shape in shapes.values()), 1e-9))
    move_x = (WIDTH - (high_x - low_x) * scale) / 2 - low_x * scale
    move_y = (HEIGHT - (high_y - low_y) * scale) / 2 - low_y * scale

    def moved(point: Point) -> Point:
        return point[0] * scale + move_x, point[1] * scale + move_y

    return {
        code: Shape(
            rings=tuple(tuple(moved(point) for point in ring) for ring in shape.rings),
            centre=moved(shape.centre),
            width=shape.width * scale,
        )
        for code, shape in shapes.items()
    }


def _shown_names(names: Mapping[str, str], shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Names as they stand on the map: without their last word where the whole would not fit."""
    if all(_fits(names[code], shape) for code, shape in shapes.items()):
        return dict(names)
    return {code: name.rsplit(" ", 1)[0] for code, name in names.items()}


def _fits(name: str, shape: Shape) -> bool:
    return text_width(name, 13) <= shape.width + 6


def _lines(name: str, shape: Shape) -> list[str]:
    """A name in one line or two of about the same length; none where two do not fit."""
    if _fits(name, shape):
        return [name]
    middle = (len(name) + 1) // 2
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if spaces:
        middle = min(spaces, key=lambda place: abs(place - middle))
    halves = [name[:middle], name[middle:].lstrip()]
    return halves if all(_fits(half, shape) for half in halves) else []


def _words(name: str, figure: str, shape: Shape, *, on_dark: bool) -> str:
    """Name and figure where there is room; a name that does not fit is left to the pointer."""
    x, y = shape.centre
    tone = " on-dark" if on_dark else ""
    if text_width(figure, 12.5) > shape.width + 14:
        return ""
    lines = _lines(name, shape)
    top = y + 4 - 8 * len(lines)
    return "".join(
        label(line, x=x, y=top + 16 * place, class_=f"tile-name middle{tone}")
        for place, line in enumerate(lines)
    ) + label(figure, x=x, y=top + 16 * len(lines), class_=f"tile-value middle{tone}")
