"""Printed tables: the words of totals and signatures name nobody and are each told once."""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.policy.checks.book import Book
from fangpin.policy.entries import Entry
from fangpin.policy.header_models import PackHeader
from fangpin.values.problem import Problem

_FEWEST_LETTERS = 2
"""Of a total's word: before one alone stands whatever ends so, a family name too."""


def table_words_are_clear(book: Book) -> Iterator[Problem]:
    """TABLE_WORD: a word that is too short, holds a figure or a colon, or is written twice."""
    for entry, header in book.all("header", PackHeader):
        if header.tables is None:
            continue
        seen: dict[str, str] = {}
        for key, words in (("totals", header.tables.totals), ("notes", header.tables.notes)):
            for place, word in enumerate(words):
                where = ("tables", key, place)
                letters = "".join(word.split()).casefold()
                first = seen.setdefault(letters, f"tables.{key}.{place}")
                if first != f"tables.{key}.{place}":
                    yield _problem(
                        entry,
                        where,
                        f"“{word}”在 {first} 已经写过（不分大小写和空格）。",
                        f"'{word}' stands at {first} already (capitals and blanks make no difference).",
                    )
                elif any(letter.isdigit() or letter in ":：" for letter in letters):
                    yield _problem(
                        entry,
                        where,
                        f"“{word}”里有数字或冒号，表里认不出来。",
                        f"'{word}' holds a figure or a colon, by which no cell would be known.",
                    )
                elif not letters or (key == "totals" and len(letters) < _FEWEST_LETTERS):
                    yield _problem(
                        entry,
                        where,
                        f"“{word}”太短，人名里也会有。",
                        f"'{word}' is too short: people's names may end so.",
                    )


def _problem(entry: Entry, where: tuple[str | int, ...], zh: str, en: str) -> Problem:
    return Problem(
        code="TABLE_WORD",
        where=entry.where(*where),
        zh=zh,
        en=en,
        fix_zh="totals 写合计一类的词（至少两个字），notes 写冒号前的词（不带冒号），每个词写一次。",
        fix_en="Under totals write words for sums (two letters or more), under notes words that stand "
        "before a colon (without it), each once.",
    )
