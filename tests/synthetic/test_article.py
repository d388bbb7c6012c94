"""The article's two households stand in the files with exactly the article's figures."""

from __future__ import annotations

from decimal import Decimal

from fangpin.policy import Pack
from fangpin.synthetic import build_world
from fangpin.synthetic.world import Household
from tests.synthetic.conftest import Sent
from tests.synthetic.reading import rows_of


def household_of(sent: Sent, name: str) -> Household:
    (found,) = [h for h in sent.world.households if h.head.name == name]
    return found


def figures(
    sent: Sent, pack: Pack, *, feed: str, subject: str, field: str
) -> dict[str, list[Decimal]]:
    """Month of the delivery -> the amounts of this subject's rows."""
    contract = pack.contracts[feed]
    found: dict[str, list[Decimal]] = {}
    for delivery in sent.of(feed):
        for row in rows_of(delivery, contract):
            if row[contract.subject_field] == subject:
                value = Decimal(row[field].replace(",", ""))
                found.setdefault(str(delivery.month), []).append(value)
    return found


def test_li_zhuxi_lives_with_two_others_in_shishan_and_was_lifted_out_in_2018(
    sent: Sent, chenzhou: Pack
) -> None:
    household = household_of(sent, "李竹喜")
    assert household.village == "431022202204"
    assert household.village_name == "石山村"
    rows = [
        row
        for row in rows_of(
            sent.of("nongye.national_persons")[0], chenzhou.contracts["nongye.national_persons"]
        )
        if row["household_no"] == household.household_no
    ]
    assert len(rows) == 3
    assert {row["household_kind"] for row in rows} == {"脱贫户"}
    assert {row["lifted_year"] for row in rows} == {"2018"}
    assert any("年级" in row["student_state"] or row["student_state"] == "小学" for row in rows)


def test_li_zhuxi_earned_17000_yuan_in_the_year_in_which_the_alert_came(
    sent: Sent, chenzhou: Pack
) -> None:
    household = household_of(sent, "李竹喜")
    number = household.head.identifier
    wages = figures(sent, chenzhou, feed="renshe.employ", subject=number, field="month_wage")
    to_april = sum(sum(wages[m]) for m in wages if "2019-05" <= m <= "2020-04")
    of_2019 = sum(sum(amounts) for month, amounts in wages.items() if month.startswith("2019"))
    contract = chenzhou.contracts["nongye.income_survey"]
    (survey,) = [
        row
        for delivery in sent.of("nongye.income_survey")
        for row in rows_of(delivery, contract)
        if row["household_no"] == household.household_no and row["survey_year"] == "2019"
    ]
    farm = Decimal(survey["business_income"]) - Decimal(survey["business_cost"])
    assert to_april + farm + Decimal(survey["transfer_income"]) == 17_000
    assert Decimal(survey["wage_income"]) == of_2019
    assert Decimal(survey["net_income"]) == of_2019 + farm


def test_li_zhuxi_is_kept_on_the_works_list_without_pay_before_he_is_let_go(
    sent: Sent, chenzhou: Pack
) -> None:
    number = household_of(sent, "李竹喜").head.identifier
    contract = chenzhou.contracts["renshe.employ"]
    working = {
        str(delivery.month): row["working"]
        for delivery in sent.of("renshe.employ")
        for row in rows_of(delivery, contract)
        if row[contract.subject_field] == number
    }
    assert len({working[f"2020-{month:02d}"] for month in range(4, 12)}) == 1
    assert working["2020-01"] == working["2020-02"] == working["2020-03"] != working["2020-04"]


def test_from_february_2020_on_each_month_costs_450_yuan_and_brings_no_wage(
    sent: Sent, chenzhou: Pack
) -> None:
    household = household_of(sent, "李竹喜")
    paid: dict[str, Decimal] = {}
    for member in household.members:
        for field in ("self_paid_in_policy", "self_paid_out_policy"):
            feed = "yibao.settlement"
            for month, amounts in figures(
                sent, chenzhou, feed=feed, subject=member.identifier, field=field
            ).items():
                paid[month] = paid.get(month, Decimal(0)) + sum(amounts)
    assert paid == {f"2020-{month:02d}": Decimal(450) for month in range(2, 12)}
    wages = figures(
        sent,
        chenzhou,
        feed="renshe.employ",
        subject=household.head.identifier,
        field="month_wage",
    )
    assert wages["2020-01"] == [Decimal(1200)]
    assert all(wages[f"2020-{month:02d}"] == [Decimal(0)] for month in range(2, 12))


def test_shu_taoying_is_a_widow_alone_in_a_village_of_stone(sent: Sent) -> None:
    household = household_of(sent, "舒桃英")
    assert len(household.members) == 1
    assert household.head.sex == "女"
    assert household.head.birth.year == 1953
    assert household.exit_year is None
    assert "石" in household.village_name


def test_shu_taoying_has_403_yuan_a_month_and_a_post_of_250_from_april_2020(
    sent: Sent, chenzhou: Pack
) -> None:
    household = household_of(sent, "舒桃英")
    number = household.head.identifier
    alimony = figures(
        sent,
        chenzhou,
        feed="nongye.household_report",
        subject=household.household_no,
        field="alimony",
    )
    pension = figures(sent, chenzhou, feed="renshe.pension", subject=number, field="month_amount")
    post = figures(sent, chenzhou, feed="renshe.post", subject=number, field="month_pay")
    months = [str(month) for month in sent.world.months()]
    assert alimony == {month: [Decimal(300)] for month in months}
    assert pension == {month: [Decimal(103)] for month in months}
    assert post == {month: [Decimal(250)] for month in months if month >= "2020-04"}
    year = [month for month in months if month.startswith("2019")]
    assert sum(sum(alimony[m]) + sum(pension[m]) for m in year) == 4_836


def test_shu_taoyings_operation_of_december_2018_is_registered(sent: Sent, chenzhou: Pack) -> None:
    household = household_of(sent, "舒桃英")
    rows = rows_of(sent.of("weijian.serious")[0], chenzhou.contracts["weijian.serious"])
    (own,) = [row for row in rows if row["id_number"] == household.head.identifier]
    assert own["disease"] == "股骨头坏死"
    assert own["diagnosed"].startswith("2018/12")


def test_the_two_households_keep_their_numbers_whatever_the_seed(
    sent: Sent, chenzhou: Pack
) -> None:
    other = build_world(pack=chenzhou, households=40, seed=99)
    mine = {h.head.name: (h.household_no, h.head.identifier) for h in sent.world.households[:2]}
    theirs = {h.head.name: (h.household_no, h.head.identifier) for h in other.households[:2]}
    assert mine == theirs
    assert set(mine) == {"李竹喜", "舒桃英"}
