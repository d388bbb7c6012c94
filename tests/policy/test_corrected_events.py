"""What is one event and what are two, when a department of the shipped packs sends its rows again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.fresh import fresh_engine
from tests.ledger.village import Lake
from tests.linkage.valley import number

WHO = {"person_name": "李竹喜", "id_number": number("1971-03-08", 33)}
JUNE, JULY = date(2021, 7, 3), date(2021, 8, 3)


@pytest.fixture(scope="module")
def cn(repository: Path) -> Pack:
    return load_pack(repository / "packs" / "cn")


def events(lake: Lake, feed: str) -> int:
    """How many rows of a feed stand."""
    with fresh_engine(spill=lake.home.spill) as engine:
        view_live_facts(engine=engine, name="standing_rows", arrivals=arrivals(lake.home))
        assert {one.feed for one in arrivals(lake.home)} == {feed}
        return int(engine.value("SELECT count(*) FROM standing_rows"))


CASES: list[tuple[str, str, dict[str, Any], dict[str, Any], int]] = [
    (
        "a corrected day of a diagnosis is no second disease",
        "weijian.serious",
        {"disease": "肺癌", "diagnosed": "2021-06-03"},
        {"diagnosed": "2021-06-08"},
        1,
    ),
    (
        "another disease is a second one",
        "weijian.serious",
        {"disease": "肺癌", "diagnosed": "2021-06-03"},
        {"disease": "尿毒症"},
        2,
    ),
    (
        "a renewed registration is no second disease",
        "yibao.chronic",
        {"disease_code": "M01600", "valid_from": "2020-07-01", "valid_to": "2021-06-30"},
        {"valid_from": "2021-07-01", "valid_to": "2022-06-30"},
        1,
    ),
    (
        "an injury that is assessed again is no second injury",
        "renshe.injury",
        {"injured": "2021-01-05", "assessed": "2021-06-03", "grade": "6"},
        {"assessed": "2021-07-08", "grade": "5"},
        1,
    ),
    (
        "another accident is a second injury",
        "renshe.injury",
        {"injured": "2021-01-05", "assessed": "2021-06-03", "grade": "6"},
        {"injured": "2021-04-09", "assessed": "2021-07-08"},
        2,
    ),
    (
        "who registers again has lost a second job",
        "renshe.unemploy",
        {"registered": "2021-02-03", "reason": "终止合同"},
        {"registered": "2021-07-08"},
        2,
    ),
]


@pytest.mark.parametrize(
    ("feed", "row", "again", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_of_a_row_sent_again(
    cn: Pack, tmp_path: Path, feed: str, row: dict[str, Any], again: dict[str, Any], expected: int
) -> None:
    lake = Lake(tmp_path, cn)
    lake.receive(feed, [WHO | row], on=JUNE, month="2021-06")
    lake.receive(feed, [WHO | row | again], on=JULY, month="2021-07")

    assert events(lake, feed) == expected
