"""What every check reads: the pack as merged, where things stand, and what is known by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from fangpin.policy.entries import Entry
from fangpin.policy.models import ContractField, Node
from fangpin.policy.nearest import advice
from fangpin.policy.pack import Pack
from fangpin.values.problem import Problem

Kept = TypeVar("Kept", bound=Node)

NOUNS: dict[str, str] = {
    "source": "来源",
    "parameter": "参数",
    "department": "部门",
    "contract": "数据源",
    "field": "字段",
    "group": "收支分组",
    "item": "台账项目",
    "attribute": "家庭属性",
    "indicator": "指标",
    "rule": "规则",
    "severity": "风险等级",
    "category": "监测对象类别",
    "cause": "风险类型",
    "measure": "帮扶措施",
    "level": "区划级别",
    "figure": "指标、台账项目或家庭属性",
    "division": "行政区划",
}
_NOUNS_EN = {
    "contract": "feed",
    "cause": "risk cause",
    "item": "ledger item",
    "figure": "indicator, ledger item or attribute",
    "group": "ledger group",
    "level": "division level",
}


@dataclass(frozen=True)
class Book:
    """A merged pack under check; `faulty` are codes of entries that were already refused."""

    pack: Pack
    faulty: frozenset[tuple[str, str]] = frozenset()

    def all(self, kind: str, model: type[Kept]) -> Iterator[tuple[Entry, Kept]]:
        """Every entry of a kind with its node, editions and periods one by one."""
        for (of_kind, _), entry in self.pack.entries.items():
            if of_kind == kind and isinstance(entry.node, model):
                yield entry, entry.node

    def codes(self, *kinds: str) -> set[str]:
        """The codes of some kinds, those of refused entries included."""
        found = {entry.code for (kind, _), entry in self.pack.entries.items() if kind in kinds}
        return found | {code for kind, code in self.faulty if kind in kinds}

    def fields(self, feed: str | None) -> dict[str, ContractField] | None:
        """The fields of a feed by code; None when the feed is unknown or refused."""
        contract = self.pack.contracts.get(feed or "")
        return None if contract is None else {field.field: field for field in contract.fields}


Check = Callable[[Book], Iterable[Problem]]


def unknown(
    *, code: str, noun: str, written: str, where: str, valid: Iterable[str], by: str
) -> Problem:
    """The problem of a name that stands for nothing; `by` is the entry that names it."""
    fix_zh, fix_en = advice(written=written, valid=valid)
    noun_en = _NOUNS_EN.get(noun, noun)
    return Problem(
        code=code,
        where=where,
        zh=f"{by} 引用的{NOUNS[noun]}“{written}”不存在。",
        en=f"{by} names the {noun_en} '{written}', which does not exist.",
        fix_zh=fix_zh,
        fix_en=fix_en,
        details={"name": written},
    )
