"""One SQL statement, parsed before it runs: a query of known node types and nothing else.

SQL is written once, in DuckDB's dialect. A Statement refuses every node type and function that is
not on its list (so whatever reads files, the environment or the network), several statements in one
text, and everything that is not a query.
"""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import expressions as sql

DIALECT = "duckdb"

_ALLOWED_NODES: frozenset[type[sql.Expr]] = frozenset(
    {
        # what a query is made of
        sql.Select,
        sql.Union,
        sql.Subquery,
        sql.With,
        sql.CTE,
        sql.From,
        sql.Join,
        sql.Where,
        sql.Group,
        sql.Having,
        sql.Order,
        sql.Ordered,
        sql.Limit,
        sql.Distinct,
        sql.Filter,
        sql.Table,
        sql.TableAlias,
        sql.Alias,
        sql.Column,
        sql.Star,
        sql.Identifier,
        # values and types
        sql.Literal,
        sql.Boolean,
        sql.Null,
        sql.DataType,
        sql.DataTypeParam,
        sql.Cast,
        sql.Paren,
        # arithmetic, comparison, logic
        sql.Add,
        sql.Sub,
        sql.Mul,
        sql.Div,
        sql.Mod,
        sql.Neg,
        sql.BitwiseAnd,
        sql.BitwiseXor,
        sql.BitwiseLeftShift,
        sql.BitwiseRightShift,
        sql.EQ,
        sql.NEQ,
        sql.LT,
        sql.LTE,
        sql.GT,
        sql.GTE,
        sql.Between,
        sql.In,
        sql.Is,
        sql.And,
        sql.Or,
        sql.Not,
        # functions
        sql.Case,
        sql.If,
        sql.Coalesce,
        sql.Nullif,
        sql.Least,
        sql.Greatest,
        sql.StartsWith,
        sql.Sum,
        sql.Count,
        sql.Min,
        sql.Max,
        sql.ArgMax,
        sql.BitwiseOrAgg,
        # several values in one order
        sql.Struct,
        sql.PropertyEQ,
    }
)
_ALLOWED_FUNCTIONS = frozenset({"bit_count"})
"""Functions that the parser has no node of its own for."""
_TABLE_NAME = re.compile(r"[a-z_][a-z0-9_]*")
"""Any other name is a file to the engine: `FROM 'x.csv'` reads it."""


class UnsafeStatement(Exception):
    """A statement that is more than one plain query: a bug of the writer, never a user's mistake."""


class Statement:
    """A checked query. `text` is DuckDB's dialect; `in_dialect` writes it for another engine."""

    __slots__ = ("_tree", "text")

    def __init__(self, query: str | sql.Query) -> None:
        if isinstance(query, str):
            self._tree, self.text = _checked(query), query
        else:
            _refuse_more_than_a_query(query)
            self._tree, self.text = query, query.sql(dialect=DIALECT)

    def in_dialect(self, dialect: str) -> str:
        """The same query in another engine's dialect."""
        return self._tree.sql(dialect=dialect)

    def __repr__(self) -> str:
        return f"Statement({self.text!r})"


@lru_cache(maxsize=512)
def _checked(query: str) -> sql.Expr:
    trees = sqlglot.parse(query, dialect=DIALECT)
    if len(trees) != 1 or trees[0] is None:
        raise UnsafeStatement(f"expected one statement, found {len(trees)}")
    _refuse_more_than_a_query(trees[0])
    return trees[0]


def _refuse_more_than_a_query(tree: sql.Expr) -> None:
    if not isinstance(tree, sql.Query):
        raise UnsafeStatement(f"only queries run, not {type(tree).__name__}")
    for node in tree.walk():
        if isinstance(node, sql.Anonymous):
            if node.name.lower() not in _ALLOWED_FUNCTIONS:
                raise UnsafeStatement(f"the function {node.name} is not allowed in a query")
        elif type(node) not in _ALLOWED_NODES:
            raise UnsafeStatement(f"{type(node).__name__} is not allowed in a query")
        elif isinstance(node, sql.Table):
            _refuse_more_than_a_table(node)


def _refuse_more_than_a_table(table: sql.Table) -> None:
    is_plain = isinstance(table.this, sql.Identifier) and not table.db and not table.catalog
    if not is_plain or not _TABLE_NAME.fullmatch(table.name):
        raise UnsafeStatement(f"{table.name or 'this'} is not the name of a table or view")
