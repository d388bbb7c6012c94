"""A visit is short: the phone asks what the system lacks or doubts, and nothing else."""

from __future__ import annotations

from statistics import median

import pytest

from fangpin.casework.cases.asking import form_of, questions
from tests.casework.cases_world import pack
from tests.field.seed import CLOCK, seed

MOST = 8


@pytest.mark.django_db
def test_half_of_the_households_are_asked_eight_things_at_most() -> None:
    counts = []
    for case in seed().values():
        form = form_of(pack(), case, act="record_visit")
        assert form is not None
        counts.append(sum(one.is_asked for one in questions(pack(), form, case, on=CLOCK)))
    assert median(counts) <= MOST, counts
    assert max(counts) < len(pack().forms["visit"].fields)
