"""What a command stands on: the settings, the folder, the pack, the engine and the clock."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from fangpin.lake.engine import Engine
from fangpin.lake.engines import duckdb
from fangpin.lake.home import Home
from fangpin.policy import Pack, load_pack
from fangpin.runs.demo.clock import SETTINGS
from fangpin.values import clock
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.settings.environment import Environment, shipped_packs

_TABLES_LOCK = "tables.lock"
_TABLES = 0x66616E74
"""PostgreSQL's advisory lock of whoever makes the tables."""


class Session:
    """One command's world; everything is opened when it is first needed."""

    def __init__(self, *, pack: str | None = None) -> None:
        _remember_demo()
        if pack:
            os.environ["FANGPIN_PACK"] = pack
        self.environment = Environment.read(os.environ)
        self.home = Home(self.environment.home)

    @cached_property
    def pack(self) -> Pack:
        """The installation's pack. Raises ProblemError with every mistake in it."""
        return load_pack(self.environment.pack_directory)

    @property
    def packs_directory(self) -> Path:
        """Where packs are looked for by name."""
        return self.environment.packs or shipped_packs()

    @property
    def zone(self) -> tzinfo:
        """The installation's time zone."""
        return ZoneInfo(self.environment.time_zone)

    def now(self) -> datetime:
        """The moment of the command in the installation's zone, or of the demonstration's clock."""
        return clock.now(os.environ).astimezone(self.zone)

    def today(self) -> date:
        """The day of that moment: at night it is another one than that of UTC."""
        return self.now().date()

    def day(self, given: datetime | None, *, option: str = "--as-of") -> date:
        """The day that a command was asked of; today where none was given.

        Raises ProblemError DAY_AHEAD: what a day will bring is known on none before it.
        """
        if given is None:
            return self.today()
        if given.date() > self.today():
            raise ProblemError(_day_ahead(option, given.date(), self.today(), self.zone))
        return given.date()

    @contextmanager
    def engine(self) -> Iterator[duckdb.Engine]:
        """DuckDB, which receives and opens the vault; it may spill into the home."""
        self.home.prepare()
        with duckdb.connect(spill=self.home.spill) as engine:
            yield engine

    @contextmanager
    def run_engine(self) -> Iterator[Engine]:
        """The engine that FANGPIN_ENGINE names: runs, back-tests and cases are computed by it.

        Raises ProblemError SPARK_MISSING, SPARK_NOT_REACHED.
        """
        if self.environment.spark is None:
            with self.engine() as engine:
                yield engine
            return
        from fangpin.lake.engines import spark

        self.home.prepare()
        with spark.connect(address=self.environment.spark, spill=self.home.spill) as far:
            yield far

    @contextmanager
    def case_engine(self) -> Iterator[Engine | None]:
        """Spark where FANGPIN_ENGINE names it; None: each pack opens a small DuckDB of its own.

        Raises as `run_engine` does.
        """
        if self.environment.spark is None:
            yield None
            return
        with self.run_engine() as engine:
            yield engine

    def start_django(self) -> None:
        """Make Django ready and the case database's tables present."""
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangpin.web.settings")
        self.home.prepare()
        django.setup()
        with _alone_at_the_tables(self.home):
            _make_tables()

    def start_casework_for_cases(self) -> None:
        """Make Django ready on a database that holds nobody: in memory, unless one is named.

        Raises ProblemError CASES_NEED_EMPTY_DATABASE.
        """
        import django
        from django.core.management import call_command

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangpin.web.settings")
        django.setup()
        from django.db import connections

        if not os.environ.get("FANGPIN_DATABASE_URL"):
            connections.databases["default"].update(NAME=":memory:")
        call_command("migrate", verbosity=0, interactive=False)
        from fangpin.casework.registry.models import Household

        if Household.objects.exists():
            raise ProblemError(_database_not_empty())


def _make_tables() -> None:
    """As this release wants them; to find that they are so already takes a fifth of `migrate`."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from fangpin.casework.officials import row_security

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    else:
        row_security.install()


@contextmanager
def _alone_at_the_tables(home: Home) -> Iterator[None]:
    """Of commands that begin at once, on this machine or on one database, one makes the tables first."""
    from django.db import connection

    with (home.root / _TABLES_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_TABLES])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_TABLES])


def _day_ahead(option: str, given: date, today: date, zone: tzinfo) -> Problem:
    return Problem(
        code="DAY_AHEAD",
        where=option,
        zh=f"{given} 还没有到：按本系统的时区（{zone}），今天是 {today}。",
        en=f"{given} has not come yet: in this installation's time zone ({zone}) it is {today}.",
        fix_zh=f"请写 {today} 或更早的一天；不写就是今天。",
        fix_en=f"Give {today} or an earlier day; without one it is today.",
        details={"given": given.isoformat(), "today": today.isoformat()},
    )


def _database_not_empty() -> Problem:
    return Problem(
        code="CASES_NEED_EMPTY_DATABASE",
        where="FANGPIN_DATABASE_URL",
        zh="案例要在空的数据库上试运行，这个库里已有农户。",
        en="Cases are tried on an empty database; this one holds households.",
        fix_zh="去掉 FANGPIN_DATABASE_URL（用内存库），或指向一个空库。",
        fix_en="Leave FANGPIN_DATABASE_URL out, or name an empty database.",
    )


def remember_demo(home: Path, settings: dict[str, str]) -> None:
    """Keep a demonstration's settings beside its data, so that `serve` needs none."""
    (home / SETTINGS).write_text(json.dumps(settings, indent=1), encoding="utf-8")


def _remember_demo() -> None:
    """Take a demonstration's own settings where the environment does not say otherwise."""
    home = Path(os.environ.get("FANGPIN_HOME") or "var").expanduser()
    try:
        kept = json.loads((home / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for name, value in kept.items():
        os.environ.setdefault(name, value)
