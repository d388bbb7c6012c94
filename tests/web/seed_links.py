"""Doubtful pairs of the invented prefecture, and what linkage gave to Li Zhuxi's household."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from fangpin.casework.alerts.models import Run
from fangpin.casework.claims.models import Candidate
from fangpin.values.month import Month

LI, WIFE, STRANGER = 1, 2, 9
CLAIM, LATER_CLAIM, DECIDED_CLAIM, LINKED_CLAIM = 90_000_001, 90_000_002, 90_000_003, 90_000_009
FEED, DELIVERY, ROW = "medical.settlement", "2020-11-01", 18231
DECISION = "d0c1de000001"

_NUMBER = "431022********0001"
_SHISHAN, _ZHANGSHUXIA, _FOREIGN = "431022202204", "431022202205", "431026101201"


def seed_links(home: Path, last_run: Run) -> None:
    """Fill the queue and the latest run's folder; the deliveries are there already."""
    month = int(Month.parse("2020-11"))
    rows = [
        [FEED, "2020-11-01", 2044, month],
        [FEED, "2020-11-01", 2045, month],
        ["finance.card", "2020-10-01", 377, month - 1],
    ]
    told = {
        "seen_on": last_run.as_of,
        "feeds": ["finance.card", FEED],
        "rows": rows,
        "count_of_rows": 3,
        "count_of_candidates": 3,
        "first_month": month - 1,
        "last_month": month,
    }
    Candidate.objects.bulk_create(
        [
            Candidate(
                claim_ref=CLAIM,
                person_ref=LI,
                household_ref=101,
                division=_SHISHAN,
                claim_name="李竹禧",
                person_name="李竹喜",
                chance=0.72,
                weight=6.9,
                fields=_fields("李竹喜", _NUMBER, _SHISHAN, born="1962-03-09"),
                **told,
            ),
            Candidate(
                claim_ref=CLAIM,
                person_ref=4401,
                household_ref=317,
                division=_ZHANGSHUXIA,
                claim_name="李竹禧",
                person_name="李竹希",
                chance=0.2,
                weight=5.1,
                fields=_fields("李竹希", "431022********0450", _ZHANGSHUXIA, born="1962-09-03"),
                **told,
            ),
            Candidate(
                claim_ref=CLAIM,
                person_ref=STRANGER,
                household_ref=202,
                division=_FOREIGN,
                claim_name="李竹禧",
                person_name="欧阳外",
                chance=0.05,
                weight=3.0,
                fields=_fields("欧阳外", "431026********9999", _FOREIGN, born="1962-03-09"),
                **told,
            ),
            Candidate(
                claim_ref=LATER_CLAIM,
                person_ref=WIFE,
                household_ref=101,
                division=_SHISHAN,
                claim_name="李桂香",
                person_name="李桂香",
                chance=0.94,
                weight=4.0,
                fields=_fields("李桂香", _NUMBER, _SHISHAN, born="1965-08-01", said="李桂香"),
                **{**told, "rows": rows[:1], "count_of_rows": 1, "count_of_candidates": 1},
            ),
            Candidate(
                claim_ref=DECIDED_CLAIM,
                person_ref=WIFE,
                household_ref=101,
                division=_SHISHAN,
                claim_name="李贵香",
                person_name="李桂香",
                chance=0.6,
                weight=0.6,
                fields=_fields("李桂香", _NUMBER, _SHISHAN, born="1965-08-01", said="李贵香"),
                **{**told, "rows": rows[:2], "count_of_rows": 2},
                state="different",
                decision=DECISION,
                decided_at=datetime(2020, 12, 11, 3, 20, tzinfo=UTC),
                decided_by="county",
                reason="入户核实过，是邻村的同名人。",
            ),
        ]
    )
    _write_folder(home / "runs" / last_run.folder, last_run, month)
    _write_facts(home / "deliveries" / FEED / DELIVERY / "facts.parquet", month)


def _fields(
    name: str, number: str, division: str, *, born: str, said: str = "李竹禧"
) -> list[dict[str, object]]:
    same_day = born == "1962-03-09"
    near = said != name
    return [
        {
            "field": "number",
            "claim": "431022********0007",
            "person": number,
            "agreement": "close" if number == _NUMBER else "different",
            "weight": 5.2 if number == _NUMBER else -1.4,
            "differs_at": [18] if number == _NUMBER else [15, 16, 17, 18],
        },
        {
            "field": "name",
            "claim": said,
            "person": name,
            "agreement": "close" if near else "same",
            "weight": 3.1 if near else 8.0,
            "differs_at": [3] if near and len(name) == len(said) else [],
        },
        {
            "field": "birth",
            "claim": "1962-03-09",
            "person": born,
            "agreement": "same" if same_day else "different",
            "weight": 11.4 if same_day else -2.2,
            "differs_at": [],
        },
        {
            "field": "sex",
            "claim": None,
            "person": "male",
            "agreement": "unknown",
            "weight": 0.0,
            "differs_at": [],
        },
        {
            "field": "division",
            "claim": _SHISHAN,
            "person": division,
            "agreement": "same" if division == _SHISHAN else "different",
            "weight": 6.3 if division == _SHISHAN else -0.9,
            "differs_at": [],
        },
    ]


def _write_folder(folder: Path, run: Run, month: int) -> None:
    folder.mkdir(parents=True)
    told = {"as_of": run.as_of.isoformat(), "month": run.month, "timeline": [], "ledger": {}}
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE links (household_ref BIGINT, person_ref BIGINT, claim_ref BIGINT, "
        "link_step VARCHAR, link_chance DOUBLE, feed VARCHAR, delivery VARCHAR, row_no INTEGER, "
        "month INTEGER)"
    )
    connection.executemany(
        "INSERT INTO links VALUES (101, ?, ?, 'model', 0.9965, ?, ?, ?, ?)",
        [
            (LI, LINKED_CLAIM, FEED, "2020-11-01", 18231, month),
            (LI, LINKED_CLAIM, FEED, "2020-10-01", 17904, month - 1),
            (LI, LINKED_CLAIM, FEED, "2020-08-01", 911, month - 3),
        ],
    )
    connection.execute(
        "CREATE TABLE deaths AS SELECT * FROM (VALUES "
        f"(101, '{_SHISHAN}', {WIFE}, DATE '2020-09-02', DATE '2020-09-02', '{_told('2020-09-02')}', "
        f"'{FEED}', '2020-11-01', 2046, {month}, DATE '2020-11-12', true), "
        f"(101, '{_SHISHAN}', {WIFE}, DATE '2020-09-02', DATE '2020-09-02', '{_told('2020-09-02')}', "
        f"'finance.card', '2020-10-01', 12, {month - 1}, NULL, true), "
        f"(202, '{_FOREIGN}', {STRANGER}, DATE '2020-09-03', DATE '2020-09-03', "
        f"'{_told('2020-09-03')}', '{FEED}', '2020-11-01', 9, {month}, DATE '2020-11-13', true)"
        ") AS rows(household_ref, division, person_ref, first_died, last_died, told, feed, delivery, "
        "row_no, month, happened_on, is_after_all)"
    )
    police = "'police.residence', '2020-10-01'"
    connection.execute(
        "CREATE TABLE registrations AS SELECT * FROM (VALUES "
        f"('booklet', 101, {WIFE}, 'lives_here_only', '{_ZHANGSHUXIA}', 101, {police}, 14), "
        f"('booklet', 101, 5150, 'listed_here_only', '{_SHISHAN}', NULL, {police}, 15), "
        f"('booklet', 101, {STRANGER}, 'listed_here_only', '{_SHISHAN}', 202, {police}, 16), "
        f"('booklet', NULL, 5151, 'in_no_household', '{_SHISHAN}', NULL, {police}, 21), "
        f"('booklet', NULL, 5152, 'in_no_household', '{_SHISHAN}', NULL, {police}, 22), "
        f"('booklet', NULL, 5153, 'in_no_household', '{_FOREIGN}', NULL, {police}, 4242)"
        ") AS rows(unit, household_ref, person_ref, presence, division, counted_in, feed, delivery, "
        "row_no)"
    )
    connection.execute(
        f"COPY registrations TO '{folder / 'registrations.parquet'}' (FORMAT parquet)"
    )
    connection.execute("CREATE TABLE held AS SELECT 101 AS household_ref, 'wage_lost' AS rule")
    connection.execute(f"COPY deaths TO '{folder / 'deaths.parquet'}' (FORMAT parquet)")
    connection.execute(f"COPY held TO '{folder / 'held.parquet'}' (FORMAT parquet)")
    connection.execute(f"COPY links TO '{folder / 'links.parquet'}' (FORMAT parquet)")
    connection.close()


def _told(day: str) -> str:
    row = {"feed": "police.residence", "delivery": "2020-10-01", "row_no": 88, "died": day}
    return json.dumps([row])


def _write_facts(file: Path, month: int) -> None:
    connection = duckdb.connect()
    connection.execute(
        f"COPY (SELECT CAST({ROW} AS INTEGER) AS row_no, CAST({LI} AS BIGINT) AS person_ref, "
        f"CAST({month} AS INTEGER) AS month) TO '{file}' (FORMAT parquet)"
    )
    connection.close()
