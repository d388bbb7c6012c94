"""A replay is what the monthly runs of those days gave, and what they would have given."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from fangpin.backtest import Replay, compare, parameters_of, replay, replay_all
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from tests.ledger.village import Lake
from tests.looking import rows_of

FIRST, LAST = Month.parse("2020-01"), Month.parse("2020-05")
RULES = ("high_bills", "poor_and_ill", "struck_home", "odd_relief")


def replayed(
    lake: Lake,
    values: Mapping[str, Decimal],
    *,
    rule: str = "high_bills",
    truth: Mapping[int, frozenset[int]] | None = None,
) -> Replay:
    return replay(
        lake.home,
        lake.pack,
        rule=rule,
        parameters=values,
        from_month=FIRST,
        to_month=LAST,
        truth=truth,
    )


def bills_from(lake: Lake, value: str) -> Replay:
    return replayed(lake, {"line.bills": Decimal(value)})


@pytest.mark.parametrize("rule", RULES)
def test_an_unchanged_rule_hits_whom_the_runs_of_those_days_hit(whole: Lake, rule: str) -> None:
    found = replayed(whole, {}, rule=rule)

    expected: dict[int, int] = {}
    for month in found.months:
        run = whole.run(month.as_of)
        assert month.hits == run.outcomes[rule]["hit"], month
        for file in ("hits.parquet", "findings.parquet"):
            for row in rows_of(run.folder / file):
                if row["rule"] == rule:
                    expected.setdefault(row["household_ref"], int(month.month))
    assert found.first_hit == expected


def test_a_lower_line_finds_more_households_and_a_higher_one_fewer(whole: Lake) -> None:
    # By May: A 1996.05 in twelve months, B 2500, C 1300 (of before it was listed), D nothing.
    found = {
        line: set(bills_from(whole, line).first_hit) for line in ("1400", "1996.05", "2000", "2501")
    }

    a, b = whole.ref("A"), whole.ref("B")
    assert found == {"1400": {a, b}, "1996.05": {a, b}, "2000": {b}, "2501": set()}


def test_a_month_is_judged_by_what_had_arrived_then(whole: Lake) -> None:
    """A's bill of September was corrected to 1000 yuan in June 2020: no earlier month knows of it."""
    found = bills_from(whole, "1400")

    assert found.first_hit[whole.ref("A")] == Month.parse("2020-05")
    assert [month.hits for month in found.months] == [0, 1, 1, 1, 2]
    assert [month.first_hits for month in found.months] == [0, 1, 0, 0, 1]


def test_a_hit_is_true_when_difficulty_was_there_or_came_within_the_year(whole: Lake) -> None:
    b = whole.ref("B")

    def true_hits(month: str) -> list[int]:
        truth = {b: frozenset({int(Month.parse(month))})}
        found = replayed(whole, {"line.bills": Decimal(2000)}, truth=truth)
        assert found.true_households == ({b} if any(m.true_hits for m in found.months) else set())
        return [month.true_hits for month in found.months]

    assert true_hits("2020-03") == [0, 1, 1, 0, 0]
    assert true_hits("2021-02") == [0, 0, 1, 1, 1]
    assert true_hits("2021-03") == [0, 0, 0, 1, 1]
    assert true_hits("2019-12") == [0, 0, 0, 0, 0]


def test_several_values_in_one_pass_are_each_what_they_are_alone(whole: Lake) -> None:
    tries: list[dict[str, Decimal]] = [
        {},
        {"line.bills": Decimal(2000)},
        {"line.bills": Decimal(1)},
    ]

    together = replay_all(
        whole.home,
        whole.pack,
        rule="R1",
        tries=tries,
        from_month=FIRST,
        to_month=LAST,
    )

    assert together == [replayed(whole, values) for values in tries]


def test_the_difference_is_told_in_one_sentence(whole: Lake) -> None:
    a = whole.ref("A")
    truth = {a: frozenset({int(LAST)})}
    present = replayed(whole, {"line.bills": Decimal(2600)}, truth=truth)
    tried = replayed(whole, {"line.bills": Decimal(1400)}, truth=truth)

    more, fewer, same = compare(present, tried), compare(tried, present), compare(tried, tried)

    assert (more.households, more.true_households, more.visits_a_find) == (2, 1, 2.0)
    assert more.sentence_zh("阈值改为 1,400 元") == (
        "阈值改为 1,400 元：多预警 2 户，其中多找到真有困难的 1 户。平均每多跑 2.0 户，多找到 1 户"
    )
    assert more.sentence_en("Threshold at 1,400 yuan").endswith("every 2.0 more visits")
    assert fewer.sentence_zh("改") == "改：少预警 2 户，其中少找到真有困难的 1 户"
    assert same.sentence_en("Changed") == "Changed: the alerts stay the same"


def test_the_parameters_of_a_rule_are_those_of_its_indicators_too(whole: Lake) -> None:
    rules = {rule.rule: rule for rule in whole.pack.rules}

    assert parameters_of(whole.pack, rules["high_bills"]) == ["line.bills"]
    assert "line.income" in parameters_of(whole.pack, rules["poor_and_ill"])


def test_a_value_that_cannot_change_the_rule_is_refused(whole: Lake) -> None:
    with pytest.raises(ProblemError) as refused:
        replayed(whole, {"line.income": Decimal(1)})
    assert [problem.code for problem in refused.value.problems] == ["BACKTEST_PARAMETER"]

    with pytest.raises(ProblemError) as refused:
        replayed(whole, {}, rule="no_such_rule")
    assert [problem.code for problem in refused.value.problems] == ["RULE_UNKNOWN"]
