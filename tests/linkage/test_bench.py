"""The bench of linkage, small: the same bars of precision and recall as on a million persons."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fangpin.linkage.claims.model import load_model


@pytest.fixture
def on_the_bench(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(repository / "bench"))
    yield
    sys.modules.pop("linkage_work", None)


@pytest.mark.parametrize("seed", [7, 23])
def test_the_stored_model_meets_its_bars_on_twenty_thousand(
    on_the_bench: None, tmp_path: Path, seed: int
) -> None:
    import linkage_work  # type: ignore[import-not-found]

    linkage_work.write_truth(str(tmp_path), 20_000, 20_000, seed)
    told = linkage_work.link_by_the_stored_model(str(tmp_path))

    assert told["precision"] >= 0.9998, told
    assert told["recall"] >= 0.997, told
    assert set(told["steps"]) == {"number", "certificate", "fifteen", "repaired", "model"}
    assert all(not step["wrong"] for name, step in told["steps"].items() if name != "model")


def test_the_shipped_model_says_what_it_was_trained_on_and_that_its_lines_are_proposed() -> None:
    model = load_model()

    assert model.status == "proposed"
    assert {"generator", "seed", "persons", "claims", "splink"} <= set(model.trained_on)
    assert model.thresholds.review < model.thresholds.accept
    for comparison in model.settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                assert 0 < level["m_probability"] <= 1 and 0 < level["u_probability"] <= 1
