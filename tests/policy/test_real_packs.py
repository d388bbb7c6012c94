"""The packs that are shipped: all load, and what their cases name exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.policy import check_pack_thoroughly, load_pack

PACKS = Path(__file__).parents[2] / "packs"
SHIPPED = sorted(file.parent.name for file in PACKS.glob("*/pack.yaml"))


def test_the_shipped_packs_are_there() -> None:
    assert {"cn", "cn_hunan", "cn_hunan_chenzhou", "wb_hfps"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_loads_and_is_checked_without_a_problem(name: str) -> None:
    pack = load_pack(PACKS / name)

    assert pack.id == name
    assert [str(problem) for problem in check_pack_thoroughly(pack)] == []
