"""Splink on the engine in use: the one place where a linkage tool is given a connection.

Splink is an extra (`fangpin[linkage]`). Each engine gives it a clean connection of its own kind.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import Engine as DuckDB
from fangpin.lake.engines.spark import Engine as Spark
from fangpin.lake.engines.spark_losses import losses_told
from fangpin.lake.engines.spark_sql import spark_condition
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI


def has_splink() -> bool:
    """Whether the extra is installed."""
    return find_spec("splink") is not None


@contextmanager
def splink_api(engine: Engine) -> Iterator[Any]:
    """Splink's view of an engine; its tables lie beside the engine's own and go with the block.

    Raises ProblemError (SPLINK_MISSING) without the extra, EngineLost where Spark is lost.
    """
    if not has_splink():
        raise ProblemError(splink_missing())
    with losses_told() if isinstance(engine, Spark) else nullcontext():
        api: Any = _on_spark(engine) if isinstance(engine, Spark) else _on_duckdb(engine)
        try:
            yield api
        finally:
            api.delete_tables_created_by_splink_from_db()


def _on_duckdb(engine: Engine) -> DatabaseAPI[Any]:
    from splink import DuckDBAPI

    if not isinstance(engine, DuckDB):
        raise TypeError(f"Splink is not given {type(engine).__name__}")
    return DuckDBAPI(connection=engine.lend())


def _on_spark(engine: Spark) -> DatabaseAPI[Any]:
    from splink import SparkAPI

    class Api(SparkAPI):
        """Splink's steps are views, each of which is read once: nothing is left in any cache."""

        def _break_lineage_and_repartition(self, spark_df: Any, *_: str) -> Any:
            return spark_df

        def delete_table_from_database(self, name: str) -> None:
            self.spark.catalog.dropTempView(name)

    make: Callable[..., DatabaseAPI[Any]] = Api
    # Conditions are written with what Spark has of its own: no jar must be there.
    return make(spark_session=engine.lend(), register_udfs_automatically=False)


def settings_on(engine: Engine, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Splink's settings with their conditions, which are in DuckDB's dialect, in the engine's."""
    told = copy.deepcopy(dict(settings))
    if isinstance(engine, Spark):
        for comparison in told["comparisons"]:
            for level in comparison["comparison_levels"]:
                if level["sql_condition"] != "ELSE":
                    level["sql_condition"] = spark_condition(level["sql_condition"])
    return told


def splink_missing() -> Problem:
    """What is left out without the extra."""
    return Problem(
        code="SPLINK_MISSING",
        where="fangpin[linkage]",
        zh="没有安装概率匹配组件：只按证件号码的精确规则归人，其余行不会自动匹配，也不进入人工核对。",
        en="Probabilistic linkage is not installed: rows are linked by exact rules on identity "
        "numbers only; the others are neither linked nor put up for review.",
        fix_zh="请安装：pip install 'fangpin[linkage]'，然后重新运行。",
        fix_en="Install it with: pip install 'fangpin[linkage]', and run again.",
    )
