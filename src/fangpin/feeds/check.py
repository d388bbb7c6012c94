"""Contract -> SQL: one pass reads the clean cells of a raw table and marks those it cannot read.

The marks are bits, one a column. Whatever is marked is read again, each distinct text once, by the
slow truth (cells.py, identifiers.py); the results are joined back. So a clean million rows costs
one statement, and a dirty column as many readings as it has different texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fangpin.feeds.cells import CellReading, read_cell
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.headers import Column
from fangpin.feeds.readers.table import RAW, RawTable
from fangpin.feeds.shapes import (
    beyond_limits,
    fast_expression,
    fast_identifier,
    is_not_missing,
    literal,
    quoted,
    type_of,
)
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.vault import TABLE as IDENTITIES
from fangpin.lake.vault import Vault
from fangpin.policy.models import Contract
from fangpin.values.dates import read_date
from fangpin.values.identifiers import IdentifierReading, read_identifier
from fangpin.values.masks import mask_identifier, mask_value

CHECKED = "checked_rows"
"""row_no and one column `f_<field>` a field of the contract; an identifier's is its reference."""
PROBLEMS = "row_problems"
"""row_no, field, code, value_masked, proposal: why a row is set aside; several a row."""
NEW_IDENTITIES = "identities_to_register"

_BATCH = 100_000
_SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rows the raw table had, and what there is to say of its columns."""

    read: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    value: str | None
    repairs: tuple[str, ...]
    problem: str | None
    masked: str | None
    proposal: str | None


def check(
    *,
    engine: Engine,
    raw: RawTable,
    columns: Sequence[Column],
    contract: Contract,
    vault: Vault,
    today: date,
) -> Checked:
    """Read every row into CHECKED or name it in PROBLEMS; new identities into NEW_IDENTITIES.

    A row with a blank identifier has a NULL reference in CHECKED: the caller gives it its own.
    """
    required = {contract.subject_field, contract.dated_by}
    reader = _Reader(engine, raw, tuple(columns), contract, vault, today, required)
    reader.read_clean_cells()
    reader.read_marked_cells()
    return Checked(reader.count_rows(), tuple(reader.findings))


class _Reader:
    def __init__(
        self,
        engine: Engine,
        raw: RawTable,
        columns: tuple[Column, ...],
        contract: Contract,
        vault: Vault,
        today: date,
        required: set[str],
    ) -> None:
        self.engine = engine
        self.raw = raw
        self.columns = columns
        self.contract = contract
        self.vault = vault
        self.today = today
        self.required = required
        self.findings: list[Finding] = []
        self.suspect = {
            place: self._lost_precision(column)
            for place, column in enumerate(columns)
            if column.field.type == "identifier"
        }
        self.mask_type = "BIGINT" if len(columns) < 62 else "HUGEINT"

    # ── the fast pass ───────────────────────────────────────────────────────────────────────────

    def read_clean_cells(self) -> None:
        """The table `typed`: row_no, position, f_<field>..., unread (a bit for each marked cell)."""
        self.engine.make_empty_table(NEW_IDENTITIES, {"canonical": "VARCHAR"})
        inner, outer, marks, within = [], [], [], []
        joins = []
        for place, column in enumerate(self.columns):
            name = quoted(f"f_{column.field.field}")
            cell = f"raw.c{column.position}"
            if column.field.type == "identifier":
                alias = f"known{place}"
                never = f" AND NOT ends_with({cell}, '000')" if self.suspect[place] else ""
                joins.append(
                    f"LEFT JOIN {self._known_identities(place, column)} AS {alias} "
                    f"ON {alias}.canonical = {cell}{never}"
                )
                inner.append(f"{alias}.person_ref AS {name}")
                marks.append(f"CASE WHEN {name} IS NULL THEN {self._bit(place)} ELSE 0 END")
            else:
                inner.append(f"{fast_expression(column, cell)} AS {name}")
                inner.append(f"{cell} AS t{place}")
                blank_is_marked = column.field.required or column.field.field in self.required
                unread = "TRUE" if blank_is_marked else self._says_something(column, f"t{place}")
                marks.append(
                    f"CASE WHEN ({name} IS NULL AND {unread}){beyond_limits(column.field, name)} "
                    f"THEN {self._bit(place)} ELSE 0 END"
                )
                beyond = beyond_limits(column.field, name)
                within += [f"NOT ({beyond.removeprefix(' OR ')})"] if beyond else []
            outer.append(name)
        everything = ", ".join(f"raw.c{column.position}" for column in self.columns)
        misshapen = self.raw.misshapen or "FALSE"
        kinds = f"CAST({' + '.join(marks)} AS {self.mask_type})"
        all_read = " AND ".join([f"{name} IS NOT NULL" for name in outer] + within)
        self.engine.make_table(
            "typed",
            f"SELECT row_no, position, {', '.join(outer)}, "
            f"CASE WHEN misshapen THEN -1 WHEN {all_read} THEN 0 ELSE {kinds} END AS unread FROM ("
            f"SELECT {self.raw.row_no} AS row_no, raw.rowid AS position, "
            f"{misshapen} AS misshapen, {', '.join(inner)} "
            f"FROM {RAW} AS raw {' '.join(joins)} "
            f"WHERE coalesce({everything}) IS NOT NULL)",
        )

    def count_rows(self) -> int:
        """Rows of the file that are not blank."""
        return int(self.engine.value("SELECT count(*) FROM typed"))

    def _bit(self, place: int) -> str:
        return f"CAST({1 << place} AS {self.mask_type})"

    def _says_something(self, column: Column, cell: str) -> str:
        if column.field.type in ("code", "flag"):
            return f"nullif(trim({cell}), '') IS NOT NULL"
        return is_not_missing(f"trim({cell})")

    def _known_identities(self, place: int, column: Column) -> str:
        """The table of identities to join: with the clean new ones first when most are new."""
        cell = f"c{column.position}"
        clean = fast_identifier(column.field.scheme or "opaque", today=self.today)
        if clean is None or self.suspect[place]:
            return IDENTITIES
        looked_at, unknown = self.engine.rows(
            f"SELECT count(*), count(*) FILTER (WHERE cell NOT IN (SELECT canonical FROM "
            f"{IDENTITIES})) FROM (SELECT {cell} AS cell FROM {RAW} WHERE {cell} IS NOT NULL "
            f"LIMIT {_SAMPLE})"
        )[0]
        if unknown * 5 < looked_at:
            return IDENTITIES
        self.engine.make_table(
            "identifier_texts",
            f"SELECT DISTINCT {cell} AS text FROM {RAW} WHERE {cell} IS NOT NULL",
        )
        self.engine.make_table(
            "fresh_identities",
            f"SELECT text AS canonical, {self.vault.reference_sql('person', 'text')} AS person_ref "
            f"FROM ({clean.format(source='identifier_texts')}) "
            f"WHERE is_clean AND text NOT IN (SELECT canonical FROM {IDENTITIES})",
        )
        self.engine.make_table(
            NEW_IDENTITIES,
            f"SELECT canonical FROM {NEW_IDENTITIES} UNION SELECT canonical FROM fresh_identities",
        )
        known = f"known_identities_{place}"
        self.engine.make_table(
            known, f"SELECT * FROM {IDENTITIES} UNION ALL SELECT * FROM fresh_identities"
        )
        self.engine.drop("identifier_texts", "fresh_identities")
        return known

    def _lost_precision(self, column: Column) -> bool:
        """Whether a spreadsheet rounded this column: then whatever ends in 000 is suspect.

        Rounding leaves numbers ending in 000 of which ten in eleven fail their check digit; a
        column of true numbers has a few such endings and nearly all of them pass.
        """
        scheme = column.field.scheme or "opaque"
        cell = f"c{column.position}"
        rows = self.engine.rows(
            f"SELECT DISTINCT {cell} FROM {RAW} WHERE ends_with({cell}, '000') LIMIT 300"
        )
        lost = sum(
            read_identifier(text, scheme=scheme, today=self.today).problem_code
            == "ID_PRECISION_LOST"
            for (text,) in rows
        )
        return lost * 2 > len(rows)

    # ── the slow pass ───────────────────────────────────────────────────────────────────────────

    def read_marked_cells(self) -> None:
        """CHECKED from `typed` and the readings of its marked cells; PROBLEMS from the others."""
        self.engine.make_empty_table(
            PROBLEMS,
            {
                "row_no": "INTEGER",
                "field": "VARCHAR",
                "code": "VARCHAR",
                "value_masked": "VARCHAR",
                "proposal": "VARCHAR",
            },
        )
        names = [quoted(f"f_{column.field.field}") for column in self.columns]
        self._make_canonical_columns()
        marked = int(self.engine.value("SELECT count(*) FROM typed WHERE unread <> 0"))
        if not marked:
            self.engine.make_view(
                CHECKED, f"SELECT row_no, position, {', '.join(names)} FROM typed"
            )
            return
        self.engine.make_table(
            "marked",
            "SELECT typed.*, raw.* FROM (SELECT * FROM typed WHERE unread <> 0) AS typed "
            f"JOIN (SELECT rowid AS raw_position, * FROM {RAW}) AS raw "
            "ON raw.raw_position = typed.position"
            if self.raw.misshapen is None
            else "SELECT typed.*, raw.* FROM (SELECT * FROM typed WHERE unread <> 0) AS typed "
            f"JOIN (SELECT rowid AS raw_position, * EXCLUDE (row_no, misshapen) FROM {RAW}) AS raw "
            "ON raw.raw_position = typed.position",
        )
        self._append_problems(
            "SELECT row_no, NULL, 'ROW_SHAPE', NULL, NULL FROM marked WHERE unread = -1"
        )
        values = []
        joins = []
        for place, column in enumerate(self.columns):
            name = quoted(f"f_{column.field.field}")
            marks = int(
                self.engine.value(f"SELECT count(*) FROM marked WHERE {self._marks(place)}")
            )
            if not marks:
                values.append(f"marked.{name} AS {name}")
                continue
            table = f"readings_{place}"
            self._read_column(place, column, table)
            self._tell_problems(place, column, table)
            joins.append(
                f"LEFT JOIN {table} ON {table}.text = marked.c{column.position} "
                f"AND {self._marks(place)}"
            )
            values.append(
                f"CASE WHEN {self._marks(place)} THEN CAST({table}.value AS "
                f"{type_of(column.field)}) ELSE marked.{name} END AS {name}"
            )
        self.engine.make_table(
            "mended",
            f"SELECT marked.row_no, marked.position, {', '.join(values)} FROM marked "
            f"{' '.join(joins)} WHERE unread <> -1 "
            f"AND marked.row_no NOT IN (SELECT row_no FROM {PROBLEMS})",
        )
        self.engine.make_view(
            CHECKED,
            f"SELECT row_no, position, {', '.join(names)} FROM typed WHERE unread = 0 "
            f"UNION ALL SELECT row_no, position, {', '.join(names)} FROM mended",
        )
        self.engine.drop("marked")

    def _make_canonical_columns(self) -> None:
        for place, column in enumerate(self.columns):
            if column.field.type == "identifier":
                self.engine.make_empty_table(
                    f"canonical_{place}", {"text": "VARCHAR", "canonical": "VARCHAR"}
                )

    def _marks(self, place: int) -> str:
        return f"(marked.unread <> -1 AND (marked.unread & {self._bit(place)}) <> 0)"

    def _append_problems(self, query: str, parameters: Sequence[object] = ()) -> None:
        self.engine.make_table(
            PROBLEMS, f"SELECT * FROM {PROBLEMS} UNION ALL {query}", list(parameters)
        )

    def _tell_problems(self, place: int, column: Column, table: str) -> None:
        field = column.field
        self._append_problems(
            f"SELECT marked.row_no, {literal(field.field)}, {table}.problem, {table}.masked, "
            f"{table}.proposal FROM marked JOIN {table} ON {table}.text = marked.c{column.position} "
            f"WHERE {self._marks(place)} AND {table}.problem IS NOT NULL"
        )
        needed = field.required or field.field in self.required
        if needed and field.type != "identifier":
            self._append_problems(
                f"SELECT marked.row_no, {literal(field.field)}, 'REQUIRED_MISSING', NULL, NULL "
                f"FROM marked LEFT JOIN {table} ON {table}.text = marked.c{column.position} "
                f"WHERE {self._marks(place)} AND {table}.value IS NULL AND {table}.problem IS NULL"
            )
        repairs = self.engine.rows(
            f"SELECT repair, count(*), min(row_no) FROM (SELECT marked.row_no AS row_no, "
            f"unnest(string_split({table}.repairs, ' ')) AS repair FROM marked JOIN {table} "
            f"ON {table}.text = marked.c{column.position} WHERE {self._marks(place)} "
            f"AND {table}.repairs <> '') GROUP BY repair ORDER BY repair"
        )
        for repair, count, first_row in repairs:
            self.findings.append(
                finding(
                    repair,
                    row=first_row,
                    column=field.field,
                    count=count,
                    title=field.title.zh,
                    title_en=field.title.en,
                )
            )
        if field.type == "identifier":
            missing, first_row = self.engine.rows(
                f"SELECT count(*), min(marked.row_no) FROM marked LEFT JOIN {table} "
                f"ON {table}.text = marked.c{column.position} WHERE {self._marks(place)} "
                f"AND {table}.value IS NULL AND {table}.problem IS NULL "
                f"AND coalesce({table}.repairs, '') = ''"
            )[0]
            if missing:
                self.findings.append(
                    finding("ID_MISSING", row=first_row, column=field.field, count=missing)
                )

    def _read_column(self, place: int, column: Column, table: str) -> None:
        cell = f"c{column.position}"
        source = (
            f"SELECT DISTINCT {cell} AS text FROM marked WHERE {self._marks(place)} "
            f"AND {cell} IS NOT NULL"
        )
        if column.field.type == "identifier":
            self._read_identifiers(place, column, table, source)
            return
        if column.field.type == "date":
            self._tell_date_order(column, source)

        def read(text: str) -> _Reading:
            reading: CellReading = read_cell(column, text)
            masked = (
                mask_value(text, kind=column.field.type) if reading.problem is not None else None
            )
            return _Reading(
                text, reading.value, reading.repairs, reading.problem, masked, reading.proposal
            )

        self._make_readings(table, source, read)

    def _make_readings(self, table: str, source: str, read: Callable[[str], _Reading]) -> None:
        self.engine.make_empty_table(
            table,
            dict.fromkeys(("text", "value", "repairs", "problem", "masked", "proposal"), "VARCHAR"),
        )
        texts = [text for (text,) in self.engine.rows(source)]
        for start in range(0, len(texts), _BATCH):
            batch = [read(text) for text in texts[start : start + _BATCH]]
            self.engine.make_table(
                table,
                f"SELECT * FROM {table} UNION ALL "
                "SELECT unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)",
                _as_columns(batch),
            )

    def _tell_date_order(self, column: Column, source: str) -> None:
        """One finding for the whole column: which order of day and month its values allow."""
        rows = self.engine.rows(
            f"SELECT text FROM ({source}) WHERE regexp_matches(text, '[0-9][-./][0-9]{{1,2}}[-./][0-9]{{4}}')"
        )
        allowed: set[str] | None = None
        count = 0
        for (text,) in rows:
            reading = read_date(text)
            if reading.problem_code == "DATE_ORDER_UNKNOWN":
                count += 1
                allowed = set(reading.orders) if allowed is None else allowed & set(reading.orders)
        if not count:
            return
        both = not allowed or len(allowed) == 2
        first_is_day = allowed == {"dmy"}
        self.findings.append(
            finding(
                "DATE_ORDER",
                column=column.field.field,
                count=count,
                title=column.field.title.zh,
                title_en=column.field.title.en,
                orders_zh="日、月次序无法从数据判断"
                if both
                else ("全列只能按“日/月/年”读" if first_is_day else "全列只能按“月/日/年”读"),
                orders_en="the values do not tell which is the day"
                if both
                else f"all fit only {'day/month/year' if first_is_day else 'month/day/year'}",
            )
        )

    def _read_identifiers(self, place: int, column: Column, table: str, source: str) -> None:
        """Readings whose `value` is the reference; canonical forms that are new to the vault."""
        scheme = column.field.scheme or "opaque"
        suspect = self.suspect[place]

        def read(text: str) -> _Reading:
            reading: IdentifierReading = read_identifier(text, scheme=scheme, today=self.today)
            problem, canonical = reading.problem_code, reading.canonical
            if suspect and canonical and canonical.endswith("000"):
                problem, canonical = "ID_PRECISION_LOST", None
            proposal = mask_identifier(reading.proposal) if reading.proposal else None
            masked = mask_identifier(text) if problem else None
            return _Reading(text, canonical, reading.repairs, problem, masked, proposal)

        self._make_readings("identifier_readings", source, read)
        self.engine.make_table(
            NEW_IDENTITIES,
            f"SELECT canonical FROM {NEW_IDENTITIES} UNION "
            "SELECT value FROM identifier_readings WHERE value IS NOT NULL",
        )
        self.engine.make_table(
            f"canonical_{place}",
            "SELECT text, value AS canonical FROM identifier_readings WHERE value IS NOT NULL",
        )
        self.engine.make_table(
            table,
            "SELECT text, CAST("
            f"{self.vault.reference_sql('person', 'value')} AS VARCHAR) AS value, "
            "repairs, problem, masked, proposal FROM identifier_readings",
        )
        self.engine.drop("identifier_readings")


def _as_columns(batch: Iterable[_Reading]) -> list[list[str | None]]:
    columns: list[list[str | None]] = [[], [], [], [], [], []]
    for reading in batch:
        row = (
            reading.text,
            reading.value,
            " ".join(reading.repairs),
            reading.problem,
            reading.masked,
            reading.proposal,
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return columns
