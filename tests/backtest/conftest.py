"""A home that received the year of the hillside."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fangpin.policy import load_pack
from tests.ledger.village import Lake
from tests.runs.hillside import receive_until

NOW = date(2020, 6, 15)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Lake:
    pack = load_pack(repository / "tests" / "rules" / "hillside")
    return receive_until(Lake(tmp_path_factory.mktemp("whole"), pack), NOW)
