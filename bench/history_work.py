"""The piece of work that `bench/history.py` measures, run in a process of its own."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

from years import MONTH


def replay_rule(home: str, rule: str, months: int) -> dict[str, Any]:
    """Replay a rule as it is and with its first number half as large; returns the counts."""
    os.environ |= {"FANGPIN_HOME": home, "FANGPIN_PACK": "cn_hunan_chenzhou"}
    from fangpin.backtest import compare, parameters_of, replay_all
    from fangpin.backtest.thresholds import rule_editions
    from fangpin.cli.session import Session
    from fangpin.values.month import Month

    session = Session()
    pack, last = session.pack, Month.parse(MONTH)
    at = last.plus(1).first_day
    numbers = {
        code: pack.parameter(code, at=at, division=pack.header.root_division).value
        for code in parameters_of(pack, rule_editions(pack, rule)[-1])
    }
    code, value = next(
        (code, value)
        for code, value in numbers.items()
        if isinstance(value, Decimal) and value > 24
    )
    tried = {code: value / 2}
    with session.engine() as engine:
        present, other = replay_all(
            session.home,
            pack,
            rule=rule,
            tries=[{}, tried],
            from_month=last.plus(1 - months),
            to_month=last,
            engine=engine,
        )
    return {
        "rule": present.rule,
        "tried": f"{code}={value / 2}",
        "hits": sum(month.hits for month in present.months),
        "tried_hits": sum(month.hits for month in other.months),
        "more_households": compare(present, other).households,
    }
