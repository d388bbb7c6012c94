"""What the kinds of entries are called in messages, in both languages."""

from __future__ import annotations

_NOUNS: dict[str, tuple[str, str]] = {
    "header": ("pack.yaml 中的", "key of pack.yaml"),
    "source": ("来源", "source"),
    "parameter": ("参数", "parameter"),
    "department": ("部门", "department"),
    "contract": ("数据源", "feed"),
    "field": ("字段", "field"),
    "group": ("收支分组", "ledger group"),
    "item": ("台账项目", "ledger item"),
    "attribute": ("家庭属性", "household attribute"),
    "indicator": ("指标", "indicator"),
    "figure": ("指标、台账项目或家庭属性", "indicator, ledger item or attribute"),
    "rule": ("规则", "rule"),
    "severity": ("风险等级", "severity"),
    "category": ("监测对象类别", "category"),
    "cause": ("风险类型", "risk cause"),
    "measure": ("帮扶措施", "measure"),
    "statement": ("收入核算表", "statement"),
    "eligibility": ("资格", "eligibility"),
    "elimination": ("风险消除条件", "condition of elimination"),
    "check": ("核查项", "check"),
    "condition": ("条件", "condition"),
    "gap": ("缺口", "gap"),
    "fact": ("事实", "fact"),
    "line": ("核算行", "line"),
    "role": ("角色", "role"),
    "level": ("区划级别", "division level"),
    "division": ("行政区划", "division"),
    "procedure": ("程序", "procedure"),
    "step": ("环节", "step"),
    "clock": ("时限", "clock"),
    "act": ("动作", "act"),
    "block": ("表单部分", "block"),
    "channel": ("线索渠道", "channel"),
    "form": ("表单", "form"),
    "duty": ("持续责任", "duty"),
    "calendar": ("日历", "calendar"),
    "word": ("用语", "word"),
    "case": ("案例中的", "case's"),
    "demo": ("演示", "demonstration"),
    "round": ("调查轮次", "round"),
}


def noun(kind: str) -> tuple[str, str]:
    """The kind of an entry in (zh, en)."""
    return _NOUNS[kind]


def named(kind: str, code: str) -> tuple[str, str]:
    """An entry by its kind and code in (zh, en): 参数“income.line”, parameter 'income.line'."""
    zh, en = _NOUNS[kind]
    return f"{zh}“{code}”", f"{en} '{code}'"
