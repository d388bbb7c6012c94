"""One county for all queries: most tests only ask."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.casework.queries.county import build_county
from tests.cast import Cast
from tests.standing import standing


@pytest.fixture(scope="package")
def offices(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cast]:
    """The cast and its county, made once for this folder: what tests write is rolled back."""
    folder = tmp_path_factory.mktemp("runs")
    with standing(django_db_blocker, lambda: build_county(folder)) as made:
        yield made


@pytest.fixture
def cast(offices: Cast, db: None) -> Cast:
    """The cast, and two runs over six households of which one lives in the outsider's city."""
    return copy.deepcopy(offices)
