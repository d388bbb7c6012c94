"""The truth comes first: what befell people stands in the files, and in no file stands the truth."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import fangpin.synthetic
from fangpin.policy import Pack
from fangpin.synthetic import write_truth
from fangpin.synthetic.need import months_of_need
from tests.synthetic.conftest import Sent
from tests.synthetic.reading import rows_of

KINDS = {
    "chronic_illness", "large_illness", "job_loss", "accident", "business_failure", "school_cost",
    "end_of_support", "end_of_gifts", "death_of_earner", "disaster",
    "large_bill_of_the_well_off", "bill_taken_back", "change_of_employer",
}  # fmt: skip


def month_of(row: dict[str, str], field: str) -> str:
    """The month a row speaks of, from any way of writing its date or month."""
    digits = re.findall(r"\d+", row[field])
    if len(digits) == 1:
        return f"{digits[0][:4]}-{digits[0][4:6]}"
    return f"{int(digits[0]):04d}-{int(digits[1]):02d}"


def test_every_kind_of_misfortune_and_of_noise_is_planted(sent: Sent) -> None:
    assert {shock.kind for shock in sent.world.shocks} == KINDS
    noise = {shock.kind for shock in sent.world.shocks if shock.is_noise}
    assert noise == {"large_bill_of_the_well_off", "bill_taken_back", "change_of_employer"}


def test_every_shock_left_its_rows_in_the_departments_files(sent: Sent, chenzhou: Pack) -> None:
    told: set[tuple[str, str, str]] = set()
    for delivery in sent.deliveries:
        contract = chenzhou.contracts[delivery.feed]
        for row in rows_of(delivery, contract):
            subject = row[contract.subject_field]
            told.add((delivery.feed, subject, month_of(row, contract.dated_by)))
    persons = {
        person.person_no: person
        for household in sent.world.households
        for person in household.members
    }
    checked = 0
    for shock in sent.world.shocks:
        assert shock.traces
        subjects = {persons[shock.person_no].identifier, shock.household_no}
        for feed, month in shock.traces:
            assert any((feed, subject, str(month)) in told for subject in subjects), (feed, month)
            checked += 1
    assert checked > 500


def test_noise_is_never_need_and_some_shocks_are(sent: Sent) -> None:
    assert not any(shock.is_in_need for shock in sent.world.shocks if shock.is_noise)
    real = [shock for shock in sent.world.shocks if not shock.is_noise]
    assert 0.1 < sum(shock.is_in_need for shock in real) / len(real) < 0.6


def test_need_comes_after_the_shock_that_brought_it_about(sent: Sent) -> None:
    for shock in sent.world.shocks:
        for month in shock.need_months:
            assert str(month) >= f"{shock.struck:%Y-%m}"


def test_a_household_with_more_means_is_never_longer_in_need(sent: Sent) -> None:
    for household in sent.world.households[:300]:
        income, expense = household.income_by_month, household.expense_by_month
        now = months_of_need(household, sent.world, income=income, expense=expense)
        richer = [earned + 500 for earned in income]
        then = months_of_need(household, sent.world, income=richer, expense=expense)
        assert set(then) <= set(now)


def test_the_truth_is_written_beside_and_never_among_the_deliveries(
    sent: Sent, tmp_path: Path
) -> None:
    with pytest.raises(FileExistsError, match="never lies among"):
        write_truth(sent.world, sent.folder)
    file = write_truth(sent.world, tmp_path / "truth")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert len(told["households"]) == len(sent.world.households)
    assert len(told["shocks"]) == len(sent.world.shocks)
    assert not list(sent.folder.glob("*truth*"))


def test_no_file_of_a_department_names_need_or_a_shock(sent: Sent) -> None:
    for delivery in sent.deliveries:
        assert not re.search(r"truth|shock|need", delivery.file.name)


def test_the_generator_reads_no_rule_indicator_parameter_or_category() -> None:
    folder = Path(next(iter(fangpin.synthetic.__path__)))
    forbidden = {"fangpin.rules", "fangpin.indicators", "fangpin.ledger", "fangpin.runs"}
    asked = {"rules", "indicators", "parameters", "parameter", "categories", "items", "severities"}
    files = sorted(folder.rglob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not any((node.module or "").startswith(name) for name in forbidden), file
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert not (node.value.id == "pack" and node.attr in asked), file
