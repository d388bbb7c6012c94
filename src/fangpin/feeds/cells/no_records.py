"""Rows of a printed table that are no records: title and header of each page, totals and signatures.

The words of totals and signatures are the pack's, for each country has its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from fangpin.feeds.cells.headers import Column
from fangpin.feeds.cells.shapes import literal
from fangpin.feeds.cells.table import RawTable
from fangpin.feeds.findings import ROW_IS_FOOTER, ROW_IS_HEADER
from fangpin.policy.models.feeds import Contract, ContractField
from fangpin.policy.models.header import TableWords
from fangpin.values.text import MERGED_MARK

_BLANK = r"[\s\x{3000}]*"
_NO_WORDS = (
    " \t\r\n\u3000-\u2013\u2014\u2015\uff0d_\uff3f/\uff0f\\|.\u3002\u2026*\uff0a\u00b7,\uff0c\u3001:\uff1a"
    ";\uff1b()\uff08\uff09#+=~\uff5e?\uff1f\"'"
)
"""What a cell may hold that names nobody: blanks, dashes, dots."""
_FIGURES = r"[\s\x{3000}0-9]"
_LONGEST_OF_THEM = 15
"""Bytes of such a cell; whatever is longer need not be looked at."""


def tests_of_no_records(
    raw: RawTable,
    contract: Contract,
    held: Collection[str],
    words: TableWords | None,
    *,
    headers: bool,
    footers: bool,
) -> list[tuple[str, str]]:
    """Code and SQL of `marked`, of each question that is worth asking; `headers` and `footers` are what
    `may_be_header` and `may_be_footer` said of any row."""
    tests = [(ROW_IS_HEADER, is_header(raw))] if headers else []
    tests += [(ROW_IS_HEADER, is_title(raw, held))] if raw.above else []
    return tests + ([(ROW_IS_FOOTER, is_footer(raw, contract, held, words))] if footers else [])


def may_be_header(raw: RawTable, held: Collection[str]) -> str:
    """SQL of `marked`: some cell is one of the titles. Asked first: to make the other questions of titles
    ready costs more than a small file."""
    names = {one.header for one in raw.mapping.columns} | set(raw.mapping.titles)
    names = names.union(*(_names_of(one.field) for one in raw.mapping.columns)) - {""}
    cells = [f"trim({cell})" for cell in _cells(held)]
    if not names or not cells:
        return "FALSE"
    return f"list_has_any([{', '.join(cells)}], [{', '.join(map(literal, sorted(names)))}])"


def may_be_footer(held: Collection[str], words: TableWords | None) -> str:
    """SQL of `marked`: the words of totals and signatures stand somewhere in the row. Asked first."""
    if words is None or not (cells := _cells(held)):
        return "FALSE"
    said = "|".join(_spaced(word) for word in (*words.totals, *words.notes))
    return f"regexp_matches(concat_ws(chr(10), {', '.join(cells)}), {literal(f'(?i:{said})')})"


def is_header(raw: RawTable) -> str:
    """SQL of `marked`: the row repeats the titles of its columns."""
    columns = raw.mapping.columns
    return f"{_count_of_titles(columns, raw, own=True)} >= {min(2, len(columns))}"


def is_title(raw: RawTable, held: Collection[str]) -> str:
    """SQL of `marked`: the row says what stands above the header, and nothing else: a page's title again.

    Figures may differ, for pages are numbered and dated.
    """
    titles = {_without_figures(text) for text in raw.above} - {""}
    cells = _cells(held)
    if not titles or not cells:
        return "FALSE"
    listed = ", ".join(map(literal, sorted(titles)))
    said = [f"regexp_replace(coalesce({cell}, ''), {literal(_FIGURES)}, '', 'g')" for cell in cells]
    says_no_more = " AND ".join(f"{one} IN ('', {listed})" for one in said)
    return f"({says_no_more}) AND ({' OR '.join(f'{one} IN ({listed})' for one in said)})"


def _without_figures(text: str) -> str:
    return re.sub(_FIGURES.replace("\\x{3000}", "\u3000"), "", text.removeprefix(MERGED_MARK))


def is_another_header(raw: RawTable, contract: Contract) -> str:
    """SQL of `marked`: the row is a header, and its columns stand in another order than those above.

    So it is where tables were joined: what follows would be read as other things.
    """
    columns = raw.mapping.columns
    own = _count_of_titles(columns, raw, own=True)
    moved = _count_of_titles(columns, raw, own=False)
    subject = [one for one in columns if one.field.field == contract.subject_field]
    says_whose = [_count_of_titles(subject, raw, own=own) for own in (True, False)]
    return f"{' + '.join(says_whose)} >= 1 AND {moved} >= 1 AND {own} + {moved} >= 2"


def _count_of_titles(columns: Sequence[Column], raw: RawTable, *, own: bool) -> str:
    """SQL: how many cells hold a title of their own column, or that of another one."""
    tests = []
    for one in columns:
        mine = {one.header, *_names_of(one.field)}
        others = set(raw.mapping.titles) | {
            name
            for other in raw.mapping.columns
            if other is not one
            for name in _names_of(other.field)
        }
        names = sorted(mine if own else others - mine - {""})
        if names:
            listed = ", ".join(map(literal, names))
            tests.append(f"CASE WHEN trim(c{one.position}) IN ({listed}) THEN 1 ELSE 0 END")
    return f"({' + '.join(tests) or '0'})"


def _names_of(field: ContractField) -> set[str]:
    return {field.field, field.title.zh, field.title.en, *field.aliases}


def is_footer(
    raw: RawTable, contract: Contract, held: Collection[str], words: TableWords | None
) -> str:
    """SQL of `marked`: a cell that should say whose row it is, or the first, says that it sums or signs.

    Of a row that names nobody any cell may say so, those of columns that nobody reads included. `held`
    are the columns of the raw table. False where the pack has no such words.
    """
    if words is None:
        return "FALSE"
    footer = literal(_footer(words))
    cells = {f"c{one.position}" for one in _naming(raw.mapping.columns, contract)}
    cells |= {"c0"} & set(held)
    others = set(_cells(held)) - cells
    own, any_other = (
        " OR ".join(
            f"coalesce(regexp_matches({cell}, {footer}), FALSE)" for cell in sorted(of, key=_place)
        )
        for of in (cells, others)
    )
    if not others:
        return own
    return f"{own} OR (({names_nobody(raw.mapping.columns, contract)}) AND ({any_other}))"


def names_nobody(columns: Sequence[Column], contract: Contract) -> str:
    """SQL of a raw table: no cell of a row says whose it is.

    `2 persons` under the names is a count: a name has no digits.
    """
    tests = []
    for one in _naming(columns, contract):
        cell = f"coalesce(c{one.position}, '')"
        if one.field.type == "division" and one.field.field != contract.subject_field:
            continue
        # No class of letters: to make ready a pattern of all the world's costs more than a small file.
        says_nothing = (
            f"strlen({cell}) <= {_LONGEST_OF_THEM} AND trim({cell}, {literal(_NO_WORDS)}) = ''"
        )
        is_name = one.field.type == "name"
        tests.append(
            f"({says_nothing}) OR regexp_matches({cell}, '[0-9]')" if is_name else says_nothing
        )
    return " AND ".join(f"({test})" for test in tests) or "FALSE"


def _naming(columns: Sequence[Column], contract: Contract) -> list[Column]:
    return [
        one
        for one in columns
        if one.field.type in ("identifier", "name", "household_no", "division")
        or (one.field.type == "text" and one.field.field in contract.key)
    ]


def _footer(words: TableWords) -> str:
    """The pattern of a cell that sums (合计, 本页小计, Total:) or signs (制表人：…).

    Blanks may part the letters of a word. Before a total may stand of what (本页, 石山村, Sub-), and after
    it a blank, a colon, a bracket or a figure, or nothing: anything else is somebody's name.
    """
    sums = "|".join(map(_spaced, words.totals))
    signs = "|".join(map(_spaced, words.notes))
    before, after = rf"[^\s0-9]{{0,8}}{_BLANK}-?", r"(?:[\s\x{3000}:：(（0-9０-９]|$)"
    return (
        rf"^{_BLANK}(?i:{before}(?:{sums}){_BLANK}{after}"
        rf"|(?:{signs})[^\s0-9:：]{{0,4}}{_BLANK}[:：])"
    )


def _spaced(word: str) -> str:
    return _BLANK.join(re.escape(letter) for letter in word if not letter.isspace())


def _cells(held: Collection[str]) -> list[str]:
    """The columns of a raw table that are cells, in the order of the file."""
    return sorted((name for name in held if re.fullmatch(r"c\d+", name)), key=_place)


def _place(cell: str) -> int:
    return int(cell.removeprefix("c"))
