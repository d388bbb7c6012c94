"""Every code that a person may meet, read from the sources; writes docs/messages.md.

`make messages` runs it after a message was added or changed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from tests.docs.pages import REPOSITORY

SOURCES = REPOSITORY / "src" / "fangpin"
PAGE = REPOSITORY / "docs" / "messages.md"

_ENVIRONMENT = ("FANGPIN_", "DJANGO_", "JAVA_", "SPARK_LOCAL_", "SPARK_WORKER_")
_CODE = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MAKERS = {"Finding", "FindingWords"}
_PROBLEM = ("code", "where", "zh", "en")

_CASE_BY_CASE = (
    "按具体情形说明：写了什么、可用的有哪些、怎样改。",
    "Told case by case: what is written, what is known here, what to do.",
)
"""Codes of makers that are shared by many: their words depend on what is missing."""

HEAD = """# Messages

Every code that `fangpin` gives with `--json`, on the console and in refused rows. Texts in braces are
filled in when the message is told. This page is made from the sources by
`make messages`; a test fails when it is out of date.

| code | zh | en |
|---|---|---|
"""


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One code as one place in the sources tells it."""

    code: str
    zh: str
    en: str


@cache
def messages() -> list[Message]:
    """Every code of the sources once, with its words in both languages where they stand beside it."""
    found: dict[str, Message] = {}
    for file in sorted(SOURCES.rglob("*.py")):
        for message in _messages_of(ast.parse(file.read_text(encoding="utf-8"))):
            known = found.get(message.code)
            if known is None or (not known.zh and message.zh):
                found[message.code] = message
    return sorted(
        one if one.zh and one.en else Message(one.code, *_CASE_BY_CASE) for one in found.values()
    )


def _messages_of(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if _code_of(value):
                    yield Message(_code_of(value), "", "")
                code = _code_of(key)
                if code and isinstance(value, ast.Call) and _maker(value) in _MAKERS:
                    yield Message(code, *_words([*value.args, *_keywords(value).values()]))
        elif isinstance(node, ast.Call) and _maker(node) == "Problem":
            given = dict(zip(_PROBLEM, node.args, strict=False)) | _keywords(node)
            code = _code_of(given.get("code")) or _text(given.get("code"))
            if code:
                yield Message(code, _text(given.get("zh")), _text(given.get("en")))
        elif isinstance(node, ast.Call | ast.Tuple):
            parts = node.elts if isinstance(node, ast.Tuple) else node.args
            if isinstance(node, ast.Call) and _code_of(_keywords(node).get("code")):
                yield Message(_code_of(_keywords(node)["code"]), "", "")
            for position, part in enumerate(parts):
                words = _words(parts[position + 1 :])
                if _code_of(part):
                    yield Message(_code_of(part), *(words if all(words) else ("", "")))


def _keywords(node: ast.Call) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in node.keywords if word.arg}


def _maker(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _code_of(node: ast.AST | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.match(node.value):
        return "" if node.value.startswith(_ENVIRONMENT) else node.value
    return ""


def _words(nodes: Sequence[ast.AST]) -> tuple[str, str]:
    """The first Chinese and the first other sentence among some nodes."""
    texts = [_text(node) for node in nodes]
    zh = next((text for text in texts if _CHINESE.search(text)), "")
    en = next((text for text in texts if " " in text and not _CHINESE.search(text)), "")
    return zh, en


def _text(node: ast.AST | None) -> str:
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
    rows = [f"| `{one.code}` | {_cell(one.zh)} | {_cell(one.en)} |" for one in messages()]
    return HEAD + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
