"""Keys and papers appear whole: whoever reads one while it is written first sees none, or all of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from fangpin.casework.audit.seal_keys import seal_key
from fangpin.lake.home import Home
from fangpin.lake.vault import installation_key
from fangpin.values.files import publish_once
from fangpin.web.settings.environment import installation_secret

KEYS: dict[str, Callable[[Path], object]] = {
    "web.key": lambda home: installation_secret(home=home),
    "secret.key": lambda home: installation_key(Home(home)),
    "seal.key": lambda home: seal_key(home / "audit").reader.public,
}


@pytest.mark.parametrize("key", KEYS)
def test_all_that_start_at_once_on_a_new_home_have_the_same_key(tmp_path: Path, key: str) -> None:
    at_once = Barrier(8)

    def start(home: Path) -> object:
        at_once.wait(timeout=30)
        return KEYS[key](home)

    with ThreadPoolExecutor(8) as servers:
        for number in range(50):
            home = tmp_path / str(number)
            started = [servers.submit(start, home) for _ in range(8)]
            assert len({str(one.result()) for one in started}) == 1


def test_the_first_who_writes_stays_and_only_the_owner_reads_a_key(tmp_path: Path) -> None:
    key = tmp_path / "new" / "key"
    assert publish_once(key, "the first", mode=0o600)
    assert not publish_once(key, "the second", mode=0o600)
    assert key.read_text() == "the first"
    assert key.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in key.parent.iterdir()] == ["key"]
