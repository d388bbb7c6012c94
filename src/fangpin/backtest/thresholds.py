"""The parameters that a rule's answer depends on, its indicators' parameters included."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fangpin.policy.expressions import parse, tree
from fangpin.policy.models.lists import Rule
from fangpin.policy.pack import Pack
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem, ProblemError


def parameters_of(pack: Pack, rule: Rule) -> list[str]:
    """The codes of the parameters that decide whether the rule hits, in the pack's order."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [text for text in (rule.applies_when, rule.hit_when, rule.suppressed_when) if text]
    while waiting:
        node = parse(waiting.pop())
        found |= tree.parameters(node)
        for name in tree.names(node) - seen:
            seen.add(name)
            if name in pack.indicators:
                waiting.append(pack.indicators[name].expression)
    return [code for code in pack.parameters if code in found]


def refuse_foreign_parameters(pack: Pack, rule: Rule, given: Mapping[str, Decimal]) -> None:
    """Raises ProblemError BACKTEST_PARAMETER for a parameter that cannot change the rule's hits."""
    own = parameters_of(pack, rule)
    for code in given:
        if code not in own:
            fix_zh, fix_en = advice(written=code, valid=own)
            raise ProblemError(
                Problem(
                    code="BACKTEST_PARAMETER",
                    where=rule.rule,
                    zh=f"规则 {rule.code} 的命中与参数 {code} 无关，改它不会改变结果。",
                    en=f"Whether rule {rule.code} hits does not depend on {code}.",
                    fix_zh=fix_zh,
                    fix_en=fix_en,
                    details={"rule": rule.rule, "parameter": code},
                )
            )


def rule_editions(pack: Pack, code: str) -> list[Rule]:
    """All editions of a rule, by its code or short code. Raises ProblemError RULE_UNKNOWN."""
    found = [rule for rule in pack.rules if code.lower() in (rule.rule, rule.code.lower())]
    if not found:
        fix_zh, fix_en = advice(written=code, valid=[rule.rule for rule in pack.rules])
        raise ProblemError(
            Problem(
                code="RULE_UNKNOWN",
                where=pack.id,
                zh=f"政策包 {pack.id} 没有规则 {code[:60]}。",
                en=f"The pack {pack.id} has no rule {code[:60]}.",
                fix_zh=fix_zh,
                fix_en=fix_en,
            )
        )
    return found
