"""Rows whose number does not tell their person: who they are joined to, and who never."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fangpin.lake.ciphers import SM4_GCM
from fangpin.lake.engines import splink
from fangpin.lake.vault import installation_key
from fangpin.lake.vault_parts import drop_old, rotate, sealed_with
from fangpin.linkage.claims import scores
from fangpin.policy import Pack, load_pack
from tests.linkage.valley import (
    BILLS,
    EARLY,
    LATER,
    RECEIVED,
    REGISTRY,
    WAGES,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
    with_wrong_digit,
)
from tests.looking import rows_of

LI = number("1971-03-08", 33)
VILLAGERS = [
    citizen("A", 1, "李竹喜", "1971-03-08", 33),
    citizen("A", 2, "王玉兰", "1973-06-21", 42),
    citizen("B", 1, "李竹青", "1975-11-30", 51),
    citizen("C", 1, "陈永明", "1950-01-02", 11, village="H02"),
    citizen("D", 1, "陈永明", "1980-01-02", 13, village="H02"),
]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory, valley_rules: Pack) -> Valley:
    """A valley that has received its registry and nothing else."""
    made = Valley(tmp_path_factory.mktemp("listed"), valley_rules)
    made.send(REGISTRY, VILLAGERS, on=EARLY)
    return made


@pytest.fixture
def village(tmp_path: Path, listed: Valley) -> Valley:
    """One that is this test's own."""
    return listed.copied(tmp_path)


@pytest.mark.parametrize("place", [0, 5, 9, 13, 15, 16])
def test_one_wrong_digit_is_repaired_where_name_and_birth_date_agree(
    village: Valley, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "has_splink", lambda: False)

    village.send(BILLS, [claim("1", with_wrong_digit(LI, place), "李竹喜", born="1971-03-08")])

    assert village.bills("A") == {"2020-02": 100}


def test_the_birth_date_inside_the_number_does_where_the_row_has_none(
    village: Valley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "has_splink", lambda: False)

    village.send(BILLS, [claim("1", with_wrong_digit(LI, 16), "李竹喜")])
    village.send(BILLS, [claim("2", with_wrong_digit(LI, 9), "李竹喜", own_share="7")])

    assert village.bills("A") == {"2020-02": 100}, "a wrong digit in the date proves no date"


def test_the_check_digit_alone_repairs_nothing(village: Valley) -> None:
    village.send(
        BILLS,
        [
            claim("1", with_wrong_digit(LI, 15), "赵德福", born="1971-03-08"),
            claim("2", with_wrong_digit(LI, 15), "", born="1971-03-08"),
            claim("3", with_wrong_digit(LI, 15), "赵德福"),
        ],
    )

    assert village.amounts(LATER) == {}


def test_a_certificate_and_an_old_number_are_the_number_they_hold(village: Valley) -> None:
    old = LI[:6] + LI[8:17]

    village.send(BILLS, [claim("1", old, "李竹喜")])

    assert village.bills("A") == {"2020-02": 100}


def test_a_row_without_a_number_is_joined_by_name_birth_date_and_village(village: Valley) -> None:
    village.send(BILLS, [claim("1", None, "李竹喜", born="1971-03-08", village="H01")])

    assert village.bills("A") == {"2020-02": 100}


def test_a_clerks_wrong_character_does_not_part_a_row_from_its_person(village: Valley) -> None:
    village.send(BILLS, [claim("1", None, "李竹禧", born="1971-03-08", village="H01")])

    assert village.bills("A") == {"2020-02": 100}


TWIN = number("1998-05-05", 23)


def twin(household: str, name: str, serial: int) -> dict[str, object]:
    return citizen(household, 1, name, "1998-05-05", serial)


@pytest.mark.parametrize("place", [0, 9, 13, 15, 16])
def test_a_wrong_digit_never_makes_one_of_twins_the_other(valley: Valley, place: int) -> None:
    """Of one day, village and surname; their numbers differ by the order of birth."""
    valley.send(REGISTRY, [twin("A", "李双喜", 21), twin("B", "李双庆", 23)], on=EARLY)
    wrong = with_wrong_digit(TWIN, place)
    valley.send(
        BILLS,
        [
            claim("1", wrong, "李双庆", born="1998-05-05", village="H01"),
            claim("2", wrong, "李双庆", own_share="7"),
            claim("3", wrong, "李双", born="1998-05-05", village="H01", own_share="30"),
        ],
    )

    assert valley.bills("A") == {}
    assert valley.bills("B")["2020-02"] in (100, 107)


def test_a_name_alone_is_nobody(village: Valley) -> None:
    village.send(BILLS, [claim("1", None, "李竹喜"), claim("2", "99999919710308", "李竹喜")])
    village.send(
        WAGES,
        [
            {
                "worker_name": "李竹喜",
                "id_number": "",
                "month": "2020-02",
                "wage": "900",
                "bonus": "",
            }
        ],
    )

    assert village.amounts(LATER) == {}


def test_namesakes_of_one_village_are_told_apart_by_birth_date_or_not_at_all(
    village: Valley,
) -> None:
    village.send(
        BILLS,
        [
            claim("1", None, "陈永明", born="1980-01-02", village="H02"),
            claim("2", None, "陈永明", village="H02", own_share="55"),
        ],
    )

    assert village.bills("D") == {"2020-02": 100}
    assert village.bills("C") == {}


def test_made_up_numbers_join_nobody_with_nobody(valley: Valley) -> None:
    made_up = "999999199001010018"
    valley.send(
        REGISTRY,
        [
            citizen("A", 1, "王小红", "1990-01-01", None, id_number=made_up),
            citizen("B", 1, "赵小军", "1990-01-01", None, id_number=made_up),
            citizen("C", 1, "钱小明", "1990-01-01", None, id_number="111111111111111111"),
        ],
        on=EARLY,
    )
    valley.send(BILLS, [claim("1", made_up, "孙小丽"), claim("2", "111111111111111111", "孙小丽")])

    assert valley.amounts(LATER) == {}


@pytest.mark.parametrize(
    "written",
    ["999999199001010011", "123456789012345678", "431022000000000000", "431022190001010000"],
)
def test_namesakes_under_one_made_up_number_are_two_claims(village: Valley, written: str) -> None:
    delivery = village.send(
        BILLS, [claim("1", written, "李竹喜"), claim("2", written, "李竹喜", own_share="8")]
    )

    claims = rows_of(village.home.deliveries / BILLS / delivery / "claims.parquet")
    assert len({row["claim_ref"] for row in claims}) == 2


def test_a_row_that_is_sent_again_with_its_right_number_counts_once(village: Valley) -> None:
    village.send(BILLS, [claim("7", with_wrong_digit(LI, 16), "李竹喜", born="1971-03-08")])
    assert village.bills("A") == {"2020-02": 100}

    village.send(BILLS, [claim("7", LI, "李竹喜", born="1971-03-08", own_share="120")])

    assert village.bills("A") == {"2020-02": 120}


def test_a_row_joined_to_a_patient_of_the_month_makes_no_second_patient(village: Valley) -> None:
    village.send(
        BILLS,
        [
            claim("1", LI, "李竹喜"),
            claim("2", with_wrong_digit(LI, 16), "李竹喜", born="1971-03-08"),
        ],
    )

    assert village.bills("A") == {"2020-02": 200}
    assert village.amounts(LATER)["A", "2020-02", "patients"] == 1


def test_a_wrong_row_that_is_sent_twice_counts_once(village: Valley) -> None:
    wrong = with_wrong_digit(LI, 16)
    village.send(BILLS, [claim("7", wrong, "李竹喜", born="1971-03-08")])

    village.send(BILLS, [claim("7", wrong, "李竹喜", born="1971-03-08", own_share="90")])

    assert village.bills("A") == {"2020-02": 90}, "the later row corrects the earlier"


def test_a_wage_row_that_is_keyed_by_its_person_counts_once_too(village: Valley) -> None:
    def wage(written: str, paid: str) -> dict[str, str]:
        told = {"worker_name": "李竹喜", "id_number": written, "month": "2020-02", "bonus": ""}
        return told | {"wage": paid}

    village.send(WAGES, [wage(with_wrong_digit(LI, 16), "900")])
    village.send(WAGES, [wage(LI, "950")])

    wages = {k: v for k, v in village.amounts(LATER).items() if k[2] == "wage"}
    assert wages == {("A", "2020-02", "wage"): 950}


def test_facts_that_a_claim_meets_are_looked_up_once_whichever_day_is_asked_first(
    village: Valley,
) -> None:
    wrong = with_wrong_digit(LI, 16)
    said = {"name": "李竹喜", "born": "1971-03-08"}
    march, april, may = (RECEIVED.replace(month=month) for month in (3, 4, 5))
    village.send(BILLS, [claim("7", wrong, **said)], on=march)
    village.send(BILLS, [claim("7", LI, "李竹喜", own_share="120")], on=april)
    village.send(BILLS, [claim("8", wrong, own_share="30", **said)], on=may)

    def looked_up() -> list[tuple[str, str]]:
        return sorted(
            (name.split()[0], beside)
            for file in (village.home.links / "meetings" / BILLS).glob("batch-*/batch.json")
            for told in [json.loads(file.read_text(encoding="utf-8"))]
            for name in told["claims"]
            for beside in told["beside"]
        )

    assert village.bills("A", as_of=may) == {"2020-02": 150}
    assert len(looked_up()) == 2, "two deliveries have claims, one has facts"
    assert village.bills("A", as_of=april) == {"2020-02": 120}
    assert village.bills("A", as_of=march) == {"2020-02": 100}
    assert len(looked_up()) == 2, "of earlier days all is known"

    village.send(BILLS, [claim("8", LI, "李竹喜", own_share="40")], on=LATER)
    assert village.bills("A", as_of=LATER) == {"2020-02": 160}
    assert len(looked_up()) == len(set(looked_up())) == 4, "no two deliveries are compared again"
    assert village.bills("A", as_of=may) == {"2020-02": 150}


def test_a_registry_that_comes_later_finds_the_person(valley: Valley) -> None:
    valley.send(REGISTRY, VILLAGERS[2:], on=EARLY)
    valley.send(BILLS, [claim("1", None, "李竹喜", born="1971-03-08", village="H01")])
    assert valley.amounts(LATER) == {}

    valley.send(
        REGISTRY, [{**one, "month": "2020-04"} for one in VILLAGERS], on=RECEIVED.replace(month=5)
    )

    assert valley.bills("A") == {"2020-02": 100}
    assert valley.bills("A", as_of=RECEIVED.replace(month=4)) == {}, "not known then"


def test_without_splink_the_cascade_links_and_the_snapshot_says_what_is_left_out(
    village: Valley, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.send(
        BILLS,
        [
            claim("1", with_wrong_digit(LI, 16), "李竹喜", born="1971-03-08"),
            claim("2", None, "李竹喜", born="1971-03-08", village="H01", own_share="30"),
        ],
    )
    monkeypatch.setattr(scores, "has_splink", lambda: False)

    assert village.bills("A") == {"2020-02": 100}
    assert not village.snapshot(LATER).linked.is_whole
    assert splink.splink_missing().code == "SPLINK_MISSING"

    monkeypatch.undo()
    assert village.bills("A") == {"2020-02": 130}
    assert village.snapshot(LATER).linked.is_whole


def test_no_name_and_no_number_of_a_claim_lies_open_in_the_lake(village: Valley) -> None:
    wrong = with_wrong_digit(LI, 16)
    delivery = village.send(BILLS, [claim("1", wrong, "李竹禧", born="1971-03-08")])
    village.snapshot(LATER)

    sealed = village.home.vault / f"claims-{BILLS}-{delivery}.bin"
    assert sealed.exists()
    for file in village.home.root.rglob("*"):
        if file.is_file() and "registry" not in str(file):
            content = file.read_bytes()
            assert wrong.encode() not in content, file
            assert "李竹禧".encode() not in content, file


def test_persons_listed_under_one_number_stay_two_and_the_number_tells_neither(
    valley: Valley,
) -> None:
    """A newborn is often written under its mother's number."""
    mother = number("1985-05-05", 22)
    valley.send(
        REGISTRY,
        [
            citizen("A", 1, "周桂香", "1985-05-05", 22),
            citizen("B", 1, "周小宝", "2019-09-09", None, id_number=mother),
            citizen("C", 1, "邓国强", "1960-01-01", 11),
        ],
        on=EARLY,
    )
    valley.send(
        BILLS,
        [
            claim("1", mother, "周桂香"),
            claim("2", mother, "周小宝", own_share="30", born="2019-09-09"),
            claim("3", mother, "吴小妹", own_share="8"),
        ],
    )

    people = rows_of(valley.snapshot(LATER).registry.people)
    assert {row["name"] for row in people} == {"周桂香", "周小宝", "邓国强"}
    assert len({row["person_ref"] for row in people}) == 3
    assert valley.bills("B") == {"2020-02": 30}
    assert valley.bills("A") == {"2020-02": 100}


def test_a_new_key_of_the_vault_seals_claims_too(village: Valley) -> None:
    village.send(BILLS, [claim("1", with_wrong_digit(LI, 16), "李竹喜", born="1971-03-08")])
    key = installation_key(village.home)

    rotate(home=village.home, installation_key=key, cipher=SM4_GCM)
    drop_old(home=village.home, installation_key=key)

    assert {cipher for cipher, _ in sealed_with(village.home)} == {"sm4-gcm"}
    assert village.bills("A") == {"2020-02": 100}


def test_a_month_that_is_sent_again_as_a_whole_takes_back_its_claims(
    tmp_path: Path, repository: Path
) -> None:
    valley_pack(repository, tmp_path / "packs")
    place = tmp_path / "packs" / "hillside"
    offices = place / "feeds" / "offices.yaml"
    text = offices.read_text(encoding="utf-8")
    whole = text.replace(
        "key: [id_number, month]", "restates: month\n    key: [id_number, month]", 1
    )
    offices.write_text(whole, encoding="utf-8")
    valley = Valley(tmp_path, load_pack(place))
    valley.send(REGISTRY, VILLAGERS, on=EARLY)

    def wage(name: str, written: str, paid: str) -> dict[str, str]:
        told = {"worker_name": name, "id_number": written, "month": "2020-02", "bonus": ""}
        return told | {"wage": paid}

    wang = number("1973-06-21", 42)
    valley.send(
        WAGES, [wage("李竹喜", with_wrong_digit(LI, 16), "900"), wage("王玉兰", wang, "800")]
    )
    wages = {key: sum_ for key, sum_ in valley.amounts(LATER).items() if key[2] == "wage"}
    assert wages == {("A", "2020-02", "wage"): 1700}

    valley.send(WAGES, [wage("王玉兰", wang, "850")], on=RECEIVED.replace(day=9))

    wages = {key: sum_ for key, sum_ in valley.amounts(LATER).items() if key[2] == "wage"}
    assert wages == {("A", "2020-02", "wage"): 850}


def test_a_clerks_own_number_written_for_everyone_makes_nobody_the_clerk(village: Valley) -> None:
    delivery = village.send(
        BILLS,
        [
            claim("1", LI, "王玉兰", born="1973-06-21", village="H01"),
            claim("2", LI, "陈永明", born="1950-01-02", village="H02"),
            claim("3", LI, "外来人", born="1960-05-05", village="H02"),
            claim("4", LI, "李竹喜", born="1971-03-08", village="H01", own_share="30"),
        ],
    )

    assert village.bills("A") == {"2020-02": 130}, "王玉兰's own bill, and the clerk's"
    assert village.bills("C") == {"2020-02": 100}
    assert sum(sum(village.bills(home).values()) for home in "ABCD") == 230, "外来人 is nobody here"
    refused = rows_of(village.home.deliveries / BILLS / delivery / "quarantine.parquet")
    assert {row["code"] for row in refused} == {"ID_UNDER_NAMES"} and len(refused) == 4
    assert not any(LI in str(row) or "李竹喜" in str(row) for row in refused)


def test_a_name_written_in_two_ways_lends_no_number(village: Valley) -> None:
    told = [claim("1", LI, "李竹喜"), claim("2", LI, "李 竹喜"), claim("3", LI, "李竹熹")]
    village.send(BILLS, [*told, claim("4", LI, "李竹喜　"), claim("5", LI, "")])

    assert village.bills("A") == {"2020-02": 500}


def test_of_wages_that_say_a_name_alone_only_the_owners_counts_under_a_number_written_for_all(
    village: Valley,
) -> None:
    def wage(name: str, month: str) -> dict[str, str]:
        told = {"worker_name": name, "id_number": LI, "month": month, "bonus": ""}
        return told | {"wage": "900"}

    village.send(WAGES, [wage(name, "2020-02") for name in ("李竹喜", "王玉兰", "陈永明")])

    wages = {k: v for k, v in village.amounts(LATER).items() if k[2] == "wage"}
    assert wages == {("A", "2020-02", "wage"): 900}
