"""Feeds: the fields that a contract, the registry and a demonstration name exist and fit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.models.demos import DemoRecipe
from fangpin.policy.models.feeds import (
    DATING_TYPES,
    SUBJECT_TYPES,
    Contract,
    ContractField,
    FieldType,
)
from fangpin.policy.models.header import DeathTold, PackHeader, Registry, SignOfLife
from fangpin.policy.reading.entries import Entry
from fangpin.values.month import Month
from fangpin.values.problem import Problem

_FLAG_VALUES = {"true", "false"}
_REGISTRY_TYPES: dict[str, tuple[FieldType, ...]] = {
    "household_no": ("household_no",),
    "identifier": ("identifier",),
    "name": ("name", "text"),
    "division": ("division",),
    "birth": ("date", "month", "year"),
    "phone": ("phone",),
}


def contract_fields_exist(book: Book) -> Iterator[Problem]:
    """CONTRACT_FIELD_UNKNOWN: key, dated_by or subject_field names no field of the feed."""
    for entry, contract in book.all("contract", Contract):
        valid = {field.field for field in contract.fields}
        named: list[tuple[tuple[str | int, ...], str]] = [
            *((("key", index), name) for index, name in enumerate(contract.key)),
            (("dated_by",), contract.dated_by),
            (("subject_field",), contract.subject_field),
        ]
        for path, name in named:
            if name not in valid:
                yield unknown(
                    code="CONTRACT_FIELD_UNKNOWN",
                    noun="field",
                    written=name,
                    where=entry.where(*path),
                    valid=valid,
                    by=("contract", f"{contract.feed}.{path[0]}"),
                )


def contract_fields_fit(book: Book) -> Iterator[Problem]:
    """CONTRACT_FIELD_TYPE: dated_by is no date, month or year; subject_field no such subject."""
    for entry, contract in book.all("contract", Contract):
        fields = {field.field: field for field in contract.fields}
        dated, subject = fields.get(contract.dated_by), fields.get(contract.subject_field)
        if dated is not None and dated.type not in DATING_TYPES:
            yield _wrong_type(entry, "dated_by", dated, DATING_TYPES)
        fitting = SUBJECT_TYPES[contract.subject]
        if subject is not None and subject.type not in fitting:
            yield _wrong_type(entry, "subject_field", subject, fitting)


def contract_fields_are_single(book: Book) -> Iterator[Problem]:
    """FIELD_DUPLICATE, ALIAS_AMBIGUOUS: one name in a file must mean one field."""
    for entry, contract in book.all("contract", Contract):
        seen: dict[str, int] = {}
        aliases: dict[str, str] = {}
        for index, field in enumerate(contract.fields):
            if field.field in seen:
                yield Problem(
                    code="FIELD_DUPLICATE",
                    where=entry.where("fields", index, "field"),
                    zh=f"数据源 {contract.feed} 的字段“{field.field}”写了两次，第一次在 "
                    f"{entry.where('fields', seen[field.field], 'field')}。",
                    en=f"The field '{field.field}' of feed {contract.feed} is written twice, first "
                    f"at {entry.where('fields', seen[field.field], 'field')}.",
                    fix_zh="删去一处或改名。",
                    fix_en="Delete or rename one of them.",
                )
                continue
            seen[field.field] = index
            for place, alias in enumerate(field.aliases):
                owner = aliases.setdefault(alias, field.field)
                if owner != field.field:
                    yield Problem(
                        code="ALIAS_AMBIGUOUS",
                        where=entry.where("fields", index, "aliases", place),
                        zh=f"列名“{alias}”同时指字段 {owner} 和 {field.field}。",
                        en=f"The column name '{alias}' means both the field {owner} and "
                        f"{field.field}.",
                        fix_zh="每个列名只留给一个字段。",
                        fix_en="Leave each column name to one field.",
                    )


def coded_values_are_clear(book: Book) -> Iterator[Problem]:
    """FIELD_VALUES, WORD_AMBIGUOUS: coded fields list their values, each word for one value."""
    for entry, contract in book.all("contract", Contract):
        for index, field in enumerate(contract.fields):
            where = ("fields", index)
            if field.type == "code" and not field.values:
                yield _values_problem(
                    entry,
                    where,
                    f"代码字段“{field.field}”没有列出 values（可取的值和各部门的写法）。",
                    f"The code field '{field.field}' lists no values (what may be stored, and the "
                    "words departments write for it).",
                )
            elif field.values and field.type not in ("code", "flag"):
                yield _values_problem(
                    entry,
                    (*where, "values"),
                    f"字段“{field.field}”的类型是 {field.type}，只有 code 和 flag 能写 values。",
                    f"The field '{field.field}' is of type {field.type}; only code and flag have "
                    "values.",
                )
            elif field.type == "flag" and set(field.values or _FLAG_VALUES) != _FLAG_VALUES:
                yield Problem(
                    code="FIELD_VALUES",
                    where=entry.where(*where, "values"),
                    zh=f"是否字段“{field.field}”的 values 只能有 true 和 false 两个键。",
                    en=f"The values of the flag '{field.field}' have the keys true and false, no "
                    "others.",
                    fix_zh='写成 values: {"true": [是, …], "false": [否, …]}。',
                    fix_en='Write values: {"true": [words for yes], "false": [words for no]}.',
                )
            yield from _ambiguous_words(entry, index, field)


def field_limits_make_sense(book: Book) -> Iterator[Problem]:
    """FIELD_LIMITS: minimum above maximum, or open_ended on a field that is no date."""
    for entry, contract in book.all("contract", Contract):
        for index, field in enumerate(contract.fields):
            low, high = field.minimum, field.maximum
            if low is not None and high is not None and low > high:
                yield Problem(
                    code="FIELD_LIMITS",
                    where=entry.where("fields", index, "minimum"),
                    zh=f"字段“{field.field}”的 minimum {low} 大于 maximum {high}。",
                    en=f"The minimum {low} of the field '{field.field}' is above its maximum "
                    f"{high}.",
                    fix_zh="对调或改正两个限值。",
                    fix_en="Swap or correct the two limits.",
                )
            if field.open_ended and field.type != "date":
                yield Problem(
                    code="FIELD_LIMITS",
                    where=entry.where("fields", index, "open_ended"),
                    zh=f"open_ended 只用于日期字段，“{field.field}”的类型是 {field.type}。",
                    en=f"open_ended is for dates only; '{field.field}' is of type {field.type}.",
                    fix_zh="删去 open_ended，或把类型改为 date。",
                    fix_en="Delete open_ended, or make the type date.",
                )


_SHAPE = re.compile(r"(?:[0-9A-Z]|\[[0-9A-Z-]+\]|\([0-9A-Z|?\[\]{},-]+\)|\{\d+(?:,\d*)?\}|[?|])+")


def identifier_shapes_can_be_read(book: Book) -> Iterator[Problem]:
    """FIELD_SHAPE: a shape that is no pattern of digits and capitals, or of a field that has none."""
    for entry, contract in book.all("contract", Contract):
        for index, field in enumerate(contract.fields):
            if field.shape is None:
                continue
            is_opaque = field.type == "identifier" and field.scheme in (None, "opaque")
            if is_opaque and _SHAPE.fullmatch(field.shape) and _compiles(field.shape):
                continue
            yield Problem(
                code="FIELD_SHAPE",
                where=entry.where("fields", index, "shape"),
                zh=f"字段“{field.field}”的 shape“{field.shape}”用不了：只有 scheme 为 opaque 的证件号码有 "
                "shape，由数字、大写字母、方括号、次数和竖线组成。",
                en=f"The shape '{field.shape}' of the field '{field.field}' cannot be used: opaque identity "
                "numbers alone have one, made of digits, capitals, square brackets, counts and bars.",
                fix_zh='例如 shape: "[0-9]{13}"、"[A-Z]{4}[0-9]{6}"；号码中间的空格、短横、点不写。',
                fix_en='Such as shape: "[0-9]{13}" or "[A-Z]{4}[0-9]{6}", without spaces, dashes and dots.',
            )


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def registry_fields_exist(book: Book) -> Iterator[Problem]:
    """REGISTRY_FIELD, REGISTRY_FEED: the registry's feed and its fields exist and fit."""
    for entry, header in book.all("header", PackHeader):
        if header.registry is not None:
            yield from _registry_problems(book, entry, header.registry)


def _registry_problems(book: Book, entry: Entry, registry: Registry) -> Iterator[Problem]:
    fields = book.fields(registry.feed)
    if fields is None:
        if registry.feed not in book.codes("contract"):
            yield unknown(
                code="REGISTRY_FEED",
                noun="contract",
                written=registry.feed,
                where=entry.where("registry", "feed"),
                valid=book.codes("contract"),
                by=("header", "registry"),
            )
        return
    for name in Registry.model_fields:
        mapped = getattr(registry, name)
        if name in ("feed", "head", "no_names") or mapped is None:
            continue
        if mapped not in fields:
            yield unknown(
                code="REGISTRY_FIELD",
                noun="field",
                written=mapped,
                where=entry.where("registry", name),
                valid=fields,
                by=("header", f"registry.{name}"),
            )
        elif name in _REGISTRY_TYPES and fields[mapped].type not in _REGISTRY_TYPES[name]:
            wanted = " / ".join(_REGISTRY_TYPES[name])
            yield Problem(
                code="REGISTRY_FIELD",
                where=entry.where("registry", name),
                zh=f"registry.{name} 对应的字段“{mapped}”类型是 {fields[mapped].type}，"
                f"应为 {wanted}。",
                en=f"registry.{name} is the field '{mapped}' of type {fields[mapped].type}; it "
                f"must be {wanted}.",
                fix_zh="换一个字段，或改正数据源中该字段的类型。",
                fix_en="Take another field, or correct the field's type in the feed.",
            )


def household_units_exist(book: Book) -> Iterator[Problem]:
    """UNIT_FEED, UNIT_FIELD: a unit of people is named by fields of a feed about persons."""
    for entry, header in book.all("header", PackHeader):
        for index, unit in enumerate(header.household_units):
            at = ("household_units", index)
            persons = {
                contract.feed
                for _, contract in book.all("contract", Contract)
                if contract.subject == "person"
            }
            if unit.feed not in persons:
                yield unknown(
                    code="UNIT_FEED",
                    noun="contract",
                    written=unit.feed,
                    where=entry.where(*at, "feed"),
                    valid=persons,
                    by=("header", f"household_units.{unit.unit}"),
                )
                continue
            fields = book.fields(unit.feed)
            named = [("number", unit.number), ("division", unit.division)]
            if unit.must_be_listed:
                named.append(("must_be_listed", unit.must_be_listed.field))
            for name, field in named:
                if fields is not None and field not in fields:
                    yield unknown(
                        code="UNIT_FIELD",
                        noun="field",
                        written=field,
                        where=entry.where(*at, name),
                        valid=fields,
                        by=("header", f"household_units.{unit.unit}"),
                    )


def deaths_fit(book: Book) -> Iterator[Problem]:
    """DEATH_FEED, DEATH_FIELD: what tells of deaths and of life are rows about persons, and dates."""
    persons = {
        contract.feed: contract
        for _, contract in book.all("contract", Contract)
        if contract.subject == "person"
    }
    for entry, header in book.all("header", PackHeader):
        if header.deaths is None:
            continue
        told = [("told_by", at, one) for at, one in enumerate(header.deaths.told_by)]
        signs = [
            ("contradicted_by", at, one) for at, one in enumerate(header.deaths.contradicted_by)
        ]
        rows: list[tuple[str, int, DeathTold | SignOfLife]] = [*told, *signs]
        for part, index, one in rows:
            at = ("deaths", part, index)
            by = ("header", f"deaths.{part}.{index}")
            contract = persons.get(one.feed)
            if contract is None:
                yield unknown(
                    code="DEATH_FEED",
                    noun="contract",
                    written=one.feed,
                    where=entry.where(*at, "feed"),
                    valid=persons,
                    by=by,
                )
                continue
            dates = {field.field for field in contract.fields if field.type == "date"}
            coded = {field.field for field in contract.fields}
            for name, field, valid in (
                ("on", one.on, dates),
                ("where", one.where.field if one.where else None, coded),
            ):
                if field is not None and field not in valid:
                    yield unknown(
                        code="DEATH_FIELD",
                        noun="field",
                        written=field,
                        where=entry.where(*at, name),
                        valid=valid,
                        by=by,
                    )


def demo_columns_exist(book: Book) -> Iterator[Problem]:
    """DEMO_FEED, DEMO_FIELD: a demonstration's deliveries fit the pack's feeds."""
    feeds = book.codes("contract")
    for entry, recipe in book.all("demo", DemoRecipe):
        for index, delivery in enumerate(recipe.deliveries):
            at = ("deliveries", index)
            if delivery.feed not in feeds:
                yield unknown(
                    code="DEMO_FEED",
                    noun="contract",
                    written=delivery.feed,
                    where=entry.where(*at, "feed"),
                    valid=feeds,
                    by=("demo", recipe.name),
                )
            fields = book.fields(delivery.feed)
            named = [("columns", name) for name in delivery.columns]
            named += [("recode", name) for name in delivery.recode]
            for key, name in named if fields is not None else ():
                if name not in (fields or {}):
                    yield unknown(
                        code="DEMO_FIELD",
                        noun="field",
                        written=name,
                        where=entry.where(*at, key, name, key=True),
                        valid=fields or (),
                        by=("demo", recipe.name),
                    )


def demo_rounds_exist(book: Book) -> Iterator[Problem]:
    """DEMO_ROUND, DEMO_MONTH: deliveries name rounds of the recipe; rounds name months."""
    for entry, recipe in book.all("demo", DemoRecipe):
        rounds = {str(one.round) for one in recipe.rounds}
        for index, one in enumerate(recipe.rounds):
            if not is_month(one.month):
                yield month_problem("DEMO_MONTH", entry.where("rounds", index, "month"), one.month)
        for index, delivery in enumerate(recipe.deliveries):
            for place, number in enumerate(delivery.rounds):
                if str(number) not in rounds:
                    yield unknown(
                        code="DEMO_ROUND",
                        noun="round",
                        written=str(number),
                        where=entry.where("deliveries", index, "rounds", place),
                        valid=rounds,
                        by=("demo", recipe.name),
                    )


def is_month(text: str) -> bool:
    """Whether a text is a month as YYYY-MM."""
    try:
        Month.parse(text)
    except ValueError:
        return False
    return True


def month_problem(code: str, where: str, written: str) -> Problem:
    """The problem of a text that is no month."""
    return Problem(
        code=code,
        where=where,
        zh=f"“{written}”不是月份；月份写成 2020-04。",
        en=f"'{written}' is no month; a month is written as 2020-04.",
        fix_zh="改成四位年、短横、两位月。",
        fix_en="Write four digits of the year, a dash and two digits of the month.",
    )


def _ambiguous_words(entry: Entry, index: int, field: ContractField) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for value, words in (field.values or {}).items():
        for place, word in enumerate(words):
            first = seen.setdefault(word, value)
            if first != value:
                yield Problem(
                    code="WORD_AMBIGUOUS",
                    where=entry.where("fields", index, "values", value, place),
                    zh=f"字段“{field.field}”的写法“{word}”同时表示 {first} 和 {value}。",
                    en=f"The word '{word}' of the field '{field.field}' means both {first} and "
                    f"{value}.",
                    fix_zh="每种写法只留给一个值。",
                    fix_en="Leave each word to one value.",
                )


def _values_problem(entry: Entry, path: tuple[str | int, ...], zh: str, en: str) -> Problem:
    return Problem(
        code="FIELD_VALUES",
        where=entry.where(*path),
        zh=zh,
        en=en,
        fix_zh="写成 values: {存储值: [部门的写法, …]}，或改正字段类型。",
        fix_en="Write values: {stored value: [words of departments, ...]}, or correct the type.",
    )


def _wrong_type(
    entry: Entry, key: str, field: ContractField, fitting: tuple[FieldType, ...]
) -> Problem:
    wanted = " / ".join(fitting)
    return Problem(
        code="CONTRACT_FIELD_TYPE",
        where=entry.where(key),
        zh=f"{entry.code} 的 {key} 是字段“{field.field}”，类型为 {field.type}，应为 {wanted}。",
        en=f"{key} of {entry.code} is the field '{field.field}' of type {field.type}; it must be "
        f"{wanted}.",
        fix_zh="换一个字段，或改正它的类型。",
        fix_en="Take another field, or correct its type.",
    )
