"""DuckDB's dialect as Spark's, where SQLGlot alone would change the meaning or fail.

What SQLGlot already says rightly (NULLs last, shifts, FILTER, semi and anti joins, division as a
double) is left to it; tests hold each construct that the stages use to equal rows on both engines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import sqlglot
from sqlglot import expressions as sql
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from fangpin.lake.statement import DIALECT

ColumnsOf = Callable[[str], list[str]]
"""The columns of an engine's table or view."""

_Names = Mapping[str, list[str]]
"""Common table expression -> its columns."""


class _Generator(SparkGenerator):
    # Spark knows QUALIFY by now; SQLGlot's way round it would leave its row number in `SELECT *`.
    TRANSFORMS = {
        kind: how for kind, how in SparkGenerator.TRANSFORMS.items() if kind is not sql.Select
    }


def spark_sql(text: str, columns_of: ColumnsOf) -> str:
    """A query in DuckDB's dialect as one in Spark's.

    `columns_of` tells what the tables hold that `* REPLACE` and `UNION BY NAME` stand over.
    """
    tree = sqlglot.parse_one(text, dialect=DIALECT)
    _name_columns(tree, {}, columns_of)
    # Innermost first: what is replaced may hold more to replace.
    for node in reversed(list(tree.walk())):
        changed = _in_spark(node)
        if changed is not node:
            node.replace(changed)
    return _Generator(dialect=Spark()).generate(tree)


def spark_condition(text: str) -> str:
    """A condition over two records in DuckDB's dialect as one in Spark's."""
    query = sqlglot.parse_one(f"SELECT {text}", dialect=DIALECT)
    for node in reversed(list(query.walk())):
        if isinstance(node, sql.Levenshtein):
            node.replace(_edits(node.this, node.expression))
        elif isinstance(node, sql.LTE) and _is_swap_distance(node.this):
            if node.expression.name != "1":
                raise ValueError(f"Spark tells one edit or swap, no other number: {text}")
            node.replace(_one_edit_or_swap(*node.this.expressions))
    return _Generator(dialect=Spark()).generate(query.expressions[0])


def spark_type(kind: str) -> str:
    """The name of a DuckDB type in Spark."""
    if kind == '"NULL"':
        return "void"
    return sql.DataType.build(kind, dialect=DIALECT).sql(dialect="spark")


def identifier(name: str) -> str:
    """A quoted name in Spark's SQL."""
    return "`" + name.replace("`", "``") + "`"


def _in_spark(node: sql.Expr) -> sql.Expr:
    match node:
        case sql.ArgMax():
            return _latest_known(node)
        case sql.JSONObject():
            return _json(node)
        case sql.Cast():
            return _cast(node)
        case sql.Div() if not node.this.is_type("double"):
            # DuckDB's quotient is a double, of decimals too.
            node.set("this", sql.cast(sql.Paren(this=node.this.copy()), "double"))
            return node
        case sql.ArrayAgg() if isinstance(node.this, sql.Order):
            return _ordered_list(node.this)
        case sql.Round() if node.args.get("decimals") is not None:
            return _rounded(node)
        case sql.Lower():
            # One character for one, as DuckDB does: Java would make two of İ, and another of a last Σ.
            signs = [node.this, _text("İΣ"), _text("iσ")]
            return sql.Lower(this=sql.Anonymous(this="translate", expressions=signs))
        case sql.RegexpFullMatch():
            # A dollar would leave a last line end out.
            whole = _text(f"^(?:{node.expression.name})\\z")
            return sql.Anonymous(this="regexp", expressions=[node.this, whole])
        case sql.Anonymous() if node.name.lower() == "to_json":
            return sql.Anonymous(
                this="to_json", expressions=[*node.expressions, _keeping_unknown()]
            )
        case sql.Anonymous() if node.name.lower() == "try_strptime":
            form = node.expressions[1].name
            for duck, java in (("%Y", "yyyy"), ("%m", "MM"), ("%d", "dd")):
                form = form.replace(duck, java)
            return sql.Anonymous(
                this="try_to_timestamp", expressions=[node.expressions[0], _text(form)]
            )
        case _:
            return node


def _latest_known(node: sql.ArgMax) -> sql.Expr:
    """DuckDB passes over rows whose value is unknown, Spark would give unknown back."""
    known = sql.Not(this=sql.Is(this=node.this.copy(), expression=sql.Null()))
    found = sql.Anonymous(this="max_by", expressions=[node.this, node.expression])
    outer = node.parent
    if isinstance(outer, sql.Filter):
        condition = outer.expression.this
        condition.replace(sql.And(this=sql.Paren(this=condition.copy()), expression=known))
        return found
    return sql.Filter(this=found, expression=sql.Where(this=known))


def _json(node: sql.JSONObject) -> sql.Expr:
    """An object that keeps the fields whose value is unknown, as DuckDB's does."""
    parts: list[sql.Expr] = []
    for pair in node.expressions:
        parts += [pair.this, pair.expression]
    fields = sql.Anonymous(this="named_struct", expressions=parts)
    return sql.Anonymous(this="to_json", expressions=[fields, _keeping_unknown()])


def _keeping_unknown() -> sql.Expr:
    return sql.Anonymous(this="map", expressions=[_text("ignoreNullFields"), _text("false")])


def _ordered_list(node: sql.Order) -> sql.Expr:
    """A list in an order, the unknown last: Spark gathers in any, and sorts by the first field."""
    keys = []
    for place, key in enumerate(node.expressions):
        if key.args.get("desc"):
            raise ValueError(f"a list is put in ascending order: {node.sql(dialect=DIALECT)}")
        one = key.this.sql(dialect="spark")
        keys.append(f"'u{place}', {one} IS NULL, 'k{place}', {one}")
    fields = f"named_struct({', '.join(keys)}, 'value', {node.this.sql(dialect='spark')})"
    return sqlglot.parse_one(
        f"transform(array_sort(collect_list({fields})), one -> one.value)", dialect="spark"
    )


def _rounded(node: sql.Round) -> sql.Expr:
    """DuckDB rounds the double that is multiplied, Spark what it prints: 1.005 is below its half."""
    times = f"CAST(1e{int(node.args['decimals'].name)} AS DOUBLE)"
    inner = node.this.sql(dialect="spark")
    return sqlglot.parse_one(f"(round(({inner}) * {times}) / {times})", dialect="spark")


def _is_swap_distance(node: sql.Expr) -> bool:
    return isinstance(node, sql.Anonymous) and node.name.lower() == "damerau_levenshtein"


def _edits(left: sql.Expr, right: sql.Expr) -> sql.Expr:
    """DuckDB counts the bytes that differ, Spark characters: each byte becomes a character."""
    bytes_of = "decode(encode({}, 'UTF-8'), 'ISO-8859-1')"
    sides = (bytes_of.format(one.sql(dialect="spark")) for one in (left, right))
    return sqlglot.parse_one(f"levenshtein({', '.join(sides)})", dialect="spark")


def _one_edit_or_swap(left: sql.Expr, right: sql.Expr) -> sql.Expr:
    """Two texts one edit apart, or with two neighbours swapped; Spark has no distance of its own."""
    one, other = left.sql(dialect="spark"), right.sql(dialect="spark")
    swapped = (
        f"concat(substring({one}, 1, i - 1), substring({one}, i + 1, 1), "
        f"substring({one}, i, 1), substring({one}, i + 2))"
    )
    near = _edits(left, right).sql(dialect="spark")
    return sqlglot.parse_one(
        f"({near} <= 1 OR exists(sequence(1, length({one})), i -> {swapped} = {other}))",
        dialect="spark",
    )


def _cast(node: sql.Cast) -> sql.Expr:
    if not node.to.is_type("bigint", "int", "smallint", "tinyint"):
        return node
    inner = node.this
    if isinstance(inner, sql.DPipe) and inner.this.is_string and inner.this.name == "0x":
        digits = [inner.expression, sql.Literal.number(16), sql.Literal.number(10)]
        return sql.cast(sql.Anonymous(this="conv", expressions=digits), node.to)
    if inner.find(sql.Sum) is not None:
        # DuckDB rounds to the nearest whole number where Spark cuts off.
        return sql.Cast(this=sql.Anonymous(this="round", expressions=[inner]), to=node.to)
    return node


# ── names ───────────────────────────────────────────────────────────────────────────────────────


def _name_columns(query: sql.Expr, known: _Names, columns_of: ColumnsOf) -> list[str]:
    """Write out `* REPLACE`, `*` over USING and `UNION BY NAME` in a query; returns its columns."""
    with_ = query.args.get("with_")
    if with_ is not None:
        within = dict(known)
        for one in with_.expressions:
            within[one.alias] = _name_columns(one.this, within, columns_of)
        known = within
    match query:
        case sql.Subquery():
            return _name_columns(query.this, known, columns_of)
        case sql.SetOperation():
            left = _name_columns(query.this, known, columns_of)
            right = _name_columns(query.expression, known, columns_of)
            if not query.args.get("by_name"):
                return left
            names = [*left, *(name for name in right if name not in left)]
            query.set("by_name", False)
            query.set("this", _with_columns(query.this, left, names))
            query.set("expression", _with_columns(query.expression, right, names))
            return names
        case sql.Select():
            return _select_columns(query, known, columns_of)
        case sql.Values():
            alias = query.args.get("alias")
            return [one.name for one in alias.columns] if alias else []
        case _:
            return []


def _with_columns(query: sql.Expr, has: list[str], wanted: list[str]) -> sql.Expr:
    """A query's rows with these columns in this order; NULL for those that it lacks."""
    if has == wanted:
        return query
    listed = [
        sql.column(name, quoted=True) if name in has else sql.alias_(sql.Null(), name, quoted=True)
        for name in wanted
    ]
    inner = query.this if isinstance(query, sql.Subquery) else query
    source = sql.Subquery(this=inner, alias=sql.TableAlias(this=sql.to_identifier("by_name")))
    return sql.Select(expressions=listed, from_=sql.From(this=source))


def _select_columns(query: sql.Select, known: _Names, columns_of: ColumnsOf) -> list[str]:
    sources: list[tuple[str, list[str]]] = []
    from_ = query.args.get("from_")
    merged: set[str] = set()
    has_using = False
    if from_ is not None:
        sources.append(_source(from_.this, known, columns_of))
    for join in query.args.get("joins") or []:
        found = _source(join.this, known, columns_of)
        has_using |= bool(join.args.get("using"))
        if (join.args.get("kind") or "").upper() in ("SEMI", "ANTI"):
            continue
        using = {one.name for one in join.args.get("using") or []}
        merged |= using
        sources.append((found[0], [name for name in found[1] if name not in using]))
    for inner in query.find_all(sql.Query):
        # Sub-selects of conditions and columns: those of FROM and JOIN are done.
        if inner is not query and not _is_source(inner):
            _name_columns(inner, known, columns_of)
    names: list[str] = []
    listed: list[sql.Expr] = []
    for one in query.expressions:
        star = one.this if isinstance(one, sql.Column) else one
        if not isinstance(star, sql.Star):
            names.append(one.alias_or_name)
            listed.append(one)
            continue
        table = one.table if isinstance(one, sql.Column) else ""
        wide = [(at, name) for at, held in sources if table in ("", at) for name in held]
        if table and merged:
            wide = [(table, name) for name in _all_of(query, table, known, columns_of)]
        left_out = {column.name for column in star.args.get("except_") or []}
        replaced = {alias.alias: alias for alias in star.args.get("replace") or []}
        kept = [(at, name) for at, name in wide if name not in left_out]
        names += [name for _, name in kept]
        # Spark would put the columns of USING first, DuckDB leaves them where they were.
        if not replaced and (not has_using or not kept):
            listed.append(one)
            continue
        for at, name in kept:
            if name in replaced:
                listed.append(replaced[name])
            else:
                place = at if len(sources) > 1 and name not in merged else None
                listed.append(sql.column(name, table=place, quoted=True))
    query.set("expressions", listed)
    return names


def _all_of(query: sql.Select, table: str, known: _Names, columns_of: ColumnsOf) -> list[str]:
    """All columns of one source of a query, those that a join merged included."""
    places = [query.args["from_"].this, *(join.this for join in query.args.get("joins") or [])]
    found = (_source(place, known, columns_of) for place in places)
    return next((names for name, names in found if name == table), [])


def _is_source(query: sql.Expr) -> bool:
    """Whether a query is reached by way of another query's FROM, JOIN, WITH or UNION."""
    outer = query.parent
    while isinstance(outer, sql.Subquery):
        outer = outer.parent
    return isinstance(outer, sql.From | sql.Join | sql.CTE | sql.SetOperation)


def _source(node: sql.Expr, known: _Names, columns_of: ColumnsOf) -> tuple[str, list[str]]:
    """The name by which a query calls a source, and the source's columns."""
    if isinstance(node, sql.Table):
        names = known.get(node.name)
        return node.alias_or_name, columns_of(node.name) if names is None else names
    alias = cast("sql.TableAlias | None", node.args.get("alias"))
    names = _name_columns(node, known, columns_of)
    if alias is not None and alias.columns:
        names = [one.name for one in alias.columns]
    return node.alias_or_name, names


def _text(value: str) -> sql.Literal:
    return sql.Literal.string(value)
