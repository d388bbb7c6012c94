"""The English interface is complete and compiled."""

from __future__ import annotations

import re

from tests.web.messages import COMPILED, compiled_bytes, kept_messages, used_messages

_HOLE = re.compile(r"%\((\w+)\)[sd]")


def test_every_message_is_in_the_catalogue_and_nothing_else_is() -> None:
    assert used_messages() == set(kept_messages()), "run: python -m tests.web.messages"


def test_every_message_is_translated() -> None:
    empty = [
        message
        for message, entry in kept_messages().items()
        if not (all(entry.msgstr_plural.values()) if message[1] else entry.msgstr)
    ]
    assert empty == []


def test_no_translation_is_left_in_chinese_or_loses_a_placeholder() -> None:
    for (singular, plural), entry in kept_messages().items():
        texts = entry.msgstr_plural.values() if plural else [entry.msgstr]
        for text in texts:
            assert not re.search(r"[\u4e00-\u9fff，。：；（）]", text), text
            assert set(_HOLE.findall(text)) <= set(_HOLE.findall(singular)), singular


def test_the_compiled_catalogue_is_not_stale() -> None:
    assert COMPILED.read_bytes() == compiled_bytes(), "run: python -m tests.web.messages"
