"""One browser and one prefecture for all tests of the console in a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import chromium
from tests.web.browser.visit import Visit


@pytest.fixture(scope="package")
def address(repository: Path) -> Iterator[str]:
    """The invented prefecture, served by a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        clean = {name: value for name, value in os.environ.items() if "FANGPIN" not in name}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.serve", f"{folder}/home", "0"],
            cwd=repository,
            env=clean,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline().strip()
            assert line.startswith("http://127.0.0.1:"), line
            # Its deliveries are told of and not there: what is uploaded would be compared with them.
            shutil.rmtree(f"{folder}/home/deliveries/medical.insured")
            yield line
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    made = Visit(browser, address, viewport={"width": 1300, "height": 900})
    yield made
    made.context.close()
