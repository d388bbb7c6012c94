"""Fixtures of linkage: the hillside and valley packs and empty installations."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.ledger.village import Lake
from tests.linkage.valley import Valley, valley_pack


@pytest.fixture(scope="session")
def hillside(repository: Path) -> Pack:
    return load_pack(repository / "tests" / "rules" / "hillside")


@pytest.fixture
def lake(tmp_path: Path, hillside: Pack) -> Lake:
    return Lake(tmp_path, hillside)


@pytest.fixture(scope="session")
def valley_rules(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return valley_pack(repository, tmp_path_factory.mktemp("valley"))


@pytest.fixture
def valley(tmp_path: Path, valley_rules: Pack) -> Valley:
    return Valley(tmp_path, valley_rules)
