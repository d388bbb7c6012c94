"""What a measure pays each month: which kinds do is the pack's, and what can be an amount."""

from __future__ import annotations

from decimal import Decimal

from fangpin.casework.cases import refusals
from fangpin.policy.models.lists import MeasureKind
from fangpin.values.amounts import CENT, LARGEST


def check_monthly(kind: MeasureKind, amount: Decimal | None, where: str) -> None:
    """Refuse an amount a month that cannot be one; None is an amount that is left open.

    Raises ProblemError MEASURE_NOT_MONTHLY, MONTHLY_AMOUNT.
    """
    if amount is None:
        return
    if not kind.paid_monthly:
        raise refusals.refusal(
            "MEASURE_NOT_MONTHLY",
            where,
            zh=f"“{kind.title.zh}”不是按月发放的措施，不写每月金额。",
            en=f"'{kind.title.en}' pays no amount a month.",
            fix_zh="请去掉每月金额；一次发放的，在登记落实时写金额。",
            fix_en="Leave the amount a month out; what is paid once is recorded with its delivery.",
            measure=kind.measure,
        )
    if not 0 < amount < LARGEST or amount != amount.quantize(CENT):
        raise refusals.refusal(
            "MONTHLY_AMOUNT",
            where,
            zh=f"“{kind.title.zh}”的每月金额应大于零，最多两位小数。",
            en=f"The amount a month of '{kind.title.en}' is more than nought, with two decimals at most.",
            fix_zh="请改正金额；还没有定的，先空着。",
            fix_en="Mend the amount; leave it empty while it is not settled.",
            measure=kind.measure,
        )
