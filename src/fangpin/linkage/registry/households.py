"""Households as economic units: one row each, with the attributes that the pack declares."""

from __future__ import annotations

from collections.abc import Collection

from fangpin.lake.engine import Engine
from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.sql import Sql, column, quoted, to_sql
from fangpin.policy.pack import Pack
from fangpin.values.month import Month


def age_sql(birth: str, month: str) -> str:
    """Complete years at the end of a month (a SQL integer), from a birth date column."""
    born = f"(year({birth}) * 12 + month({birth}) - 1)"
    return f"CAST(floor(({month} - {born}) / 12.0) AS INTEGER)"


def make_spine(*, engine: Engine, pack: Pack, people: str, month: Month, name: str) -> None:
    """The table `name`: the rows of `spine_query` with every attribute of the pack."""
    engine.make_table(name, spine_query(pack=pack, people=people, month=month))


def spine_query(
    *, pack: Pack, people: str, month: Month, attributes: Collection[str] | None = None
) -> str:
    """household_ref, division, one column an attribute, from members' rows.

    `people` is a table of the registry feed's fields with person_ref and household_ref; ages are
    complete years at the end of `month`. `attributes` are those wanted; None: all.
    """
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    columns = [
        "household_ref",
        f"min({column(registry.division)}) AS division",
        *(
            f"{attribute_sql(pack, attribute.value, month)} AS {column(code)}"
            for code, attribute in pack.attributes.items()
            if attributes is None or code in attributes
        ),
    ]
    return f"SELECT {', '.join(columns)} FROM {people} AS person GROUP BY household_ref"


def attribute_sql(pack: Pack, text: str, month: Month) -> str:
    """A household attribute as an aggregate over its members' rows."""
    registry = pack.header.registry
    assert registry is not None
    is_head = f"(person.{column(registry.relation)} = {quoted(registry.head)})"

    def resolve(node: tree.Name | tree.Call) -> Sql:
        if isinstance(node, tree.Name):
            if node.code == "age":
                assert registry.birth is not None, "the pack's registry has no birth date"
                return Sql(age_sql(f"person.{column(registry.birth)}", str(int(month))))
            if node.code == "is_head":
                return Sql(is_head)
            return Sql(f"person.{column(node.code)}")
        inner = to_sql(node.arguments[0], resolve).text if node.arguments else ""
        match node.function:
            case "count":
                return Sql(f"count(*) FILTER (WHERE {inner})" if inner else "count(*)")
            case "any":
                return Sql(f"bool_or({inner})")
            case "head":
                return Sql(f"min(CASE WHEN {is_head} THEN {inner} END)")
            case "largest":
                return Sql(f"max({inner})")
            case _:
                return Sql(f"min({inner})")

    return to_sql(parse(text), resolve).text
