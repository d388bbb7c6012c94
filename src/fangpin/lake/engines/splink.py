"""Splink on the engine in use: the one place where a linkage tool is given a connection.

Splink is an extra (`fangpin[linkage]`). Each engine gives it a clean connection of its own kind.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import Engine as DuckDB
from fangpin.lake.engines.spark import Engine as Spark
from fangpin.lake.engines.spark_sql import spark_condition
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI


def has_splink() -> bool:
    """Whether the extra is installed."""
    return find_spec("splink") is not None


def splink_api(engine: Engine) -> DatabaseAPI[Any]:
    """Splink's view of an engine; its tables lie beside the engine's own.

    Raises ProblemError (SPLINK_MISSING) without the extra.
    """
    if not has_splink():
        raise ProblemError(splink_missing())
    if isinstance(engine, DuckDB):
        from splink import DuckDBAPI

        return DuckDBAPI(connection=engine.lend())
    if isinstance(engine, Spark):
        from splink import SparkAPI

        make: Callable[..., DatabaseAPI[Any]] = SparkAPI
        # Conditions are written with what Spark has of its own: no jar must be there.
        return make(
            spark_session=engine.lend(),
            break_lineage_method="persist",
            register_udfs_automatically=False,
        )
    raise TypeError(f"Splink is not given {type(engine).__name__}")


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
