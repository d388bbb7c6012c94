"""The monthly run: its evidence is the source rows, and a day can be judged again to the byte."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.runs.parts.months import months_of_household, months_of_households
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from tests.ledger.village import Lake, bill, person
from tests.linkage.valley import Valley
from tests.looking import rows_of
from tests.runs.hillside import receive_until

THEN, NOW = date(2020, 5, 15), date(2020, 6, 15)
FILES = ["evidence.parquet", "findings.parquet", "hits.parquet", "run.json"]
FILES += [
    "cannot_tell.parquet",
    "households.parquet",
    "links.parquet",
    "members.parquet",
    "numbers.parquet",
    "answers.parquet",
    "taken_back.parquet",
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, hillside: Pack) -> Lake:
    """A home that received everything."""
    return receive_until(Lake(tmp_path_factory.mktemp("whole"), hillside), NOW)


@pytest.fixture(scope="module")
def hits(whole: Lake) -> dict[tuple[int, str], dict[str, Any]]:
    """(household, rule) -> hit of the latest run."""
    found = rows_of(whole.run(NOW).folder / "hits.parquet")
    return {(row["household_ref"], row["rule"]): row for row in found}


def test_each_household_gets_the_answer_that_its_papers_give(
    whole: Lake, hits: dict[tuple[int, str], dict[str, Any]]
) -> None:
    result = whole.run(NOW)

    # A: 11 x 90.55 + 1000; B: 2500, moved nowhere; C: 1300 of before it was listed.
    assert result.outcomes["high_bills"] == {
        "hit": 3,
        "no_hit": 1,
        "cannot_tell": 0,
        "suppressed": 0,
        "not_applicable": 0,
    }
    assert result.count_of_households == 4
    assert {ref for ref, rule in hits if rule == "high_bills"} == {
        whole.ref(household) for household in "ABC"
    }
    bills = {
        household: json.loads(hits[whole.ref(household), "high_bills"]["figures"])["bills_12"]
        for household in "ABC"
    }
    assert bills == {"A": 1996.05, "B": 2500, "C": 1300}


def test_a_hit_tells_its_figures_its_line_and_a_sentence_in_both_languages(
    whole: Lake, hits: dict[tuple[int, str], dict[str, Any]]
) -> None:
    hit = hits[whole.ref("A"), "high_bills"]

    assert (hit["severity"], hit["severity_rank"]) == ("soon", 2)
    assert (hit["code"], hit["kind"], hit["edition"], hit["cause"]) == ("R1", "alert", 2, "illness")
    assert hit["month"] == Month.parse("2020-05")
    assert json.loads(hit["thresholds"]) == {"line.bills": 1000}
    assert hit["sentence_zh"] == "“自付”2019年6月至2020年5月 1,996.05 元，线 1,000 元"
    assert hit["sentence_en"] == 'Own share, "2019-06" to 2020-05: 1,996.05, line 1,000'


def test_the_line_that_is_told_is_that_of_the_households_own_division(
    whole: Lake, hits: dict[tuple[int, str], dict[str, Any]]
) -> None:
    hit = hits[whole.ref("B"), "high_bills"]

    assert json.loads(hit["thresholds"]) == {"line.bills": 800}
    assert "800" in hit["sentence_zh"] and hit["severity"] == "urgent"


def test_evidence_is_the_source_rows_and_adds_up_to_the_figure(
    whole: Lake, hits: dict[tuple[int, str], dict[str, Any]]
) -> None:
    rows = rows_of(whole.run(NOW).folder / "evidence.parquet")
    facts = {
        (place.parent.name, row["row_no"]): row
        for place in whole.home.deliveries.glob("health.bills/*/facts.parquet")
        for row in rows_of(place)
    }

    for household in "ABC":
        proof = [
            row
            for row in rows
            if (row["household_ref"], row["rule"]) == (whole.ref(household), "high_bills")
        ]
        for row in proof:
            fact = facts[row["delivery"], row["row_no"]]
            assert (fact["month"], fact["own_share"]) == (row["month"], row["amount"])
            assert json.loads(row["detail"]) == {"visit": fact["visit"], "bill_no": fact["bill_no"]}
            assert (row["feed"], row["item"]) == ("health.bills", "bills")
        figure = json.loads(hits[whole.ref(household), "high_bills"]["figures"])["bills_12"]
        assert sum(row["amount"] for row in proof) == Decimal(str(figure))
    assert len(rows) == len({tuple(sorted(map(str, row.items()))) for row in rows})
    assert {(row["household_ref"], row["rule"]) for row in rows} <= set(hits)


def test_a_corrected_row_is_no_evidence_even_when_it_moved_out_of_the_window(
    tmp_path: Path, hillside: Pack
) -> None:
    lake = receive_until(Lake(tmp_path, hillside), NOW)
    lake.receive(
        "health.bills",
        [
            {
                "bill_no": "a5",
                "id_number": "ann",
                "paid_date": "2017-01-01",
                "own_share": "90.55",
                "visit": "inpatient",
            }
        ],
        on=NOW,
        month="2020-05",
    )

    result = lake.run(NOW)

    told = [json.loads(row["detail"])["bill_no"] for row in _bills_of(lake, result.folder, "A")]
    assert sorted(told) == sorted(f"a{number}" for number in range(12) if number != 5)


def _bills_of(lake: Lake, folder: Path, household: str) -> list[dict[str, Any]]:
    return [
        row
        for row in rows_of(folder / "evidence.parquet")
        if (row["household_ref"], row["item"]) == (lake.ref(household), "bills")
        and row["rule"] == "high_bills"
    ]


def test_findings_hold_what_never_raises_an_alert(whole: Lake) -> None:
    folder = whole.run(NOW).folder

    assert {row["rule"] for row in rows_of(folder / "findings.parquet")} == {"odd_relief"}
    assert "odd_relief" not in {row["rule"] for row in rows_of(folder / "hits.parquet")}
    assert {row["rule"] for row in rows_of(folder / "evidence.parquet")} <= {
        row["rule"] for row in rows_of(folder / "hits.parquet")
    }


def test_months_show_every_amount_that_is_known_of_every_household(whole: Lake) -> None:
    """Also where a correction took amounts back and where members moved."""
    folder = whole.run(NOW).folder
    expected: dict[tuple[int, int], dict[str, Decimal]] = {}
    for (household, month, item), amount in whole.amounts(NOW).items():
        place = whole.ref(household), int(Month.parse(month))
        expected.setdefault(place, {})[item] = amount
    asked = sorted({household for household, _ in expected})

    found = months_of_households(
        home=whole.home, pack=whole.pack, run_folder=folder, household_refs=asked
    )

    told = {
        (household, month): {item: Decimal(text) for item, text in json.loads(amounts).items()}
        for household, month, amounts in found
    }
    assert told == expected
    assert found == sorted(found)


def test_the_months_of_a_household_without_a_hit_can_be_asked_for(whole: Lake) -> None:
    folder = whole.run(NOW).folder

    found = months_of_household(
        home=whole.home, pack=whole.pack, run_folder=folder, household_ref=whole.ref("D")
    )

    assert found[Month.parse("2020-05")] == {
        "relief": "600.00",
        "wage": "50.00",
        "bonus": "1.50",
        "good_wages": "0.00",
    }
    unknown = months_of_household(
        home=whole.home, pack=whole.pack, run_folder=folder, household_ref=7
    )
    assert unknown == {}


def test_a_replay_gives_the_bytes_of_the_day(whole: Lake, tmp_path: Path, hillside: Pack) -> None:
    """A home that received everything, and one that only knew what had come by then."""
    early = receive_until(Lake(tmp_path, hillside), THEN)
    whole.run(NOW)

    replayed, then = whole.run(THEN), early.run(THEN)

    assert replayed.folder.name == then.folder.name
    assert sorted(file.name for file in then.folder.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (replayed.folder / name).read_bytes() == (then.folder / name).read_bytes(), name


def test_the_same_run_again_gives_the_same_bytes_in_a_fresh_home(
    whole: Lake, tmp_path: Path, hillside: Pack
) -> None:
    first = whole.run(NOW)
    again = whole.run(NOW)
    assert again == first, "a finished run is only read"
    shutil.copytree(whole.home.deliveries, tmp_path / "home" / "deliveries")
    fresh = Lake(tmp_path, hillside).run(NOW)

    for name in FILES:
        assert (fresh.folder / name).read_bytes() == (first.folder / name).read_bytes(), name


def test_another_pack_or_another_delivery_makes_another_run(
    tmp_path: Path, hillside: Pack, repository: Path
) -> None:
    lake = receive_until(Lake(tmp_path, hillside), date(2019, 9, 30))
    before = lake.run(date(2019, 9, 30)).folder
    changed = tmp_path / "hillside"
    shutil.copytree(repository / "tests" / "rules" / "hillside", changed)
    lines = changed / "parameters" / "lines.yaml"
    lines.write_text(lines.read_text(encoding="utf-8").replace("value: 1000", "value: 1001"))

    other = Lake(tmp_path, load_pack(changed)).run(date(2019, 9, 30)).folder

    assert other != before and before.exists()


def test_a_sentence_may_have_quotes_and_several_lines(
    tmp_path: Path, hillside: Pack, repository: Path
) -> None:
    changed = tmp_path / "hillside"
    shutil.copytree(repository / "tests" / "rules" / "hillside", changed)
    rules = changed / "rules" / "rules.yaml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace(
            'zh: "“自付”{start}至', 'zh: "第一行, \\"引号\\"\\n第二行 {start}至'
        ),
        encoding="utf-8",
    )
    lake = receive_until(Lake(tmp_path, load_pack(changed)), NOW)

    hits = rows_of(lake.run(NOW).folder / "hits.parquet")

    told = {row["sentence_zh"] for row in hits if row["rule"] == "high_bills"}
    assert len(told) == 3
    assert all(text.startswith('第一行, "引号"\n第二行 2019年6月至2020年5月') for text in told), (
        told
    )


def test_a_day_without_a_line_is_refused_and_leaves_nothing(tmp_path: Path, hillside: Pack) -> None:
    lake = receive_until(Lake(tmp_path, hillside), date(2019, 9, 30))
    thin = hillside.parameters["line.share"]
    values = [value.model_copy(update={"from_date": date(2030, 1, 1)}) for value in thin.values]
    hillside_without = _with_parameter(hillside, thin.model_copy(update={"values": values}))

    with pytest.raises(ProblemError) as raised:
        _rule_on_share(lake, hillside_without).run(date(2019, 9, 30))

    (problem,) = raised.value.problems
    assert problem.code == "NO_VALUE_FOR_DATE" and "line.share" in problem.zh
    assert not list(lake.home.runs.iterdir())


def _with_parameter(pack: Pack, parameter: Any) -> Pack:
    return replace(pack, parameters={**pack.parameters, parameter.parameter: parameter})


def _rule_on_share(lake: Lake, pack: Pack) -> Lake:
    rules = tuple(
        rule.model_copy(update={"hit_when": "share_high"}) if rule.rule == "struck_home" else rule
        for rule in pack.rules
    )
    return Lake(lake.root, replace(pack, rules=rules))


def test_codes_in_the_column_of_amounts_stop_nobody_s_month(tmp_path: Path, hillside: Pack) -> None:
    """Fifteen digits a bill, a year long, are more than the ledger's column holds."""
    lake = Valley(tmp_path, hillside)
    lake.send("registry.people", [person("B", 1, "bob", month="2019-06", relation="head")], on=THEN)
    days = [f"2019-{month:02}-10" for month in range(6, 13)]
    days += [f"2020-{month:02}-10" for month in range(1, 6)]
    codes = [bill(f"x{day}", "bob", day, "999999999999999.99") for day in days]
    lake.send("health.bills", [*codes, bill("b", "bob", "2020-01-11", "2500")], on=THEN)

    assert lake.run(NOW).outcomes["high_bills"]["hit"] == 1
    assert lake.amounts(NOW)["B", "2020-01", "bills"] == Decimal("2500.00")
