"""A Spark Connect server of its own process, on 127.0.0.1, whose defaults are not Fangpin's."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_OTHER_MEANING = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.sql.parquet.compression.codec": "gzip",
}
"""What Fangpin must set for its session, because this server's queries would mean something else."""


class ConnectServer:
    """A running server: its address, and its process, which may be killed."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.address = f"sc://127.0.0.1:{port}"


@contextmanager
def connect_server(folder: Path, settings: Mapping[str, str]) -> Iterator[ConnectServer]:
    """A server with these settings until the block ends; what it says stands in `server.log`."""
    import pyspark

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    told = {
        **settings,
        **_OTHER_MEANING,
        "spark.io.encryption.enabled": "true",
        # A plan that the server happens to remember would hide a name that stands for other rows.
        "spark.connect.session.planCache.maxSize": "0",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "none"),
    }
    place = Path(pyspark.__file__).parent
    command = [str(place / "bin" / "spark-submit"), "--master", "local[2]"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    for name, value in told.items():
        command += ["--conf", f"{name}={value}"]
    surroundings = {**os.environ, "SPARK_HOME": str(place), "SPARK_LOCAL_IP": "127.0.0.1"}
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "spark-internal"],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=surroundings,
        )
    try:
        _wait(process, port, log)
        yield ConnectServer(process, port)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    patience = time.monotonic() + 120
    while time.monotonic() < patience and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"no Spark Connect server: {log.read_text(errors='replace')[-2000:]}")
