"""The entries of one pack folder, each with the file and line that states it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fangpin.policy.divisions import Division, read_divisions
from fangpin.policy.models.feeds import Department
from fangpin.policy.models.header import PackHeader
from fangpin.policy.models.nodes import Node
from fangpin.policy.reading.document import Document, NodePath, read_document
from fangpin.policy.reading.layout import CASE, DIVISIONS_FILE, HEADER_FILE, Kind, files_of
from fangpin.policy.reading.shape import missing_key, shaped, unknown_key, wrong_type
from fangpin.values.problem import Problem


@dataclass(frozen=True)
class Entry:
    """One node of a pack and where it stands."""

    kind: str
    code: str
    node: Node
    document: Document = field(repr=False)
    path: NodePath

    def where(self, *inner: str | int, key: bool = False) -> str:
        """`file:line` of the entry, or of a node inside it."""
        return self.document.where((*self.path, *inner), key=key)


@dataclass
class Folder:
    """What one pack folder holds, before overlays are merged."""

    directory: Path
    header_document: Document
    header: PackHeader | None
    entries: list[Entry] = field(default_factory=list)
    faulty: set[tuple[str, str]] = field(default_factory=set)
    """(kind, code) of entries that were refused: references to them are not told of again."""
    divisions: list[Division] = field(default_factory=list)
    content: dict[str, object] = field(default_factory=dict)
    """File -> its plain values, for the digest."""

    @property
    def extends(self) -> str | None:
        """The parent's name, readable even where the rest of the header is faulty."""
        if self.header is not None:
            return self.header.extends
        data = self.header_document.data
        found = data.get("extends") if isinstance(data, dict) else None
        return found if isinstance(found, str) else None


def open_folder(*, directory: Path, problems: list[Problem]) -> Folder:
    """Read pack.yaml of a folder; a missing or faulty one becomes Problems."""
    file = directory / HEADER_FILE
    place = file.as_posix()
    if not file.is_file():
        problems.append(
            Problem(
                code="PACK_MISSING",
                where=place,
                zh=f"“{directory.as_posix()}”不是政策包：没有 {HEADER_FILE}。",
                en=f"'{directory.as_posix()}' is no pack: it has no {HEADER_FILE}.",
                fix_zh="指向含有 pack.yaml 的文件夹。",
                fix_en="Name a folder that holds pack.yaml.",
            )
        )
        return Folder(directory, Document(place=place), None)
    document = read_document(file=file, place=place)
    problems.extend(document.problems)
    header = None
    if not document.is_refused(()):
        header = shaped(model=PackHeader, document=document, path=(), problems=problems)
    if header is not None and header.pack != directory.resolve().name:
        problems.append(
            Problem(
                code="PACK_NAME",
                where=document.where(("pack",)),
                zh=f"政策包名为“{header.pack}”，文件夹却叫“{directory.resolve().name}”。",
                en=f"The pack is named '{header.pack}' but its folder is "
                f"'{directory.resolve().name}'.",
                fix_zh="两者改成一样：extends 是按文件夹名查找的。",
                fix_en="Make them the same: extends looks for a folder of that name.",
            )
        )
    folder = Folder(directory, document, header)
    if header is not None:
        folder.entries.append(Entry("header", header.pack, header, document, ()))
    folder.content[HEADER_FILE] = document.data
    return folder


def read_folder(*, folder: Folder, problems: list[Problem]) -> None:
    """Read every file but the cases into the folder; what is wrong becomes Problems."""
    for file in files_of(directory=folder.directory, problems=problems):
        if file.kind is CASE:
            continue
        document = read_document(file=file.path, place=file.place)
        problems.extend(document.problems)
        folder.content[file.inside] = document.data
        for entry in entries_of(
            document=document, kind=file.kind, problems=problems, faulty=folder.faulty
        ):
            if entry.code != file.path.stem and entry.kind in ("department", "calendar"):
                problems.append(_file_name(entry, file.inside))
            folder.entries.append(entry)
            if isinstance(entry.node, Department):
                folder.entries.extend(_contracts(entry, entry.node))
    divisions = folder.directory / DIVISIONS_FILE
    if divisions.is_file():
        folder.divisions = read_divisions(
            file=divisions, place=divisions.as_posix(), problems=problems
        )
        folder.content[DIVISIONS_FILE] = sorted(
            [row.code, row.level, row.name.zh, row.name.en, row.parent or ""]
            for row in folder.divisions
        )


def entries_of(
    *, document: Document, kind: Kind, problems: list[Problem], faulty: set[tuple[str, str]]
) -> Iterator[Entry]:
    """The entries of one file; faulty ones become Problems and their codes are remembered."""
    if document.is_refused(()):
        return
    for path in _entry_paths(document, kind, problems):
        told = len(problems)
        node = shaped(model=kind.model, document=document, path=path, problems=problems)
        code = _code_at(document, path, kind)
        sound = len(problems) == told and not document.holds_refused(path)
        if node is not None and code is not None and sound:
            yield Entry(kind.name, code, node, document, path)
        else:
            faulty.update(_faulty_codes(document, path, kind))


def _entry_paths(document: Document, kind: Kind, problems: list[Problem]) -> list[NodePath]:
    data = document.data
    if not isinstance(data, dict):
        problems.append(wrong_type(document=document, path=(), expected="dict_type"))
        return []
    key = kind.list_key
    if key is None:
        return [()]
    problems.extend(
        unknown_key(document=document, path=(other,), valid=[key])
        for other in data
        if other != key and not document.is_refused((other,))
    )
    if key not in data:
        problems.append(missing_key(document=document, path=(), key=key))
        return []
    if document.is_refused((key,)):
        return []
    if not isinstance(data[key], list):
        problems.append(wrong_type(document=document, path=(key,), expected="list_type"))
        return []
    return [(key, index) for index in range(len(data[key]))]


def _code_at(document: Document, path: NodePath, kind: Kind) -> str | None:
    data = document.data
    for step in path:
        data = data[step]  # type: ignore[index]
    code = data.get(kind.code_key) if isinstance(data, dict) else None
    return None if code is None else str(code)


def _faulty_codes(document: Document, path: NodePath, kind: Kind) -> Iterator[tuple[str, str]]:
    code = _code_at(document, path, kind)
    if code is not None:
        yield kind.name, code
    data = document.data
    feeds = data.get("feeds") if kind.name == "department" and isinstance(data, dict) else None
    for feed in feeds if isinstance(feeds, list) else []:
        if isinstance(feed, dict) and isinstance(feed.get("feed"), str):
            yield "contract", feed["feed"]


def _contracts(entry: Entry, department: Department) -> Iterator[Entry]:
    for index, contract in enumerate(department.feeds):
        yield Entry("contract", contract.feed, contract, entry.document, ("feeds", index))


def _file_name(entry: Entry, inside: str) -> Problem:
    folder = inside.split("/")[0]
    return Problem(
        code="FILE_NAME",
        where=entry.where("department" if entry.kind == "department" else "year"),
        zh=f"文件 {inside} 里写的是“{entry.code}”，文件名应为 {folder}/{entry.code}.yaml。",
        en=f"The file {inside} holds '{entry.code}'; its name must be {folder}/{entry.code}.yaml.",
        fix_zh="改文件名或改内容，使两者一致。",
        fix_en="Rename the file or correct its content.",
    )


def canonical(content: object) -> bytes:
    """Plain values as bytes that do not depend on layout, comments or the order of keys."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    ).encode()
