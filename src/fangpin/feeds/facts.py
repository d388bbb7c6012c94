"""From checked rows to accepted facts: references, months, keys, duplicates and corrections."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.check import CHECKED, PROBLEMS, literal, quoted, type_of
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.headers import Column
from fangpin.feeds.readers.table import RAW
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.vault import Vault
from fangpin.policy.models import Contract, ContractField, Registry
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

ACCEPTED = "accepted_rows"
"""The rows of facts.parquet."""

RESERVED = frozenset({"row_no", "person_ref", "household_ref", "month", "row_key", "masked_id"})
_SEPARATOR = "\x1f"
_MODULUS = 2**61 - 1
_ABSENT = 2**60 + 1


def _factor(place: int) -> int:
    """The odd multiplier of a key's part: parts of equal value in other places differ."""
    return int(hashlib.sha256(f"part {place} of a row key".encode()).hexdigest()[:15], 16) | 1


def _number_of(code: str) -> int:
    return int(hashlib.sha256(code.encode()).hexdigest()[:15], 16)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many rows went where; months are those of the accepted rows (None without any)."""

    accepted: int
    quarantined: int
    duplicate: int
    month: int | None
    months: tuple[int, int] | None
    superseded: list[str]
    sorted_by: str
    findings: tuple[Finding, ...]


def settle_rows(
    *,
    engine: Engine,
    pack: Pack,
    contract: Contract,
    columns: Sequence[Column],
    vault: Vault,
    sha256: str,
    received: date,
    earlier: Sequence[Arrival],
) -> Settled:
    """Make ACCEPTED from CHECKED; rows whose key repeats with other content join PROBLEMS.

    A row of an earlier delivery with the same key and content makes this one a duplicate; with
    other content this one corrects it and the old row is named in `superseded_rows`. A registry
    delivery restates whole villages: nothing of it is a duplicate of an earlier one.
    """
    registry = pack.header.registry
    is_registry = registry is not None and registry.feed == contract.feed
    findings: list[Finding] = []
    shape = _Shape(contract, tuple(columns), registry if is_registry else None, vault, sha256)
    if shape.household_field:
        engine.make_table(
            "household_references",
            f"SELECT household_no, {vault.reference_sql('household', 'household_no')} AS "
            "household_ref FROM (SELECT DISTINCT "
            f"{shape.column(shape.household_field)} AS household_no FROM {CHECKED})",
        )
    if is_registry:
        findings += shape.conflicts(engine)
    engine.make_table("settling", shape.query(engine))
    quarantined_keys, duplicate = _repeated(engine, shape)
    superseded: list[str] = []
    if not is_registry:
        known, superseded = _compare_with_earlier(engine, shape, earlier)
        duplicate += known
    _drop_rows(engine, duplicate=duplicate, repeated=quarantined_keys)
    ahead = engine.value(
        f"SELECT count(*) FROM {ACCEPTED} WHERE month > ?", [int(Month.containing(received))]
    )
    if ahead:
        findings.append(finding("DATED_AFTER_RECEIPT", column=contract.dated_by, count=ahead))
    accepted = int(engine.value(f"SELECT count(*) FROM {ACCEPTED}"))
    months = engine.rows("SELECT month, count(*) FROM settling GROUP BY month ORDER BY 2 DESC, 1")
    span = engine.rows(f"SELECT min(month), max(month) FROM {ACCEPTED}")[0]
    return Settled(
        accepted=accepted,
        quarantined=int(engine.value(f"SELECT count(DISTINCT row_no) FROM {PROBLEMS}")),
        duplicate=duplicate,
        month=int(months[0][0]) if months else None,
        months=(int(span[0]), int(span[1])) if accepted else None,
        superseded=superseded,
        sorted_by=shape.sorted_by,
        findings=tuple(findings),
    )


class _Shape:
    """The columns of facts.parquet for one contract and how they come from CHECKED."""

    def __init__(
        self,
        contract: Contract,
        columns: tuple[Column, ...],
        registry: Registry | None,
        vault: Vault,
        sha256: str,
    ) -> None:
        self.contract = contract
        self.columns = columns
        self.registry = registry
        self.vault = vault
        self.sha256 = sha256
        self.fields = {field.field: field for field in contract.fields}
        self.present = {column.field.field for column in columns}
        self.household_field = self._first("household_no")
        self.identifier_field = self._first("identifier")
        subject = self.fields[contract.subject_field]
        self.subject_column = {
            "person": "person_ref",
            "household": "household_ref",
            "division": "division",
        }[contract.subject]
        self.has_person = self.identifier_field is not None or registry is not None
        self.division_field = subject.field if contract.subject == "division" else None
        self.sorted_by = ", ".join(
            dict.fromkeys(
                [
                    *(["household_ref"] if registry and self.household_field else []),
                    quoted(self.subject_column),
                    "month",
                    "row_no",
                ]
            )
        )

    def column(self, field: str) -> str:
        """A field of CHECKED as SQL; NULL of its type where the file has no such column."""
        if field in self.present:
            return quoted(f"f_{field}")
        return f"CAST(NULL AS {type_of(self.fields[field])})"

    @property
    def stored(self) -> list[ContractField]:
        """The fields that facts.parquet keeps under their own names."""
        kept = []
        for field in self.contract.fields:
            personal = field.type in ("name", "phone", "household_no") and self.registry is None
            taken = field.field in RESERVED or (
                self.division_field is not None and field.field == "division"
            )
            if field.type != "identifier" and not personal and not taken:
                kept.append(field)
        return kept

    @property
    def names(self) -> list[str]:
        """The columns of facts.parquet."""
        names = ["row_no"]
        if self.has_person:
            names.append("person_ref")
        if self.household_field:
            names.append("household_ref")
        if self.division_field:
            names.append("division")
        names += ["month", "row_key"]
        names += [f"{field}_ref" for field in self._other_references()]
        if self.registry:
            names.append("masked_id")
        return names + [field.field for field in self.stored]

    def query(self, engine: Engine) -> str:  # noqa: ARG002 - one shape of call for all statements
        """One row a checked row: the columns of facts.parquet."""
        checked = (
            [f"checked.* EXCLUDE ({self._given_reference()})"]
            if self.has_person and self.identifier_field in self.present
            else ["checked.*"]
        )
        source = f"{CHECKED} AS checked"
        if self.has_person:
            checked.append(f"{self._person()} AS person_ref")
        if self.household_field:
            source += (
                " LEFT JOIN household_references AS homes ON homes.household_no = "
                f"checked.{self.column(self.household_field)}"
                if self.household_field in self.present
                else " LEFT JOIN household_references AS homes ON FALSE"
            )
            checked.append("homes.household_ref")
        checked.append(f"{self._month()} AS month")
        masked = ""
        if self.registry and self.identifier_field in self.present:
            checked.append(f"{self._masked()} AS masked_id")
            masked = self._masked_join()
        inner = f"SELECT {', '.join(checked)} FROM {source}{masked}"
        outer = [f"{self._value(name)} AS {quoted(name)}" for name in self.names]
        return f"SELECT {', '.join(outer)} FROM ({inner}) AS rows"

    def _value(self, name: str) -> str:
        if name == "row_key":
            return self._key()
        if name == "division" and self.division_field:
            return self.column(self.division_field)
        if name in ("row_no", "person_ref", "household_ref", "month"):
            return name
        if name == "masked_id":
            return name if self.identifier_field in self.present else "CAST(NULL AS VARCHAR)"
        if name in self._other_references_by_name():
            return self.column(self._other_references_by_name()[name])
        return self.column(name)

    def _key(self) -> str:
        parts = []
        for field in self.contract.key:
            kind = self.fields[field].type
            if kind == "identifier" and field == self.identifier_field:
                parts.append("person_ref")
            elif kind == "household_no" and field == self.household_field:
                parts.append("household_ref")
            else:
                parts.append(self._as_number(self.fields[field]))
        total = " + ".join(
            f"coalesce(CAST({part} AS HUGEINT), {_ABSENT}) * {_factor(place)}"
            for place, part in enumerate(parts)
        )
        return f"CAST(({total}) % {_MODULUS} AS BIGINT)"

    def _as_number(self, field: ContractField) -> str:
        """A part of the key as a number below 2^61, the same on every engine and every day."""
        value = self.column(field.field)
        if field.type in ("identifier", "count", "month", "year"):
            return value
        if field.type == "date":
            return f"date_diff('day', DATE '1970-01-01', {value})"
        if field.type == "code" and field.values and len(field.values) <= 50:
            cases = " ".join(
                f"WHEN {literal(code)} THEN {_number_of(code)}" for code in field.values
            )
            return f"CASE {value} {cases} END"
        return f"md5_number_lower(CAST({value} AS VARCHAR)) >> 4"

    def _month(self) -> str:
        field = self.fields[self.contract.dated_by]
        value = self.column(field.field)
        if field.type == "month":
            return value
        if field.type == "year":
            return f"CAST({value} * 12 AS INTEGER)"
        return f"CAST(year({value}) * 12 + month({value}) - 1 AS INTEGER)"

    def _person(self) -> str:
        """The reference by identity number, else by place in the household, else the row's own."""
        row = f"{literal(self.sha256 + ':')} || checked.row_no"
        own = self.vault.reference_sql("row", f"({row})")
        if self.registry and {self.registry.household_no, self.registry.person_no} <= self.present:
            household = f"checked.{self.column(self.registry.household_no)}"
            person = f"CAST(checked.{self.column(self.registry.person_no)} AS VARCHAR)"
            place = self.vault.reference_sql(
                "member", f"({household} || {literal(_SEPARATOR)} || {person})"
            )
            own = f"coalesce({place}, {own})"
        if self.identifier_field not in self.present:
            return (
                own
                if self.registry or self.contract.subject == "person"
                else "CAST(NULL AS BIGINT)"
            )
        given = f"checked.{self.column(self.identifier_field)}"
        if self.contract.subject != "person" and not self.registry:
            return given
        return f"CASE WHEN {given} IS NULL THEN {own} ELSE {given} END"

    def _given_reference(self) -> str:
        assert self.identifier_field is not None
        return quoted(f"f_{self.identifier_field}")

    def _place(self, field: str) -> int:
        return next(
            place for place, column in enumerate(self.columns) if column.field.field == field
        )

    def _masked_join(self) -> str:
        assert self.identifier_field is not None
        place = self._place(self.identifier_field)
        cell = f"raw.c{self.columns[place].position}"
        return (
            f" JOIN {RAW} AS raw ON raw.rowid = checked.position "
            f"LEFT JOIN canonical_{place} AS known ON known.text = {cell}"
        )

    def _masked(self) -> str:
        """`mask_identifier` in SQL, for texts that are known to be identity numbers."""
        assert self.identifier_field is not None
        cell = f"raw.c{self.columns[self._place(self.identifier_field)].position}"
        number = f"coalesce(known.canonical, {cell})"
        number = f"upper(replace(regexp_replace({number}, '^document:', ''), '-', ''))"
        given = f"checked.{self._given_reference()}"
        return (
            f"CASE WHEN {given} IS NULL THEN NULL "
            f"WHEN length({number}) >= 18 THEN substr({number}, 1, 6) "
            f"|| repeat('*', length({number}) - 10) || right({number}, 4) "
            f"WHEN length({number}) >= 15 THEN substr({number}, 1, 6) "
            f"|| repeat('*', length({number}) - 9) || right({number}, 3) "
            f"WHEN length({number}) >= 6 THEN substr({number}, 1, 1) "
            f"|| repeat('*', length({number}) - 3) || right({number}, 2) "
            f"ELSE repeat('*', length({number})) END"
        )

    def conflicts(self, engine: Engine) -> list[Finding]:
        """Rows whose identity number tells another sex or birth date than their columns."""
        registry = self.registry
        if registry is None or self.identifier_field not in self.present:
            return []
        field = self.fields[self.identifier_field or ""]
        if field.scheme not in ("gb11643", "gb_disability_certificate"):
            return []
        place = self._place(field.field)
        cell = f"raw.c{self.columns[place].position}"
        source = (
            f"SELECT checked.*, coalesce(known.canonical, {cell}) AS number FROM {CHECKED} AS "
            f"checked{self._masked_join()} WHERE checked.{self._given_reference()} IS NOT NULL"
        )
        told: list[Finding] = []
        tests = []
        if registry.sex in self.present and registry.sex is not None:
            sex = self.column(registry.sex)
            odd = "CAST(substr(number, 17, 1) AS INTEGER) % 2 = 1"
            tests.append(
                (
                    "ID_SEX_CONFLICT",
                    registry.sex,
                    f"({sex} = 'male' AND NOT {odd}) OR ({sex} = 'female' AND {odd})",
                )
            )
        if registry.birth in self.present and registry.birth is not None:
            birth = self.column(registry.birth)
            if self.fields[registry.birth].type == "date":
                tests.append(
                    (
                        "ID_BIRTH_CONFLICT",
                        registry.birth,
                        f"strftime({birth}, '%Y%m%d') <> substr(number, 7, 8)",
                    )
                )
        for code, column, test in tests:
            count, row = engine.rows(
                f"SELECT count(*), min(row_no) FROM ({source}) "
                f"WHERE CASE WHEN regexp_full_match(number, '[0-9]{{17}}[0-9X]') "
                f"THEN {test} ELSE FALSE END"
            )[0]
            if count:
                title = self.fields[column].title
                told.append(
                    finding(
                        code,
                        row=row,
                        column=column,
                        count=count,
                        title=title.zh,
                        title_en=title.en,
                    )
                )
        return told

    def _other_references(self) -> list[str]:
        return [
            field.field
            for field in self.contract.fields
            if field.type == "identifier" and field.field != self.identifier_field
        ]

    def _other_references_by_name(self) -> dict[str, str]:
        return {f"{field}_ref": field for field in self._other_references()}

    def _first(self, kind: str) -> str | None:
        subject = self.fields[self.contract.subject_field]
        if subject.type == kind:
            return subject.field
        return next((field.field for field in self.contract.fields if field.type == kind), None)


def _repeated(engine: Engine, shape: _Shape) -> tuple[int, int]:
    """Rows of one key in one file: equal ones count once, differing ones are all set aside.

    Gives the number of keys that differ and the number of surplus equal rows; the tables
    `repeated_keys` and `dropped_rows` name them.
    """
    engine.make_empty_table("dropped_rows", {"row_no": "INTEGER"})
    engine.make_table(
        "repeated_keys", "SELECT row_key FROM settling GROUP BY row_key HAVING count(*) > 1"
    )
    if not engine.value("SELECT count(*) FROM repeated_keys"):
        return 0, 0
    content = ", ".join(quoted(name) for name in shape.names if name != "row_no")
    engine.make_table(
        "repeated_rows",
        f"SELECT row_no, row_key, hash(ROW({content})) AS content FROM settling "
        "WHERE row_key IN (SELECT row_key FROM repeated_keys)",
    )
    engine.make_table(
        "repeated_keys",
        "SELECT row_key, count(DISTINCT content) > 1 AS differ, min(row_no) AS first_row "
        "FROM repeated_rows GROUP BY row_key",
    )
    engine.make_table(
        PROBLEMS,
        f"SELECT * FROM {PROBLEMS} UNION ALL "
        "SELECT row_no, NULL, 'KEY_REPEATED', NULL, NULL FROM repeated_rows "
        "JOIN repeated_keys USING (row_key) WHERE differ",
    )
    engine.make_table(
        "dropped_rows",
        "SELECT row_no FROM repeated_rows JOIN repeated_keys USING (row_key) "
        "WHERE NOT differ AND row_no <> first_row",
    )
    engine.drop("repeated_rows")
    differing = int(engine.value("SELECT count(*) FROM repeated_keys WHERE differ"))
    return differing, int(engine.value("SELECT count(*) FROM dropped_rows"))


def _compare_with_earlier(
    engine: Engine, shape: _Shape, earlier: Sequence[Arrival]
) -> tuple[int, list[str]]:
    """Rows that stand already, and those of earlier deliveries that this one corrects."""
    with_rows = [arrival for arrival in earlier if arrival.accepted]
    if not with_rows:
        return 0, []
    engine.view_files(
        "earlier_facts", [arrival.facts for arrival in with_rows], with_file_name=True
    )
    engine.make_table(
        "meeting_rows",
        "SELECT *, split_part(filename, '/', -2) AS delivery FROM earlier_facts "
        "WHERE row_key IN (SELECT row_key FROM settling)",
    )
    if not engine.value("SELECT count(*) FROM meeting_rows"):
        engine.drop("meeting_rows")
        return 0, []
    corrections = [arrival for arrival in with_rows if arrival.superseded]
    if corrections:
        engine.view_files(
            "earlier_corrections",
            [arrival.folder / "superseded.parquet" for arrival in corrections],
        )
        engine.make_table(
            "meeting_rows",
            "SELECT * FROM meeting_rows WHERE NOT EXISTS (SELECT 1 FROM earlier_corrections AS old "
            "WHERE old.delivery = meeting_rows.delivery AND old.row_no = meeting_rows.row_no)",
        )
    known = set(engine.columns("SELECT * FROM meeting_rows"))
    compared = [name for name in shape.names if name not in ("row_no", "row_key")]
    same = " AND ".join(
        f"new.{quoted(name)} IS NOT DISTINCT FROM "
        + (f"old.{quoted(name)}" if name in known else "NULL")
        for name in compared
    )
    engine.make_table(
        "meetings",
        f"SELECT new.row_no, old.delivery, old.row_no AS old_row_no, ({same}) AS is_same "
        "FROM settling AS new JOIN meeting_rows AS old USING (row_key) "
        "WHERE new.row_no NOT IN (SELECT row_no FROM dropped_rows) "
        "AND new.row_key NOT IN (SELECT row_key FROM repeated_keys WHERE differ)"
        if "differ" in engine.columns("SELECT * FROM repeated_keys")
        else f"SELECT new.row_no, old.delivery, old.row_no AS old_row_no, ({same}) AS is_same "
        "FROM settling AS new JOIN meeting_rows AS old USING (row_key)",
    )
    duplicate = int(engine.value("SELECT count(DISTINCT row_no) FROM meetings WHERE is_same"))
    engine.make_table(
        "dropped_rows",
        "SELECT row_no FROM dropped_rows UNION SELECT row_no FROM meetings WHERE is_same",
    )
    engine.make_table(
        "superseded_rows",
        "SELECT DISTINCT delivery, old_row_no AS row_no FROM meetings WHERE row_no NOT IN "
        "(SELECT row_no FROM meetings WHERE is_same)",
    )
    superseded = [
        delivery
        for (delivery,) in engine.rows("SELECT DISTINCT delivery FROM superseded_rows ORDER BY 1")
    ]
    engine.drop("meeting_rows", "meetings")
    return duplicate, superseded


def _drop_rows(engine: Engine, *, duplicate: int, repeated: int) -> None:
    conditions = []
    if duplicate:
        conditions.append("row_no NOT IN (SELECT row_no FROM dropped_rows)")
    if repeated:
        conditions.append("row_key NOT IN (SELECT row_key FROM repeated_keys WHERE differ)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    engine.make_view(ACCEPTED, f"SELECT * FROM settling{where}")
