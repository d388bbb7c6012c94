"""What a case of a pack says of its household's ledger: values by month, and what was delivered."""

from __future__ import annotations

from decimal import Decimal

from fangpin.ledger.coverage import Coverage
from fangpin.policy.models.cases import PackCase
from fangpin.policy.pack import Pack
from fangpin.policy.reading.nearest import advice
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

COVERED_MONTHS = 36
"""A case counts every feed as delivered this far back, save for what it declares unknown."""


def coverage_of_case(pack: Pack, case: PackCase, month: Month) -> Coverage:
    """What each feed had delivered: every month, save for what the case declares unknown."""
    delivered = []
    for feed in pack.contracts:
        missing = case.unknown.get(feed, [])
        if missing == "all":
            continue
        lacking = {int(Month.parse(text)) for text in missing}
        delivered += [
            (feed, int(month) - back)
            for back in range(COVERED_MONTHS)
            if int(month) - back not in lacking
        ]
    for code, values in values_of_case(case).items():
        # A month given as unknown was not delivered, whatever else the feed holds.
        unknown = {period for period, value in values.items() if value is None}
        owner = pack.items[code].feed
        delivered = [pair for pair in delivered if pair[0] != owner or pair[1] not in unknown]
    return Coverage.of(delivered)


def values_of_case(case: PackCase) -> dict[str, dict[int, Decimal | str | None]]:
    """Item -> month -> value, with series and years resolved."""
    found: dict[str, dict[int, Decimal | str | None]] = {}
    for item, periods in case.ledger.items():
        for period, value in periods.items():
            text = f"{period}-01" if len(period) == 4 else period
            found.setdefault(item, {})[int(Month.parse(text))] = value
    for series in case.series:
        first, last = Month.parse(series.from_month), Month.parse(series.to_month)
        for month in range(int(first), int(last) + 1):
            found.setdefault(series.item, {})[month] = series.value
    return found


def refuse_unusable_items(pack: Pack, place: str, case: PackCase) -> None:
    """Raises ProblemError CASE_ITEM_UNKNOWN or CASE_ITEM_IS_TOTAL."""
    for code in values_of_case(case):
        item = pack.items.get(code)
        if item is None:
            fix_zh, fix_en = advice(written=code, valid=pack.items)
            raise ProblemError(
                Problem(
                    code="CASE_ITEM_UNKNOWN",
                    where=place,
                    zh=f"政策包没有收支项目 {code}。",
                    en=f"The pack has no ledger item {code}.",
                    fix_zh=fix_zh,
                    fix_en=fix_en,
                )
            )
        if item.feed is None:
            raise ProblemError(
                Problem(
                    code="CASE_ITEM_IS_TOTAL",
                    where=place,
                    zh=f"{code} 是合计项目，案例不能直接给出合计。",
                    en=f"{code} is a total; a case cannot give a total.",
                    fix_zh=f"请填写它的组成项目：{'、'.join(item.of)}。",
                    fix_en=f"Give the items that it adds: {', '.join(item.of)}.",
                )
            )
