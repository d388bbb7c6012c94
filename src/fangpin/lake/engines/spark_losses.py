"""How Spark fails: a query refused, Spark lost, missing or never reached; what an operator is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from fangpin.lake.engine import EngineLost, EngineRefused
from fangpin.lake.statement import Statement
from fangpin.values.files import machine_problem
from fangpin.values.problem import Problem, ProblemError


@contextmanager
def refusals(query: Statement | str) -> Iterator[None]:
    """Turn Spark's errors into EngineRefused, a full disk and a lost Spark into a Problem."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (ConnectionError, Py4JError, PySparkException) as error:
        if is_loss(error):
            raise EngineLost(lost()) from error
        # The trace of the Java side is left out but for what it says of the cause.
        lines = str(error).splitlines()
        told = "\n".join(line for line in lines if not re.match(r"\s+at |\s*\.\.\. ", line))
        if re.search(r"No space left|disk full|Disk quota", told):
            raise ProblemError(machine_problem(OSError(28, "No space left"), Path())) from error
        for reason, pattern in _HOME_UNSEEN.items():
            if pattern.search(told):
                raise ProblemError(home_unseen(reason)) from error
        text = query.text if isinstance(query, Statement) else query
        raise EngineRefused(f"{told}\n{text}") from None


_HOME_UNSEEN = {
    "scheme": re.compile(r"No FileSystem for scheme|Class \S+FileSystem not found"),
    "denied": re.compile(
        r"Permission denied|AccessControlException|Read-only file system|Mkdirs failed to create"
    ),
    "absent": re.compile(r"FILE_NOT_EXIST|PATH_NOT_FOUND|FileNotFoundException"),
}
"""Why Spark's machines do not read or write FANGPIN_HOME: what Spark says of it."""
_STOPPED = re.compile(r"stopped SparkContext|SparkContext (was|has been) (shut ?down|stopped)")
_NO_ANSWER = re.compile(r"An error occurred while calling \S+")
"""What Py4J says, and no more, when the Java side was gone before it had answered."""
_NO_SESSION = ("INVALID_HANDLE.SESSION_", "NO_ACTIVE_SESSION")


def is_loss(error: Exception) -> bool:
    """Whether Spark, or the session on a Connect server, is not there any more."""
    from py4j.protocol import Py4JError, Py4JNetworkError
    from pyspark.errors import PySparkAssertionError, PySparkException

    if isinstance(error, ConnectionError | Py4JNetworkError):
        return True
    if not isinstance(error, Py4JError | PySparkException):
        return False
    if _STOPPED.search(str(error)) or _NO_ANSWER.fullmatch(str(error)):
        return True
    if not isinstance(error, PySparkException):
        return False
    # Nobody answers under the address of a Connect server, or one that does not know the session.
    status = getattr(error, "getGrpcStatusCode", lambda: None)()
    return (
        (status is not None and status.name in ("UNAVAILABLE", "DEADLINE_EXCEEDED"))
        or isinstance(error, PySparkAssertionError)
        or (error.getCondition() or "").startswith(_NO_SESSION)
    )


@contextmanager
def losses_told() -> Iterator[None]:
    """Turn what a tool on Spark raises into EngineLost where a lost Spark is behind it."""
    try:
        yield
    except ProblemError:
        raise
    except Exception as error:
        behind: BaseException | None = error
        while behind is not None:
            if isinstance(behind, Exception) and is_loss(behind):
                raise EngineLost(lost()) from error
            behind = behind.__cause__ or behind.__context__
        raise


def lost() -> Problem:
    return Problem(
        code="SPARK_LOST",
        where="FANGPIN_ENGINE=spark",
        zh="与 Spark 的连接中断，本次运算没有留下任何数据，原有数据不变。",
        en="The connection to Spark broke; nothing of this computation was kept and earlier data is whole.",
        fix_zh="请确认 Spark 在运行、内存够用，然后重新执行同一命令。",
        fix_en="See that Spark runs and has the memory it needs, then repeat the command.",
    )


def home_unseen(reason: str) -> Problem:
    """SPARK_HOME_UNSEEN: scheme, denied or absent, as `_HOME_UNSEEN` tells them apart."""
    zh, en = {
        "scheme": (
            "Spark 不认识数据目录地址的协议：集群缺少这种存储的组件。",
            "Spark does not know the scheme of the lake's address: its cluster lacks the jar for "
            "that store.",
        ),
        "denied": (
            "Spark 的机器没有读写数据目录的权限，或目录是只读的。",
            "Spark's machines may not read or write the lake, or it is read-only there.",
        ),
        "absent": (
            "Spark 的机器与本机看到的不是同一个数据目录。",
            "Spark's machines and this one do not see the same lake.",
        ),
    }[reason]
    return Problem(
        code="SPARK_HOME_UNSEEN",
        where="FANGPIN_HOME, FANGPIN_SPARK_HOME",
        zh=f"{zh}本次运算没有留下任何数据，原有数据不变。",
        en=f"{en} Nothing of this computation was kept and earlier data is whole.",
        fix_zh="请让集群每台机器都能以运行防贫的账户读写同一目录：路径相同，或用 FANGPIN_SPARK_HOME "
        "给出其地址；s3a:// 等存储还要在集群上安装 hadoop-aws 之类的组件。",
        fix_en="Let every machine of the cluster read and write the same folder as fangpin's account "
        "does: under the same path, or under the address in FANGPIN_SPARK_HOME; a store such as s3a:// "
        "also needs its jar (hadoop-aws) on the cluster.",
    )


def other_release(there: str, here: str) -> Problem:
    """SPARK_OTHER_RELEASE: a Connect server of another major release than PySpark's."""
    return Problem(
        code="SPARK_OTHER_RELEASE",
        where=f"FANGPIN_SPARK_MASTER (Spark {there})",
        zh=f"Spark Connect 服务器的版本是 {there}，本机组件的版本是 {here}，主版本不同，因此没有运算。",
        en=f"The Spark Connect server is release {there}, the extra installed here is {here}: the major "
        "releases differ, so nothing was computed.",
        fix_zh="请使用主版本相同的 Spark Connect 服务器，然后重新执行同一命令。",
        fix_en="Use a Spark Connect server of the same major release, then repeat the command.",
    )


def setting_refused(name: str, value: str) -> Problem:
    return Problem(
        code="SPARK_SETTING_REFUSED",
        where=f"{name}={value}",
        zh="Spark 不接受这项设置；没有它，结果会与 DuckDB 不同，因此没有运算。",
        en="Spark does not accept this setting, without which its answers would not be DuckDB's; "
        "nothing was computed.",
        fix_zh="请 Spark 的管理员允许会话自行设置它，然后重新执行同一命令。",
        fix_en="Ask whoever runs Spark to let sessions set it, then repeat the command.",
    )


def secret_missing(name: str) -> Problem:
    """SPARK_SECRET_MISSING: a cluster's machines and fangpin know each other by a secret."""
    return Problem(
        code="SPARK_SECRET_MISSING",
        where=name,
        zh="Spark 集群各台机器凭共同的密钥互相认证，本机没有这个密钥。没有写入任何数据。",
        en="The machines of a Spark cluster know each other by a secret, which this one lacks. "
        "Nothing was written.",
        fix_zh=f"请在 spark-defaults.conf 中写入集群的 {name}（该文件只许本账户读取），"
        "然后重新执行同一命令。",
        fix_en=f"Write the cluster's {name} into spark-defaults.conf, which only this account may read, "
        "then repeat the command.",
    )


def waiting(master: str) -> str:
    """What whoever waits for a machine of the cluster is told."""
    return (
        f"Spark 集群（{_shown(master)}）还没有分配计算资源，继续等待；按 Ctrl+C 可停止。 "
        f"Spark's cluster has given no machine yet; still waiting (Ctrl+C stops)."
    )


def missing() -> Problem:
    return Problem(
        code="SPARK_MISSING",
        where="fangpin[spark]",
        zh="FANGPIN_ENGINE=spark 需要 Spark 组件和 Java 运行环境（17 或更新版本），本机没有。",
        en="FANGPIN_ENGINE=spark needs the Spark extra and a Java runtime (17 or newer); "
        "this machine lacks one of them.",
        fix_zh="请安装：pip install 'fangpin[spark]'，并安装 Java；或去掉 FANGPIN_ENGINE。",
        fix_en="Install them: pip install 'fangpin[spark]', and Java; or leave FANGPIN_ENGINE out.",
    )


def not_reached(master: str) -> Problem:
    """SPARK_NOT_REACHED: the address without the token that may stand behind a semicolon."""
    return Problem(
        code="SPARK_NOT_REACHED",
        where=f"FANGPIN_SPARK_MASTER {_shown(master)}",
        zh="连不上 Spark：地址、令牌或密钥不对，或集群没有运行。没有写入任何数据。",
        en="Spark could not be reached: the address, its token or the secret is wrong, or the cluster "
        "does not run. Nothing was written.",
        fix_zh="请核对 FANGPIN_SPARK_MASTER、令牌和密钥，确认集群在运行，然后重新执行同一命令。",
        fix_en="Check FANGPIN_SPARK_MASTER, its token or secret, and that the cluster runs, then repeat "
        "the command.",
    )


def _shown(master: str) -> str:
    return quote(master.split(";")[0], safe=":/[],*.@-_")
