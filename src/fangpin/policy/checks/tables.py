"""How tables are written: the words of totals and signatures name nobody, each word is told once, and
what is no word can be used."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from fangpin.policy.checks.book import Book
from fangpin.policy.models.header import PackHeader
from fangpin.policy.reading.entries import Entry
from fangpin.values.problem import Problem
from fangpin.values.text import normalise

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


_WORDS = ("missing", "no_number", "yes", "no", "until_further_notice", "money", "counted", "units")
_MONTHS = 12


def table_writing_can_be_read(book: Book) -> Iterator[Problem]:
    """TABLE_WRITING: an encoding nobody knows, other than twelve months, a multiple below 2, a word twice."""
    for entry, header in book.all("header", PackHeader):
        tables = header.tables
        if tables is None:
            continue
        if tables.encoding is not None and not _is_encoding(tables.encoding):
            yield _writing(
                entry,
                ("tables", "encoding"),
                f"没有叫“{tables.encoding}”的文字编码。",
                f"No text encoding is called '{tables.encoding}'.",
            )
        if len(tables.months) not in (0, _MONTHS):
            yield _writing(
                entry,
                ("tables", "months"),
                f"月份名写了 {len(tables.months)} 组，应为 12 组。",
                f"There are {len(tables.months)} lists of names of months, not 12.",
            )
        for word, multiple in tables.multiples.items():
            if multiple < 2:
                yield _writing(
                    entry,
                    ("tables", "multiples", word),
                    f"“{word}”的倍数是 {multiple}，应大于 1。",
                    f"'{word}' multiplies by {multiple}; it must be more than 1.",
                )
        for key in _WORDS:
            seen: set[str] = set()
            for place, word in enumerate(getattr(tables, key)):
                if (plain := normalise(word).casefold()) in seen:
                    yield _writing(
                        entry,
                        ("tables", key, place),
                        f"“{word}”在 {key} 里写了两次（不分大小写）。",
                        f"'{word}' stands twice under {key} (capitals make no difference).",
                    )
                seen.add(plain)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _writing(entry: Entry, where: tuple[str | int, ...], zh: str, en: str) -> Problem:
    return Problem(
        code="TABLE_WRITING",
        where=entry.where(*where),
        zh=zh,
        en=en,
        fix_zh="按 docs/packs.md 中 tables 一节改正。",
        fix_en="Correct it as the section on tables in docs/packs.md says.",
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
