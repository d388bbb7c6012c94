"""A small standalone cluster of Spark: a master and workers, each a process of its own on 127.0.0.1."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

SECRET = "known to the cluster's machines"


@contextmanager
def standalone_cluster(folder: Path, *, workers: int) -> Iterator[str]:
    """The master's address, once every worker is known to it; logs and work lie in `folder`."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"spark://127.0.0.1:{port}"
    told = {
        "spark.authenticate": "true",
        "spark.authenticate.secret": SECRET,
        "spark.network.crypto.enabled": "true",
        "spark.master.rest.enabled": "false",
        "spark.master.ui.enabled": "false",
        "spark.worker.ui.enabled": "false",
        "spark.ui.enabled": "false",
    }
    surroundings = settings_of(folder / "cluster", told)
    with ExitStack() as ends:
        log = folder / "master.log"
        place = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
        ends.enter_context(_daemon("master.Master", place, log, surroundings))
        _until(log, "elected leader", count=1)
        for number in range(workers):
            work = folder / f"worker-{number}"
            own = ["--host", "127.0.0.1", "--webui-port", "0", "-c", "1", "-m", "1024m"]
            own += ["-d", str(work), address]
            ends.enter_context(
                _daemon("worker.Worker", own, work.with_suffix(".log"), surroundings)
            )
        _until(log, "Registering worker", count=workers)
        yield address


def settings_of(folder: Path, told: Mapping[str, str]) -> dict[str, str]:
    """The surroundings of a process whose spark-defaults.conf says this."""
    folder.mkdir(parents=True)
    lines = "".join(f"{name} {value}\n" for name, value in told.items())
    (folder / "spark-defaults.conf").write_text(lines, encoding="utf-8")
    return {**os.environ, "SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_IP": "127.0.0.1"}


@contextmanager
def _daemon(
    name: str, words: list[str], log: Path, surroundings: Mapping[str, str]
) -> Iterator[None]:
    import pyspark

    place = Path(pyspark.__file__).parent
    command = [str(place / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *words]
    small = {"SPARK_HOME": str(place), "SPARK_DAEMON_MEMORY": "256m"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**surroundings, **small}
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(log: Path, words: str, *, count: int) -> None:
    patience = time.monotonic() + 120
    while log.read_text(errors="replace").count(words) < count:
        assert time.monotonic() < patience, log.read_text(errors="replace")[-2000:]
        time.sleep(0.2)
