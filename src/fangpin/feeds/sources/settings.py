"""sources.yaml in FANGPIN_HOME: which database or folder fills which feed.

Secrets stay in the environment: `${NAME}` in an address or option is its variable's value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from fangpin.lake.home import Home
from fangpin.policy.document import read_document
from fangpin.policy.nearest import advice
from fangpin.policy.nodes import Code, DottedCode, Node, Text
from fangpin.policy.pack import Pack
from fangpin.policy.shape import shaped
from fangpin.values.problem import Problem, ProblemError

FILE = "sources.yaml"
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


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
    """The column that only grows: rows at or above its last value are fetched."""
    chunk: int = Field(default=10_000, gt=0)


class FolderSource(Node):
    """A folder on any file system that fsspec opens: local, sftp://, s3://."""

    source: Code
    feed: DottedCode
    kind: Literal["folder"]
    url: Text
    pattern: str = "*"
    sheet: str | None = None
    options: dict[str, str] = {}


Source = DatabaseSource | FolderSource


class _Sources(Node):
    sources: list[dict[str, object]]


def read_sources(home: Home, *, pack: Pack, variables: Mapping[str, str]) -> dict[str, Source]:
    """The sources of an installation by code; variables are put in.

    Raises ProblemError with every mistake: SOURCES_MISSING, those of the strict reader,
    SOURCE_FEED_UNKNOWN, SOURCE_SHAPE, SOURCE_VARIABLE_MISSING, SOURCE_TWICE.
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
        one = shaped(model=model, document=document, path=path, problems=problems)
        if one is None:
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
    if isinstance(one, DatabaseSource) and bool(one.table) == bool(one.query):
        problems.append(
            Problem(
                code="SOURCE_SHAPE",
                where=where,
                zh=f"来源 {one.source} 应写 table 或 query 之一。",
                en=f"The source {one.source} has either a table or a query.",
                fix_zh="只保留其中一个。",
                fix_en="Keep one of them.",
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

    changes: dict[str, object] = {"url": fill(one.url)}
    if isinstance(one, FolderSource):
        changes["options"] = {name: fill(text) for name, text in one.options.items()}
    return one.model_copy(update=changes)
