"""Months of wages as a department sends them, and why a desk holds some of them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from fangpin.feeds.holds import held_deliveries
from fangpin.values.identifiers import check_digit
from fangpin.values.month import Month
from tests.feeds.builders import (
    Desk,
    wage_row,
)


def people(count: int, *, seed: int = 1) -> list[str]:
    """Identity numbers of persons of every age, no two alike."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        born = date(1925, 1, 1) + timedelta(days=chance.randrange(95 * 365))
        body = f"{chance.choice((431022, 430102, 522701))}{born:%Y%m%d}{chance.randrange(1000):03}"
        found[body + check_digit(body)] = None
    return list(found)


def a_month(
    month: str, count: int = 60, *, times: Decimal = Decimal(1), seed: int = 1
) -> list[list[str]]:
    """Wages of a month: between 800 and 6,000 yuan."""
    chance = random.Random(f"{month} {seed}")
    return [
        wage_row(
            place,
            month=month,
            wage=f"{Decimal(chance.randrange(80_000, 600_000)) / 100 * times:f}",
        )
        for place in range(count)
    ]


def receive_months(desk: Desk, *months: str, count: int = 60) -> None:
    for month in months:
        told = desk.receive_rows(*a_month(month, count), received=day_after(month))
        assert told.outcome == "accepted", told.counts_by_code


def day_after(month: str) -> date:
    return Month.parse(month).plus(1).first_day + timedelta(days=3)


def held(desk: Desk) -> list[str]:
    return [reason["code"] for one in held_deliveries(desk.home) for reason in one.reasons]
