"""Rows of a printed table that are no records: its header again on each page, its totals and signatures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fangpin.feeds.headers import Column
from fangpin.feeds.readers.table import RawTable
from fangpin.feeds.shapes import literal
from fangpin.policy.feed_models import Contract

_FOOTER = (
    r"^[\s\x{3000}]*(?:[^\s0-9]{0,8}(?:[合总共累]|小)[\s\x{3000}]*计(?:[\s\x{3000}:：(（]|$)"
    r"|(?:制表|填表|填报|审核|复核|经办|单位负责|负责|联系)(?:人|单位|日期|时间|电话)?[\s\x{3000}]*[:：]"
    r"|(?i:(?:sub|grand)?[\s-]*total(?:[\s:]|$)))"
)
"""合计, 本页小计, Total:, 制表人：… at the beginning of a cell that should name somebody."""


def is_header(raw: RawTable) -> str:
    """SQL of `marked`: the row repeats the titles of its columns."""
    tests = [
        f"CASE WHEN trim(c{one.position}) = {literal(one.header)} THEN 1 ELSE 0 END"
        for one in raw.mapping.columns
    ]
    return f"({' + '.join(tests)}) >= {min(2, len(tests))}"


def is_footer(raw: RawTable, contract: Contract, held: Collection[str]) -> str:
    """SQL of `marked`: a cell that should say whose row it is, or the first, says that it sums or signs.

    `held` are the columns of the raw table.
    """
    naming: Sequence[Column] = [
        one
        for one in raw.mapping.columns
        if one.field.type in ("identifier", "name", "household_no", "division")
        or (one.field.type == "text" and one.field.field in contract.key)
    ]
    cells = {f"c{one.position}" for one in naming} | {"c0"} & set(held)
    return " OR ".join(
        f"coalesce(regexp_matches({cell}, {literal(_FOOTER)}), FALSE)" for cell in sorted(cells)
    )
