"""The full identity number is shown after a reason, within the scope, and on the record."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household, Member
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.runs.acts import reveal
from fangpin.runs.acts.reveal import REVEAL_IDENTITY, reveal_identity
from fangpin.values.problem import ProblemError
from tests.cast import OTHER_CITY, TOWNSHIP, VILLAGE

pytestmark = pytest.mark.django_db
AT = datetime(2020, 12, 14, 4, tzinfo=UTC)
NUMBER = "431022198503071234"
REASON = "reveal.verification"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


@pytest.fixture
def person(home: Home) -> int:
    """The reference of a member of a household whose number the vault knows."""
    with connect(threads=1) as engine:
        vault = Vault(home=home, engine=engine)
        engine.make_table("seen", f"SELECT '{NUMBER}' AS canonical")
        vault.register("seen")
        reference = vault.person_ref(NUMBER)
    household = Household.objects.create(
        household_ref=1, household_no="H1", division=VILLAGE, head_name="甲", count_of_members=1
    )
    for person_ref in (reference, 7):
        Member.objects.create(
            person_ref=person_ref, household=household, name="甲", relation="head"
        )
    return reference


def reviewer(*may: str, division: str = TOWNSHIP, on_behalf_of: str = "") -> Scope:
    return Scope(
        official="reviewer",
        role="township_reviewer",
        divisions=(division,),
        may=frozenset(may),
        on_behalf_of=on_behalf_of,
    )


def reveal_it(
    home: Home,
    person: int,
    *,
    by: Scope | None = None,
    reason: str = REASON,
    note: str = "",
) -> str:
    return reveal_identity(
        person_ref=person,
        by=by or reviewer(REVEAL_IDENTITY),
        at=AT,
        reason=reason,
        note=note,
        reasons={REASON, "alert_end.resolved"},
        home=home,
    )


def test_the_number_is_shown_and_the_look_is_on_the_record(home: Home, person: int) -> None:
    by = reviewer(REVEAL_IDENTITY, on_behalf_of="chief")
    assert reveal_it(home, person, by=by, note="核对户口本") == NUMBER
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.official, entry.subject) == (REVEAL_IDENTITY, "reviewer", str(person))
    assert entry.division == VILLAGE
    assert entry.detail == {"reason": REASON, "note": "核对户口本", "on_behalf_of": "chief"}
    assert NUMBER not in str(entry.detail)


def test_the_record_comes_before_the_number(
    home: Home, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> str:
        assert AuditEntry.objects.count() == 1
        raise OSError("the disk is gone")

    monkeypatch.setattr(reveal, "identity_number", broken)
    with pytest.raises(OSError):
        reveal_it(home, person)
    assert AuditEntry.objects.get().act == REVEAL_IDENTITY


@pytest.mark.parametrize(
    ("may", "reason", "note", "code"),
    [
        ((), REASON, "", "ACT_NOT_PERMITTED"),
        ((REVEAL_IDENTITY,), "", "", "REVEAL_REASON_UNKNOWN"),
        ((REVEAL_IDENTITY,), "reveal.curiosity", "", "REVEAL_REASON_UNKNOWN"),
        ((REVEAL_IDENTITY,), "alert_end.resolved", "", "REVEAL_REASON_UNKNOWN"),
        ((REVEAL_IDENTITY,), REASON, "字" * 201, "REVEAL_NOTE"),
        ((REVEAL_IDENTITY,), REASON, "他的号码 ４３１０２２ 1985 0307", "REVEAL_NOTE"),
    ],
)
def test_without_permission_reason_or_with_a_number_in_the_note_nothing_is_shown(
    home: Home, person: int, may: tuple[str, ...], reason: str, note: str, code: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        reveal_it(home, person, by=reviewer(*may), reason=reason, note=note)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert not AuditEntry.objects.exists()


def test_a_person_of_another_place_is_not_even_found(home: Home, person: int) -> None:
    with pytest.raises(Member.DoesNotExist):
        reveal_it(home, person, by=reviewer(REVEAL_IDENTITY, division=OTHER_CITY))


def test_a_member_without_a_number_is_told(home: Home, person: int) -> None:
    with pytest.raises(ProblemError) as refused:
        reveal_it(home, 7)
    assert refused.value.problems[0].code == "IDENTITY_UNKNOWN"
