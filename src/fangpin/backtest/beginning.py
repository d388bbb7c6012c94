"""The first month that can be replayed: before a registry had come there was no household to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from fangpin.feeds.arrivals import Arrival
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError


def refuse_before_registry(deliveries: Sequence[Arrival], run_days: Mapping[int, date]) -> None:
    """Raises ProblemError BACKTEST_TOO_EARLY when no registry was there on the first of some run days
    (month -> day) but one came later."""
    registries = [one for one in deliveries if one.is_registry]
    if not run_days or _is_there(registries, min(run_days.values())):
        return
    later = [number for number, day in run_days.items() if _is_there(registries, day)]
    day = min(run_days.values())
    came = min((one.received for one in registries if one.received > day), default=None)
    if came is None:
        return
    first = Month(min(later)) if later else Month.containing(came)
    raise ProblemError(
        Problem(
            code="BACKTEST_TOO_EARLY",
            where=f"--from {Month(min(run_days))}",
            zh=f"{day} 还没有农户名册，{Month(min(run_days))} 无法重判。",
            en=f"On {day} no registry of households had come, so {Month(min(run_days))} cannot be judged.",
            fix_zh=f"请从 {first} 或以后的月份开始，例如 --from {first}",
            fix_en=f"Begin with {first} or a later month, for example --from {first}",
            details={"from": str(Month(min(run_days))), "first": str(first)},
        )
    )


def _is_there(registries: Sequence[Arrival], day: date) -> bool:
    return any(one.is_in_force(day) for one in registries)
