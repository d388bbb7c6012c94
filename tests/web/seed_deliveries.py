"""Two years of the departments' deliveries, as the feeds package leaves them on disk."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

import duckdb

from fangpin.policy import Pack
from fangpin.values.month import Month
from tests.web.seed_places import CLOCK, LAST


def seed_deliveries(pack: Pack, folder: Path, chance: random.Random) -> None:
    lengths = {"monthly": 1, "quarterly": 3, "term": 6, "yearly": 12}
    for feed, contract in pack.contracts.items():
        if contract.frequency == "event":
            continue
        order = 0
        for back in range(23, -1, -1):
            month = Month(LAST - back)
            if (month + 1) % lengths[contract.frequency]:
                continue
            if (feed == "emergency.disasters" and back == 0) or (
                feed == "water.drinking" and back == 11
            ):
                continue
            order += 1
            late = chance.choices((0, 0, 2, 6), (80, 10, 6, 4))[0]
            received = month.plus(1).first_day.replace(day=2) + timedelta(
                days=chance.randint(0, 2) + (late and late + 3)
            )
            if received > CLOCK:
                received = CLOCK
            read = chance.randint(300, 18_300)
            bad = int(read * chance.choice((0, 0, 0, 0, 0.004, 0.021))) if back else 0
            if feed == "finance.card" and back == 0:
                read, bad = 9_620, 203
            duplicate = chance.choice((0, 0, 3))
            write_delivery(
                folder,
                feed=feed,
                delivery=f"{month}-01",
                department=pack.owners[feed],
                month=month,
                received=received,
                order=order,
                read=read,
                quarantined=bad,
                duplicate=duplicate,
                with_rows=feed == "finance.card" and back == 0,
            )


def write_delivery(
    folder: Path,
    *,
    feed: str,
    delivery: str,
    department: str,
    month: Month,
    received: date,
    order: int,
    read: int,
    quarantined: int,
    duplicate: int,
    with_rows: bool,
) -> None:
    """One delivery as the feeds package leaves it on disk."""
    place = folder / feed / delivery
    place.mkdir(parents=True)
    bad_id = quarantined * 3 // 4
    counts = {"ID_CHECKSUM": bad_id, "AMOUNT_BAD": quarantined - bad_id} if quarantined else {}
    told = {
        "feed": feed,
        "delivery": delivery,
        "department": department,
        "received": received.isoformat(),
        "month": str(month),
        "months": [str(month), str(month)],
        "sha256": f"{order:064d}",
        "read": read,
        "accepted": read - quarantined - duplicate,
        "quarantined": quarantined,
        "duplicate": duplicate,
        "order": order,
        "is_registry": feed == "rural.persons",
        "counts_by_code": counts,
        "superseded": [],
        "findings": [],
    }
    (place / "delivery.json").write_text(json.dumps(told), encoding="utf-8")
    if with_rows:
        _write_quarantine(place / "quarantine.parquet", bad_id, quarantined - bad_id)


def _write_quarantine(file: Path, bad_ids: int, bad_amounts: int) -> None:
    connection = duckdb.connect()
    connection.execute(
        'CREATE TABLE q (row_no INTEGER, code VARCHAR, severity VARCHAR, "column" VARCHAR, '
        "value_masked VARCHAR, message_zh VARCHAR, message_en VARCHAR, repair_zh VARCHAR, "
        "repair_en VARCHAR)"
    )
    rows = [
        (
            14 + 37 * at,
            "ID_CHECKSUM",
            "row",
            "身份证号",
            f"431022********{at:03d}1",
            "身份证号校验码不对",
            "The identity number's check digit is wrong",
            "对照户口本改正号码，重新报送这一行",
            "Correct the number from the household register and send the row again",
        )
        for at in range(bad_ids)
    ] + [
        (
            29 + 61 * at,
            "AMOUNT_BAD",
            "row",
            "金额",
            f"¥1,2{at:02d}元",
            "金额不是数字",
            "The amount is no number",
            "只写数字，不带货币符号和单位",
            "Write digits only, without sign or unit",
        )
        for at in range(bad_amounts)
    ]
    connection.executemany("INSERT INTO q VALUES (?,?,?,?,?,?,?,?,?)", rows)
    connection.execute(f"COPY q TO '{file}' (FORMAT parquet)")
    connection.close()
