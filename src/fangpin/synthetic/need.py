"""Who is truly in need, and when: a household lives from its income and draws on its buffer.

A month of need is one that begins or ends with nothing left: income and buffer together did not
cover a modest living and what had to be paid. This is the definition of the synthetic truth; it
shares nothing with any policy's lines or rules.
"""

from __future__ import annotations

from fangpin.synthetic.world import Household, World
from fangpin.values.month import Month

LIVING_FIRST = 450
LIVING_OTHERS = 330
"""Yuan a month that a modest living costs the first and every further member."""
DEBT_MONTHS = 3
"""Relatives lend at most so many months' living: debts beyond that do not pile up."""


def months_of_need(
    household: Household, world: World, *, income: list[int], expense: list[int]
) -> list[Month]:
    """The months in which the household's means did not cover its living."""
    living = LIVING_FIRST + LIVING_OTHERS * (len(household.members) - 1)
    ceiling = max(household.buffer, living)
    means = household.buffer
    found: list[Month] = []
    for month, earned, paid in zip(world.months(), income, expense, strict=True):
        means = min(means + earned - living - paid, ceiling)
        if means < 0:
            found.append(month)
        means = max(means, -living * DEBT_MONTHS)
    return found
