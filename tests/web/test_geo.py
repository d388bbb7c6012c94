"""The schematic, the grid for any division, and an installation's own base map."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

from fangpin.values.problem import ProblemError
from fangpin.web.charts.svg import text_width
from fangpin.web.geo.base_map import base_map_shapes, import_map
from fangpin.web.geo.drawing import map_of
from fangpin.web.geo.hexagons import cells_of, honeycomb, outlines
from fangpin.web.geo.ramp import SHADES, legend_of, shade_of, steps_of

COUNTIES = (
    "431002",
    "431003",
    "431021",
    "431022",
    "431023",
    "431024",
    "431025",
    "431026",
    "431027",
    "431028",
    "431081",
)


def drawn(codes: tuple[str, ...], *, division: str = "4310") -> Any:
    return map_of(
        division=division,
        names={code: f"县{code}" for code in codes},
        values={code: float(place) for place, code in enumerate(codes)},
        hrefs={code: f"#d{code}" for code in codes},
        title="地图",
    )


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, home=tmp_path)
    return tmp_path


def test_the_schematic_draws_every_county_once_and_says_what_it_is(home: Path) -> None:
    picture = drawn(COUNTIES)
    assert picture.is_schematic
    assert picture.svg.count("data-division=") == len(COUNTIES)
    assert all(f"#d{code}" in picture.svg for code in COUNTIES)


def test_any_other_division_gets_a_grid(home: Path) -> None:
    codes = tuple(f"431022{place:03d}" for place in range(19))
    picture = drawn(codes, division="431022")
    assert picture.is_schematic
    assert picture.svg.count("data-division=") == 19


def test_neighbouring_cells_of_a_division_become_one_outline() -> None:
    shapes = outlines(cells_of(["AA.", "A.."], {"A": "one"}), side=10)
    [ring] = shapes["one"].rings
    assert len(ring) == 3 * 6 - 3 * 2


@given(strategies.integers(1, 80))
def test_a_honeycomb_gives_each_its_own_cell(count: int) -> None:
    cells = honeycomb([str(place) for place in range(count)], room=(544, 484))
    assert len({cell for own in cells.values() for cell in own}) == count


def test_the_darkest_shade_is_the_highest_value() -> None:
    limits = steps_of([1.4, 2.1, 3.5, 4.2, 5.6, None])
    assert limits == sorted(limits)
    assert shade_of(5.6, limits) == SHADES - 1
    assert shade_of(1.4, limits) == 0
    assert shade_of(None, limits) is None
    assert [row[0] for row in legend_of(limits)] == sorted(
        (row[0] for row in legend_of(limits)), reverse=True
    )


@given(strategies.lists(strategies.floats(0, 1e6), min_size=1, max_size=40))
def test_shades_never_leave_the_ramp_and_keep_the_order(values: list[float]) -> None:
    limits = steps_of(values)
    shades = [shade_of(value, limits) for value in sorted(values)]
    assert all(shade is not None and 0 <= shade < SHADES for shade in shades)
    assert shades == sorted(shades)  # type: ignore[type-var]


def square(code: str, west: float) -> dict[str, Any]:
    ring = [[west, 25], [west + 1, 25], [west + 1, 26], [west, 26], [west, 25]]
    return {
        "type": "Feature",
        "properties": {"adcode": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_an_installations_own_map_is_drawn_instead(home: Path) -> None:
    source = home / "ours.geojson"
    content = {
        "type": "FeatureCollection",
        "features": [square("431002", 112), square("431003", 113)],
    }
    source.write_text(json.dumps(content), encoding="utf-8")
    written = import_map(source=source, home=home, division="4310", children=["431002", "431003"])
    assert written == home / "map" / "4310.geojson"
    picture = drawn(("431002", "431003"))
    assert not picture.is_schematic
    assert picture.svg.count("data-division=") == 2


@pytest.mark.parametrize("content", ["no json", "[]", '{"features": [{"properties": {}}]}'])
def test_a_file_that_is_no_map_is_refused_and_nothing_is_written(home: Path, content: str) -> None:
    source = home / "bad.geojson"
    source.write_text(content, encoding="utf-8")
    with pytest.raises(ProblemError):
        import_map(source=source, home=home, division="4310", children=["431002"])
    assert not (home / "map").exists()


def test_a_map_without_one_of_the_divisions_names_it(home: Path) -> None:
    source = home / "half.geojson"
    source.write_text(
        json.dumps({"type": "FeatureCollection", "features": [square("431002", 112)]}),
        encoding="utf-8",
    )
    with pytest.raises(ProblemError) as raised:
        import_map(source=source, home=home, division="4310", children=["431002", "431081"])
    assert "431081" in raised.value.problems[0].en


def test_a_real_map_of_counties_keeps_its_borders_together(home: Path, repository: Path) -> None:
    source = repository.parent / "shared" / "data" / "geo" / "echarts_chenzhou_counties.geojson"
    if not source.is_file():
        pytest.skip("no map of real counties lies beside this checkout")
    import_map(source=source, home=home, division="4310", children=COUNTIES)
    shapes = base_map_shapes(home=home, division="4310")
    assert shapes is not None
    assert set(shapes) == set(COUNTIES)
    corners = [{point for ring in shape.rings for point in ring} for shape in shapes.values()]
    shared = sum(len(one & other) for one in corners for other in corners if one is not other)
    assert shared > 50


def test_a_long_name_stands_in_two_lines_and_none_reaches_into_its_neighbour(home: Path) -> None:
    names = {f"99{place:02}": "短名市" for place in range(14)}
    names["9913"] = "某某土家族苗族自治州"
    picture = map_of(
        division="99", names=names, values=dict.fromkeys(names, 1.5), hrefs={}, title=""
    )
    words = re.findall(r"<text[^>]*tile-name[^>]*>([^<]+)<", picture.svg)
    assert words.count("短名市") == 13
    assert [word for word in words if word != "短名市"] == ["某某土家族", "苗族自治州"]
    across = [
        tuple(map(float, re.findall(r"[ML](-?[\d.]+) ", path)))
        for path in re.findall(
            r'class="tile[^>]* d="([^"]+)"|d="([^"]+)"[^>]*class="tile', picture.svg
        )
        for path in path
        if path
    ]
    width = min(max(xs) - min(xs) for xs in across)
    assert all(text_width(word, 13) <= width + 6 for word in words)
