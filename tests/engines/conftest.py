"""One small Spark, and one Spark Connect server, for all tests of a worker: interpreted plans, one
partition, loopback only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from fangpin.lake.engine import Engine
from fangpin.lake.engines import duckdb, spark
from fangpin.lake.engines.spark_sessions import SparkAddress
from tests.engines.connect_server import connect_server

SMALL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m "
    "-XX:+UseSerialGC",
    "spark.driver.memory": "1g",
    "spark.log.level": "ERROR",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""Few rows and many statements: starting and compiling would take longer than all the rows."""


@pytest.fixture(scope="session")
def small_spark() -> Iterator[None]:
    """A Spark session that engines of this process find running; skips without the extra."""
    need_spark()
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder.master("local[2]").appName("fangpin tests")
    for name, value in SMALL.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield
    session.stop()


@pytest.fixture(scope="session")
def connect_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small Spark Connect server in a process of its own."""
    need_spark()
    with connect_server(tmp_path_factory.mktemp("connect"), SMALL) as server:
        yield server.address


@pytest.fixture
def on_spark(small_spark: None, tmp_path: Path) -> Iterator[Engine]:
    with spark.connect(address=SparkAddress(), spill=tmp_path / "spark spill") as engine:
        yield engine


@pytest.fixture
def on_connect(connect_address: str, tmp_path: Path) -> Iterator[Engine]:
    address = SparkAddress(master=connect_address)
    with spark.connect(address=address, spill=tmp_path / "connect spill") as engine:
        yield engine


@pytest.fixture(params=["spark", "connect"])
def there(request: pytest.FixtureRequest) -> Engine:
    """Spark: in this process, then behind a Spark Connect server."""
    found: Engine = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture
def on_duckdb(tmp_path: Path) -> Iterator[Engine]:
    spill = tmp_path / "duckdb spill"
    spill.mkdir()
    with duckdb.connect(threads=1, spill=spill) as engine:
        yield engine


@pytest.fixture(
    params=[
        "duckdb",
        pytest.param("spark", marks=pytest.mark.spark),
        pytest.param("connect", marks=pytest.mark.spark),
    ]
)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    found: Engine = request.getfixturevalue(f"on_{request.param}")
    return found


def need_spark() -> None:
    """Skip the test where the extra is not installed."""
    if find_spec("pyspark") is None:
        pytest.skip("fangpin[spark] is not installed: make test-spark installs it")
