"""What cannot be told yet: items that rules rest on, in months that were not delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fangpin.values.month import Month
from fangpin.web.ground.known import KnownLedger
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import listed, said

WINDOW = 12


@dataclass(frozen=True, slots=True)
class Gap:
    """An item unknown in some of the last twelve months, and the rules that look at it."""

    item: str
    count_of_months: int
    latest_known: int | None
    rules: str


def gaps_of(*, ledger: KnownLedger, last_month: int | None, today: date) -> list[Gap]:
    """Gaps in the ledger of one household, the widest first; missing is never taken for zero."""
    if last_month is None:
        return []
    pack = installation_pack()
    window = [Month(last_month).plus(-back) for back in range(WINDOW)]
    rests: dict[str, list[str]] = {}
    for rule in pack.rules_in_force(today):
        if rule.kind != "alert":
            continue
        for code in dict.fromkeys([*rule.evidence, *([rule.chart] if rule.chart else [])]):
            rests.setdefault(code, []).append(said(rule.title))
    gaps = []
    for code, rules in rests.items():
        item = pack.items.get(code)
        contract = pack.contracts.get(item.feed or "") if item else None
        if item is None or contract is None or contract.frequency != "monthly":
            continue
        if item.period == "year" or item.kind == "state":
            continue
        known = [month for month in window if ledger.amount(code, month) is not None]
        if len(known) < WINDOW:
            latest = max(known, default=None)
            gaps.append(Gap(said(item.title), WINDOW - len(known), latest, listed(rules)))
    return sorted(gaps, key=lambda gap: -gap.count_of_months)
