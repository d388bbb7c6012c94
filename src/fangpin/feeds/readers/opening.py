"""Opens a stranger's file: what it is, by its content, and the reader that knows its kind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangpin.feeds.cells.table import RawTable
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.readers.delimited import read_delimited
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.readers.ndjson import read_ndjson
from fangpin.feeds.readers.parquet import read_parquet
from fangpin.feeds.readers.sniff import Container, has_macros, sniff, type_mismatch
from fangpin.feeds.readers.workbook import read_workbook
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home, passing_folder
from fangpin.policy.models.feeds import Contract
from fangpin.values.files import machine_problems
from fangpin.values.problem import Problem, ProblemError
from fangpin.values.writing import Writing

_CHUNK = 1 << 18


def read_file(
    file: Path,
    *,
    original_name: str,
    contract: Contract,
    writing: Writing,
    engine: Engine,
    limits: Limits,
    workplace: Path,
    sheet: str | None,
    known: Container | None,
    findings: list[Finding],
) -> RawTable:
    """The rows of a file as text cells, in the engine's table RAW. Raises FileRefused as the readers do.

    `writing` is the country's; `known` is what the file is where that was agreed on; `findings` gains what
    its name claims wrongly.
    """
    container = sniff(file, limits=limits, known=known)
    if mismatch := type_mismatch(container, original_name=original_name):
        findings.append(mismatch)
    if has_macros(file, container):
        findings.append(finding("MACROS_LEFT"))
    if container == "csv":
        return read_delimited(
            file,
            contract=contract,
            writing=writing,
            engine=engine,
            limits=limits,
            workplace=workplace,
        )
    if container == "ndjson":
        return read_ndjson(
            file,
            contract=contract,
            writing=writing,
            engine=engine,
            limits=limits,
            workplace=workplace,
        )
    if container == "parquet":
        return read_parquet(file, contract=contract, writing=writing, engine=engine, limits=limits)
    return read_workbook(
        file,
        container=container,
        contract=contract,
        writing=writing,
        engine=engine,
        limits=limits,
        workplace=workplace,
        sheet=sheet,
    )


def digest_of(file: Path) -> str:
    """The SHA-256 of a file. Raises ProblemError FILE_UNREADABLE."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise ProblemError(
            Problem(
                code="FILE_UNREADABLE",
                where=file.name,
                zh=f"无法读取该文件（{error.strerror}）。",
                en=f"The file cannot be read ({error.strerror}).",
                fix_zh="请检查路径和权限。",
                fix_en="Check its path and permissions.",
            )
        ) from error
    return digest.hexdigest()


@contextmanager
def workplace_of(home: Home) -> Iterator[Path]:
    """A private folder for what readers write on the way; swept if this process is killed."""
    with machine_problems(home.root), passing_folder(home.spill) as place:
        place.chmod(0o700)
        yield place
