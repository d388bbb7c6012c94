"""One SQL statement, parsed before it runs: a query of known node types and nothing else.

SQL is written once, in DuckDB's dialect. A Statement refuses whatever reads files, the environment
or the network, several statements in one text, and everything that is not a query.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import expressions as sql

DIALECT = "duckdb"

_REFUSED_NODES: tuple[type[sql.Expression], ...] = (
    sql.Command,
    sql.DDL,
    sql.DML,
    sql.Set,
    sql.Use,
    sql.Attach,
    sql.Pragma,
    sql.ReadCSV,
    sql.ReadParquet,
)
_REFUSED_FUNCTIONS = (
    "getenv",
    "read_",
    "glob",
    "parquet_",
    "sniff_",
    "query",
    "sql_auto",
    "duckdb_",
)


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
def _checked(query: str) -> sql.Expression:
    trees = sqlglot.parse(query, dialect=DIALECT)
    if len(trees) != 1 or trees[0] is None:
        raise UnsafeStatement(f"expected one statement, found {len(trees)}")
    _refuse_more_than_a_query(trees[0])
    return trees[0]


def _refuse_more_than_a_query(tree: sql.Expression) -> None:
    if not isinstance(tree, sql.Query):
        raise UnsafeStatement(f"only queries run, not {type(tree).__name__}")
    for node in tree.walk():
        if isinstance(node, _REFUSED_NODES):
            raise UnsafeStatement(f"{type(node).__name__} is not allowed in a query")
        name = node.name if isinstance(node, sql.Anonymous) else ""
        if name and name.lower().startswith(_REFUSED_FUNCTIONS):
            raise UnsafeStatement(f"the function {name} is not allowed in a query")
