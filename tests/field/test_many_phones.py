"""Whatever the line does: nothing is lost, nothing is doubled, nothing is silently overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.cast import VILLAGE, appoint, build_person
from tests.field.fleet import FIELDS, VALUES, Fleet, drive
from tests.field.world import Field, open_case

PHONES = 3
LINES = st.sampled_from(("good", "lost", "unheard", "twice", "late"))
ANSWERS = st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 2), min_size=1)


def fleet_of(field: Field, *, phones: int, cases: int) -> tuple[Fleet, list[int]]:
    """Phones of one village and households that all of them may visit."""
    users = [field.cast.cadre.user]
    for number in range(1, phones):
        users.append(appoint(build_person(f"cadre{number}"), "village_cadre", VILLAGE).user)
    refs = list(range(100, 100 + cases))
    shared = [open_case(field.office, ref) for ref in refs]
    return Fleet((user, shared) for user in users), refs


def test_any_order_of_loss_doubling_and_lateness_gives_every_visit_once(field: Field) -> None:
    class Phones(RuleBasedStateMachine):
        """Rolled back after each run: the next one begins with the same county."""

        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.savepoint()
            self.fleet, self.refs = fleet_of(field, phones=PHONES, cases=2)
            for at in range(PHONES):
                self.fleet.refresh(at)

        @rule(
            at=st.integers(0, PHONES - 1),
            case=st.integers(0, 1),
            given=ANSWERS,
            photo=st.booleans(),
        )
        def write(self, at: int, case: int, given: dict[str, int], photo: bool) -> None:
            found = {name: VALUES[name][value] for name, value in given.items()}
            self.fleet.write(at, self.fleet.phones[at].cases[case].case_no, found, photo=photo)

        @rule(at=st.integers(0, PHONES - 1), line=LINES, mine=st.booleans())
        def send(self, at: int, line: str, mine: bool) -> None:
            self.fleet.send(at, line=line, prefer_mine=mine)

        @precondition(lambda self: self.fleet.in_the_air)
        @rule(which=st.integers(0, 99))
        def deliver_late(self, which: int) -> None:
            self.fleet.deliver_late(which)

        @rule(case=st.integers(0, 1), members=st.integers(2, 5))
        def register(self, case: int, members: int) -> None:
            self.fleet.register(self.refs[case], members)

        @rule(at=st.integers(0, PHONES - 1))
        def refresh(self, at: int) -> None:
            self.fleet.refresh(at)

        @invariant()
        def an_answer_is_never_an_error(self) -> None:
            assert not [status for status in self.fleet.answers if status >= 500]

        def teardown(self) -> None:
            try:
                self.fleet.drain()
                self.fleet.check()
            finally:
                transaction.savepoint_rollback(self.savepoint)

    run_state_machine_as_test(
        Phones,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_fleet_driven_by_chance_keeps_every_visit(field: Field, seed: int) -> None:
    fleet, refs = fleet_of(field, phones=6, cases=4)
    drive(fleet, visits=60, seed=seed, refs=refs)
    told: dict[str, Any] = fleet.check()
    assert told["visits"] == 60
    assert told["chosen"] > 0, "the line was bad enough to matter"
