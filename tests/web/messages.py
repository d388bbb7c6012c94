"""The interface's messages: found in the sources, kept in django.po, compiled into django.mo.

`python -m tests.web.messages` adds what is missing to django.po (to be translated by hand) and
writes django.mo. It needs polib, not the gettext tools.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

WEB = Path(__file__).resolve().parents[2] / "src" / "fangpin" / "web"
CATALOGUE = WEB / "console" / "locale" / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")

Message = tuple[str, str]
"""(singular, plural); the plural is empty where there is none."""

_TEXT = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_SINGLE = re.compile(rf"\b_?gettext\({_TEXT}\)|\b_\({_TEXT}\)")
_PLURAL = re.compile(rf"\bngettext\({_TEXT},\s*{_TEXT},")
_PYTHON = {"gettext", "gettext_lazy", "gettext_noop"}


def used_messages() -> set[Message]:
    """Every message of the sources."""
    found: set[Message] = set()
    for template in WEB.glob("*/templates/**/*.html"):
        found.update(_of_template(template))
    for module in WEB.rglob("*.py"):
        found.update(_of_module(module))
    return found


def _of_template(template: Path) -> Iterator[Message]:
    source = templatize(template.read_text(encoding="utf-8"))
    for match in _SINGLE.finditer(source):
        yield ast.literal_eval(match[1] or match[2]), ""
    for match in _PLURAL.finditer(source):
        yield ast.literal_eval(match[1]), ast.literal_eval(match[2])


def _of_module(module: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        texts = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if node.func.id in _PYTHON and texts:
            yield texts[0], ""
        elif node.func.id == "ngettext" and len(texts) == 2:
            yield texts[0], texts[1]


def kept_messages() -> dict[Message, polib.POEntry]:
    """Every message of django.po."""
    return {(entry.msgid, entry.msgid_plural): entry for entry in polib.pofile(str(CATALOGUE))}


def compiled_bytes() -> bytes:
    """What django.mo must be."""
    return polib.pofile(str(CATALOGUE)).to_binary()


def main() -> None:
    """Add missing messages, drop unused ones, compile."""
    catalogue = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "en",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    used = used_messages()
    for entry in list(catalogue):
        if (entry.msgid, entry.msgid_plural) not in used:
            catalogue.remove(entry)
    kept = {(entry.msgid, entry.msgid_plural) for entry in catalogue}
    for singular, plural in sorted(used - kept):
        entry = polib.POEntry(msgid=singular, msgid_plural=plural)
        entry.msgstr_plural = {0: "", 1: ""} if plural else {}
        catalogue.append(entry)
    catalogue.sort(key=lambda entry: entry.msgid)
    catalogue.save(str(CATALOGUE))
    COMPILED.write_bytes(catalogue.to_binary())


if __name__ == "__main__":
    main()
