"""The packs that are shipped: all load, and what their cases name exists."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from fangpin.policy import check_pack_thoroughly, load_pack
from fangpin.policy.expressions import parse, tree
from fangpin.policy.models.cases import PackCase
from fangpin.policy.pack import Pack

PACKS = Path(__file__).parents[2] / "packs"
SHIPPED = sorted(file.parent.name for file in PACKS.glob("*/pack.yaml"))


@cache
def shipped(name: str) -> Pack:
    """A pack of the repository, read once."""
    return load_pack(PACKS / name)


def test_the_shipped_packs_are_there() -> None:
    assert {"cn", "cn_hunan", "cn_hunan_chenzhou", "wb_hfps"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_loads_and_is_checked_without_a_problem(name: str) -> None:
    pack = shipped(name)

    assert pack.id == name
    assert [str(problem) for problem in check_pack_thoroughly(pack)] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_rule_has_at_least_four_cases(name: str) -> None:
    pack = shipped(name)
    asked = Counter(code for _, case in _cases_with_parents(name) for code in case.expect.rules)

    assert [rule.rule for rule in pack.rules if asked[rule.rule] < 4] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_no_key_holds_what_an_office_corrects(name: str) -> None:
    """A corrected amount would count beside the wrong one, as a second grant."""
    kinds = {"amount", "number", "count", "name"}
    for feed, contract in shipped(name).contracts.items():
        of_key = {one.type for one in contract.fields if one.field in contract.key}
        assert not of_key & kinds, feed


def test_a_person_dies_once_though_the_day_is_corrected() -> None:
    pack = shipped("cn")
    declared = pack.header.deaths
    assert declared is not None
    for one in declared.told_by:
        assert one.on not in pack.contracts[one.feed].key, one.feed


def test_evidence_of_late_events_spans_the_months_that_are_looked_back() -> None:
    pack = shipped("cn")
    parameter = pack.parameters["event.look_back"]
    months = max(int(str(value.value)) for value in parameter.values)
    looking = [rule for rule in pack.rules if parameter.parameter in rule.thresholds]

    assert len(looking) >= 12
    assert [rule.rule for rule in looking if rule.evidence_months < months] == []


def test_no_rule_rests_on_what_happened_in_the_judged_month_alone() -> None:
    pack = shipped("cn")

    assert [rule.rule for rule in pack.rules if _judges_one_month(pack, rule.hit_when)] == []


def _cases_with_parents(name: str) -> list[tuple[str, PackCase]]:
    """The cases of a pack and of those it extends: a child's rules are judged by its parent's."""
    found = []
    while name:
        pack = shipped(name)
        found += pack.cases()
        name = pack.header.extends or ""
    return found


def _judges_one_month(pack: Pack, text: str) -> bool:
    """Whether a condition, or a figure it names, asks if an event happened in one month only."""
    nodes = list(tree.walk(parse(text)))
    if any(
        isinstance(node, tree.Call)
        and node.function == "happened"
        and node.option("months") in (None, tree.Number(Decimal(1)))
        for node in nodes
    ):
        return True
    named = tree.names(parse(text)) & set(pack.indicators)
    return any(_judges_one_month(pack, pack.indicators[code].expression) for code in named)
