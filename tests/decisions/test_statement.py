"""Income line by line: hand arithmetic, what is missing, what a visit corrects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin.decisions.rolling import months_above_line, rolling_income
from fangpin.decisions.statement import Correction, IncomeStatement, income_statement
from fangpin.policy.expressions.evaluate import value_of
from fangpin.policy.expressions.facts import facts_at
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from tests.decisions.homes import (
    Months,
    all_delivered,
    every_month,
    in_months,
    month,
    pack_named,
)

CN = pack_named("cn")
HUNAN = pack_named("cn_hunan")

SHU: Months = {
    "pension": every_month("2019-06", "2020-05", 103),
    "alimony": every_month("2019-06", "2020-05", 300),
    "wage_employment": every_month("2019-06", "2020-05", 0),
    **in_months(
        business_income={"2019": 0}, business_cost={"2019": 0}, property_income={"2019": 0}
    ),
}


def told(months: Months, opened: date, **more: Any) -> IncomeStatement:
    last = str(Month.last_complete(opened))
    given: dict[str, Any] = {"statement": "identification_income", "members": 1, **more}
    return income_statement(
        pack=CN, months=months, opened=opened, covered=all_delivered(CN, last), **given
    )


def test_the_widow_of_the_article_has_4836_yuan_from_twelve_months() -> None:
    # 12 x 103 + 12 x 300 = 1,236 + 3,600 = 4,836
    statement = told(SHU, date(2020, 6, 20))

    assert (str(statement.first), str(statement.last)) == ("2019-06", "2020-05")
    assert statement.basis == "lines"
    assert statement.total == statement.per_head == 4836
    assert statement.line("transfer").amount == 4836
    by_item = {item.item: item for item in statement.line("transfer").items}
    assert (by_item["pension"].amount, by_item["alimony"].amount) == (1236, 3600)
    assert by_item["pension"].known_months == 12 and by_item["pension"].missing == ()
    assert statement.missing == ()


def test_the_family_of_the_article_has_a_third_of_17000_yuan_a_head() -> None:
    # The platform began in 2020: wages of earlier months are unknown, the year's total stands.
    wages: dict[int, Any] = dict.fromkeys(range(month("2018-05"), month("2020-02")))
    wages |= every_month("2020-02", "2020-04", 0)
    months: Months = {"wage_employment": wages, **in_months(annual_net_income={"2019": 17000})}
    statement = told(months, date(2020, 5, 1), members=3)

    assert statement.basis == "yearly_total"
    assert statement.yearly_total is not None
    assert (statement.yearly_total.item, statement.yearly_total.year) == ("annual_net_income", 2019)
    assert statement.total == 17000
    assert statement.per_head == Decimal("5666.67")
    wage = statement.line("wage")
    assert wage.amount is None and wage.source == "unknown"
    assert [str(Month(one)) for one in wage.items[0].missing] == [
        str(Month(one)) for one in range(month("2019-05"), month("2020-02"))
    ]


def test_all_five_kinds_are_added_and_business_cost_is_taken_away() -> None:
    # 12 x 1,000 + 8,000 + 500 + 12 x 100 - 3,000 = 18,700; / 4 = 4,675
    months: Months = {
        "wage_employment": every_month("2022-03", "2023-02", 1000),
        "pension": every_month("2022-03", "2023-02", 100),
        **in_months(
            business_income={"2022": 8000},
            property_income={"2022": 500},
            business_cost={"2022": 3000},
            yearly_private_transfers={"2022": 0},
        ),
    }
    statement = told(months, date(2023, 3, 31), members=4)

    amounts = {line.line: (line.sign, line.amount) for line in statement.lines}
    assert amounts == {
        "wage": ("plus", 12000),
        "business": ("plus", 8000),
        "property": ("plus", 500),
        "transfer": ("plus", 1200),
        "business_cost": ("minus", 3000),
    }
    assert statement.total == 18700 and statement.per_head == 4675


def test_loans_payouts_and_own_shares_stand_beside_and_count_nothing() -> None:
    months: Months = {
        **SHU,
        "loan_balance": every_month("2019-06", "2020-04", 50000)
        | {month("2020-05"): Decimal(48000)},
        "medical_compliant_self_paid": every_month("2019-06", "2020-05", 20),
        **in_months(insurance_payout={"2019": 9000}),
    }
    statement = told(months, date(2020, 6, 20))

    assert statement.total == 4836
    assert statement.line("loans").amount == 48000, "a balance does not add up"
    assert statement.line("compliant_self_paid").amount == 240
    assert statement.line("insurance_payout").amount == 9000
    assert statement.line("sales_of_belongings").amount is None
    asides = (*statement.beside, *statement.excluded)
    assert all(line.sign == "none" and line.why is not None for line in asides)


def test_the_window_ends_with_the_month_before_the_case_whatever_the_day() -> None:
    windows = [
        (str(one.first), str(one.last))
        for one in (told(SHU, day) for day in (date(2020, 6, 1), date(2020, 6, 30)))
    ]

    assert windows == [("2019-06", "2020-05")] * 2


@pytest.mark.parametrize(
    ("opened", "first", "last", "year"),
    [
        (date(2023, 10, 1), "2022-10", "2023-09", 2023),
        (date(2023, 9, 30), "2021-10", "2022-09", 2022),
        (date(2024, 1, 15), "2022-10", "2023-09", 2023),
    ],
)
def test_the_yearly_collection_is_the_last_full_october_to_september(
    opened: date, first: str, last: str, year: int
) -> None:
    months = in_months(annual_net_income={"2021": 1, "2022": 2022, "2023": 2023})
    statement = told(months, opened, statement="yearly_collection")

    assert (str(statement.first), str(statement.last)) == (first, last)
    assert statement.total == year


def test_the_two_periods_are_never_mixed() -> None:
    # October 2022 to September 2023: 9 months at 100, then 3 of 400; the window: 12 months at 400.
    months: Months = {
        "wage_employment": every_month("2022-10", "2023-06", 100)
        | every_month("2023-07", "2024-06", 400),
        **in_months(
            business_income={"2023": 0, "2024": 7},
            property_income={"2023": 0, "2024": 7},
            business_cost={"2023": 0, "2024": 7},
            yearly_private_transfers={"2023": 0, "2024": 7},
        ),
    }
    opened = date(2024, 7, 10)

    assert told(months, opened, statement="yearly_collection").line("wage").amount == 2100
    assert told(months, opened).line("wage").amount == 4800


def test_an_unknown_line_makes_the_total_unknown_and_is_named() -> None:
    months = {item: amounts for item, amounts in SHU.items() if item != "business_income"}
    statement = told(months, date(2020, 6, 20))

    assert (statement.total, statement.per_head, statement.basis) == (None, None, "unknown")
    assert statement.missing == ("business",)


def test_without_members_there_is_no_figure_per_head() -> None:
    statement = told(SHU, date(2020, 6, 20), members=None)

    assert statement.total == 4836 and statement.per_head is None
    assert statement.missing == ("members",)


def test_a_month_of_silence_of_the_work_monitoring_is_not_zero() -> None:
    months = {**SHU, "wage_employment": every_month("2019-06", "2020-04", 0)}
    (item, _) = told(months, date(2020, 6, 20)).line("wage").items

    assert item.amount is None
    assert (item.known_months, item.missing) == (11, (month("2020-05"),))


def test_a_yearly_figure_stands_whole_where_months_are_missing() -> None:
    months: Months = {
        **SHU,
        "wage_employment": every_month("2019-06", "2020-04", 500),
        **in_months(yearly_wages={"2019": 6100}),
    }
    wage = told(months, date(2020, 6, 20)).line("wage")

    assert (wage.amount, wage.source) == (6100, "yearly")
    assert [(one.item, one.year) for one in wage.yearly] == [("yearly_wages", 2019)]


def test_what_an_earlier_visit_found_stands_for_three_months_and_not_in_the_collection() -> None:
    found: Months = {
        **SHU,
        **in_months(visit_wages={"2020-03": 2400}, visit_support={"2020-03": 900}),
    }
    statement = told(found, date(2020, 6, 20))

    wage, transfer = statement.line("wage"), statement.line("transfer")
    assert (wage.amount, wage.source) == (2400, "visit")
    assert [(one.item, str(one.month), one.amount) for one in wage.found] == [
        ("visit_wages", "2020-03", 2400)
    ]
    assert (transfer.amount, transfer.source) == (2136, "visit")  # 900 + 12 x 103
    assert statement.total == 4536
    assert told(found, date(2020, 7, 20)).line("wage").source != "visit", "four months on"
    given = [Correction("alimony", Decimal(600), "two months only")]
    corrected = told(found, date(2020, 6, 20), corrections=given).line("transfer")
    assert corrected.amount == 1836, "the visit of this case stands above an earlier one"
    collected = told(found, date(2020, 6, 20), statement="yearly_collection")
    assert collected.line("wage").source != "visit"


def test_a_visit_corrects_an_item_and_what_it_replaces_stays_beside_it() -> None:
    given = [Correction("alimony", Decimal(1200), "the daughter paid for four months only")]
    statement = told(SHU, date(2020, 6, 20), corrections=given)

    transfer = statement.line("transfer")
    assert (transfer.amount, transfer.source) == (2436, "corrected")
    alimony = next(item for item in transfer.items if item.item == "alimony")
    assert (alimony.amount, alimony.source) == (1200, "corrected")
    assert alimony.correction == given[0]


def test_a_visit_corrects_a_line_that_was_unknown() -> None:
    months = {item: amounts for item, amounts in SHU.items() if item != "business_income"}
    given = [Correction("business", Decimal(900), "sold two pigs")]
    statement = told(months, date(2020, 6, 20), corrections=given)

    business = statement.line("business")
    assert (business.amount, business.computed, business.source) == (900, None, "corrected")
    assert statement.total == 5736


def test_a_corrected_line_keeps_the_computed_amount() -> None:
    given = [Correction("transfer", Decimal(5000), "all of it by the passbook")]
    transfer = told(SHU, date(2020, 6, 20), corrections=given).line("transfer")

    assert (transfer.amount, transfer.computed) == (5000, 4836)


@pytest.mark.parametrize(
    "wrong",
    [
        [Correction("loans", Decimal(1), "a loan")],
        [Correction("transfers", Decimal(1), "a misspelt line")],
        [Correction("wage", Decimal(1), "  ")],
        [Correction("wage", Decimal(1), "one"), Correction("wage", Decimal(2), "two")],
    ],
)
def test_a_correction_of_what_does_not_count_or_without_a_reason_is_refused(
    wrong: list[Correction],
) -> None:
    with pytest.raises(ProblemError) as error:
        told(SHU, date(2020, 6, 20), corrections=wrong)

    assert [problem.code for problem in error.value.problems] == ["STATEMENT_CORRECTION"]


def test_a_statement_that_the_pack_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(ProblemError) as error:
        told(SHU, date(2020, 6, 20), statement="identification_incom")

    assert "identification_income" in error.value.problems[0].fix_en


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_statement_gives_the_income_that_rules_and_categories_use(seed: int) -> None:
    """The engine of alerts and the statement of a case tell one figure."""
    random = Random(seed)
    opened = date(2023, random.randint(1, 12), 15)
    last = Month.last_complete(opened)
    months: Months = {}
    monthly = ["wage_employment", "wage_public_post", "pension", "subsistence_allowance"]
    for item in [*monthly, "alimony", "remittance", "grain_subsidy", "disaster_relief"]:
        if random.random() < 0.8:
            gaps = random.choice([0, 0, 0.1])
            months[item] = {
                int(last) - back: Decimal(random.randint(0, 300000)) / 100
                for back in range(14)
                if random.random() >= gaps
            }
    yearly = ["yearly_wages", "business_income", "business_cost", "property_income"]
    for item in [*yearly, "yearly_private_transfers", "yearly_transfers", "annual_net_income"]:
        if random.random() < 0.7:
            months[item] = {int(Month.of(2022, 1)): Decimal(random.randint(0, 3000000)) / 100}
    for item in ("visit_wages", "visit_support"):
        if random.random() < 0.3:
            month_of_visit = int(last) - random.randint(0, 4)
            months[item] = {month_of_visit: Decimal(random.randint(0, 3000000)) / 100}
    covered = all_delivered(CN, str(last))
    for feed in ("renshe.pension", "nongye.household_report"):
        if random.random() < 0.2:
            covered[feed] = covered[feed] - {int(last) - random.randint(0, 13)}
    members = random.randint(1, 6)
    facts = facts_at(
        pack=CN,
        at=opened,
        division="4310",
        known={"members": members},
        months=months,
        covered=covered,
    )
    statement = income_statement(
        pack=CN,
        statement="identification_income",
        months=months,
        members=members,
        opened=opened,
        covered=covered,
    )

    base = value_of("income_base", facts)
    if base is None:
        assert statement.total is None
        return
    assert isinstance(base, Decimal) and statement.total is not None
    assert float(statement.total) == pytest.approx(float(base), abs=0.01)


def test_the_post_lifts_the_widow_over_the_line_in_its_fifth_month_and_holds() -> None:
    # 4,836 + 250 a month: 5,836 after four months, 6,086 after five; the line of 2020 is 6,000.
    months: Months = {
        "pension": every_month("2018-01", "2020-12", 103),
        "alimony": every_month("2018-01", "2020-12", 300),
        "wage_employment": every_month("2018-01", "2020-12", 0),
        "wage_public_post": every_month("2020-01", "2020-12", 250),
        **in_months(
            business_income={"2018": 0, "2019": 0, "2020": 0},
            business_cost={"2018": 0, "2019": 0, "2020": 0},
            property_income={"2018": 0, "2019": 0, "2020": 0},
        ),
    }
    rolling = rolling_income(
        pack=HUNAN,
        statement="identification_income",
        months=months,
        members=1,
        at=date(2020, 11, 1),
        count=10,
        covered=all_delivered(HUNAN, "2020-12"),
        division="4312",
    )

    assert [(str(one.month), one.per_head, one.is_above) for one in rolling[3:6]] == [
        ("2020-04", 5836, False),
        ("2020-05", 6086, True),
        ("2020-06", 6336, True),
    ]
    assert {one.line for one in rolling} == {6000}
    assert months_above_line(rolling) == 6


def test_a_year_total_proves_no_single_month() -> None:
    rolling = rolling_income(
        pack=HUNAN,
        statement="identification_income",
        months=in_months(annual_net_income={"2019": 90000}),
        members=3,
        at=date(2020, 6, 1),
        count=6,
        covered=all_delivered(HUNAN, "2020-05"),
        division="4312",
    )

    assert {one.per_head for one in rolling} == {30000}
    assert {one.is_above for one in rolling} == {None}
    assert months_above_line(rolling) is None
    assert months_above_line([]) is None
