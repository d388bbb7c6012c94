"""The worker's part within a test: every job that waits is brought to its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from fangpin.casework.jobs.actions import take
from fangpin.casework.uploads.actions import CHECK_UPLOAD
from fangpin.lake.home import Home
from fangpin.runs.uploads import Workshop
from fangpin.runs.worker import run_job
from fangpin.values import clock
from fangpin.values.identifiers import check_digit
from fangpin.web.ground.access import moment
from fangpin.web.ground.pack import installation_pack


def number(place: int) -> str:
    """An identity number that passes its check digit."""
    first = f"43102219{50 + place % 45}0{1 + place % 9}15{place:03}"
    return first + check_digit(first)


def bills(count: int = 6, **cells: str) -> str:
    """A month of bills; `cells` change the first row's, by column title."""
    lines = ["编号,身份证号,月份,金额"]
    for place in range(count):
        row = {"编号": f"B{place}", "身份证号": number(place), "月份": "2020-11", "金额": "100.50"}
        if place == 0:
            row |= cells
        lines.append(",".join(row.values()))
    return "\n".join(lines) + "\n"


def workshop(home: Path, *, machine: datetime | None = None) -> Workshop:
    """What the worker of this installation stands on."""
    return Workshop(
        home=Home(home),
        pack=installation_pack(),
        cipher=settings.FANGPIN.cipher,
        limits=settings.FANGPIN.limits,
        now=moment,
        machine=lambda: machine or clock.now({}),
    )


def work(home: Path, *, machine: datetime | None = None) -> int:
    """Do every job that waits; returns how many."""
    made = workshop(home, machine=machine)
    count = 0
    while taken := take(
        kinds=[CHECK_UPLOAD], worker="test", at=made.machine(), lease=timedelta(seconds=30)
    ):
        run_job(made, taken)
        count += 1
    return count
