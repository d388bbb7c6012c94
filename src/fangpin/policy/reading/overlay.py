"""Packs over packs: which parent a pack extends, and how a child's entries replace a parent's.

Entries are merged by code. A child replaces an entry only by `override: true`, and then whole: all
values of a parameter, all editions of a rule or periods of a category, an eligibility or a condition
of elimination. A procedure may say `continues: true` instead: the parent's editions then stay in
force until it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from fangpin.policy.models.decisions import Dated
from fangpin.policy.models.feeds import Department
from fangpin.policy.models.header import PackHeader
from fangpin.policy.models.lists import Category, Rule
from fangpin.policy.models.nodes import Overlay
from fangpin.policy.models.procedures import Procedure
from fangpin.policy.reading.entries import Entry, Folder, open_folder
from fangpin.policy.reading.layout import HEADER_FILE
from fangpin.policy.reading.nearest import advice
from fangpin.policy.reading.nouns import named
from fangpin.values.problem import Problem

Merged = dict[tuple[str, str], Entry]
"""(kind, code) -> its entry. Of several editions or periods of a code the latest stands under the
code itself, an earlier one under `code@edition` or `code@from`."""

_INHERITED = (
    "currency",
    "division_levels",
    "root_division",
    "registry",
    "household_units",
    "deaths",
    "tables",
    "calendar",
    "school_year_start_month",
    "monitoring_feed",
)


def chain_of(
    *, directory: Path, search: Sequence[Path], problems: list[Problem]
) -> tuple[Folder, ...]:
    """The pack and its parents, the topmost first; parents are looked for beside the pack first."""
    folders = [open_folder(directory=directory, problems=problems)]
    while (parent := folders[0].extends) is not None:
        child = folders[0]
        own = child.directory if child.directory.name else child.directory.resolve()
        beside = own.parent
        places = [place / parent for place in (beside, *search)]
        found = next((place for place in places if (place / HEADER_FILE).is_file()), None)
        if found is None:
            problems.append(_parent_missing(child, parent, [beside, *search]))
            break
        if any(found.resolve() == folder.directory.resolve() for folder in folders):
            problems.append(_extends_itself(child, parent))
            break
        folders.insert(0, open_folder(directory=found, problems=problems))
    return tuple(folders)


def merged_header(*, folders: Sequence[Folder]) -> PackHeader | None:
    """The last pack's header, filled up from its parents; None when one of them is faulty."""
    merged: PackHeader | None = None
    for folder in folders:
        if folder.header is None:
            return None
        if merged is not None:
            inherited = {
                name: getattr(merged, name)
                for name in _INHERITED
                if getattr(folder.header, name) in (None, [])
            }
            merged = folder.header.model_copy(update=inherited)
        else:
            merged = folder.header
    return merged


def merge(*, folders: Sequence[Folder], problems: list[Problem]) -> Merged:
    """All entries of the chain by kind and code, children over parents."""
    merged: dict[tuple[str, str], tuple[Entry, ...]] = {}
    for depth, folder in enumerate(folders):
        own: dict[tuple[str, str], list[Entry]] = {}
        for entry in folder.entries:
            here = own.setdefault((entry.kind, entry.code), [])
            twin = next((other for other in here if not _may_stand_beside(entry, other)), None)
            if twin is None:
                here.append(entry)
            else:
                problems.append(_twice(entry, twin))
        for key, entries in own.items():
            parents = merged.get(key, ())
            if entries[0].kind == "department":
                entries = _joined_department(entries[0], parents, problems)
            else:
                problems.extend(_undeclared(entries, parents, folders[:depth]))
            kept = _until_continued(parents, entries)
            merged[key] = tuple(sorted([*kept, *entries], key=_order))
    return {
        (
            entry.kind,
            entry.code if entry is entries[-1] else f"{entry.code}@{_edition(entry)}",
        ): entry
        for entries in merged.values()
        for entry in entries
    }


def _may_stand_beside(entry: Entry, other: Entry) -> bool:
    """Editions of a rule and periods of what is dated share a code; all else is stated once."""
    one, two = entry.node, other.node
    if isinstance(one, Rule) and isinstance(two, Rule):
        return one.edition != two.edition
    if isinstance(one, Category | Dated) and isinstance(two, Category | Dated):
        return one.from_date != two.from_date
    return False


def _until_continued(parents: Sequence[Entry], entries: Sequence[Entry]) -> list[Entry]:
    """The parent's editions that stay in force until the first of a child's that continues them."""
    begins = [
        entry.node.from_date
        for entry in entries
        if isinstance(entry.node, Procedure) and entry.node.continues
    ]
    if not begins:
        return []
    kept = []
    for parent in parents:
        node = parent.node
        assert isinstance(node, Procedure)
        if node.from_date < min(begins):
            ends = min(filter(None, (node.to_date, min(begins))))
            kept.append(replace(parent, node=node.model_copy(update={"to_date": ends})))
    return kept


def _order(entry: Entry) -> tuple[str, int]:
    node = entry.node
    if isinstance(node, Rule):
        return node.from_date.isoformat(), node.edition
    if isinstance(node, Category | Dated):
        return node.from_date.isoformat(), 0
    return "", 0


def _edition(entry: Entry) -> str:
    node = entry.node
    return str(node.edition) if isinstance(node, Rule) else _order(entry)[0]


def _undeclared(
    entries: Iterable[Entry], parents: Sequence[Entry], above: Sequence[Folder]
) -> Iterable[Problem]:
    """Entries that replace without saying so, or say so with nothing to replace."""
    for entry in entries:
        key = (entry.kind, entry.code)
        declared = isinstance(entry.node, Overlay) and (
            entry.node.override or (isinstance(entry.node, Procedure) and entry.node.continues)
        )
        if parents and not declared:
            yield _not_declared(entry, parents[0])
        elif declared and not parents and not any(key in other.faulty for other in above):
            yield _nothing_to_override(entry, above)


def _joined_department(
    entry: Entry, parents: Sequence[Entry], problems: list[Problem]
) -> list[Entry]:
    """A child may send more feeds from a parent's department, but not rename it."""
    if not parents:
        return [entry]
    first, second = parents[0].node, entry.node
    assert isinstance(first, Department) and isinstance(second, Department)
    if (first.title, first.short) != (second.title, second.short):
        problems.append(
            Problem(
                code="DEPARTMENT_RENAMED",
                where=entry.where("title"),
                zh=f"部门“{entry.code}”的名称与上级包不同（{parents[0].where('title')}）。",
                en=f"Department '{entry.code}' is named otherwise in the parent pack "
                f"({parents[0].where('title')}).",
                fix_zh="title 和 short 照抄上级包；新部门请用新代码。",
                fix_en="Copy title and short from the parent; give a new department a new code.",
            )
        )
    return [parents[0]]


def _parent_missing(child: Folder, parent: str, places: list[Path]) -> Problem:
    siblings = {
        file.parent.name
        for place in places
        for file in place.glob(f"*/{HEADER_FILE}")
        if file.parent.resolve() != child.directory.resolve()
    }
    fix_zh, fix_en = advice(written=parent, valid=siblings)
    looked = ", ".join(dict.fromkeys(place.as_posix() for place in places))
    return Problem(
        code="EXTENDS_UNKNOWN",
        where=child.header_document.where(("extends",)),
        zh=f"找不到上级政策包“{parent}”（查找位置：{looked}）。",
        en=f"The parent pack '{parent}' was not found (looked in: {looked}).",
        fix_zh=fix_zh,
        fix_en=fix_en,
    )


def _extends_itself(child: Folder, parent: str) -> Problem:
    return Problem(
        code="EXTENDS_CYCLE",
        where=child.header_document.where(("extends",)),
        zh=f"政策包绕了一圈又继承到自己（extends: {parent}）。",
        en=f"The packs extend one another in a circle (extends: {parent}).",
        fix_zh="最上层的包不写 extends。",
        fix_en="The topmost pack has no extends.",
    )


def _twice(entry: Entry, twin: Entry) -> Problem:
    edition = f", edition {entry.node.edition}," if isinstance(entry.node, Rule) else ""
    edition_zh = f"第 {entry.node.edition} 版" if isinstance(entry.node, Rule) else ""
    zh, en = named(entry.kind, entry.code)
    return Problem(
        code="CODE_DUPLICATE",
        where=entry.where(),
        zh=f"{zh}{edition_zh}写了两次，第一次在 {twin.where()}。",
        en=f"The {en}{edition} is written twice, first at {twin.where()}.",
        fix_zh="删去其中一处，或改用新代码。",
        fix_en="Delete one of them, or give it a new code.",
    )


def _not_declared(entry: Entry, parent: Entry) -> Problem:
    overlay = isinstance(entry.node, Overlay)
    zh, en = named(entry.kind, entry.code)
    return Problem(
        code="OVERRIDE_NOT_DECLARED",
        where=entry.where(),
        zh=f"{zh}在上级包中已有（{parent.where()}），这里没有声明要替换它。",
        en=f"The {en} exists in the parent pack ({parent.where()}) and this "
        "entry does not say that it replaces it.",
        fix_zh="要替换就写 override: true，并把全部内容写全；否则换一个代码。"
        if overlay
        else "这类内容不能替换，请换一个代码或删去。",
        fix_en="Write override: true and the whole entry to replace it, or take another code."
        if overlay
        else "Entries of this kind cannot be replaced: take another code or delete it.",
    )


def _nothing_to_override(entry: Entry, above: Sequence[Folder]) -> Problem:
    codes = {other.code for folder in above for other in folder.entries if other.kind == entry.kind}
    fix_zh, fix_en = advice(written=entry.code, valid=codes)
    zh, en = named(entry.kind, entry.code)
    return Problem(
        code="OVERRIDE_WITHOUT_PARENT",
        where=entry.where("override", key=True),
        zh=f"{zh}写了 override: true，但上级包中没有这个代码。",
        en=f"The {en} says override: true, but no parent pack has it.",
        fix_zh=f"新增内容不写 override。{fix_zh}",
        fix_en=f"Leave override out of a new entry. {fix_en}",
    )
