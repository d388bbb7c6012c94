"""sources.yaml in FANGPIN_HOME: which database or folder fills which feed.

Secrets stay in the environment: `${NAME}` in an address or option is its variable's value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal
from urllib.parse import quote, unquote

from pydantic import Field
from typing_extensions import TypeAliasType

from fangpin.lake.home import Home
from fangpin.policy.models.nodes import Code, DottedCode, Node, Text
from fangpin.policy.pack import Pack
from fangpin.policy.reading.document import read_document
from fangpin.policy.reading.nearest import advice
from fangpin.policy.reading.shape import shaped
from fangpin.values.problem import Problem, ProblemError

FILE = "sources.yaml"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MARK = re.compile(r"(?<![:\w]):high_water_mark\b")
_ACCOUNT = re.compile(r"(?P<scheme>[^:/?#]+://)(?P<named>[^/?#]*)(?=@)")
"""Name and password, as they are written in sources.yaml."""
_WITH_ACCOUNT = ("sftp://", "ssh://", "ftp://", "smb://")
"""Folders whose file systems take a name and a password as options."""


class DatabaseSource(Node):
    """A table or a query of a database; rows from the high-water mark on are fetched."""

    source: Code
    feed: DottedCode
    kind: Literal["database"]
    url: Text
    """A SQLAlchemy address, such as `postgresql+psycopg://reader:${PASSWORD}@host/name`."""
    table: str | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    query: str | None = None
    """A SELECT; with a high-water mark it names `:high_water_mark` (NULL at first) itself."""
    high_water_mark: str | None = None
    """The column that only grows: rows at or above its last value are fetched, and those without one."""
    chunk: int = Field(default=10_000, gt=0)
    patience_seconds: int = Field(default=600, gt=0)
    """How long the first rows, or the next `chunk` of them, may take: then it is given up."""

    @property
    def asks_for_mark(self) -> bool:
        """Whether the query names the mark."""
        return self.query is not None and _MARK.search(self.query) is not None


Option = TypeAliasType("Option", "str | int | bool | list[Option] | dict[str, Option]")
"""What an option of a file system may be: `config_kwargs` of S3 holds a mapping of mappings."""


class FolderSource(Node):
    """A folder on any file system that fsspec opens: local, sftp://, s3://."""

    source: Code
    feed: DottedCode
    kind: Literal["folder"]
    url: Text
    pattern: str = "*"
    """Names of files, in capitals or not; with a slash (`**/*.xlsx`) also those of folders within."""
    sheet: str | None = None
    quiet_seconds: int = Field(default=2, ge=0)
    """A file that changes within these seconds is still being written: it is left for the next pull."""
    patience_seconds: int = Field(default=60, gt=0)
    """How long an answer or the next 64 KiB of a file may take: then it is given up."""
    options: dict[str, Option] = {}


Source = DatabaseSource | FolderSource


class _Sources(Node):
    sources: list[dict[str, object]]


def read_sources(home: Home, *, pack: Pack, variables: Mapping[str, str]) -> dict[str, Source]:
    """The sources of an installation by code; variables are put in.

    Raises ProblemError with every mistake: SOURCES_MISSING, those of the strict reader,
    SOURCE_FEED_UNKNOWN, SOURCE_SHAPE, SOURCE_MARK_OF_WHOLE_MONTHS, SOURCE_VARIABLE_MISSING,
    SOURCE_TWICE.
    """
    file = home.root / FILE
    if not file.is_file():
        raise ProblemError(
            Problem(
                code="SOURCES_MISSING",
                where=FILE,
                zh="数据目录里没有 sources.yaml。",
                en="There is no sources.yaml in FANGPIN_HOME.",
                fix_zh="按 docs/feeds.md 的样子写一份。",
                fix_en="Write one as docs/feeds.md shows.",
            )
        )
    document = read_document(file=file, place=FILE)
    problems = list(document.problems)
    whole = shaped(model=_Sources, document=document, path=(), problems=problems)
    found: dict[str, Source] = {}
    for place, written in enumerate(whole.sources if whole else []):
        path = ("sources", place)
        kind = written.get("kind")
        model: type[DatabaseSource] | type[FolderSource] = (
            FolderSource if kind == "folder" else DatabaseSource
        )
        wrong: list[Problem] = []
        one = shaped(model=model, document=document, path=path, problems=wrong)
        if one is None:
            problems += [_without_secrets(problem, written) for problem in wrong]
            continue
        where = document.where(path)
        problems += _mistakes(one, where, pack, found)
        found[one.source] = _filled(one, where, variables, problems)
    if problems:
        raise ProblemError(problems)
    return found


def _mistakes(one: Source, where: str, pack: Pack, found: Mapping[str, Source]) -> list[Problem]:
    problems = []
    if one.source in found:
        problems.append(
            Problem(
                code="SOURCE_TWICE",
                where=where,
                zh=f"来源 {one.source} 写了两次。",
                en=f"The source {one.source} is written twice.",
                fix_zh="改名或删去一个。",
                fix_en="Rename or remove one.",
            )
        )
    if one.feed not in pack.contracts:
        near_zh, near_en = advice(written=one.feed, valid=pack.contracts)
        problems.append(
            Problem(
                code="SOURCE_FEED_UNKNOWN",
                where=where,
                zh=f"来源 {one.source} 的数据源“{one.feed}”不在政策包里。",
                en=f"The feed '{one.feed}' of source {one.source} is not in the pack.",
                fix_zh=near_zh,
                fix_en=near_en,
            )
        )
    if isinstance(one, DatabaseSource):
        problems += _mistakes_of_database(one, where, pack)
    return problems


def _mistakes_of_database(one: DatabaseSource, where: str, pack: Pack) -> list[Problem]:
    if bool(one.table) == bool(one.query):
        return [
            Problem(
                code="SOURCE_SHAPE",
                where=where,
                zh=f"来源 {one.source} 应写 table 或 query 之一。",
                en=f"The source {one.source} has either a table or a query.",
                fix_zh="只保留其中一个。",
                fix_en="Keep one of them.",
            )
        ]
    problems = []
    if one.asks_for_mark and not one.high_water_mark:
        problems.append(
            Problem(
                code="SOURCE_SHAPE",
                where=where,
                zh=f"来源 {one.source} 的 query 用了 :high_water_mark，却没有写明水位是哪一列。",
                en=f"The query of source {one.source} asks for :high_water_mark, but which column it "
                "is stands nowhere.",
                fix_zh="加一行 high_water_mark: 列名。",
                fix_en="Add a line high_water_mark: with the name of the column.",
            )
        )
    contract = pack.contracts.get(one.feed)
    if one.high_water_mark and contract is not None and contract.restates == "month":
        problems.append(
            Problem(
                code="SOURCE_MARK_OF_WHOLE_MONTHS",
                where=where,
                zh=f"数据源 {one.feed} 每次都要报整月，不能按水位只取新增的行：没有取到的行会被当作已撤回。",
                en=f"A delivery of {one.feed} is the whole of its month: with a high-water mark the rows "
                "that are not fetched again would be taken back.",
                fix_zh="去掉 high_water_mark，用 query 取整月。",
                fix_en="Leave high_water_mark out and let a query take the whole month.",
            )
        )
    return problems


def _filled(
    one: Source, where: str, variables: Mapping[str, str], problems: list[Problem]
) -> Source:
    """The source with its variables put in; missing ones join the problems."""

    def fill(text: str) -> str:
        for name in _VARIABLE.findall(text):
            if name not in variables:
                problems.append(
                    Problem(
                        code="SOURCE_VARIABLE_MISSING",
                        where=where,
                        zh=f"环境变量 {name} 没有设置。",
                        en=f"The environment has no variable {name}.",
                        fix_zh="设置后重试。",
                        fix_en="Set it and try again.",
                    )
                )
        return _VARIABLE.sub(lambda match: variables.get(match[1], ""), text)

    if isinstance(one, DatabaseSource):
        return one.model_copy(update={"url": _address(one.url, fill)})
    options = {name: _filled_option(value, fill) for name, value in one.options.items()}
    url, account = _account(one.url)
    named = {name: fill(value) for name, value in account.items()}
    return one.model_copy(update={"url": fill(url), "options": {**named, **options}})


def _filled_option(value: Option, fill: Callable[[str], str]) -> Option:
    if isinstance(value, dict):
        return {name: _filled_option(inner, fill) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled_option(inner, fill) for inner in value]
    return fill(value) if isinstance(value, str) else value


def _account(url: str) -> tuple[str, dict[str, str]]:
    """The address of a folder without its account, and that: a password may hold any sign."""
    account = _ACCOUNT.match(url)
    if account is None or not url.startswith(_WITH_ACCOUNT):
        return url, {}
    name, _, password = account["named"].partition(":")
    named = {"username": unquote(name), "password": unquote(password)}
    found = {option: value for option, value in named.items() if value}
    return f"{account['scheme']}{url[account.end() + 1 :]}", found


def _address(url: str, fill: Callable[[str], str]) -> str:
    """The address of a database: a password may hold whatever parts an address into its pieces."""
    account = _ACCOUNT.match(url)
    if account is None:
        return fill(url)
    named = _VARIABLE.sub(lambda match: quote(fill(match[0]), safe=""), account["named"])
    return f"{account['scheme']}{named}{fill(url[account.end() :])}"


def _without_secrets(problem: Problem, written: Mapping[str, object]) -> Problem:
    """The Problem without what is written in the address and the options: it may be a password."""
    values = [*_values_within(written.get("url")), *_values_within(written.get("options"))]
    # Of a text the reader says nothing: what it quotes is a number or a day.
    secrets = {str(value) for value in values if value is not None and not isinstance(value, str)}

    def masked(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "…")
        return text

    return replace(
        problem,
        zh=masked(problem.zh),
        en=masked(problem.en),
        fix_zh=masked(problem.fix_zh),
        fix_en=masked(problem.fix_en),
    )


def _values_within(value: object) -> Iterator[object]:
    """The values of a mapping or list and of all within it; a plain value is its only one."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for inner in value:
        yield from _values_within(inner)
