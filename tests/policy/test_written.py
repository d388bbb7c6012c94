"""A value that was tried can be put into force: its lines are a child pack that loads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fangpin.policy import load_pack
from fangpin.policy.written import changed_parameter

PACKS = Path(__file__).resolve().parents[2] / "packs"


@pytest.mark.parametrize(
    ("code", "on", "value"),
    [
        ("medical.inpatient.former_poor", date(2020, 6, 1), Decimal(3000)),
        ("medical.sustained.share", date(2020, 6, 1), Decimal("0.15")),
        ("income.monitoring_line", date(2021, 6, 1), Decimal(6500)),
        ("income.monitoring_line", date(2021, 1, 1), Decimal(6500)),
    ],
)
def test_the_lines_of_a_tried_value_put_it_into_force_from_its_day_and_change_no_other_day(
    tmp_path: Path, code: str, on: date, value: Decimal
) -> None:
    parent = load_pack(PACKS / "cn_hunan")
    parameter = parent.parameters[code]
    in_force = parent.parameter(code, at=on, division=None)
    folder = tmp_path / "local"
    (folder / "parameters").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: local\ntitle: {zh: 本地, en: Local}\nextends: cn_hunan\n", encoding="utf-8"
    )
    (folder / "parameters" / "tried.yaml").write_text(
        changed_parameter(parameter, in_force=in_force, value=value, from_date=on),
        encoding="utf-8",
    )

    child = load_pack(folder, search=[PACKS])

    changed = child.parameter(code, at=on, division=None)
    assert (changed.value, changed.from_date, changed.status) == (value, on, "proposed")
    assert changed.to_date == in_force.to_date
    for one in parameter.values:
        if one != in_force:
            assert child.parameter(code, at=one.from_date, division=one.division) == one
    if in_force.from_date < on:
        before = child.parameter(code, at=in_force.from_date, division=None)
        assert (before.value, before.to_date) == (in_force.value, on)
