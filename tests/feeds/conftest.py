from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.builders import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of the wages feed with nothing received yet."""
    return Desk(tmp_path)
