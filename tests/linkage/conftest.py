"""Fixtures of linkage: the hillside pack and an empty installation."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.ledger.village import Lake


@pytest.fixture(scope="session")
def hillside(repository: Path) -> Pack:
    return load_pack(repository / "tests" / "rules" / "hillside")


@pytest.fixture
def lake(tmp_path: Path, hillside: Pack) -> Lake:
    return Lake(tmp_path, hillside)
