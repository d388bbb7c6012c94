"""An installation's own approved base map: GeoJSON in FANGPIN_HOME/map/, drawn when present.

No boundary data comes with the program: a public map needs an approved base map, and its licence
is the installation's. `import_map` checks a file and puts it in place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from fangpin.values.files import published_file
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.geo.hexagons import Point, Shape

CODE_PROPERTIES = ("code", "adcode", "division", "division_code", "id")
_GRAIN = 0.0015
"""Degrees that points are rounded to (about 150 m): equal borders stay equal, files get small."""


def import_map(*, source: Path, home: Path, division: str, children: Collection[str]) -> Path:
    """Put a GeoJSON of a division's children in place; returns the file written.

    Each feature names its division by one of CODE_PROPERTIES or by its id; codes may be padded with zeros.
    Raises ProblemError for a file that is no GeoJSON or that lacks a child; nothing is written.
    """
    where = source.name
    try:
        content = json.loads(source.read_text(encoding="utf-8"))
        features = content["features"]
        shapes = dict(_features(features, children))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ProblemError(
            Problem(
                "MAP_NOT_GEOJSON",
                where,
                f"不是可读的 GeoJSON（{type(error).__name__}）；应为含 Polygon 的 FeatureCollection",
                f"no readable GeoJSON ({type(error).__name__}); expected a FeatureCollection of "
                "polygons",
                "用 GIS 软件按经纬度（WGS84 或 CGCS2000）导出 GeoJSON",
                "export GeoJSON in degrees (WGS84 or CGCS2000) from your GIS",
            )
        ) from error
    missing = sorted(set(children) - shapes.keys())
    if missing:
        raise ProblemError(
            Problem(
                "MAP_DIVISION_MISSING",
                where,
                f"缺少区划 {'、'.join(missing)}；属性 {'、'.join(CODE_PROPERTIES)} 之一应为代码",
                f"divisions {', '.join(missing)} are missing; one of the properties "
                f"{', '.join(CODE_PROPERTIES)} must hold the code",
                "补上这些区划，或改正代码",
                "add these divisions or correct their codes",
                {"missing": missing},
            )
        )
    target = home / "map" / f"{division}.geojson"
    kept = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[list(point) for point in ring] for ring in rings],
                },
            }
            for code, rings in sorted(shapes.items())
        ],
    }
    with published_file(target) as temporary:
        temporary.write_text(json.dumps(kept, separators=(",", ":")), encoding="utf-8")
    return target


def base_map_shapes(*, home: Path, division: str) -> dict[str, Shape] | None:
    """Division -> outline in plane units, north up; None when the installation has no such map."""
    file = home / "map" / f"{division}.geojson"
    if not division.isalnum() or not file.is_file():
        return None
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(file: Path, _changed: int) -> dict[str, Shape]:
    content = json.loads(file.read_text(encoding="utf-8"))
    rings_of = {
        feature["properties"]["code"]: feature["geometry"]["coordinates"]
        for feature in content["features"]
    }
    latitudes = [y for rings in rings_of.values() for ring in rings for _, y in ring]
    squeeze = math.cos(math.radians(sum(latitudes) / len(latitudes)))
    return {
        code: _shape([[(x * squeeze * 1000, -y * 1000) for x, y in ring] for ring in rings])
        for code, rings in rings_of.items()
    }


def _features(
    features: list[Any], children: Collection[str]
) -> Iterator[tuple[str, list[list[Point]]]]:
    for feature in features:
        properties = {"id": feature.get("id", ""), **feature["properties"]}
        written = next((str(properties[key]) for key in CODE_PROPERTIES if key in properties), "")
        code = next((child for child in children if _same(child, written)), None)
        if code is None:
            continue
        geometry = feature["geometry"]
        polygons = (
            [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        )
        rings = [_rounded(ring) for polygon in polygons for ring in polygon]
        yield code, [ring for ring in rings if len(ring) >= 4]


def _same(child: str, written: str) -> bool:
    return bool(written) and written.startswith(child) and not written[len(child) :].strip("0")


def _rounded(ring: list[Any]) -> list[Point]:
    points: list[Point] = []
    for position in ring:
        point = (
            round(round(float(position[0]) / _GRAIN) * _GRAIN, 4),
            round(round(float(position[1]) / _GRAIN) * _GRAIN, 4),
        )
        if not points or points[-1] != point:
            points.append(point)
    return points


def _shape(rings: list[list[Point]]) -> Shape:
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    centre, width = _middle(largest)
    return Shape(rings=tuple(tuple(ring) for ring in rings), centre=centre, width=width)


def _area(ring: list[Point]) -> float:
    return (
        sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True))
        / 2
    )


def _middle(ring: list[Point]) -> tuple[Point, float]:
    """The middle of the widest of some level cuts: always inside, where words have room."""
    low, high = min(y for _, y in ring), max(y for _, y in ring)
    best: tuple[float, Point, float] | None = None
    for step in range(4, 17):
        y = low + (high - low) * step / 20
        crossings = sorted(
            ax + (y - ay) / (by - ay) * (bx - ax)
            for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True)
            if (ay <= y < by) or (by <= y < ay)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            off_centre = abs(step - 10) / 20 * (high - low)
            worth = (right - left) - off_centre
            if best is None or worth > best[0]:
                best = (worth, ((left + right) / 2, y), right - left)
    if best is None:
        xs = [x for x, _ in ring]
        return ((min(xs) + max(xs)) / 2, (low + high) / 2), max(xs) - min(xs)
    return best[1], best[2]
