"""Where Spark is, and what a session of it must mean: begun, settled and ended here."""

from __future__ import annotations

import logging
import os
import re
import uuid
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

from fangpin.lake.engines.spark_losses import (
    is_loss,
    not_reached,
    other_release,
    secret_missing,
    setting_refused,
    waiting,
)
from fangpin.values.problem import ProblemError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL_MASTER = "local[2]"

_log = logging.getLogger("fangpin.spark")
_SECRET = "spark.authenticate.secret"
_PATIENCE_FOR_A_MACHINE = 30.0
"""Seconds after which whoever waits for a busy cluster is told so."""

SETTINGS = {
    # What the queries mean: overflow and bad casts raise, products keep all their decimals.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    # Nobody reads the plans that Spark would write out in full for its web page.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "1000",
    # Rows that are given go along with their query: a Connect server whose disks are encrypted
    # cannot read back those that it sets aside.
    "spark.sql.session.localRelationCacheThreshold": "67108864",
}
"""Of every session, a Connect server's too: set, and read back."""
_OF_A_NEW_SESSION = {
    # What is spilt to disk or sent to another machine is read by nobody else.
    "spark.io.encryption.enabled": "true",
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
"""Of a Spark that is begun here; those of a Connect server are set by whoever runs it."""
_OF_ONE_MACHINE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    _SECRET: uuid.uuid4().hex,
}
"""Spark on the driver's machine alone listens to nobody but itself."""
_USUAL_ON_ONE_MACHINE = {
    "spark.driver.memory": "2g",
    # Hundreds of short statements: the second compiler costs more than it saves. What stands in
    # spark.driver.extraJavaOptions comes after this and has the last word.
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
    "spark.sql.shuffle.partitions": "4",
}
"""Where the operator says nothing else in spark-defaults.conf or PYSPARK_SUBMIT_ARGS."""


@dataclass(frozen=True, slots=True)
class SparkAddress:
    """Where Spark runs, and under which address its machines see FANGPIN_HOME (None: as here)."""

    master: str = LOCAL_MASTER
    home: Path | None = None
    home_url: str | None = None
    scores_claims: bool = True
    """Whether the names of claims may be shown to it; see docs/spark.md."""

    @property
    def is_remote(self) -> bool:
        """Whether it is the address of a Spark Connect server."""
        return self.master.startswith("sc://")

    @property
    def is_local(self) -> bool:
        """Whether all of Spark runs on this machine."""
        return self.master.startswith("local")

    @property
    def is_standalone(self) -> bool:
        """Whether it is Spark's own kind of cluster; the others make the secret themselves."""
        return self.master.startswith("spark://")

    def of(self, path: Path) -> str:
        """The address of a file or folder that Spark reads; what could be a pattern is escaped."""
        return re.sub(r"([\[\]{}*?\\])", r"\\\1", self.to(path))

    def to(self, path: Path) -> str:
        """The address of a folder that Spark writes: there nothing is a pattern."""
        if self.home is not None and self.home_url and path.is_relative_to(self.home):
            return f"{self.home_url.rstrip('/')}/{path.relative_to(self.home).as_posix()}"
        return f"file://{path.absolute().as_posix()}"


_PATIENCE = {"max_retries": 8, "max_backoff": 4_000}
"""A Connect server that is silent is asked again for 20 seconds; PySpark would for ten minutes."""


def begin(address: SparkAddress, scratch: Path) -> SparkSession:
    """A session of Spark; on this machine it spills into `scratch`."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # It says that it knows no pandas of today, which nothing here shows it.
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    try:
        if address.is_remote:
            return _begin_far(address)
        settings, told = dict(_OF_A_NEW_SESSION), _told_by_the_operator()
        if address.is_standalone and _SECRET not in told:
            raise ProblemError(secret_missing(_SECRET))
        if address.is_local:
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            os.environ.setdefault("SPARK_WORKER_DIR", str(scratch / "work"))
            usual = {
                name: value for name, value in _USUAL_ON_ONE_MACHINE.items() if name not in told
            }
            settings |= _OF_ONE_MACHINE | usual
            settings |= {"spark.local.dir": str(scratch)}
            settings |= {"spark.sql.warehouse.dir": str(scratch / "none")}
        builder = SparkSession.builder.appName("fangpin").master(address.master)
        for name, value in settings.items():
            builder = builder.config(name, value)
        session: SparkSession = builder.getOrCreate()
        if not address.is_local:
            _first_machine(session, address)
        return session
    except (PySparkException, Py4JError, OSError, RuntimeError) as error:
        raise ProblemError(not_reached(address.master)) from error


def _first_machine(session: SparkSession, address: SparkAddress) -> None:
    """Wait until the cluster computes something; whoever waits long is told for what."""
    telling = Timer(_PATIENCE_FOR_A_MACHINE, _log.warning, [waiting(address.master)])
    telling.daemon = True
    telling.start()
    try:
        session.range(1).count()
    finally:
        telling.cancel()


def _told_by_the_operator() -> set[str]:
    """The settings that spark-defaults.conf or PYSPARK_SUBMIT_ARGS name: a session's own would hide them."""
    from pyspark.find_spark_home import _find_spark_home

    folder = os.environ.get("SPARK_CONF_DIR") or Path(_find_spark_home(), "conf")
    file = Path(folder, "spark-defaults.conf")
    lines = (
        file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
    )
    told = {found[0] for line in lines if (found := re.split(r"[\s=:]+", line.strip(), maxsplit=1))}
    given = os.environ.get("PYSPARK_SUBMIT_ARGS", "")
    told |= set(re.findall(r"(spark\.[\w.]+)=", given))
    if "--driver-memory" in given or "SPARK_DRIVER_MEMORY" in os.environ:
        told.add("spark.driver.memory")
    return told


def _begin_far(address: SparkAddress) -> SparkSession:
    """A session of its own on a Connect server that answers; raises PySparkException."""
    # The client warns where it raises as well.
    warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

    session: Any = SparkSession.builder.remote(address.master).create()
    session.client.set_retry_policies([DefaultPolicy(**_PATIENCE)])
    try:
        _ = session.version
    except BaseException:
        end(session, address)
        raise
    found: SparkSession = session
    return found


def settle(session: SparkSession) -> None:
    """Let the session's queries mean what DuckDB's do.

    Raises ProblemError SPARK_OTHER_RELEASE, SPARK_SETTING_REFUSED.
    """
    import pyspark
    from pyspark.errors import PySparkException

    here, there = pyspark.__version__, str(session.version)
    if here.split(".")[0] != there.split(".")[0]:
        raise ProblemError(other_release(there, here))

    for name, value in SETTINGS.items():
        try:
            session.conf.set(name, value)
            is_held = session.conf.get(name) == value
        except PySparkException as error:
            if is_loss(error):
                raise
            is_held = False
        if not is_held:
            raise ProblemError(setting_refused(name, value))


def end(session: SparkSession, address: SparkAddress) -> None:
    """End a session that was begun here; of one that is gone nothing is left to end."""
    from py4j.protocol import Py4JError

    if address.is_remote:
        # It is bidden farewell once: a server that does not answer has lost the session anyway.
        far: Any = session
        far.client.set_retry_policies([])
    with suppress(ConnectionError, Py4JError):
        session.stop()
