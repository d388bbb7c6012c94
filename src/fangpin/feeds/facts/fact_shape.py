"""The columns of facts.parquet for one contract, and how they come from checked rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from fangpin.feeds.cells.check import CHECKED
from fangpin.feeds.cells.clean_cells import NUMBER
from fangpin.feeds.cells.headers import Column
from fangpin.feeds.cells.shapes import literal, quoted, type_of
from fangpin.feeds.findings import Finding, finding
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.vault import Vault
from fangpin.policy.models.feeds import Contract, ContractField
from fangpin.policy.models.header import Registry
from fangpin.policy.pack import Pack

RESERVED = frozenset({"row_no", "person_ref", "household_ref", "month", "row_key", "masked_id"})
_SEPARATOR = "\x1f"
_ABSENT = 2**59 + 1
_NUMBER_IN_TEXT = (
    "(^|[^0-9])([1-9][0-9]{5})"
    "(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    "([0-9]{3}[0-9Xx])"
)
"""Eighteen characters in the form of an identity number: place, day of birth, order, check."""


def _number_of(code: str) -> int:
    """Fifty-six bits that depend on a text alone."""
    return int(hashlib.sha256(code.encode()).hexdigest()[:14], 16)


class FactShape:
    """The columns of facts.parquet for one contract and how they come from CHECKED."""

    def __init__(
        self,
        *,
        pack: Pack,
        contract: Contract,
        columns: Sequence[Column],
        vault: Vault,
        sha256: str,
    ) -> None:
        registry = pack.header.registry
        self.contract = contract
        self.registry: Registry | None = (
            registry if registry is not None and registry.feed == contract.feed else None
        )
        self.vault = vault
        self.sha256 = sha256
        self.fields = {field.field: field for field in contract.fields}
        self.present = {column.field.field for column in columns}
        self.household_field = self._first("household_no")
        self.identifier_field = self._first("identifier")
        subject = self.fields[contract.subject_field]
        self.has_person = self.identifier_field is not None or registry is not None
        self.division_field = subject.field if contract.subject == "division" else None

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

    @property
    def is_cheap(self) -> bool:
        """Whether to compute the rows anew for each reader costs less than to keep them."""
        return self.registry is None and not self.household_field and "md5" not in self._key()

    def query(self, rows: str = CHECKED) -> str:
        """One row a checked row: the columns of facts.parquet."""
        checked = (
            [f"checked.* EXCLUDE ({self._given_reference()})"]
            if self.has_person and self.identifier_field in self.present
            else ["checked.*"]
        )
        source = f"{rows} AS checked"
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
        if self.registry and self.identifier_field in self.present:
            checked.append(f"{self._masked()} AS masked_id")
        inner = f"SELECT {', '.join(checked)} FROM {source}"
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
        if name in self.present and self.fields[name].type == "text":
            return self._without_numbers(self.column(name))
        return self.column(name)

    def _without_numbers(self, column: str) -> str:
        """A free text in which the middle of every identity number is hidden.

        People write numbers into remarks; the lake holds none, wherever they stand. Short texts,
        which are nearly all, are not looked through.
        """
        hidden = f"regexp_replace({column}, {literal(_NUMBER_IN_TEXT)}, '\\1\\2********\\3', 'g')"
        return f"CASE WHEN length({column}) < 18 THEN {column} ELSE {hidden} END"

    def _key(self) -> str:
        """A 60-bit number of the contract's key, the same on every engine and every day.

        The first reference of the key is random already; codes become constants and days or months
        multiples of odd ones, all joined by exclusive or; only what remains is hashed as text.
        """
        reference, small, texts = "0", [], []
        for place, name in enumerate(self.contract.key):
            field = self.fields[name]
            value, factor = self.column(name), _number_of(f"part {place}") >> 20 | 1
            if field.type == "identifier" and name == self.identifier_field:
                value = "person_ref"
            elif field.type == "household_no" and name == self.household_field:
                value = "household_ref"
            if value in ("person_ref", "household_ref") and reference == "0":
                reference = f"coalesce({value}, {_ABSENT})"
            elif field.type in ("month", "year"):
                small.append(f"coalesce({value} * {factor}, {_ABSENT + place})")
            elif field.type == "date":
                days = f"date_diff('day', DATE '1970-01-01', {value})"
                small.append(f"coalesce({days} * {factor}, {_ABSENT + place})")
            elif field.type == "code" and field.values and len(field.values) <= 50:
                cases = " ".join(
                    f"WHEN {literal(code)} THEN {_number_of(f'{place}:{code}')}"
                    for code in field.values
                )
                small.append(f"CASE {value} {cases} ELSE {_ABSENT + place} END")
            else:
                texts.append(f"coalesce(CAST({value} AS VARCHAR), '')")
        if texts:
            joined = f"concat_ws({literal(_SEPARATOR)}, {', '.join(texts)})"
            small.append(f"CAST(md5_number_lower({joined}) >> 4 AS BIGINT)")
        key = reference
        for part in small:
            key = f"xor({key}, {part})"
        return f"CAST({key} AS BIGINT)"

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

    def _masked(self) -> str:
        """`mask_identifier` in SQL, for texts that are known to be identity numbers."""
        bare = (
            f"CASE WHEN starts_with(checked.{NUMBER}, 'document:') "
            f"THEN substr(checked.{NUMBER}, 10) ELSE checked.{NUMBER} END"
        )
        number = f"upper(replace({bare}, '-', ''))"
        given = f"checked.{self._given_reference()}"
        return (
            f"CASE WHEN {given} IS NULL THEN NULL "
            # Nearly all are of this form, and this costs half.
            f"WHEN length(checked.{NUMBER}) = 18 AND NOT contains(checked.{NUMBER}, '-') "
            f"AND NOT contains(checked.{NUMBER}, ':') THEN "
            f"upper(substr(checked.{NUMBER}, 1, 6) || '********' || right(checked.{NUMBER}, 4)) "
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
        if not self._tells_of_its_person():
            return []
        sex_field, birth_field = self._told_fields()
        source = f"SELECT * FROM {CHECKED} WHERE {self._given_reference()} IS NOT NULL"
        told: list[Finding] = []
        tests = []
        if sex_field in self.present and sex_field is not None:
            sex = self.column(sex_field)
            odd = "TRY_CAST(substr(number, 17, 1) AS INTEGER) % 2 = 1"
            tests.append(
                (
                    "ID_SEX_CONFLICT",
                    sex_field,
                    f"({sex} = 'male' AND NOT {odd}) OR ({sex} = 'female' AND {odd})",
                )
            )
        if birth_field in self.present and birth_field is not None:
            birth = self.column(birth_field)
            if self.fields[birth_field].type == "date":
                tests.append(
                    (
                        "ID_BIRTH_CONFLICT",
                        birth_field,
                        f"strftime({birth}, '%Y%m%d') <> substr(number, 7, 8)",
                    )
                )
        if not tests:
            return []
        counts = ", ".join(
            f"count(*) FILTER (WHERE {test}), min(row_no) FILTER (WHERE {test})"
            for _, _, test in tests
        )
        (values,) = engine.rows(
            f"SELECT {counts} FROM ({source}) "
            f"WHERE regexp_full_match({NUMBER}, '[0-9]{{17}}[0-9X]')"
        )
        for place, (code, column, _) in enumerate(tests):
            count, row = values[2 * place : 2 * place + 2]
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

    @property
    def number_of(self) -> str | None:
        """The identifier whose text is needed beside its reference; None: it is not."""
        is_needed = self.registry is not None or self._tells_of_its_person()
        return self.identifier_field if is_needed else None

    def _tells_of_its_person(self) -> bool:
        """Whether the rows say of their person what an identity number says too."""
        if self.identifier_field not in self.present:
            return False
        scheme = self.fields[self.identifier_field or ""].scheme
        is_telling = scheme in ("gb11643", "gb_disability_certificate")
        return is_telling and bool({*self._told_fields()} & self.present)

    def _told_fields(self) -> tuple[str | None, str | None]:
        """The fields of sex and birth date of the person whose number the row bears."""
        if self.registry:
            return self.registry.sex, self.registry.birth
        return self._told_sex(), None

    def _told_sex(self) -> str | None:
        """The field that tells the sex of the person whose number the row bears."""
        if self.contract.subject != "person" or len(self._other_references()) > 0:
            return None
        told = [
            one.field
            for one in self.contract.fields
            if one.type == "code" and set(one.values or ()) == {"male", "female"}
        ]
        return told[0] if len(told) == 1 else None

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
