"""What every test stands on: a home of its own, no network but loopback, no silent skip."""

from __future__ import annotations

import dataclasses
import gc
import ipaddress
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.vendor.pretty import for_type_by_name
from pytest_django.django_compat import is_django_unittest

from tests.distribution import WholeFiles, begin_with_the_longest, whole_files

REPOSITORY = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
DATABASE_LINE = "tests ran on "
REQUIRED_IN_CI = ("browser", "postgres")
"""Marks of tests that CI has everything for: a skip of one is a failure there."""

settings.register_profile("here", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if IN_CI else "here")
for_type_by_name(
    "fangpin.policy.pack",
    "Pack",
    lambda pack, printer, _: printer.text(f"<Pack {pack.digest[:12]}>"),
)
"""Every @example is printed before it runs: a whole pack takes longer than most examples."""


# ── a home of its own ───────────────────────────────────────────────────────────────────────────


def pytest_configure(config: pytest.Config) -> None:
    """Point the settings, and every process that a test starts, at a home that is thrown away."""
    home = Path(tempfile.mkdtemp(prefix="fangpin-tests-"))
    config.add_cleanup(lambda: _remove(home))
    for name in [name for name in os.environ if name.startswith("FANGPIN_")]:
        if name != "FANGPIN_REAL_DATA":
            del os.environ[name]
    os.environ["FANGPIN_HOME"] = str(home)
    _point_web_settings(home)
    _guard_network()
    _wait_for_no_disk()


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


def _wait_for_no_disk() -> None:
    """What tests write is thrown away: this process never waits until the disk has it."""
    os.fsync = lambda descriptor: os.fstat(descriptor) and None  # type: ignore[assignment]


def _point_web_settings(home: Path) -> None:
    """The settings were read before this file: their home and key are replaced."""
    from django.conf import settings as django_settings

    import fangpin.web.settings as web

    web.FANGPIN = dataclasses.replace(
        web.FANGPIN, home=home, clock=None, demo=False, https=False, secret_key="for tests only"
    )
    django_settings.FANGPIN = web.FANGPIN
    django_settings.SECRET_KEY = "for tests only"
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty FANGPIN_HOME of this test, also for the processes that it starts."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("FANGPIN_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def empty_tables(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A case database of SQLite with all its tables and nobody in them, for homes of other processes:
    to make them takes each longer than most of what is asked of it. Only for tests that may open the
    database; absent while that is another one."""
    file = tmp_path_factory.mktemp("tables") / "casework.sqlite3"
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(file)])
    return file


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout, wherever it was copied to."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of survey data beside the repository; skips with the reason where it is absent."""
    folder = Path(os.environ.get("FANGPIN_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
    if not (folder / "worldbank_hfps").is_dir():
        pytest.skip("no real survey data: set FANGPIN_REAL_DATA to the folder that holds it")
    return folder


# ── no network but loopback ─────────────────────────────────────────────────────────────────────


def _guard_network() -> None:
    """Refuse every connection of this process that would leave the machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        _refuse_outside(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(self, address)
        return connect_ex(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_ex  # type: ignore[method-assign]


def _refuse_outside(self: socket.socket, address: Any) -> None:
    if self.family == socket.AF_UNIX:
        return
    host = str(address[0])
    if host == "localhost" or _is_loopback(host):
        return
    raise AssertionError(f"a test may speak to loopback only, not to {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# ── who runs what ───────────────────────────────────────────────────────────────────────────────


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if connection.vendor != "sqlite":
        # What may not even open the database says on another one what it has said already.
        config.hook.pytest_deselected(items=[one for one in items if not uses_database(one)])
        items[:] = [one for one in items if uses_database(one)]
    begin_with_the_longest(items)


def uses_database(item: pytest.Item) -> bool:
    """Whether pytest-django lets a test open the database."""
    return (
        item.get_closest_marker("django_db") is not None
        or is_django_unittest(item)
        or not {"db", "transactional_db"}.isdisjoint(getattr(item, "fixturenames", ()))
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """While tests are read nearly nothing is waste: nobody looks for it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What is read by now stays until the end: nothing of it is looked through again for waste."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles | None:
    """`--dist loadfile`, which is what this project asks for; any other stays pytest-xdist's own."""
    return whole_files(config, log) if config.getvalue("dist") == "loadfile" else None


# ── no silent skip ──────────────────────────────────────────────────────────────────────────────


def unaccounted_skips(skipped: list[Any], *, in_ci: bool) -> Iterator[str]:
    """Why a run with these skipped reports must fail: no reason, or a test that CI must run."""
    for report in skipped:
        reason = reason_of(report)
        if not reason:
            yield f"{report.nodeid}: skipped without a reason"
        elif in_ci and any(mark in report.keywords for mark in REQUIRED_IN_CI):
            yield f"{report.nodeid}: CI must run it, but: {reason}"
        elif in_ci and report.when is None:
            yield f"{report.nodeid}: a whole file was skipped in CI: {reason}"


def reason_of(report: Any) -> str:
    """The reason that a skip gave; empty when it gave none."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    text = text.removeprefix("Skipped").removeprefix(":").strip()
    return "" if text in {"unconditional skip", "<Skipped instance>"} else text


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run with an unaccounted skip fails, though each test passed."""
    gc.unfreeze()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    skipped = reporter.stats.get("skipped", [])
    if session.exitstatus == 0 and any(unaccounted_skips(skipped, in_ci=IN_CI)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The database; every skip with its reason, then those that make the run fail."""
    terminalreporter.line(f"{DATABASE_LINE}{connection.vendor}")
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("skipped")
    for report in skipped:
        terminalreporter.line(f"{report.nodeid}: {reason_of(report) or 'no reason given'}")
    for line in unaccounted_skips(skipped, in_ci=IN_CI):
        terminalreporter.line(f"FAILED {line}", red=True)
