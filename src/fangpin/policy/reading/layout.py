"""Which file of a pack holds what, as a table; whatever else lies in the folder is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.decisions import (
    CaseCheck,
    Eligibility,
    EliminationCondition,
    Statement,
)
from fangpin.policy.models.demos import DemoRecipe
from fangpin.policy.models.feeds import Department
from fangpin.policy.models.header import Source
from fangpin.policy.models.lists import (
    CalendarYear,
    Category,
    HouseholdAttribute,
    Indicator,
    LedgerGroup,
    LedgerItem,
    MeasureKind,
    Parameter,
    RiskCause,
    Role,
    Rule,
    Severity,
    Word,
)
from fangpin.policy.models.nodes import Node
from fangpin.policy.models.procedures import Duty, Form, Procedure
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem

HEADER_FILE = "pack.yaml"
DIVISIONS_FILE = "divisions.csv"


@dataclass(frozen=True)
class Kind:
    """One kind of entry: where its files lie, its model, and the key that holds its code.

    `list_key` is the one key of a file that lists entries; None: the file is itself one entry.
    """

    name: str
    file: str
    model: type[Node]
    code_key: str
    list_key: str | None

    def holds(self, file: str) -> bool:
        """Whether a file (its path inside the pack) is of this kind."""
        return re.fullmatch(self.file.replace(".", r"\.").replace("*", "[^/]+"), file) is not None


KINDS: tuple[Kind, ...] = (
    Kind("source", "sources.yaml", Source, "source", "sources"),
    Kind("parameter", "parameters/*.yaml", Parameter, "parameter", "parameters"),
    Kind("department", "feeds/*.yaml", Department, "department", None),
    Kind("group", "ledger/groups.yaml", LedgerGroup, "group", "groups"),
    Kind("item", "ledger/*.yaml", LedgerItem, "item", "items"),
    Kind("attribute", "household.yaml", HouseholdAttribute, "attribute", "attributes"),
    Kind("indicator", "indicators/*.yaml", Indicator, "indicator", "indicators"),
    Kind("rule", "rules/*.yaml", Rule, "rule", "rules"),
    Kind("severity", "severities.yaml", Severity, "severity", "severities"),
    Kind("category", "categories.yaml", Category, "category", "categories"),
    Kind("cause", "risk_causes.yaml", RiskCause, "cause", "causes"),
    Kind("measure", "measures/*.yaml", MeasureKind, "measure", "measures"),
    Kind("statement", "statements.yaml", Statement, "statement", "statements"),
    Kind("eligibility", "eligibilities.yaml", Eligibility, "eligibility", "eligibilities"),
    Kind("elimination", "elimination.yaml", EliminationCondition, "condition", "conditions"),
    Kind("check", "checks/*.yaml", CaseCheck, "check", "checks"),
    Kind("role", "roles.yaml", Role, "role", "roles"),
    Kind("calendar", "calendar/*.yaml", CalendarYear, "year", None),
    Kind("procedure", "procedures/*.yaml", Procedure, "procedure", "procedures"),
    Kind("form", "forms/*.yaml", Form, "form", None),
    Kind("duty", "duties.yaml", Duty, "duty", "duties"),
    Kind("word", "words.yaml", Word, "word", "words"),
    Kind("case", "cases/*.yaml", PackCase, "case", "cases"),
    Kind("demo", "demo/*.yaml", DemoRecipe, "name", None),
)
CASE = next(kind for kind in KINDS if kind.name == "case")

_NAMES = [HEADER_FILE, DIVISIONS_FILE, *(kind.file for kind in KINDS)]


@dataclass(frozen=True)
class PackFile:
    """One file of a pack: where it is, how it is shown, and what it holds."""

    path: Path
    inside: str
    place: str
    kind: Kind


def files_of(*, directory: Path, problems: list[Problem]) -> Iterator[PackFile]:
    """Every list and entry file of a pack in a fixed order; strangers become Problems.

    pack.yaml and divisions.csv are read apart; names that begin with a dot are left alone.
    """
    for path in sorted(directory.rglob("*")):
        inside = path.relative_to(directory).as_posix()
        if any(part.startswith(".") for part in inside.split("/")):
            continue
        if path.is_dir():
            if not any(name.startswith(f"{inside}/") for name in _NAMES):
                problems.append(_stranger(directory, inside, folder=True))
            continue
        if inside in (HEADER_FILE, DIVISIONS_FILE):
            continue
        if any(not _is_folder(part) for part in _parents(inside)):
            continue  # its folder was told of
        kind = next((kind for kind in KINDS if kind.holds(inside)), None)
        if kind is None:
            problems.append(_stranger(directory, inside, folder=False))
        else:
            yield PackFile(path, inside, (directory / inside).as_posix(), kind)


def _parents(inside: str) -> Iterator[str]:
    parts = inside.split("/")[:-1]
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])


def _is_folder(inside: str) -> bool:
    return any(name.startswith(f"{inside}/") for name in _NAMES)


def _stranger(directory: Path, inside: str, *, folder: bool) -> Problem:
    if folder:
        valid = sorted({name.split("/")[0] for name in _NAMES if "/" in name})
    else:
        valid = _NAMES
    fix_zh, fix_en = advice(written=inside, valid=valid)
    what_zh, what_en = ("文件夹", "folder") if folder else ("文件", "file")
    return Problem(
        code="FILE_NOT_IN_LAYOUT",
        where=(directory / inside).as_posix(),
        zh=f"政策包里不应有{what_zh}“{inside}”。",
        en=f"A pack has no place for the {what_en} '{inside}'.",
        fix_zh=fix_zh,
        fix_en=fix_en,
    )
