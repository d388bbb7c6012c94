"""Case files: households with what policy says of them, each with its file and line."""

from __future__ import annotations

from pathlib import Path

from fangpin.policy.models.cases import PackCase
from fangpin.policy.reading.document import read_document
from fangpin.policy.reading.entries import Entry, entries_of
from fangpin.policy.reading.layout import CASE
from fangpin.values.problem import Problem, ProblemError


def load_case_file(path: Path) -> list[tuple[str, PackCase]]:
    """(place, case) of one case file in its order. Raises ProblemError with every mistake."""
    return placed(read_case_files(files=[path]))


def read_case_files(*, files: list[Path]) -> list[Entry]:
    """The cases of some files as entries. Raises ProblemError with every mistake of all of them."""
    problems: list[Problem] = []
    entries: list[Entry] = []
    for file in files:
        if not file.is_file():
            problems.append(
                Problem(
                    code="CASE_FILE_MISSING",
                    where=file.as_posix(),
                    zh="找不到这个案例文件。",
                    en="There is no such case file.",
                    fix_zh="检查路径。",
                    fix_en="Check the path.",
                )
            )
            continue
        document = read_document(file=file, place=file.as_posix())
        problems.extend(document.problems)
        entries.extend(entries_of(document=document, kind=CASE, problems=problems, faulty=set()))
    if problems:
        raise ProblemError(problems)
    return entries


def placed(entries: list[Entry]) -> list[tuple[str, PackCase]]:
    """(place, case) of each entry that is a case."""
    return [(entry.where(), entry.node) for entry in entries if isinstance(entry.node, PackCase)]
