"""What an installation may set: one typed object, read from the environment alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import fangpin
from fangpin.feeds.readers.limits import Limits
from fangpin.lake.ciphers import AES_256_GCM, CIPHERS, GcmCipher
from fangpin.lake.engines.duckdb import LEAST_MEMORY_MB, USUAL_MEMORY_MB
from fangpin.lake.engines.spark_sessions import LOCAL_MASTER, SparkAddress
from fangpin.values.files import publish_once
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.settings.messages import MessageSettings, message_settings, web_address

PREFIX = "FANGPIN_"

VARIABLES: dict[str, str] = {
    "FANGPIN_HOME": "folder of the lake and of the case database; ./var",
    "FANGPIN_DATABASE_URL": "sqlite:///path or postgres://user:password@host:port/name",
    "FANGPIN_PACK": "policy pack of this installation; cn_hunan_chenzhou",
    "FANGPIN_PACKS": "folder that holds the packs; empty: those shipped with the program",
    "FANGPIN_CLOCK": "ISO date at which a demonstration's clock stands",
    "FANGPIN_DEMO": "1 or a recipe's name: demonstration accounts are shown on the sign-in page",
    "FANGPIN_SECRET_KEY": "signs sessions; generated into FANGPIN_HOME when absent",
    "FANGPIN_ALLOWED_HOSTS": "host names, separated by commas",
    "FANGPIN_HTTPS": "1: cookies travel over HTTPS only, plain requests are redirected",
    "FANGPIN_TIME_ZONE": "IANA name; Asia/Shanghai",
    "FANGPIN_FILE_MB": "largest file that is received, in MiB; 1024",
    "FANGPIN_UNPACKED_MB": "largest content of a spreadsheet once unpacked, in MiB; 512",
    "FANGPIN_READER_MB": "memory of the process that opens a spreadsheet, in MiB; 1024",
    "FANGPIN_READER_SECONDS": "time of the process that opens a spreadsheet; 120",
    "FANGPIN_WORKER": "0: the serving process starts no worker, fangpin worker is run apart; 1",
    "FANGPIN_ENGINE": "what computes runs, back-tests and cases: duckdb (here) or spark; duckdb",
    "FANGPIN_ENGINE_MB": "memory of the engine that receives and computes, in MB; 600",
    "FANGPIN_SPARK_MASTER": "where Spark runs: a master or a Spark Connect address; local[2]",
    "FANGPIN_SPARK_HOME": "address of FANGPIN_HOME to Spark's machines; empty: the same path",
    "FANGPIN_SPARK_LINKAGE": "0: claims' names are not shown to Spark, DuckDB scores them here; 1",
    "FANGPIN_CIPHER": "cipher of the vault: aes-256-gcm or sm4-gcm",
    "FANGPIN_RLS": "1: PostgreSQL itself holds each request to its official's divisions",
    "FANGPIN_SIGN_IN_TRIES": "wrong passwords in a row after which a name waits; 5",
    "FANGPIN_LOCK_MINUTES": "how long it waits; 15",
    "FANGPIN_IDLE_MINUTES": "after how long without a request a session ends; 30",
    "FANGPIN_PROXIES": "how many proxies stand before the server and add to X-Forwarded-For; none",
    "FANGPIN_PUBLIC_URL": "address at which farmers reach the installation, for codes on paper",
    "FANGPIN_MESSAGES_URL": "address of a gateway that sends messages; empty: they are only logged",
    "FANGPIN_MESSAGES_TOKEN": "token that the gateway asks for",
    "FANGPIN_MESSAGES_BY": "sms, wechat_work or both, separated by commas; sms",
    "FANGPIN_WECHAT_CORP": "id of the corp whose WeChat-work application sends messages",
    "FANGPIN_WECHAT_AGENT": "number of that application",
    "FANGPIN_WECHAT_SECRET": "secret of that application",
    "FANGPIN_WECHAT_URL": "address of WeChat-work where it is not the public one",
    "FANGPIN_REAL_DATA": "folder of survey archives for demo recipes and tests; ../shared/data",
}
"""Every variable there is; a misspelt one is an error, not silently ignored."""

_LIMITS = {
    "FANGPIN_FILE_MB": ("file_bytes", 1024 * 1024),
    "FANGPIN_UNPACKED_MB": ("unpacked_bytes", 1024 * 1024),
    "FANGPIN_READER_MB": ("reader_memory_bytes", 1024 * 1024),
    "FANGPIN_READER_SECONDS": ("reader_seconds", 1),
}
"""Setting -> the limit that it sets, and its unit."""

_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one installation."""

    home: Path
    database: dict[str, Any]
    pack: str
    packs: Path | None
    clock: date | None
    demo: bool
    secret_key: str | None
    allowed_hosts: tuple[str, ...]
    https: bool
    time_zone: str
    cipher: GcmCipher
    row_security: bool
    sign_in_tries: int
    lock_minutes: int
    idle_minutes: int
    limits: Limits = Limits()
    """What a delivered file may cost."""
    proxies: int = 0
    public_url: str = ""
    messages: MessageSettings = MessageSettings()
    """How households are told."""
    worker: bool = True
    """The serving process starts a worker when there is work."""
    spark: SparkAddress | None = None
    """Where runs are computed; None: by DuckDB on this machine."""

    @property
    def pack_directory(self) -> Path:
        """Folder of the pack: the setting as a path, else the pack of that name."""
        if "/" in self.pack:
            return Path(self.pack).expanduser().absolute()
        return (self.packs or shipped_packs()) / self.pack

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Environment:
        """Read and check every variable; raises ProblemError with all that are wrong."""
        problems = _unknown(variables)
        home = Path(variables.get("FANGPIN_HOME") or "var").expanduser().absolute()

        clock: date | None = None
        text = variables.get("FANGPIN_CLOCK", "")
        if text:
            try:
                clock = date.fromisoformat(text)
            except ValueError:
                problems.append(
                    Problem(
                        "SETTING_NOT_A_DATE",
                        "FANGPIN_CLOCK",
                        "演示时钟应写成 2020-12-14 这样的日期",
                        "the demonstration's clock is written like 2020-12-14",
                        "改正或去掉这个变量",
                        "correct the variable or remove it",
                    )
                )

        database: dict[str, Any] = {}
        try:
            database = database_settings(url=variables.get("FANGPIN_DATABASE_URL", ""), home=home)
        except ProblemError as error:
            problems.extend(error.problems)

        limits, unreadable = _limits(variables)
        problems += unreadable
        https = _yes_or_no(variables, "FANGPIN_HTTPS", problems)
        worker = _yes_or_no({"FANGPIN_WORKER": "1", **variables}, "FANGPIN_WORKER", problems)
        row_security = _yes_or_no(variables, "FANGPIN_RLS", problems)
        if row_security and database and not database["ENGINE"].endswith("postgresql"):
            problems.append(
                Problem(
                    "SETTING_RLS_NEEDS_POSTGRESQL",
                    "FANGPIN_RLS",
                    "行级安全只有 PostgreSQL 才有",
                    "only PostgreSQL has row-level security",
                    "去掉这个变量，或用 FANGPIN_DATABASE_URL 指向 PostgreSQL",
                    "remove the variable, or point FANGPIN_DATABASE_URL at PostgreSQL",
                )
            )
        cipher = _cipher(variables, problems)
        spark = _spark(variables, home, problems)
        tries = _count(variables, "FANGPIN_SIGN_IN_TRIES", 5, problems)
        lock_minutes = _count(variables, "FANGPIN_LOCK_MINUTES", 15, problems)
        idle_minutes = _count(variables, "FANGPIN_IDLE_MINUTES", 30, problems)
        proxies = _count(variables, "FANGPIN_PROXIES", 0, problems)
        _count(
            variables,
            "FANGPIN_ENGINE_MB",
            USUAL_MEMORY_MB,
            problems,
            least=LEAST_MEMORY_MB,
            most=10_000_000,
        )
        public_url = web_address(variables, "FANGPIN_PUBLIC_URL", problems)
        messages = message_settings(variables, problems)
        if problems:
            raise ProblemError(problems)

        hosts = variables.get("FANGPIN_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
        packs = variables.get("FANGPIN_PACKS", "")
        return cls(
            home=home,
            database=database,
            pack=variables.get("FANGPIN_PACK") or "cn_hunan_chenzhou",
            packs=Path(packs).expanduser().absolute() if packs else None,
            clock=clock,
            demo=variables.get("FANGPIN_DEMO", "").lower() not in _NO,
            secret_key=variables.get("FANGPIN_SECRET_KEY") or None,
            allowed_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
            https=https,
            time_zone=variables.get("FANGPIN_TIME_ZONE") or "Asia/Shanghai",
            limits=limits,
            cipher=cipher,
            row_security=row_security,
            sign_in_tries=tries,
            lock_minutes=lock_minutes,
            idle_minutes=idle_minutes,
            proxies=proxies,
            public_url=public_url,
            messages=messages,
            worker=worker,
            spark=spark,
        )


def _yes_or_no(variables: Mapping[str, str], name: str, problems: list[Problem]) -> bool:
    text = variables.get(name, "").lower()
    if text not in _YES | _NO:
        problems.append(
            Problem(
                "SETTING_NOT_YES_OR_NO",
                name,
                "应为 1 或 0",
                "expected 1 or 0",
                "改为 1（是）或 0（否）",
                "set 1 (yes) or 0 (no)",
            )
        )
    return text in _YES


def _count(
    variables: Mapping[str, str],
    name: str,
    otherwise: int,
    problems: list[Problem],
    *,
    least: int = 1,
    most: int = 10_000,
) -> int:
    text = variables.get(name, "")
    if not text:
        return otherwise
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    problems.append(
        Problem(
            "SETTING_NOT_A_COUNT",
            name,
            f"应为 {least} 到 {most} 之间的整数",
            f"expected a whole number from {least} to {most}",
            f"改正，或去掉这个变量以使用 {otherwise}",
            f"correct it, or remove the variable to use {otherwise}",
        )
    )
    return otherwise


def _cipher(variables: Mapping[str, str], problems: list[Problem]) -> GcmCipher:
    name = variables.get("FANGPIN_CIPHER") or AES_256_GCM.name
    if name not in CIPHERS:
        known = ", ".join(CIPHERS)
        problems.append(
            Problem(
                "SETTING_CIPHER_UNKNOWN",
                "FANGPIN_CIPHER",
                f"没有这种加密算法；可用：{known}",
                f"there is no such cipher; known: {known}",
                "改为其中一种，或去掉这个变量",
                "name one of them, or remove the variable",
            )
        )
    return CIPHERS.get(name, AES_256_GCM)


def _spark(
    variables: Mapping[str, str], home: Path, problems: list[Problem]
) -> SparkAddress | None:
    name = variables.get("FANGPIN_ENGINE") or "duckdb"
    scores_claims = _yes_or_no(
        {"FANGPIN_SPARK_LINKAGE": "1", **variables}, "FANGPIN_SPARK_LINKAGE", problems
    )
    if name not in ("duckdb", "spark"):
        problems.append(
            Problem(
                "SETTING_ENGINE_UNKNOWN",
                "FANGPIN_ENGINE",
                "没有这种计算引擎；可用：duckdb、spark",
                "there is no such engine; known: duckdb, spark",
                "改为其中一种，或去掉这个变量",
                "name one of them, or remove the variable",
            )
        )
    if name != "spark":
        return None
    return SparkAddress(
        master=variables.get("FANGPIN_SPARK_MASTER") or LOCAL_MASTER,
        home=home,
        home_url=variables.get("FANGPIN_SPARK_HOME") or None,
        scores_claims=scores_claims,
    )


@cache
def shipped_packs() -> Path:
    """The packs that came with the program: beside its sources, else installed with the wheel."""
    beside = Path(fangpin.__file__).resolve().parents[2] / "packs"
    return beside if beside.is_dir() else Path(fangpin.__file__).resolve().parent / "packs"


def database_settings(*, url: str, home: Path) -> dict[str, Any]:
    """Django's settings of the case database; raises ProblemError for an address it cannot read.

    SQLite keeps one writer at a time and survives a power cut: WAL, immediate transactions, full
    synchronisation.
    """
    if not url:
        return _sqlite(home / "casework.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return _sqlite(Path(unquote(parts.path[1:])))
    if parts.scheme in {"postgres", "postgresql"} and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ProblemError(
        Problem(
            "SETTING_DATABASE_URL",
            "FANGPIN_DATABASE_URL",
            "应写成 sqlite:////绝对/路径.sqlite3 或 postgres://用户:密码@主机:端口/库名",
            "expected sqlite:////absolute/path.sqlite3 or postgres://user:password@host:port/name",
            "改正地址，或去掉这个变量以使用 FANGPIN_HOME 下的 SQLite",
            "correct the address, or remove the variable to use SQLite in FANGPIN_HOME",
        )
    )


def installation_secret(*, home: Path) -> str:
    """The key that signs sessions: read from `web.key`, written there at the first call."""
    path = home / "web.key"
    if not path.exists():
        publish_once(path, secrets.token_urlsafe(48) + "\n", mode=0o600)
    return path.read_text(encoding="ascii").strip()


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _limits(variables: Mapping[str, str]) -> tuple[Limits, list[Problem]]:
    chosen: dict[str, int] = {}
    problems = []
    for name, (limit, unit) in _LIMITS.items():
        text = variables.get(name, "")
        if not text:
            continue
        if text.isascii() and text.isdigit() and 0 < int(text) < 10**7:
            chosen[limit] = int(text) * unit
            continue
        problems.append(
            Problem(
                "SETTING_NOT_A_NUMBER",
                name,
                "应为正整数",
                "expected a whole number above zero",
                f"{VARIABLES[name]}",
                f"{VARIABLES[name]}",
            )
        )
    return Limits(**chosen), problems


def _unknown(variables: Mapping[str, str]) -> list[Problem]:
    problems = []
    for name in sorted(variables):
        if not name.startswith(PREFIX) or name in VARIABLES:
            continue
        near = get_close_matches(name, VARIABLES, n=1, cutoff=0.0)[0]
        problems.append(
            Problem(
                "SETTING_UNKNOWN",
                name,
                f"没有这个设置；最接近的是 {near}",
                f"there is no such setting; the nearest is {near}",
                f"改为 {near}，或去掉这个变量",
                f"rename it to {near}, or remove it",
                {"known": sorted(VARIABLES)},
            )
        )
    return problems
