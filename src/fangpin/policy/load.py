"""Loading a pack: read strictly, merge over parents, check, and raise every mistake at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from fangpin.policy.checks import cross_check
from fangpin.policy.divisions import united
from fangpin.policy.models.decisions import (
    CaseCheck,
    Eligibility,
    EliminationCondition,
    Statement,
)
from fangpin.policy.models.demos import DemoRecipe
from fangpin.policy.models.feeds import Contract, Department
from fangpin.policy.models.header import PackHeader, Source
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
from fangpin.policy.pack import Pack
from fangpin.policy.reading.entries import Folder, canonical, read_folder
from fangpin.policy.reading.overlay import Merged, chain_of, merge, merged_header
from fangpin.values.problem import Problem, ProblemError

Kept = TypeVar("Kept", bound=Node)


def load_pack(directory: Path, *, search: Sequence[Path] = ()) -> Pack:
    """The pack in a folder, merged with the packs that it extends.

    A parent is looked for beside the pack, then in the folders of `search`. Raises ProblemError
    with every mistake of every file; places are `<directory as given>/<file>:<line>`.
    """
    problems: list[Problem] = []
    folders = chain_of(directory=directory, search=search, problems=problems)
    for folder in folders:
        read_folder(folder=folder, problems=problems)
    entries = merge(folders=folders, problems=problems)
    header = merged_header(folders=folders)
    if header is None:
        raise ProblemError(problems)
    pack = _assembled(folders, header, entries, problems)
    faulty = {key for folder in folders for key in folder.faulty}
    problems.extend(cross_check(pack=pack, faulty=faulty))
    if problems:
        raise ProblemError(problems)
    return pack


def _assembled(
    folders: Sequence[Folder], header: PackHeader, entries: Merged, problems: list[Problem]
) -> Pack:
    """The pack as far as its entries could be read."""

    def by_code(kind: str, model: type[Kept]) -> dict[str, Kept]:
        return {
            code: entry.node
            for (of_kind, code), entry in entries.items()
            if of_kind == kind and isinstance(entry.node, model)
        }

    contracts = by_code("contract", Contract)
    owners = _owners(folders)
    departments = {
        code: department.model_copy(
            update={"feeds": [sent for feed, sent in contracts.items() if owners[feed] == code]}
        )
        for code, department in by_code("department", Department).items()
    }
    severities = by_code("severity", Severity)
    categories = by_code("category", Category)
    groups = by_code("group", LedgerGroup)
    causes = by_code("cause", RiskCause)
    elimination = by_code("elimination", EliminationCondition)
    divisions = united(
        rows=[row for folder in folders for row in folder.divisions],
        levels=header.division_levels,
        problems=problems,
    )
    return Pack(
        directories=tuple(folder.directory for folder in folders),
        header=header,
        sources=by_code("source", Source),
        parameters=by_code("parameter", Parameter),
        departments=departments,
        contracts=contracts,
        groups=dict(sorted(groups.items(), key=lambda pair: pair[1].order)),
        items=by_code("item", LedgerItem),
        attributes=by_code("attribute", HouseholdAttribute),
        indicators=by_code("indicator", Indicator),
        rules=tuple(by_code("rule", Rule).values()),
        severities=tuple(sorted(severities.values(), key=lambda severity: severity.rank)),
        categories=tuple(sorted(categories.values(), key=lambda category: category.order)),
        causes=dict(sorted(causes.items(), key=lambda pair: pair[1].order)),
        measures=by_code("measure", MeasureKind),
        procedures=tuple(by_code("procedure", Procedure).values()),
        forms=by_code("form", Form),
        duties=by_code("duty", Duty),
        statements=by_code("statement", Statement),
        eligibilities=tuple(by_code("eligibility", Eligibility).values()),
        elimination=tuple(sorted(elimination.values(), key=lambda one: one.order)),
        case_checks=by_code("check", CaseCheck),
        roles=by_code("role", Role),
        words=by_code("word", Word),
        demos=by_code("demo", DemoRecipe),
        calendar_years={year.year: year for year in by_code("calendar", CalendarYear).values()},
        divisions=divisions,
        digest=_digest(folders),
        entries=entries,
        owners=owners,
    )


def _owners(folders: Sequence[Folder]) -> dict[str, str]:
    """Feed -> department; a child that overrides a feed owns it."""
    owners: dict[str, str] = {}
    for folder in folders:
        for entry in folder.entries:
            if isinstance(entry.node, Department):
                owners.update({contract.feed: entry.code for contract in entry.node.feeds})
    return owners


def _digest(folders: Sequence[Folder]) -> str:
    content = {folder.directory.resolve().name: folder.content for folder in folders}
    return hashlib.sha256(canonical(content)).hexdigest()
