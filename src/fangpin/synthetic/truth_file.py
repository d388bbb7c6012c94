"""The truth on disk, beside the deliveries and never among them: who was struck, who was in need."""

from __future__ import annotations

import json
from pathlib import Path

from fangpin.synthetic.world import Household, Shock, World

FILE = "truth.json"


def write_truth(world: World, folder: Path) -> Path:
    """Write `truth.json` with every household's months of need and every shock; returns the file.

    Raises FileExistsError when the folder already holds deliveries' files (CSV or spreadsheets).
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(path.suffix in (".csv", ".xlsx") for path in folder.iterdir()):
        raise FileExistsError(f"the truth never lies among deliveries: {folder}")
    truth = {
        "seed": world.seed,
        "first_month": str(world.first_month),
        "last_month": str(world.last_month),
        "households": [_household(household) for household in world.households],
        "shocks": [_shock(shock) for shock in world.shocks],
    }
    file = folder / FILE
    text = json.dumps(truth, ensure_ascii=False, indent=None, separators=(",", ":"))
    file.write_text(text + "\n", encoding="utf-8")
    return file


def _household(household: Household) -> dict[str, object]:
    return {
        "household_no": household.household_no,
        "village": household.village,
        "persons": len(household.members),
        "buffer_yuan": household.buffer,
        "income_yuan_by_month": household.income_by_month,
        "rigid_expense_yuan_by_month": household.expense_by_month,
        "need_months": [str(month) for month in household.need_months],
    }


def _shock(shock: Shock) -> dict[str, object]:
    return {
        "kind": shock.kind,
        "household_no": shock.household_no,
        "person_no": shock.person_no,
        "struck": shock.struck.isoformat(),
        "lasts_months": shock.lasts_months,
        "cost_yuan": shock.cost,
        "is_noise": shock.is_noise,
        "is_in_need": shock.is_in_need,
        "need_months": [str(month) for month in shock.need_months],
        "traces": [[feed, str(month)] for feed, month in shock.traces],
    }
