"""The tables of a benchmark's month: for each feed who has a row and what its cells say, as SQL.

About one row in 200 is wrong: a spoilt check digit or an amount that cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fangpin.synthetic.chenzhou.bench_people import PEOPLE, draw
from fangpin.values.month import Month

_MONEY = "CAST({} AS VARCHAR) || '.00'"
WRONG_IN = 400


@dataclass(frozen=True, slots=True)
class BenchTable:
    """One feed: its rows are the people for whom `where` holds, its cells the `columns`.

    Expressions may use the columns of the people and {month}, {day}, {year}, {d<n>} (a draw of
    0..999 by person, month and n).
    """

    feed: str
    columns: Mapping[str, str]
    where: str = "true"
    sent: Literal["monthly", "yearly", "once"] = "monthly"
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_sent(self, month: Month, first: Month) -> bool:
        """Every table comes with the first month; yearly ones again in December."""
        if month == first or self.sent == "monthly":
            return True
        return self.sent == "yearly" and month.number == 12

    def people(self, month: Month, seed: int) -> str:
        """The people with a row in this month, their draws, and numbers spoilt here and there."""
        draws = ", ".join(
            f"{draw(seed, 100 + n, 1000, 'i', str(int(month)), repr(self.feed))} AS d{n}"
            for n in range(1, 5)
        )
        spoilt = draw(seed, 200, WRONG_IN, "i", str(int(month)), repr(self.feed))
        return (
            "SELECT i, h, place, village, household_no, is_former_poor, is_parent, age, sex, birth,"
            f" name, has_wage, wage, d1, d2, d3, d4, is_wrong, '{month}' AS month,"
            f" '{month.year}' AS year, '{month}-' || lpad(CAST(1 + d4 % 27 AS VARCHAR), 2, '0')"
            " AS day, CASE WHEN is_wrong THEN substr(number, 1, 17) || CASE WHEN"
            " number LIKE '%X' THEN '1' ELSE 'X' END ELSE number END AS number"
            f" FROM (SELECT *, {draws}, {spoilt} = 0 AS is_wrong FROM {PEOPLE}) AS drawn"
            f" WHERE {self.where}"
        )


def _yuan(expression: str) -> str:
    return _MONEY.format(expression)


_OWN = "(CASE WHEN d2 < 4 THEN 2000 + 12 * d3 WHEN d2 < 14 THEN 300 + d3 ELSE 10 + d3 // 10 END)"
"""What a person bears of one settlement: mostly little, seldom some hundreds, rarely thousands."""
_STAY = "d2 < 30"

BENCH_TABLES: tuple[BenchTable, ...] = (
    BenchTable(
        "nongye.national_persons",
        {
            "person_no": "household_no || '0' || CAST(place + 1 AS VARCHAR)",
            "relation": "CASE WHEN place = 0 THEN '户主' WHEN place = 1 THEN '配偶'"
            " WHEN is_parent THEN '之父' ELSE '之子' END",
            "sex": "sex",
            "birth_date": "strftime(birth, '%Y-%m-%d')",
            "household_kind": "CASE WHEN is_former_poor THEN '脱贫户' ELSE '普通农户' END",
            "lifted_year": "CASE WHEN is_former_poor THEN '2017' ELSE '' END",
            "monitoring_category": "'无'",
            "work_skill": "CASE WHEN age BETWEEN 16 AND 59 THEN '普通劳动力' WHEN age BETWEEN 60"
            " AND 70 THEN '弱劳动力或半劳动力' ELSE '无劳动力' END",
            "health": "CASE WHEN d1 < 60 THEN '长期慢性病' ELSE '健康' END",
            "student_state": "CASE WHEN age BETWEEN 6 AND 11 THEN '小学' ELSE '非在校生' END",
            "report_month": "month",
        },
        sent="once",
        words={"relation": ("户主", "配偶", "之父", "之子"), "household_kind": ("脱贫户",)},
    ),
    BenchTable(
        "nongye.income_survey",
        {
            "survey_year": "CAST(CAST(year AS INTEGER) AS VARCHAR)",
            "wage_income": _yuan("CASE WHEN has_wage THEN wage * 11 ELSE 0 END"),
            "business_income": _yuan("20000 + 12 * d1"),
            "business_cost": _yuan("3000"),
            "property_income": _yuan("0"),
            "transfer_income": _yuan("800 + d2"),
            "net_income": _yuan(
                "CASE WHEN has_wage THEN wage * 11 ELSE 0 END + 17800 + 12 * d1 + d2"
            ),
        },
        where="place = 0",
        sent="yearly",
    ),
    BenchTable(
        "nongye.household_report",
        {
            "report_month": "month",
            "alimony": _yuan("CASE WHEN age >= 65 THEN 100 + d1 // 3 ELSE 0 END"),
            "supporter_state": "CASE WHEN d2 < 3 THEN '负债' ELSE '正常' END",
            "how_known": "'入户核实'",
        },
        where="place = 0",
        words={"supporter_state": ("负债", "正常")},
    ),
    BenchTable(
        "yibao.settlement",
        {
            "settlement_id": "replace(month, '-', '') || lpad(CAST(i AS VARCHAR), 9, '0')",
            "admission_date": "day",
            "settle_date": "day",
            "hospital_name": "'宜章县人民医院'",
            "hospital_level": "'二级'",
            "visit_type": f"CASE WHEN {_STAY} THEN '住院' WHEN d3 < 300 THEN '门诊慢特病'"
            " ELSE '门诊' END",
            "diagnosis_icd10": f"CASE WHEN {_STAY} THEN 'I63.9' ELSE 'J06.9' END",
            "total_fee": _yuan(f"{_OWN} * 3"),
            "basic_fund_paid": _yuan(f"{_OWN} * 2"),
            "serious_illness_paid": "'0.00'",
            "medical_aid_paid": "'0.00'",
            "self_paid_in_policy": f"CASE WHEN d4 = 7 THEN '4OO' ELSE {_yuan(_OWN)} END",
            "self_paid_out_policy": _yuan("d3 // 20"),
            "refund": "'否'",
        },
        where="d1 < 350",
        words={"visit_type": ("住院", "门诊慢特病", "门诊"), "hospital_level": ("二级",)},
    ),
    BenchTable(
        "yibao.enrol",
        {
            "report_month": "month",
            "insured_year": "year",
            "insured_type": "'城乡居民'",
            "status": "CASE WHEN i % 211 = 0 THEN '未参保' ELSE '正常参保' END",
            "own_paid": "'250.00'",
        },
        words={"status": ("未参保", "正常参保"), "insured_type": ("城乡居民",)},
    ),
    BenchTable(
        "yibao.chronic",
        {"disease_code": "'I10'", "disease_name": "'高血压'", "valid_from": "day"},
        where="d1 < 4",
    ),
    BenchTable(
        "weijian.serious",
        {"disease": "'脑梗死'", "diagnosed": "day", "treated": "'是'", "family_doctor": "'是'"},
        where="d1 = 0 AND d2 < 300",
    ),
    BenchTable(
        "renshe.employ",
        {
            "report_month": "month",
            "working": "CASE WHEN has_wage AND d1 >= 15 THEN '是' ELSE '否' END",
            "work_province": "CASE WHEN has_wage AND d1 >= 15 THEN '广东省' ELSE '' END",
            "employer": "CASE WHEN has_wage AND d1 >= 15 THEN '某某电子厂' ELSE '' END",
            "industry": "CASE WHEN has_wage AND d1 >= 15 THEN '制造业' ELSE '' END",
            "channel": "CASE WHEN has_wage AND d1 >= 15 THEN '自主就业' ELSE '' END",
            "month_wage": _yuan("CASE WHEN has_wage AND d1 >= 15 THEN wage + d2 // 5 ELSE 0 END"),
        },
        where="age >= 16",
        words={"channel": ("自主就业",), "working": ("是", "否")},
    ),
    BenchTable(
        "renshe.pension",
        {"report_month": "month", "scheme": "'城乡居民'", "month_amount": "'103.00'"},
        where="age >= 60",
        words={"scheme": ("城乡居民",)},
    ),
    BenchTable(
        "renshe.post",
        {
            "report_month": "month",
            "post": "'保洁员'",
            "unit": "'村民委员会'",
            "month_pay": "'250.00'",
        },
        where="is_former_poor AND place = 1 AND i % 7 = 0",
    ),
    BenchTable(
        "renshe.unemploy",
        {"registered": "day", "reason": "'合同到期'"},
        where="has_wage AND d1 < 8",
    ),
    BenchTable(
        "minzheng.dibao",
        {
            "family_no": "'DB' || household_no",
            "report_month": "month",
            "urban_rural": "'农村'",
            "allowance_class": "'B'",
            "persons": "'2'",
            "monthly_amount": _yuan("300 + i % 5 * 60"),
        },
        where="place = 0 AND h % 12 = 0",
        words={"urban_rural": ("农村",), "allowance_class": ("B",)},
    ),
    BenchTable(
        "minzheng.temp_aid",
        {"reason": "'生活困难'", "amount": _yuan("300 + d2"), "granted": "day"},
        where="place = 0 AND d1 < 3",
    ),
    BenchTable(
        "canlian.allow",
        {
            "report_month": "month",
            "living": "'0.00'",
            "care": "'65.00'",
            "amount": "'65.00'",
        },
        where="i % 31 = 0",
    ),
    BenchTable(
        "caizheng.card",
        {
            "batch": "replace(month, '-', '') || substr(household_no, 1, 6)",
            "subsidy": "CASE WHEN d2 < 700 THEN '耕地地力保护补贴' ELSE '公益林补偿' END",
            "amount": _yuan("60 + d3"),
            "paid": "day",
            "state": "CASE WHEN d1 < 3 THEN '退回' ELSE '成功' END",
        },
        where="place = 0",
        words={"subsidy": ("耕地地力保护补贴", "公益林补偿"), "state": ("退回", "成功")},
    ),
    BenchTable(
        "yingji.disaster",
        {
            "event_no": "replace(month, '-', '') || substr(village, 1, 6)",
            "event_type": "'洪涝'",
            "happened_on": "day",
            "house_damage": "CASE WHEN d2 < 100 THEN '严重损坏' ELSE '无' END",
            "loss": _yuan("500 + d3 * 5"),
            "relief": "'200.00'",
        },
        where="place = 0 AND d1 < 3",
        words={"event_type": ("洪涝",), "house_damage": ("严重损坏", "无")},
    ),
    BenchTable(
        "gongan.hukou",
        {
            "hukou_no": "'HK' || household_no",
            "sex": "sex",
            "birth_date": "strftime(birth, '%Y%m%d')",
            "division": "village",
            "hukou_kind": "'农业家庭户口'",
            "report_month": "month",
        },
        words={"hukou_kind": ("农业家庭户口",)},
    ),
    BenchTable(
        "gongan.cancel",
        {"reason": "'死亡'", "cancelled": "day"},
        where="age >= 70 AND d1 < 4",
        words={"reason": ("死亡",)},
    ),
    BenchTable(
        "zhujian.house",
        {
            "house_no": "'F' || household_no",
            "grade": "CASE WHEN h % 300 = 0 THEN 'C' ELSE 'A' END",
            "rebuild_state": "CASE WHEN h % 300 = 0 THEN '拟改造' ELSE '无需改造' END",
            "changed": "day",
        },
        where="place = 0",
        sent="once",
        words={"grade": ("A", "C"), "rebuild_state": ("拟改造", "无需改造")},
    ),
)
