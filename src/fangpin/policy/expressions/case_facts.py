"""The facts of casework that conditions may name: what a case and its visits say of a household.

Every one may be unknown. Policy decides what follows from them; here is only what each means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangpin.policy.expressions.check import Kind
from fangpin.policy.models.nodes import Words

if TYPE_CHECKING:
    from fangpin.policy.pack import Pack


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One fact: its kind, its words for pages, and its unit ('元', '天', ... or nothing)."""

    kind: Kind
    title: Words
    unit: str = ""


def _fact(kind: Kind, zh: str, en: str, unit: str = "") -> CaseFact:
    return CaseFact(kind, Words(zh=zh, en=en), unit)


CASE_FACT_TABLE: Mapping[str, CaseFact] = {
    # the day that decides
    "year": _fact("number", "判断日的年份", "Year of the day that decides", "年"),
    "month_of_year": _fact("number", "判断日的月份", "Month of the day that decides", "月"),
    # the case
    "has_case": _fact("truth", "有在办案件", "A case is open"),
    "opened_cases": _fact("number", "立过的案件数", "Cases ever opened", "件"),
    "first_clue_date": _fact("date", "首个线索日期", "Day of the first clue"),
    "verified_risk": _fact("truth", "入户核实确有风险", "A visit found a risk"),
    "help_outside": _fact(
        "truth", "未识别而已给予帮扶或救助", "Helped without having been identified"
    ),
    # identification
    "is_monitored": _fact("truth", "在册监测对象", "Monitored now"),
    "category": _fact("text", "监测对象类别", "Monitoring category"),
    "identified_date": _fact("date", "识别认定日期", "Day of identification"),
    "identified_year": _fact("number", "识别认定年份", "Year of identification", "年"),
    "identified_month": _fact("number", "识别认定月份", "Month of identification", "月"),
    "identification_days": _fact(
        "number", "从首个线索到识别认定的天数", "Days from the first clue to identification", "天"
    ),
    "months_since_identification": _fact(
        "number", "识别认定以来的整月数", "Whole months since identification", "个月"
    ),
    "years_since_identification": _fact(
        "number", "识别认定以来跨过的年份数", "New years since identification", "年"
    ),
    "statuses": _fact("set", "已有的救助身份", "Statuses granted and in force"),
    "property_complies": _fact(
        "truth", "家庭财产状况符合规定", "Property is within what is allowed"
    ),
    "causes": _fact("set", "风险类型", "Risk causes"),
    "has_cause_note": _fact("truth", "风险备注已填", "The note of a cause is written"),
    "per_head_at_identification": _fact(
        "number", "识别时人均纯收入", "Net income per head at identification", "元"
    ),
    "wages_at_identification": _fact("number", "识别时工资性收入", "Wages at identification", "元"),
    "self_paid_at_identification": _fact(
        "number", "识别时合规自付支出", "Compliant self-paid spending at identification", "元"
    ),
    # help
    "measures": _fact("set", "在执行的帮扶措施", "Measures in force"),
    "count_of_measures": _fact("number", "在执行的帮扶措施数", "Count of measures in force", "项"),
    "developmental_measures": _fact(
        "number", "在执行的开发式帮扶措施数", "Development measures in force", "项"
    ),
    "first_measure_date": _fact("date", "首项措施落实日期", "Day of the first measure"),
    "days_without_measure": _fact(
        "number", "识别后没有措施的天数", "Days without a measure after identification", "天"
    ),
    "months_without_measure": _fact(
        "number", "识别后没有措施的整月数", "Whole months without a measure", "个月"
    ),
    "has_contact": _fact("truth", "已明确监测联系人", "A contact person is named"),
    "visits_last_month": _fact("number", "上个月走访次数", "Visits of the last month", "次"),
    "days_since_visit": _fact("number", "距最近一次走访的天数", "Days since the last visit", "天"),
    # now
    "per_head_now": _fact("number", "近12个月人均纯收入", "Net income per head now", "元"),
    "months_above_line": _fact(
        "number",
        "人均纯收入连续高于监测线的月数",
        "Months on end with income per head above the line",
        "个月",
    ),
    "guarantees_hold": _fact(
        "truth", "“三保障”和饮水安全持续巩固", "Guarantees and drinking water hold"
    ),
    "rigid_expense_solved": _fact(
        "truth", "大额刚性支出已稳定解决", "Large compulsory expenses are solved"
    ),
    "risk_gone": _fact("truth", "返贫致贫风险已稳定消除", "The risk is gone for good"),
    # elimination
    "is_eliminated": _fact("truth", "风险已消除", "The risk was eliminated"),
    "eliminated_date": _fact("date", "风险消除日期", "Day of elimination"),
    "eliminated_year": _fact("number", "风险消除年份", "Year of elimination", "年"),
    "eliminated_month": _fact("number", "风险消除月份", "Month of elimination", "月"),
    "elimination_kind": _fact("text", "风险消除方式", "Way of elimination"),
    "natural_reason": _fact("text", "自然消除原因", "Reason of natural elimination"),
    "months_to_elimination": _fact(
        "number", "从识别到消除的整月数", "Whole months from identification to elimination", "个月"
    ),
    "calendar_months_to_elimination": _fact(
        "number",
        "消除月份距识别月份的月数",
        "Months from the month of identification to that of elimination",
        "个月",
    ),
    "per_head_at_elimination": _fact(
        "number", "消除时人均纯收入", "Net income per head at elimination", "元"
    ),
    "line_at_elimination": _fact(
        "number", "消除时的监测线", "Monitoring line at elimination", "元"
    ),
    "wages_at_elimination": _fact("number", "消除后工资性收入", "Wages after elimination", "元"),
    "business_at_elimination": _fact(
        "number", "消除后生产经营性收入", "Business income after elimination", "元"
    ),
    "transfers_at_elimination": _fact(
        "number", "消除后转移性收入", "Transfers after elimination", "元"
    ),
}
"""Code -> what it means. Dates give the rest where they can: see fangpin.decisions.case_facts."""

CASE_FACTS: Mapping[str, Kind] = {code: fact.kind for code, fact in CASE_FACT_TABLE.items()}

PERSON_FACTS: Mapping[str, Kind] = {"posts_held": "number", "is_working": "truth"}
"""What conditions about one member may name beside the registry's fields: how many posts it holds
and whether it is at work, both now."""

ELIMINATION_KINDS = ("stable", "natural")
"""stable: through help, every condition met; natural: one reason, such as the death of a member."""


def case_choices(pack: Pack) -> dict[str, frozenset[str]]:
    """Fact -> the codes that it may hold."""
    return {
        "causes": frozenset(pack.causes),
        "measures": frozenset(pack.measures),
        "statuses": frozenset(one.eligibility for one in pack.eligibilities),
        "category": frozenset({category.category for category in pack.categories} | {"none"}),
        "elimination_kind": frozenset(ELIMINATION_KINDS),
        "natural_reason": frozenset(
            one.condition for one in pack.elimination if one.kind == "natural"
        ),
    }
