"""The fast pass: one statement reads the clean cells of a raw table and marks those it cannot read.

The marks are bits, one a column. In a large file each column of few different texts has its most
frequent ones read once and looked up from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fangpin.feeds.cells.headers import Column
from fangpin.feeds.cells.lost_digits import LostDigits, lost_digits
from fangpin.feeds.cells.shapes import (
    beyond_limits,
    fast_expression,
    fast_identifier,
    is_not_missing,
    literal,
    quoted,
)
from fangpin.feeds.cells.table import RAW, RawTable
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.vault import TABLE as IDENTITIES
from fangpin.lake.vault import Vault
from fangpin.policy.models.feeds import Contract

TYPED = "typed"
"""row_no, position, f_<field>..., unread: a bit for each marked cell, -1 for a misshapen row."""
NEW_IDENTITIES = "identities_to_register"
"""canonical, person_ref: numbers that the vault does not know."""
NUMBER = "number"
"""The text of a row's identity number: of TYPED as it is written."""

_SAMPLE = 5_000
_FEW_NUMBERS = 300
"""So many are looked through sooner than the engine makes its question ready."""
_NUMBERS_LOOKED_AT = 1_500
"""Identity numbers by which a column is judged."""
_FEW_TEXTS = 250
"""So few different texts among the sample: the column is worth looking up."""
_LARGE = 50_000
"""Rows from which looking texts up costs less than reading them."""
_READ_AS_FAST = ("identifier", "code", "flag")
"""Types of which a text is read as fast as it is looked up."""
_SMALL = 500
"""Rows of which every unknown number may be read one by one."""


class CleanCells:
    """How the columns of one raw table are read by statement."""

    def __init__(
        self,
        *,
        engine: Engine,
        raw: RawTable,
        columns: Sequence[Column],
        contract: Contract,
        vault: Vault,
        today: date,
        borrowed: frozenset[str] = frozenset(),
    ) -> None:
        self._engine = engine
        self._raw = raw
        self._columns = columns
        self._vault = vault
        self._today = today
        self.borrowed = {
            place: borrowed if column.field.field == contract.subject_field else frozenset[str]()
            for place, column in enumerate(columns)
        }
        """Numbers, as written, that tell nobody, by the place of their column."""
        self._rows = int(engine.value(f"SELECT count(*) FROM {RAW}"))
        # Named only where blank rows are: the planner believes that a condition leaves few rows,
        # and would build its table of all of them instead of the identities.
        cells = ", ".join(f"c{column.position}" for column in raw.mapping.columns)
        self._not_blank = f" WHERE coalesce({cells}) IS NOT NULL" if raw.blank_rows else ""
        self._mask_type = "BIGINT" if len(columns) < 62 else "HUGEINT"
        self.required = {contract.subject_field, contract.dated_by} | {
            field.field for field in contract.fields if field.required
        }
        """The fields without which a row says nothing."""
        self.suspect = {
            place: self._lost_digits(column)
            for place, column in enumerate(columns)
            if column.field.type == "identifier"
        }
        """What a spreadsheet cut from the identity numbers of a column, by its place."""

    def bit(self, place: int) -> str:
        """The mark of a column."""
        return f"CAST({1 << place} AS {self._mask_type})"

    def read(self, *, number_of: str | None = None) -> None:
        """Make TYPED, and NEW_IDENTITIES of the clean numbers that the vault does not know.

        `number_of` is an identifier whose text TYPED shall have, as NUMBER.
        """
        self._engine.make_empty_table(
            NEW_IDENTITIES, {"canonical": "VARCHAR", "person_ref": "BIGINT"}
        )
        worth = self._worth_looking_up()
        joins: list[str] = []
        values, names, marks, clean = [], [], [], []
        kept: list[str] = []
        for place, column in enumerate(self._columns):
            name, cell = quoted(f"f_{column.field.field}"), f"raw.c{column.position}"
            names.append(name)
            if column.field.type == "identifier":
                alias = f"known{place}"
                lost = self.suspect[place]
                never = f" AND NOT {lost.sql(cell)}" if lost else ""
                if self.borrowed[place]:
                    lent = ", ".join(map(literal, sorted(self.borrowed[place])))
                    never += f" AND {cell} NOT IN ({lent})"
                # First of the joins: else the planner builds its table of all rows and cells.
                joins.insert(
                    0,
                    f"LEFT JOIN {self._known_identities(place, column)} AS {alias} "
                    f"ON {alias}.canonical = {cell}{never}",
                )
                values.append(f"{alias}.person_ref AS {name}")
                if column.field.field == number_of:
                    values.append(f"{cell} AS {NUMBER}")
                    kept.append(NUMBER)
                marks.append(f"CASE WHEN {name} IS NULL THEN {self.bit(place)} ELSE 0 END")
                clean.append(f"{name} IS NOT NULL")
                continue
            value = fast_expression(column, cell)
            if place in worth:
                words = self._read_words(place, column)
                joins.append(f"LEFT JOIN {words} ON {words}.text = {cell}")
                value = f"CASE WHEN {words}.text IS NOT NULL THEN {words}.value ELSE {value} END"
            values += [f"{value} AS {name}", f"{cell} AS t{place}"]
            beyond = beyond_limits(column, name)
            is_needed = column.field.field in self.required
            unread = "TRUE" if is_needed else _says_something(column, f"t{place}")
            marks.append(
                f"CASE WHEN ({name} IS NULL AND {unread}){beyond} THEN {self.bit(place)} ELSE 0 END"
            )
            clean.append(
                f"{name} IS NOT NULL" if is_needed else f"({name} IS NOT NULL OR t{place} IS NULL)"
            )
            if beyond:
                clean.append(f"({beyond.removeprefix(' OR ')}) IS NOT TRUE")
        self._engine.make_table(
            TYPED,
            f"SELECT row_no, position, {', '.join([*names, *kept])}, CASE WHEN misshapen THEN -1 "
            f"WHEN {' AND '.join(clean)} THEN 0 "
            f"ELSE CAST({' + '.join(marks)} AS {self._mask_type}) END AS unread FROM ("
            f"SELECT {self._raw.row_no} AS row_no, raw.rowid AS position, "
            f"{self._raw.misshapen or 'FALSE'} AS misshapen, {', '.join(values)} "
            f"FROM {RAW} AS raw {' '.join(joins)}{self._not_blank})",
        )

    def _worth_looking_up(self) -> set[int]:
        """The places of the columns with few different texts; none in a small file."""
        places = [
            place
            for place, column in enumerate(self._columns)
            if column.field.type not in _READ_AS_FAST
        ]
        if self._rows < _LARGE or not places:
            return set()
        cells = [f"c{self._columns[place].position}" for place in places]
        counts = self._engine.rows(
            f"SELECT {', '.join(f'count(DISTINCT {cell})' for cell in cells)} "
            f"FROM ({self._spread(cells)})"
        )[0]
        return {
            place for place, count in zip(places, counts, strict=True) if 0 < count <= _FEW_TEXTS
        }

    def _spread(self, cells: Sequence[str]) -> str:
        """Some thousand rows from all over the file."""
        return f"SELECT {', '.join(cells)} FROM {RAW} WHERE rowid % {self._rows // _SAMPLE} = 0"

    def _read_words(self, place: int, column: Column) -> str:
        """The table of a column's frequent texts and their values."""
        name, cell = f"words{place}", f"c{column.position}"
        self._engine.make_table(
            name,
            f"SELECT text, {fast_expression(column, 'text')} AS value FROM "
            f"(SELECT DISTINCT {cell} AS text FROM ({self._spread([cell])}) "
            f"WHERE {cell} IS NOT NULL)",
        )
        return name

    def _known_identities(self, place: int, column: Column) -> str:
        """The table of identities to join: with the clean new ones first when most are new."""
        cell = f"c{column.position}"
        clean = fast_identifier(
            column.field.scheme or "opaque", today=self._today, shape=column.field.shape
        )
        if clean is None or self.suspect[place] or self.borrowed[place] or self._rows <= _SMALL:
            return IDENTITIES
        sample = f"(SELECT {cell} AS canonical FROM {RAW} WHERE {cell} IS NOT NULL LIMIT {_SAMPLE})"
        looked_at, unknown = self._engine.rows(
            f"SELECT (SELECT count(*) FROM {sample}), "
            f"(SELECT count(*) FROM {sample} ANTI JOIN {IDENTITIES} USING (canonical))"
        )[0]
        if unknown * 5 < looked_at:
            return IDENTITIES
        self._engine.make_table(
            "identifier_texts",
            f"SELECT DISTINCT {cell} AS text FROM {RAW} WHERE {cell} IS NOT NULL",
        )
        self._engine.make_table(
            "fresh_identities",
            f"SELECT text AS canonical, {self._vault.reference_sql('person', 'text')} AS person_ref "
            f"FROM ({clean.format(source='identifier_texts')}) "
            f"ANTI JOIN {IDENTITIES} ON canonical = text WHERE is_clean",
        )
        self._engine.rows(
            f"INSERT INTO {NEW_IDENTITIES} SELECT canonical, person_ref FROM fresh_identities"
        )
        known = f"known_identities_{place}"
        self._engine.make_table(
            known, f"SELECT * FROM {IDENTITIES} UNION ALL SELECT * FROM fresh_identities"
        )
        self._engine.drop("identifier_texts", "fresh_identities")
        return known

    def _lost_digits(self, column: Column) -> LostDigits:
        """What a spreadsheet cut from a column's numbers, by some thousand of them."""
        cell = f"c{column.position}"
        step = max(1, self._rows // _NUMBERS_LOOKED_AT)
        scheme = column.field.scheme or "opaque"
        numbers = (
            f"SELECT DISTINCT {cell} AS text FROM {RAW} "
            f"WHERE {cell} IS NOT NULL AND rowid % {step} = 0"
        )
        # Of many numbers the engine tells the right ones, which are nearly all, far sooner than we do.
        is_asked = scheme == "gb11643" and self._rows > _FEW_NUMBERS
        clean = fast_identifier(scheme, today=self._today) if is_asked else None
        rows = self._engine.rows(
            clean.format(source=f"({numbers})") if clean else f"SELECT text, FALSE FROM ({numbers})"
        )
        return lost_digits(
            (text for text, is_clean in rows if not is_clean),
            scheme=scheme,
            today=self._today,
            right=(text for text, is_clean in rows if is_clean),
        )


def _says_something(column: Column, cell: str) -> str:
    if column.field.type in ("code", "flag"):
        return f"nullif(trim({cell}), '') IS NOT NULL"
    return is_not_missing(f"trim({cell})", column.writing)
