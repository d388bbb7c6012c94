"""Contracts go out in the Open Data Contract Standard and come back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from open_data_contract_standard.model import OpenDataContractStandard

from fangpin.feeds.open_contract import as_pack_entry, exported, imported
from fangpin.policy import load_pack
from fangpin.policy.document import read_document
from fangpin.policy.feed_models import Contract
from fangpin.policy.pack import Pack
from fangpin.policy.shape import shaped
from fangpin.values.problem import ProblemError


@pytest.fixture(scope="module")
def cn(repository: Path) -> Pack:
    return load_pack(repository / "packs" / "cn")


def test_every_contract_comes_back_as_it_went(cn: Pack, tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    for contract in cn.contracts.values():
        file.write_text(exported(cn, contract), encoding="utf-8")
        assert imported(file) == contract, contract.feed


def test_the_standard_reads_what_is_written(cn: Pack) -> None:
    told = OpenDataContractStandard.from_string(exported(cn, cn.contracts["yibao.settlement"]))
    (table,) = told.schema_
    assert (told.kind, told.apiVersion, table.name) == (
        "DataContract",
        "v3.1.0",
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
