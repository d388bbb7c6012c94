"""Identity numbers under which people of several names stand: a clerk's own, written for everyone.

Such a number is right and tells nobody: who was lent it would be taken for whose it is. All its rows
wait for linkage, where the number is evidence for its owner's alone (linkage/claims/scores.py).
"""

from __future__ import annotations

from collections import defaultdict

from fangpin.feeds.cells.table import RAW, RawTable
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract
from fangpin.values.text import is_missing, name_key

BORROWED = "ID_UNDER_NAMES"
"""The problem of a row under such a number."""


def borrowed_numbers(
    *, engine: Engine, raw: RawTable, contract: Contract, least_names: int | None
) -> frozenset[str]:
    """The numbers of a delivery's subjects, as written, under which so many names stand.

    None where the pack draws no line, or the file has no number or no name of its subjects.
    """
    number = raw.mapping.column(contract.subject_field)
    name = raw.mapping.name_of_subject(contract)
    if least_names is None or name is None or number is None or number.field.type != "identifier":
        return frozenset()
    cell, written = f"c{number.position}", f"c{name.position}"
    # Looked at first: mostly a number has few rows.
    engine.make_table(
        "numbers_of_many_rows",
        f"SELECT {cell} FROM {RAW} WHERE {cell} IS NOT NULL GROUP BY {cell} "
        f"HAVING count(*) >= {least_names}",
    )
    pairs = engine.rows(
        f"SELECT DISTINCT {cell}, {written} FROM {RAW} SEMI JOIN numbers_of_many_rows USING ({cell}) "
        f"WHERE {written} IS NOT NULL "
        f"QUALIFY count(DISTINCT {written}) OVER (PARTITION BY {cell}) >= {least_names}"
    )
    engine.drop("numbers_of_many_rows")
    names: defaultdict[str, set[str]] = defaultdict(set)
    words = number.writing.missing_words
    for text, called in pairs:
        if not is_missing(text, words=words) and not is_missing(called, words=words):
            names[text].add(name_key(called))
    return frozenset(text for text, called in names.items() if len(called) >= least_names)
