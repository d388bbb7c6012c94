from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.feeds.builders import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of the wages feed with nothing received yet."""
    return Desk(tmp_path)


class Lines:
    """The lines of a real pack, without the rest of it."""

    def __init__(self, pack: Pack) -> None:
        self.parameters = {code: pack.parameters[code] for code in pack.parameters}
        self.parameter = pack.parameter

    def __repr__(self) -> str:
        return "the pack's lines"


@pytest.fixture(scope="session")
def lines(repository: Path) -> Lines:
    """The pack whose lines judge a delivery as a whole."""
    return Lines(load_pack(repository / "packs" / "cn"))


@pytest.fixture
def guarded(tmp_path: Path, lines: Lines) -> Desk:
    """A desk of the wages feed that holds what is strange as a whole."""
    return Desk(tmp_path, lines=lines)
