"""A YAML file read strictly: plain values, and the line of every node.

A plain loader misreads `043102` (octal), `12:30` (sexagesimal) and `no` (false), and lets the
second of two equal keys win. Here each of those is a Problem with its line, all are collected, and
keys are always the text that was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from fangpin.policy.reading.scalars import Ambiguous, plain_value
from fangpin.values.problem import Problem

NodePath = tuple[str | int, ...]
"""Keys and indexes from the top of a file down to a node."""

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 24


@dataclass
class Document:
    """One file: `place` as shown to people, `data`, and where each node stands."""

    place: str
    data: object = None
    lines: dict[NodePath, int] = field(default_factory=dict)
    key_lines: dict[NodePath, int] = field(default_factory=dict)
    refused: set[NodePath] = field(default_factory=set)
    """Nodes already told of: the shape check says nothing more about them."""
    problems: list[Problem] = field(default_factory=list)

    def where(self, path: NodePath = (), *, key: bool = False) -> str:
        """`file:line` of the node (or of its key); of the nearest enclosing node when absent."""
        if key and path in self.key_lines:
            return f"{self.place}:{self.key_lines[path]}"
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return f"{self.place}:{line}"
        return f"{self.place}:1"

    def holds_refused(self, path: NodePath) -> bool:
        """Whether anything inside this node was already told of."""
        return any(refused[: len(path)] == path for refused in self.refused)

    def is_refused(self, path: NodePath) -> bool:
        """Whether this node or one that encloses it was already told of."""
        return any(path[:length] in self.refused for length in range(len(path) + 1))


def read_document(*, file: Path, place: str) -> Document:
    """Read one YAML file; every mistake of writing is in `.problems`, nothing is raised."""
    document = Document(place=place)
    text = read_text(file=file, place=place, problems=document.problems)
    if text is None:
        document.refused.add(())
        return document
    tabs = [number for number, line in enumerate(text.split("\n"), start=1) if "\t" in line]
    if tabs:
        document.refused.add(())
        document.problems.extend(_tab(f"{place}:{number}") for number in tabs)
        return document
    try:
        _Builder(document, _LOADER(text).get_event).build_file()
    except _TooDeep as error:
        document.refused.add(())
        document.problems.append(_too_deep(f"{place}:{error.line}"))
    except yaml.MarkedYAMLError as error:
        document.refused.add(())
        document.problems.append(_syntax(place, text, error))
    except yaml.reader.ReaderError as error:
        document.refused.add(())
        line = text.count("\n", 0, error.position) + 1
        document.problems.append(
            Problem(
                code="YAML_CHARACTER",
                where=f"{place}:{line}",
                zh=f"此处有 YAML 不允许的字符 U+{_code_point(error.character):04X}。",
                en=f"YAML does not allow the character U+{_code_point(error.character):04X} here.",
                fix_zh="删去该字符（常见于从网页或 Word 复制）。",
                fix_en="Delete the character; it often comes with text copied from a page.",
            )
        )
    return document


def read_text(*, file: Path, place: str, problems: list[Problem]) -> str | None:
    """The UTF-8 text of a file, line ends as \\n; None, and a Problem, when it is not UTF-8."""
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(
            Problem(
                code="NOT_UTF8",
                where=f"{place}:{line}",
                zh="文件不是 UTF-8 编码，从本行起无法读取（可能是 GBK/ANSI）。",
                en="The file is not UTF-8: it cannot be read from this line on (GBK or ANSI?).",
                fix_zh="在编辑器中选择“另存为 UTF-8”后重试。",
                fix_en="Save the file as UTF-8 in the editor and try again.",
            )
        )
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _TooDeep(Exception):
    """More levels than any file of a pack has; `line` is where it went too far."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Builder:
    """Turns parser events into plain values; one builder reads one file."""

    def __init__(self, document: Document, following: Callable[[], yaml.Event | None]) -> None:
        self.document = document
        self.following = following

    def build_file(self) -> None:
        documents = 0
        while (event := self.following()) is not None:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._refuse(
                        (),
                        event,
                        "YAML_DOCUMENTS",
                        "一个文件只能写一份内容，这里又以 --- 开始了第二份。",
                        "A file holds one document; a second one starts here with ---.",
                        "把第二份移到另一个文件，或删去 ---。",
                        "Move the second part to a file of its own, or delete the ---.",
                    )
                    return
            elif isinstance(event, yaml.NodeEvent):
                self.document.data = self._build(event, ())
        if documents == 0:
            self.document.refused.add(())
            self.document.problems.append(
                Problem(
                    code="FILE_EMPTY",
                    where=f"{self.document.place}:1",
                    zh="文件是空的。",
                    en="The file is empty.",
                    fix_zh="写入内容，或删除该文件（列表文件可以没有）。",
                    fix_en="Fill it, or delete it: list files may be absent.",
                )
            )

    def _build(self, event: yaml.Event, path: NodePath) -> object:
        self.document.lines.setdefault(path, _line(event))
        self._refuse_decoration(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else self._plain(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return None  # an alias: already refused

    def _sequence(self, path: NodePath) -> list[object]:
        values: list[object] = []
        while not isinstance(event := self._next(path), yaml.SequenceEndEvent):
            values.append(self._build(event, (*path, len(values))))
        return values

    def _mapping(self, path: NodePath) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := self._next(path), yaml.MappingEndEvent):
            key = self._key(event, path)
            here = (*path, key)
            if key in values:
                self._refuse_duplicate(event, here)
                here = (*path, f"{key} (line {_line(event)})")
                self.document.refused.add(here)
                self._build(self._next(here), here)
                continue
            self.document.key_lines[here] = _line(event)
            values[key] = self._build(self._next(here), here)
        return values

    def _key(self, event: yaml.Event, path: NodePath) -> str:
        """The key as the text that was written: `2019`, `043102` and `no` stay what they are."""
        if isinstance(event, yaml.ScalarEvent) and event.value and event.value != "<<":
            self._refuse_decoration(event, path)
            return str(event.value)
        if not isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self._build(event, (*path, f"(line {_line(event)})"))
        self._refuse(
            path,
            event,
            "YAML_KEY",
            "键必须是一个名称，不能为空、列表、映射或 <<。",
            "A key must be one name: not empty, a list, a mapping or <<.",
            "写成“名称: 值”；合并写法 << 不可用，请逐项写出。",
            "Write `name: value`; merging by << is not allowed, write the entries out.",
        )
        return f"(line {_line(event)})"

    def _plain(self, event: yaml.ScalarEvent, path: NodePath) -> object:
        """The value of an unquoted scalar: text, whole number, exact decimal, day, bool, null."""
        value = plain_value(event.value)
        if isinstance(value, Ambiguous):
            self._refuse(path, event, *value)
            return None
        return value

    def _next(self, path: NodePath) -> yaml.Event:
        event = self.following()
        assert event is not None, "a parser ends whatever it began, or raises"
        if len(path) > _DEEPEST:
            raise _TooDeep(_line(event))
        return event

    def _refuse_duplicate(self, event: yaml.Event, path: NodePath) -> None:
        key, first = path[-1], self.document.key_lines[path]
        self._tell(
            event,
            "YAML_DUPLICATE_KEY",
            f"键“{key}”写了两次，第一次在第 {first} 行；两个值只能留一个。",
            f"The key '{key}' is written twice, first on line {first}; only one value can hold.",
            "删去其中一处，或改成另一个键。",
            "Delete one of them, or rename it.",
        )

    def _refuse_decoration(self, event: yaml.Event, path: NodePath) -> None:
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self._refuse(
                path,
                event,
                "YAML_ANCHOR",
                f"不允许锚点和别名（{mark}{anchor}）：读的人要在原处看到值。",
                f"Anchors and aliases ({mark}{anchor}) are not allowed: a reader must see "
                "the value where it stands.",
                "把内容在此处写全。",
                "Write the content out here.",
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(
                path,
                event,
                "YAML_TAG",
                f"不允许类型标签（{_short_tag(tag)}）。",
                f"Tags ({_short_tag(tag)}) are not allowed.",
                "删去标签；文字请加引号。",
                "Delete the tag; put text in quotes.",
            )

    def _refuse(self, path: NodePath, event: yaml.Event, *words: str) -> None:
        self.document.refused.add(path)
        self._tell(event, *words)

    def _tell(self, event: yaml.Event, code: str, *words: str) -> None:
        where = f"{self.document.place}:{_line(event)}"
        zh, en, fix_zh, fix_en = words
        self.document.problems.append(
            Problem(code=code, where=where, zh=zh, en=en, fix_zh=fix_zh, fix_en=fix_en)
        )


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _too_deep(where: str) -> Problem:
    return Problem(
        code="YAML_DEPTH",
        where=where,
        zh=f"嵌套超过 {_DEEPEST} 层。",
        en=f"This is nested deeper than {_DEEPEST} levels.",
        fix_zh="政策包的文件没有这么深的内容，请检查缩进和括号。",
        fix_en="No file of a pack is that deep: check the indentation and the brackets.",
    )


def _tab(where: str) -> Problem:
    return Problem(
        code="YAML_TAB",
        where=where,
        zh="本行有制表符（Tab）。",
        en="This line holds a tab.",
        fix_zh="用空格缩进和分隔。",
        fix_en="Indent and separate with spaces.",
    )


def _syntax(place: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    number = mark.line + 1 if mark else 1
    lines = text.split("\n")
    near = lines[max(0, number - 2) : number]
    hint_zh = "检查缩进、冒号后的空格和引号是否成对。"
    hint_en = "Check the indentation, the space after colons, and that quotes are paired."
    if any("：" in line.split("#")[0] for line in near):
        hint_zh = "这附近有全角冒号“：”，键后面要用半角冒号加空格“: ”。" + hint_zh
        hint_en = "There is a full-width colon (：) nearby; after a key write ': '. " + hint_en
    detail = " ".join(str(part) for part in (error.context, error.problem) if part)
    return Problem(
        code="YAML_SYNTAX",
        where=f"{place}:{number}",
        zh=f"YAML 写法有误，读到本行无法继续（{detail}）。",
        en=f"The YAML cannot be read past this line: {detail}.",
        fix_zh=hint_zh,
        fix_en=hint_en,
    )


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _code_point(character: object) -> int:
    if isinstance(character, int):
        return character
    return ord(str(character)[:1] or "?")
