"""Contracts go out in the Open Data Contract Standard and come back as they were."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from open_data_contract_standard.model import OpenDataContractStandard

from fangpin.feeds.foreign_contract import as_pack_entry, imported
from fangpin.feeds.open_contract import VERSION, exported
from fangpin.policy import load_pack
from fangpin.policy.models.feeds import Contract
from fangpin.policy.pack import Pack
from fangpin.policy.reading.document import read_document
from fangpin.policy.reading.shape import shaped
from fangpin.values.problem import ProblemError


@pytest.fixture(scope="module")
def cn(repository: Path) -> Pack:
    return load_pack(repository / "packs" / "cn")


def test_every_contract_comes_back_as_it_went(cn: Pack, tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    for contract in cn.contracts.values():
        file.write_text(exported(cn, contract), encoding="utf-8")
        assert imported(file).contract == contract, contract.feed


def test_the_standard_reads_what_is_written(cn: Pack) -> None:
    told = OpenDataContractStandard.from_string(exported(cn, cn.contracts["yibao.settlement"]))
    (table,) = told.schema_
    assert (told.kind, told.apiVersion, table.name) == (
        "DataContract",
        VERSION,
        "yibao.settlement",
    )
    number = next(one for one in table.properties if one.classification == "restricted")
    assert number.logicalType == "string"
    assert any(one.primaryKey for one in table.properties)


def test_an_imported_contract_is_an_entry_that_the_strict_reader_takes(
    cn: Pack, tmp_path: Path
) -> None:
    for feed in ("yibao.settlement", "canlian.cert", "caizheng.card"):
        contract = cn.contracts[feed]
        file = tmp_path / "department.yaml"
        file.write_text(f"feeds:\n{as_pack_entry(contract)}", encoding="utf-8")
        document = read_document(file=file, place="department.yaml")
        assert document.problems == []
        problems: list = []
        found = shaped(model=Contract, document=document, path=("feeds", 0), problems=problems)
        assert problems == [] and found == contract


def test_a_foreign_contract_is_asked_for_what_it_does_not_say(tmp_path: Path) -> None:
    file = tmp_path / "foreign.yaml"
    file.write_text(
        "apiVersion: v3.1.0\nkind: DataContract\nid: bills\nversion: '1'\nstatus: active\n"
        "schema:\n- name: bills\n  properties:\n  - {name: bill_no, logicalType: string, primaryKey: true}\n"
        "  - {name: paid, logicalType: date}\n",
        encoding="utf-8",
    )
    with pytest.raises(ProblemError) as raised:
        imported(file)
    (problem,) = raised.value.problems
    assert problem.code == "CONTRACT_INCOMPLETE" and "subject_field" in problem.en


@pytest.mark.parametrize("text", ["not: [a contract", "kind: DataContract\nid: x\n", "\x00"])
def test_what_is_no_contract_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as raised:
        imported(file)
    assert raised.value.problems[0].code == "CONTRACT_UNREADABLE"


HEAD = "apiVersion: v3.0.2\nkind: DataContract\nid: health.bills\nversion: 1.0\nstatus: active\n"
TABLE = """schema:
- name: bills
  properties:
  - {name: idno, logicalType: string, primaryKey: true,
     customProperties: [{property: fangpin.type, value: identifier}]}
  - {name: paid, logicalType: date}
"""
OURS = """customProperties:
- {property: fangpin.subject, value: person}
- {property: fangpin.subject_field, value: idno}
- {property: fangpin.absence, value: zero}
- {property: fangpin.dated_by, value: paid}
- {property: fangpin.source, value: x}
- {property: fangpin.status, value: proposed}
- {property: fangpin.frequency, value: monthly}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "foreign.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_foreign_contract_that_says_all_is_taken(tmp_path: Path) -> None:
    found = imported(written(tmp_path, HEAD + TABLE + OURS)).contract
    assert [(one.field, one.type) for one in found.fields] == [
        ("idno", "identifier"),
        ("paid", "date"),
    ]
    assert found.frequency == "monthly"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("value: identifier", "value: identifer", "fields.idno.type"),
        ("logicalType: date", "logicalType: object", "fields.paid.type"),
        (", logicalType: date", "", "fields.paid.type"),
        ("value: idno", "value: nobody", "subject_field"),
        ("value: idno", "value: paid", "subject_field"),
        ("value: paid", "value: idno", "dated_by"),
        ("name: paid", "name: idno", "fields.idno"),
        (
            "logicalType: date",
            "logicalType: date}\n  - {name: sum, logicalType: number, "
            "logicalTypeOptions: {maximum: lots}",
            "fields.sum.maximum",
        ),
        ("value: monthly", "value: Monthly", "frequency"),
    ],
)
def test_what_is_misspelt_or_not_said_is_never_guessed(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    """An identity number that passed for a text would be kept in the open."""
    with pytest.raises(ProblemError) as raised:
        imported(written(tmp_path, (HEAD + TABLE + OURS).replace(old, new, 1)))
    (problem,) = raised.value.problems
    assert problem.code == "CONTRACT_INCOMPLETE" and place in problem.en


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "kind"),
        ("- a\n", "kind"),
        (HEAD.replace("kind: DataContract\n", "") + TABLE + OURS, "kind"),
        (HEAD.replace("v3.0.2", "v2.2.2") + TABLE + OURS, "v2.2.2"),
        (HEAD.replace("active", "[a]") + TABLE + OURS, "status"),
        (HEAD + TABLE + OURS + "id: other.feed\n", "ConstructorError"),
        (HEAD + TABLE + OURS + "x: !!python/object/apply:os.getcwd []\n", "ConstructorError"),
        (HEAD + TABLE + "- {name: more, properties: [{name: a}]}\n" + OURS, "2 tables"),
    ],
)
def test_it_is_said_where_a_file_is_no_contract(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ProblemError) as raised:
        imported(written(tmp_path, text))
    (problem,) = raised.value.problems
    assert problem.code == "CONTRACT_UNREADABLE" and place in problem.en


@pytest.mark.parametrize(
    "limit", ["99999999999999.99", "9999999999999999.99", "0.10", "-1E+3", "0"]
)
def test_limits_keep_their_digits_both_ways(cn: Pack, tmp_path: Path, limit: str) -> None:
    contract = cn.contracts["yibao.settlement"]
    fields = [
        one.model_copy(update={"maximum": Decimal(limit)}) if one.type == "amount" else one
        for one in contract.fields
    ]
    changed = contract.model_copy(update={"fields": fields})
    file = written(tmp_path, exported(cn, changed))
    assert imported(file).contract == changed
    entry = written(tmp_path, f"feeds:\n{as_pack_entry(changed)}")
    document = read_document(file=entry, place="department.yaml")
    assert shaped(model=Contract, document=document, path=("feeds", 0), problems=[]) == changed


def test_every_pack_s_contracts_come_back(repository: Path, tmp_path: Path) -> None:
    for place in ("packs/cn_hunan_chenzhou", "packs/wb_hfps", "tests/feeds/sierra"):
        pack = load_pack(repository / place)
        for contract in pack.contracts.values():
            assert imported(written(tmp_path, exported(pack, contract))).contract == contract


FOREIGN = """apiVersion: v3.2.0
kind: DataContract
id: 6aeafdc1-ed62-4c8f-bf0a-da1061c98cdb
version: 1.0.0
status: active
name: Bills
schema:
- name: bills
  physicalType: table
  quality: [{type: library, metric: rowCount, mustBeGreaterThan: 10}]
  properties:
  - {name: BillNo, physicalName: BILL_NO, logicalType: string, primaryKey: true, unique: true}
  - {name: 身份证号, logicalType: string, physicalType: varchar(18), tags: [sensitive],
     logicalTypeOptions: {maxLength: 18}, customProperties: [
     {property: fangpin.field, value: id_number}, {property: fangpin.type, value: identifier}]}
  - {name: paid on, logicalType: timestamp, logicalTypeOptions: {minimum: "2020-01-01"}}
  - {name: rank, logicalType: integer, enum: [{value: 1, label: One}, {value: 2}]}
  - {name: own_share, logicalType: number, logicalTypeOptions: {minimum: 0, exclusiveMaximum: 9e6}}
customProperties:
- {property: fangpin.feed, value: health.bills}
- {property: fangpin.subject, value: person}
- {property: fangpin.subject_field, value: 身份证号}
- {property: fangpin.absence, value: zero}
- {property: fangpin.dated_by, value: paid on}
- {property: fangpin.source, value: x}
- {property: fangpin.status, value: proposed}
- {property: fangpin.frequency, value: monthly}
- {property: somebody.else, value: [1]}
"""


def test_a_contract_of_another_tool_keeps_its_own_names_as_aliases(tmp_path: Path) -> None:
    """Its id is a number that no feed is called by, its columns are in the case of its database."""
    found = imported(written(tmp_path, FOREIGN)).contract

    assert (found.feed, found.key, found.subject_field, found.dated_by) == (
        "health.bills",
        ["bill_no"],
        "id_number",
        "paid_on",
    )
    assert {one.field: (one.type, one.title.zh, one.aliases) for one in found.fields} == {
        "bill_no": ("text", "BillNo", ["BILL_NO"]),
        "id_number": ("identifier", "身份证号", []),
        "paid_on": ("date", "paid on", []),
        "rank": ("code", "rank", []),
        "own_share": ("number", "own_share", []),
    }
    assert found.fields[3].values == {"1": ["One"], "2": ["2"]}
    assert found.fields[4].minimum == 0


def test_what_a_pack_cannot_demand_is_told_and_not_dropped_in_silence(tmp_path: Path) -> None:
    assert imported(written(tmp_path, FOREIGN)).left_out == (
        "quality",
        "fields.BillNo.unique",
        "fields.身份证号.maxLength",
        "fields.paid on.minimum",
        "fields.own_share.exclusiveMaximum",
    )


def test_a_name_that_makes_no_code_is_asked_for_by_its_column(tmp_path: Path) -> None:
    text = FOREIGN.replace("{property: fangpin.field, value: id_number}, ", "")
    with pytest.raises(ProblemError) as raised:
        imported(written(tmp_path, text))
    (problem,) = raised.value.problems
    assert problem.code == "CONTRACT_INCOMPLETE" and "fields.身份证号.field" in problem.en
