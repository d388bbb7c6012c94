"""Contracts in the Open Data Contract Standard, whoever wrote them, read into the YAML of a pack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import ValidationError

from fangpin.feeds.open_contract import LIMITS, OWN, PREFIX, standard
from fangpin.policy.models.feeds import (
    DATING_TYPES,
    SUBJECT_TYPES,
    Contract,
    FieldType,
)
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from open_data_contract_standard.model import (
        OpenDataContractStandard,
        SchemaObject,
        SchemaProperty,
    )

_TYPE_OF = {
    "string": "text", "number": "number", "integer": "count", "date": "date", "timestamp": "date",
    "boolean": "flag",
}  # fmt: skip
_ASKED_FOR = (
    "feed", "frequency", "subject", "subject_field", "absence", "dated_by", "source", "status", "key",
)  # fmt: skip
_NAMES_OF_FIELDS = ("subject_field", "dated_by")
_NUMERIC = ("amount", "number", "count", "year")
_PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """A contract of ours, and the places of the foreign one whose limits a pack cannot say."""

    contract: Contract
    left_out: tuple[str, ...] = ()


def imported(file: Path) -> Imported:
    """A contract of the standard as one of ours.

    Where it has no custom properties of ours, what is missing is asked for, never guessed. A column
    whose name is no code of ours has the code that its name makes, else the one under `fangpin.field`;
    its own name is an alias. Raises ProblemError CONTRACTS_NOT_INSTALLED, CONTRACT_UNREADABLE or
    CONTRACT_INCOMPLETE.
    """
    told = _read(file)
    tables = told.schema_ or []
    if len(tables) != 1 or not tables[0].properties:
        raise ProblemError(_unreadable(file, f"{len(tables)} tables"))
    table = tables[0]
    columns = table.properties or []
    written = _written(told, table)
    missing = [name for name in _ASKED_FOR if not written.get(name)]
    for one, field in zip(columns, written["fields"], strict=True):
        missing += [f"fields.{one.name}.{said}" for said in ("field", "type") if not field[said]]
    if missing:
        raise ProblemError(_incomplete(file, missing))
    try:
        contract = Contract.model_validate(written)
    except ValidationError as error:
        places = _places(error)
        for number, one in enumerate(columns):
            places = [place.replace(f"fields.{number}.", f"fields.{one.name}.") for place in places]
        raise ProblemError(_incomplete(file, places)) from None
    if doubtful := _doubtful(contract):
        raise ProblemError(_incomplete(file, doubtful))
    left_out = [
        f"fields.{one.name}.{limit}"
        for one, field in zip(columns, contract.fields, strict=True)
        for limit in _left_out(one, field.type)
    ]
    return Imported(contract, (*(["quality"] if table.quality else []), *left_out))


def _written(told: OpenDataContractStandard, table: SchemaObject) -> dict[str, Any]:
    """What the contract says, in the words of a pack; of its columns either name may be used."""
    columns = table.properties or []
    codes = {one.name: _code(one) for one in columns}
    own = _own_properties(told.customProperties)
    own |= {name: codes.get(own[name], own[name]) for name in _NAMES_OF_FIELDS if name in own}
    agreed = {one.property: one.value for one in told.slaProperties or []}
    keyed = [one for one in columns if one.primaryKey]
    keyed = sorted(keyed, key=lambda one: one.primaryKeyPosition or len(keyed))
    return {
        "feed": own.get("feed") or told.id,
        "title": {
            "zh": told.name or table.businessName or table.name,
            "en": table.description or table.name,
        },
        "frequency": own.get("frequency") or agreed.get("frequency"),
        "due_day": own.get("due_day") or agreed.get("dueDay"),
        "key": [codes.get(name, name) for name in own.get("key") or [one.name for one in keyed]],
        "fields": [_field(one) for one in columns],
        **{name: own[name] for name in OWN if name in own},
    }


def _read(file: Path) -> OpenDataContractStandard:
    model = standard()
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ProblemError(_unreadable(file, type(error).__name__)) from None
    if not isinstance(data, dict) or data.get("kind") != "DataContract":
        raise ProblemError(_unreadable(file, "kind"))
    version = str(data.get("apiVersion", ""))
    if not version.startswith("v3"):
        raise ProblemError(_unreadable(file, f"apiVersion {version[:20]}"))
    if isinstance(data.get("version"), int | float):
        data["version"] = str(data["version"])
    try:
        told: OpenDataContractStandard = model.OpenDataContractStandard.model_validate(data)
    except ValidationError as error:
        raise ProblemError(_unreadable(file, ", ".join(_places(error)[:_PLACES_SHOWN]))) from None
    return told


def _doubtful(contract: Contract) -> list[str]:
    """What does not fit together: fields written twice, and names of fields that are not there."""
    types = {one.field: one.type for one in contract.fields}
    names = [one.field for one in contract.fields]
    found = [f"fields.{name}" for name in types if names.count(name) > 1]
    found += [f"key.{name}" for name in contract.key if name not in types]
    if types.get(contract.subject_field) not in SUBJECT_TYPES[contract.subject]:
        found.append("subject_field")
    if types.get(contract.dated_by) not in DATING_TYPES:
        found.append("dated_by")
    return found


def _places(error: ValidationError) -> list[str]:
    return sorted({".".join(map(str, one["loc"])) for one in error.errors()})


def _code(told: SchemaProperty) -> str | None:
    """The field's code: what `fangpin.field` says, else what the column's name makes without guessing."""
    own = _own_properties(told.customProperties).get("field")
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", told.name or "")
    code = re.sub(r"[ .\-]+", "_", name).lower()
    return own or (code if re.fullmatch(r"[a-z][a-z0-9_]*", code) else None)


def _left_out(told: SchemaProperty, kind: FieldType) -> list[str]:
    """What the foreign contract demands of a column that a pack has no word for."""
    carried = LIMITS if kind in _NUMERIC else ()
    found = [name for name in told.logicalTypeOptions or {} if name not in carried]
    found += ["enum"] if told.enum and kind not in ("code", "flag") else []
    return found + [name for name in ("unique", "quality") if getattr(told, name)]


def _field(told: SchemaProperty) -> dict[str, Any]:
    own = _own_properties(told.customProperties)
    kind = own.get("type") or _TYPE_OF.get(told.logicalType or "")
    if kind not in get_args(FieldType):
        # A misspelt identifier that passed for a text would be kept in the open.
        kind = None
    options = told.logicalTypeOptions or {}
    code, title = _code(told), told.businessName or told.name
    known = [one.synonym for one in told.synonyms or []]
    known += [name for name in (told.name, told.physicalName) if name not in (code, title)]
    field: dict[str, Any] = {
        "field": code,
        "title": {"zh": title, "en": own.get("title_en") or told.description or told.name},
        "aliases": [name for name in dict.fromkeys(known) if name],
        "type": kind,
        "required": bool(told.required),
        **{name: own[name] for name in ("scheme", "shape", "values", "open_ended") if name in own},
    }
    if kind in ("text", "count") and told.enum and "type" not in own:
        field["type"] = "code"
        field["values"] = {str(one.value): [one.label or str(one.value)] for one in told.enum}
    for limit in LIMITS if field["type"] in _NUMERIC else ():
        stated = own.get(limit, options.get(limit))
        if stated is not None:
            field[limit] = str(stated)
    return field


def _own_properties(told: Any) -> dict[str, Any]:
    return {
        one.property.removeprefix(PREFIX): one.value
        for one in told or []
        if one.property and one.property.startswith(PREFIX)
    }


class _UniqueKeys(yaml.SafeLoader):
    """The safe loader, which by itself lets the second of two equal keys win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [one.value for one, _ in node.value if isinstance(one, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "a key twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _unreadable(file: Path, detail: str) -> Problem:
    return Problem(
        code="CONTRACT_UNREADABLE",
        where=file.name,
        zh=f"不是只含一张表的开放数据契约（ODCS v3），问题在：{detail}。",
        en=f"It is no Open Data Contract (ODCS v3) of one table; see: {detail}.",
        fix_zh="请检查 YAML 和所列各处；旧版本请先转成 v3，多张表的请拆成多份契约。",
        fix_en="Check the YAML at these places; bring older versions to v3, split several tables.",
    )


def _incomplete(file: Path, missing: list[str]) -> Problem:
    listed = ", ".join(missing)
    return Problem(
        code="CONTRACT_INCOMPLETE",
        where=file.name,
        zh=f"契约没有写明或写错：{listed}。",
        en=f"The contract does not say, or says wrongly: {listed}.",
        fix_zh="在 customProperties 里用 fangpin.<名称> 写明后重试，不会猜测。",
        fix_en="State them as custom properties fangpin.<name>; nothing is guessed.",
    )


def as_pack_entry(contract: Contract) -> str:
    """The contract as an entry of a pack's feeds/<department>.yaml."""
    told = contract.model_dump(mode="json", exclude_defaults=True)
    for field in told["fields"]:
        field |= {limit: Decimal(field[limit]) for limit in LIMITS if limit in field}
    return yaml.dump([told], Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100)


class _Plain(yaml.SafeDumper):
    """Texts are quoted wherever a reader could take them for something else."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = text.replace("_", "").replace(".", "").isalpha() and text.islower()
    is_word = is_plain and text not in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_word else '"')


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    kind = "int" if value == value.to_integral_value() else "float"
    text = f"{value.to_integral_value() if kind == 'int' else value:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Plain.add_representer(str, _quoted)
_Plain.add_representer(Decimal, _number)
