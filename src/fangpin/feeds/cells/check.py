"""Contract -> SQL: reads the cells of a raw table; what cannot be read is named in PROBLEMS.

The fast pass (clean_cells.py) marks the cells that it leaves. Whatever is marked is read again,
each distinct text once, by the slow truth (one_cell.py, identifiers.py); the results are joined back.
So a clean million rows costs one statement, and a dirty column as many readings as it has texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fangpin.feeds.cells.borrowed_numbers import BORROWED, borrowed_numbers
from fangpin.feeds.cells.clean_cells import NEW_IDENTITIES, NUMBER, TYPED, CleanCells
from fangpin.feeds.cells.headers import Column
from fangpin.feeds.cells.no_records import (
    is_another_header,
    may_be_footer,
    may_be_header,
    tests_of_no_records,
)
from fangpin.feeds.cells.one_cell import CellReading, read_cell
from fangpin.feeds.cells.shapes import literal, quiet_repair, quoted, type_of
from fangpin.feeds.cells.table import RAW, RawTable
from fangpin.feeds.findings import FileRefused, Finding, finding
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.vault import Vault
from fangpin.policy.models.feeds import DATING_TYPES, Contract
from fangpin.policy.models.header import TableWords
from fangpin.values.dates import read_date
from fangpin.values.identifiers import IdentifierReading, read_identifier
from fangpin.values.masks import mask_identifier, mask_value

CHECKED = "checked_rows"
"""row_no and one column `f_<field>` a field of the contract; an identifier's is its reference.

With the column NUMBER, where it was asked for."""
PROBLEMS = "row_problems"
"""row_no, field, code, value_masked, proposal: why a row is set aside; several a row."""

WAITING = "waiting_rows"
"""In the columns of CHECKED, the rows that are set aside for nothing but their identity number."""

SET_ASIDE = "rows_set_aside"
"""In the columns of CHECKED, what could be read of the rows that are set aside; made if asked for."""

_BATCH = 100_000


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rows the raw table had, how many wait for linkage, and what to say of its columns."""

    read: int
    findings: tuple[Finding, ...]
    waiting: int = 0


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
    number_of: str | None = None,
    keeps_set_aside: bool = False,
    least_names: int | None = None,
    words: TableWords | None = None,
) -> Checked:
    """Read every row into CHECKED or name it in PROBLEMS; new identities into NEW_IDENTITIES.

    A row with a blank identifier has a NULL reference in CHECKED: the caller gives it its own.
    `number_of` is an identifier whose canonical text CHECKED shall have, as NUMBER;
    `keeps_set_aside` asks for SET_ASIDE; a number under which `least_names` names stand is nobody's;
    `words` are those of totals and signatures.
    """
    clean = CleanCells(
        engine=engine,
        raw=raw,
        columns=columns,
        contract=contract,
        vault=vault,
        today=today,
        borrowed=borrowed_numbers(
            engine=engine, raw=raw, contract=contract, least_names=least_names
        ),
    )
    clean.read(number_of=number_of)
    reader = _MarkedCells(
        engine,
        raw,
        tuple(columns),
        contract,
        clean,
        vault,
        today,
        number_of,
        keeps_set_aside,
        words,
    )
    read = reader.read()
    return Checked(read, tuple(reader.findings), reader.waiting)


class _MarkedCells:
    def __init__(
        self,
        engine: Engine,
        raw: RawTable,
        columns: tuple[Column, ...],
        contract: Contract,
        clean: CleanCells,
        vault: Vault,
        today: date,
        number_of: str | None,
        keeps_set_aside: bool,
        words: TableWords | None,
    ) -> None:
        self.words = words
        self.number_of = number_of
        self.keeps_set_aside = keeps_set_aside
        self.engine = engine
        self.raw = raw
        self.columns = columns
        self.contract = contract
        self.clean = clean
        self.vault = vault
        self.today = today
        self.findings: list[Finding] = []
        self.waiting = 0

    def read(self) -> int:
        """CHECKED from TYPED and the readings of its marked cells; PROBLEMS from the others.

        Returns the number of rows that are not blank.
        """
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
        names += [NUMBER] if self.number_of else []
        self._make_canonical_columns()
        self._tell_quiet_repairs()
        rows, marked, marks = self.engine.rows(
            "SELECT count(*), count(*) FILTER (WHERE unread <> 0), "
            f"bit_or(unread) FILTER (WHERE unread > 0) FROM {TYPED}"
        )[0]
        if not marked:
            self.engine.make_view(
                CHECKED, f"SELECT row_no, position, {', '.join(names)} FROM {TYPED}"
            )
            if self.keeps_set_aside:
                self.engine.make_table(SET_ASIDE, f"SELECT * FROM {CHECKED} LIMIT 0")
            return int(rows)
        own = "" if self.raw.misshapen is None else " EXCLUDE (row_no, misshapen)"
        self.engine.make_table(
            "marked",
            f"SELECT typed.*, raw.* FROM (SELECT * FROM {TYPED} WHERE unread <> 0) AS typed "
            f"JOIN (SELECT rowid AS raw_position, *{own} FROM {RAW}) AS raw "
            "ON raw.raw_position = typed.position",
        )
        self._append_problems(
            "SELECT row_no, NULL, 'ROW_SHAPE', NULL, NULL FROM marked WHERE unread = -1"
        )
        self._set_no_records_aside()
        values = []
        joins = []
        number = f"marked.{NUMBER}"
        for place, column in enumerate(self.columns):
            name = quoted(f"f_{column.field.field}")
            if not (marks or 0) >> place & 1:
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
            if column.field.field == self.number_of:
                known = f"canonical_{place}"
                joins.append(f"LEFT JOIN {known} ON {known}.text = marked.{NUMBER}")
                number = f"coalesce({known}.canonical, marked.{NUMBER}) AS {NUMBER}"
        values += [number] if self.number_of else []
        readable = (
            f"SELECT marked.row_no, marked.position, {', '.join(values)} FROM marked "
            f"{' '.join(joins)} WHERE unread >= 0 AND marked.row_no"
        )
        self.engine.make_table("mended", f"{readable} NOT IN (SELECT row_no FROM {PROBLEMS})")
        self._keep_waiting(readable)
        if self.keeps_set_aside:
            self.engine.make_table(SET_ASIDE, f"{readable} IN (SELECT row_no FROM {PROBLEMS})")
        self.engine.make_view(
            CHECKED,
            f"SELECT row_no, position, {', '.join(names)} FROM {TYPED} WHERE unread = 0 "
            f"UNION ALL SELECT row_no, position, {', '.join(names)} FROM mended",
        )
        self.engine.drop("marked")
        return int(rows)

    def _set_no_records_aside(self) -> None:
        """Headers and totals among the rows: one problem each, whatever their cells would be.

        Raises FileRefused HEADER_MOVED.

        Only rows whose subject could not be read at once are looked at: whoever is named is somebody.
        """
        subject = next(
            place
            for place, column in enumerate(self.columns)
            if column.field.field == self.contract.subject_field
        )
        unnamed = self._marks(subject)
        held = self.engine.columns(f"SELECT * FROM {RAW}")
        headers, footers = self.engine.rows(
            f"SELECT coalesce(bool_or({may_be_header(self.raw, held)}), FALSE), "
            f"coalesce(bool_or({may_be_footer(held, self.words)}), FALSE) FROM marked WHERE {unnamed}"
        )[0]
        if headers:
            another = self.engine.value(
                f"SELECT min(row_no) FROM marked WHERE {unnamed} "
                f"AND {is_another_header(self.raw, self.contract)}"
            )
            if another is not None:
                raise FileRefused(finding("HEADER_MOVED", row=another))
        for code, test in tests_of_no_records(
            self.raw, self.contract, held, self.words, headers=headers, footers=footers
        ):
            self._append_problems(
                f"SELECT row_no, NULL, {literal(code)}, NULL, NULL FROM marked "
                f"WHERE {unnamed} AND ({test})"
            )
            self.engine.rows(
                "UPDATE marked SET unread = -2 WHERE unread >= 0 AND row_no IN "
                f"(SELECT row_no FROM {PROBLEMS} WHERE code = {literal(code)})"
            )

    def _keep_waiting(self, readable: str) -> None:
        """WAITING, where any row has no other problem than with an identity number."""
        numbers = ", ".join(
            literal(column.field.field)
            for column in self.columns
            if column.field.type == "identifier"
        )
        if not numbers:
            return
        others = f"(SELECT row_no FROM {PROBLEMS} WHERE field IS NULL OR field NOT IN ({numbers}))"
        theirs = f"(SELECT row_no FROM {PROBLEMS} WHERE field IN ({numbers}))"
        self.engine.make_table(WAITING, f"{readable} IN {theirs} AND marked.row_no NOT IN {others}")
        self.waiting = int(self.engine.value(f"SELECT count(*) FROM {WAITING}"))

    def _tell_quiet_repairs(self) -> None:
        """What the fast pass read though it was written otherwise: 1,200.50 and 2020.3.1."""
        repairs = [
            (quiet, column.field)
            for column in self.columns
            if (quiet := quiet_repair(column, f"raw.c{column.position}"))
        ]
        if not repairs:
            return
        # Most deliveries have none: so much is cheap to ask.
        tests = ", ".join(f"coalesce(bool_or({quiet.may}), FALSE)" for quiet, _ in repairs)
        (may,) = self.engine.rows(f"SELECT {tests} FROM {RAW} AS raw")
        repairs = [repair for repair, has in zip(repairs, may, strict=True) if has]
        if not repairs:
            return
        counts = ", ".join(
            f"count(*) FILTER (WHERE {quiet.was}), min({self.raw.row_no}) FILTER (WHERE {quiet.was})"
            for quiet, _ in repairs
        )
        (values,) = self.engine.rows(f"SELECT {counts} FROM {RAW} AS raw")
        for place, (quiet, field) in enumerate(repairs):
            count, first_row = values[2 * place : 2 * place + 2]
            if count:
                self.findings.append(
                    finding(
                        quiet.code,
                        row=first_row,
                        column=field.field,
                        count=count,
                        title=field.title.zh,
                        title_en=field.title.en,
                    )
                )

    def _make_canonical_columns(self) -> None:
        for place, column in enumerate(self.columns):
            if column.field.type == "identifier":
                self.engine.make_empty_table(
                    f"canonical_{place}", {"text": "VARCHAR", "canonical": "VARCHAR"}
                )

    def _marks(self, place: int) -> str:
        return f"(marked.unread >= 0 AND (marked.unread & {self.clean.bit(place)}) <> 0)"

    def _append_problems(self, query: str) -> None:
        self.engine.rows(f"INSERT INTO {PROBLEMS} {query}")

    def _tell_problems(self, place: int, column: Column, table: str) -> None:
        field = column.field
        self._append_problems(
            f"SELECT marked.row_no, {literal(field.field)}, {table}.problem, {table}.masked, "
            f"{table}.proposal FROM marked JOIN {table} ON {table}.text = marked.c{column.position} "
            f"WHERE {self._marks(place)} AND {table}.problem IS NOT NULL"
        )
        if field.field in self.clean.required and field.type != "identifier":
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
        if column.field.type in DATING_TYPES:
            column = self._with_order(column, source)

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

    def _with_order(self, column: Column, source: str) -> Column:
        """The column in its country's order of day and month, unless a value of it speaks against that.

        Else one finding for the whole column: which order its values allow.
        """
        rows = self.engine.rows(
            f"SELECT text FROM ({source}) WHERE regexp_matches(text, '[0-9][-./][0-9]{{1,2}}[-./][0-9]{{4}}')"
        )
        allowed: set[str] | None = None
        count = 0
        for (text,) in rows:
            reading = read_date(text, writing=column.writing)
            if reading.problem_code == "DATE_ORDER_UNKNOWN":
                count += 1
                allowed = set(reading.orders) if allowed is None else allowed & set(reading.orders)
        own = column.writing.date_order
        if not count or own in (allowed or ()):
            return replace(column, order=own)
        if column.field.type != "date":
            return column
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
        return column

    def _read_identifiers(self, place: int, column: Column, table: str, source: str) -> None:
        """Readings whose `value` is the reference; canonical forms that are new to the vault."""
        scheme = column.field.scheme or "opaque"
        lost = self.clean.suspect[place]

        def read(text: str) -> _Reading:
            reading: IdentifierReading = read_identifier(
                text,
                scheme=scheme,
                today=self.today,
                shape=column.field.shape,
                writing=column.writing,
            )
            problem, canonical = reading.problem_code, reading.canonical
            says_a_number = reading.kind in ("number", "unreadable")
            if text in self.clean.borrowed[place] and canonical is not None:
                problem, canonical = BORROWED, None
            if lost and says_a_number and problem != "ID_SCIENTIFIC" and lost.took(text):
                problem, canonical = "ID_PRECISION_LOST", None
            proposal = mask_identifier(reading.proposal) if reading.proposal else None
            masked = mask_identifier(text) if problem else None
            return _Reading(text, canonical, reading.repairs, problem, masked, proposal)

        self._make_readings("identifier_readings", source, read)
        self.engine.rows(
            f"INSERT INTO {NEW_IDENTITIES} "
            f"SELECT value, {self.vault.reference_sql('person', 'value')} FROM identifier_readings "
            "WHERE value IS NOT NULL"
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
