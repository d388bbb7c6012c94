"""Every code that a person may meet, read from the sources; writes docs/messages.md.

Run `python -m tests.docs.problem_codes` after a message was added or changed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import REPOSITORY

SOURCES = REPOSITORY / "src" / "fangpin"
PAGE = REPOSITORY / "docs" / "messages.md"

_CODE = re.compile(r"^([A-Z][A-Z0-9]+(_[A-Z0-9]+)+|[a-z]+\.[a-z_]+)$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MAKERS = {"Problem", "Finding", "_Words", "finding"}

HEAD = """# Messages

Every code that `fangpin` gives with `--json`, on the console and in refused rows. Texts in braces are
filled in when the message is told. This page is made from the sources by
`python -m tests.docs.problem_codes`; a test fails when it is out of date.

| code | zh | en |
|---|---|---|
"""


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One code as one place in the sources tells it."""

    code: str
    zh: str
    en: str


def messages() -> list[Message]:
    """Every code of the sources once, with its words in both languages where they stand beside it."""
    found: dict[str, Message] = {}
    for file in sorted(SOURCES.rglob("*.py")):
        for message in _messages_of(ast.parse(file.read_text(encoding="utf-8"))):
            known = found.get(message.code)
            if known is None or (not known.zh and message.zh):
                found[message.code] = message
    return sorted(found.values())


def _messages_of(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                code = _code_of(key)
                if code and isinstance(value, ast.Call) and _maker(value) in _MAKERS:
                    yield Message(code, *_words(list(ast.iter_child_nodes(value))))
        elif isinstance(node, ast.Call | ast.Tuple):
            parts = _parts(node)
            for position, part in enumerate(parts):
                code = _code_of(part)
                if not code:
                    continue
                words = _words(parts[position + 1 :])
                if all(words) or (isinstance(node, ast.Call) and _maker(node) in _MAKERS):
                    yield Message(code, *words)


def _parts(node: ast.Call | ast.Tuple) -> list[ast.AST]:
    if isinstance(node, ast.Tuple):
        return list(node.elts)
    named = sorted(node.keywords, key=lambda word: word.arg != "code")
    return [*node.args, *(word.value for word in named)]


def _maker(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _code_of(node: ast.AST | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.match(node.value):
        return "" if node.value.startswith(("FANGPIN_", "DJANGO_")) else node.value
    return ""


def _words(nodes: list[ast.AST]) -> tuple[str, str]:
    """The first Chinese and the first other sentence among some nodes."""
    texts = [_text(node.value if isinstance(node, ast.keyword) else node) for node in nodes]
    zh = next((text for text in texts if _CHINESE.search(text)), "")
    en = next((text for text in texts if " " in text and not _CHINESE.search(text)), "")
    return zh, en


def _text(node: ast.AST) -> str:
    """The text of a literal; what is filled in stands in braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(part) if isinstance(part, ast.Constant) else "{" + _name(part) + "}"
            for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    if isinstance(node, ast.IfExp):
        return _text(node.body)
    return ""


def _name(part: ast.AST) -> str:
    value = part.value if isinstance(part, ast.FormattedValue) else part
    while isinstance(value, ast.Call | ast.Subscript):
        value = value.func if isinstance(value, ast.Call) else value.value
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else "..."


def page() -> str:
    """The text of docs/messages.md."""
    rows = [
        f"| `{one.code}` | {_cell(one.zh)} | {_cell(one.en)} |" for one in messages() if one.zh or one.en
    ]
    return HEAD + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
