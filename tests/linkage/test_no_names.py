"""What is written where someone has no name yet is nobody's name: whose the row is, a person says."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.linkage.review.desk import open_desk
from fangpin.linkage.review.queue import Pair, decide, queue
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.linkage.valley import (
    BILLS,
    EARLY,
    LATER,
    REGISTRY,
    Valley,
    citizen,
    claim,
    number,
    with_wrong_digit,
)
from tests.linkage.valley import valley_pack as _valley_pack
from tests.looking import rows_of

BORN = "2019-12-10"
OTHERS = [
    citizen("Z", place, name, born, 5 + 2 * place)
    for place, (name, born) in enumerate(
        [("王玉兰", "1973-06-21"), ("周大力", "1950-01-01"), ("赵文武", "1988-11-30")], 1
    )
]
_NO_NAMES = "  no_names: {words: [新生儿, 无名氏], endings: [之子, 之女]}\n"


def with_no_names(repository: Path, folder: Path) -> Pack:
    _valley_pack(repository, folder)
    file = folder / "hillside" / "pack.yaml"
    text = file.read_text(encoding="utf-8")
    if "no_names" not in text:
        line = "  birth: birth_date\n"
        file.write_text(text.replace(line, line + _NO_NAMES), encoding="utf-8")
    return load_pack(folder / "hillside")


@pytest.fixture(scope="module")
def rules(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return with_no_names(repository, tmp_path_factory.mktemp("named"))


@pytest.fixture
def valley(tmp_path: Path, rules: Pack) -> Valley:
    return Valley(tmp_path, rules)


def child(name: str = "新生儿", household: str = "A", **more: Any) -> dict[str, Any]:
    return citizen(household, 3, name, BORN, None, **more)


def asked(valley: Valley) -> list[Pair]:
    known = arrivals(valley.home)
    with open_desk(home=valley.home, pack=valley.pack, arrivals=known, as_of=LATER) as desk:
        return queue(desk=desk, reveal_names=True)


@pytest.mark.parametrize("name", ["新生儿", "无名氏", "李竹喜之子", "新 生 儿"])
@pytest.mark.parametrize(
    "told", [{"village": "H01"}, {"born": BORN}, {"born": BORN, "village": "H01"}]
)
def test_a_bill_of_a_child_without_a_name_is_not_the_only_such_childs(
    valley: Valley, name: str, told: dict[str, str]
) -> None:
    """Every child is called so on its first day, and most of them no registry lists yet."""
    valley.send(REGISTRY, [child(name), *OTHERS], on=EARLY)
    valley.send(BILLS, [claim("1", None, name, **told)])

    assert valley.bills("A") == {}


def test_of_one_birth_date_and_village_someone_is_asked_and_sees_what_was_written(
    valley: Valley,
) -> None:
    valley.send(REGISTRY, [child(), *OTHERS], on=EARLY)
    valley.send(BILLS, [claim("1", None, "新生儿", born=BORN, village="H01")])

    (pair,) = asked(valley)
    fields = {one.field: one for one in pair.fields}
    assert (fields["name"].claim, fields["name"].person) == ("新生儿", "新生儿")
    assert fields["name"].weight == 0


def test_what_is_decided_of_one_such_bill_says_nothing_of_the_next(valley: Valley) -> None:
    """Twins are born on one day in one village."""
    valley.send(REGISTRY, [child(), *OTHERS], on=EARLY)
    told = {"born": BORN, "village": "H01"}
    bills = [claim(no, None, "新生儿", own_share="10", **told) for no in ("1", "2")]
    valley.send(BILLS, bills)
    first, second = asked(valley)
    assert first.claim_ref != second.claim_ref
    decide(
        home=valley.home,
        kind="same",
        claim_ref=first.claim_ref,
        person_ref=first.person_ref,
        by="fang",
        at=datetime(2020, 3, 20, 4, tzinfo=UTC),
        reason="the mother was there",
    )

    assert valley.bills("A") == {"2020-02": 10}
    assert [one.claim_ref for one in asked(valley)] == [second.claim_ref]


def test_a_number_tells_a_child_without_a_name_as_it_tells_anybody(valley: Valley) -> None:
    right = number(BORN, 33)
    valley.send(REGISTRY, [child(id_number=right), *OTHERS], on=EARLY)
    bills = [claim("1", right, "新生儿"), claim("2", right + "11", "新生儿")]
    wrong = claim("3", with_wrong_digit(right, 16), "新生儿", born=BORN)
    valley.send(BILLS, [*bills, wrong])

    assert valley.bills("A") == {"2020-02": 200}, "a mended number needs a name that agrees"


def test_a_child_keeps_what_is_known_when_the_number_comes_and_when_the_name_comes(
    valley: Valley,
) -> None:
    right = number(BORN, 33)
    valley.send(REGISTRY, [child(), *OTHERS], on=EARLY)
    for month, row in (
        ("2020-03", child(id_number=right)),
        ("2020-04", child("李小宝", id_number=right)),
    ):
        rows = [{**one, "month": month} for one in (row, *OTHERS)]
        valley.send(REGISTRY, rows, on=date.fromisoformat(f"{month}-20"))
    valley.send(BILLS, [claim("1", right, "李小宝", born=BORN)], on=date(2020, 5, 2))

    assert valley.bills("A") == {"2020-02": 100}


@pytest.mark.parametrize("whose", ["their mother's", "one of their own", "no"])
def test_twins_who_have_no_names_yet_are_two(valley: Valley, whose: str) -> None:
    mother = citizen("A", 1, "李母", "1998-05-05", 42)
    written = {"their mother's": mother["id_number"], "one of their own": number(BORN, 33)}
    twins = [child(id_number=written.get(whose, ""), person_no=place) for place in (2, 3)]
    valley.send(REGISTRY, [mother, *twins, *OTHERS], on=EARLY)
    later = [{**one, "month": "2020-05"} for one in (mother, *twins, *OTHERS)]
    valley.send(REGISTRY, later, on=date(2020, 5, 2))
    valley.send(BILLS, [claim("1", written.get(whose), "新生儿", born=BORN)], on=date(2020, 6, 2))

    at_home = [
        (one["name"], one["person_no"])
        for one in rows_of(valley.snapshot(LATER).registry.people)
        if one["household_ref"] == valley.ref("A")
    ]
    assert sorted(at_home) == [("新生儿", "2"), ("新生儿", "3"), ("李母", "1")]
    assert valley.bills("A") == ({} if whose == "no" else {"2020-02": 100})


def test_other_words_are_followed_by_what_was_linked_under_the_ones_before(
    valley: Valley, repository: Path, tmp_path: Path
) -> None:
    plain = load_pack_without_words(repository, tmp_path)
    before = Valley(tmp_path / "plain", plain)
    before.send(REGISTRY, [child(), *OTHERS], on=EARLY)
    before.send(BILLS, [claim("1", None, "新生儿", born=BORN, village="H01")])
    assert before.bills("A") == {"2020-02": 100}
    shutil.copytree(before.home.root, valley.home.root, dirs_exist_ok=True)
    valley.households |= before.households

    assert valley.bills("A") == {}


def load_pack_without_words(repository: Path, tmp_path: Path) -> Pack:
    return _valley_pack(repository, tmp_path / "plain_pack")
