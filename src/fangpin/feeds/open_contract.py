"""Contracts in the Open Data Contract Standard: written from a pack's, and read into its YAML.

What the standard has a word for stands under that word; what is ours alone stands in custom properties
named `fangpin.…`, so that a contract comes back as it went.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import ValidationError

from fangpin.policy.models.feeds import (
    DATING_TYPES,
    SUBJECT_TYPES,
    Contract,
    ContractField,
    FieldType,
)
from fangpin.policy.pack import Pack
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty

_PREFIX = "fangpin."
_LOGICAL = {
    "amount": "number", "number": "number", "count": "integer", "date": "date", "month": "string",
    "year": "integer", "flag": "boolean",
}  # fmt: skip
_TYPE_OF = {
    "string": "text", "number": "number", "integer": "count", "date": "date", "timestamp": "date",
    "boolean": "flag",
}  # fmt: skip
_LIMITS = ("minimum", "maximum")
_ASKED_FOR = (
    "feed", "frequency", "subject", "subject_field", "absence", "dated_by", "source", "status", "key",
)  # fmt: skip
_PLACES_SHOWN = 5
_PERSONAL = ("identifier", "name", "phone", "household_no")
_OWN = (
    "subject", "subject_field", "absence", "dated_by", "use", "restates", "volume", "sheets",
    "source", "status",
)  # fmt: skip


def exported(pack: Pack, contract: Contract) -> str:
    """A contract as YAML of the standard. Raises ProblemError CONTRACTS_NOT_INSTALLED."""
    model = _model()
    department = pack.department_of(contract.feed)
    told = model.OpenDataContractStandard(
        apiVersion="v3.1.0",
        kind="DataContract",
        id=contract.feed,
        name=contract.title.zh,
        version=pack.digest[:12],
        status="active" if contract.status == "published" else "proposed",
        dataProduct=pack.id,
        domain=department.department,
        description=model.Description(purpose=contract.title.en),
        schema=[
            model.SchemaObject(
                name=contract.feed,
                logicalType="object",
                physicalType="table",
                businessName=contract.title.zh,
                description=contract.title.en,
                properties=[_property(model, contract, field) for field in contract.fields],
            )
        ],
        slaProperties=[
            model.ServiceLevelAgreementProperty(
                property="frequency", value=contract.frequency, element=contract.feed
            ),
            *(
                [
                    model.ServiceLevelAgreementProperty(
                        property="dueDay",
                        value=contract.due_day,
                        unit="day of the following month",
                        element=contract.feed,
                    )
                ]
                if contract.due_day is not None
                else []
            ),
        ],
        customProperties=[
            model.CustomProperty(property=f"{_PREFIX}{name}", value=getattr(contract, name))
            for name in _OWN
        ],
    )
    return str(told.to_yaml())


def imported(file: Path) -> Contract:
    """A contract of the standard as one of ours.

    Where it has no custom properties of ours, what is missing is asked for, never guessed. Raises
    ProblemError CONTRACTS_NOT_INSTALLED, CONTRACT_UNREADABLE or CONTRACT_INCOMPLETE.
    """
    told = _read(file)
    tables = told.schema_ or []
    if len(tables) != 1 or not tables[0].properties:
        raise ProblemError(_unreadable(file, f"{len(tables)} tables"))
    table = tables[0]
    own = _own_properties(told.customProperties)
    agreed = {one.property: one.value for one in told.slaProperties or []}
    keyed = [one for one in table.properties or [] if one.primaryKey]
    written: dict[str, Any] = {
        "feed": told.id,
        "title": {
            "zh": told.name or table.businessName or table.name,
            "en": table.description or table.name,
        },
        "frequency": own.get("frequency") or agreed.get("frequency"),
        "due_day": agreed.get("dueDay"),
        "key": [
            one.name for one in sorted(keyed, key=lambda one: one.primaryKeyPosition or len(keyed))
        ],
        "fields": [_field(one) for one in table.properties or []],
        **{name: own[name] for name in _OWN if name in own},
    }
    missing = [name for name in _ASKED_FOR if not written.get(name)]
    missing += [f"fields.{one['field']}.type" for one in written["fields"] if not one["type"]]
    if missing:
        raise ProblemError(_incomplete(file, missing))
    try:
        contract = Contract.model_validate(written)
    except ValidationError as error:
        raise ProblemError(_incomplete(file, _places(error))) from None
    if doubtful := _doubtful(contract):
        raise ProblemError(_incomplete(file, doubtful))
    return contract


def _read(file: Path) -> OpenDataContractStandard:
    model = _model()
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


def as_pack_entry(contract: Contract) -> str:
    """The contract as an entry of a pack's feeds/<department>.yaml."""
    told = contract.model_dump(mode="json", exclude_defaults=True)
    for field in told["fields"]:
        field |= {limit: Decimal(field[limit]) for limit in _LIMITS if limit in field}
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


class _UniqueKeys(yaml.SafeLoader):
    """The safe loader, which by itself lets the second of two equal keys win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [one.value for one, _ in node.value if isinstance(one, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "a key twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _property(model: Any, contract: Contract, field: ContractField) -> SchemaProperty:
    own: dict[str, Any] = {"type": field.type, "title_en": field.title.en}
    options: dict[str, Any] = {}
    for limit in _LIMITS:
        exact = getattr(field, limit)
        if exact is None:
            continue
        options[limit] = float(exact)
        if Decimal(repr(options[limit])) != exact:
            own[limit] = f"{exact:f}"
    own |= {
        name: getattr(field, name) for name in ("scheme", "shape", "values") if getattr(field, name)
    }
    if field.open_ended:
        own["open_ended"] = True
    found: SchemaProperty = model.SchemaProperty(
        name=field.field,
        businessName=field.title.zh,
        logicalType=_LOGICAL.get(field.type, "string"),
        logicalTypeOptions=options or None,
        required=field.required or None,
        primaryKey=field.field in contract.key or None,
        primaryKeyPosition=contract.key.index(field.field) + 1
        if field.field in contract.key
        else None,
        synonyms=[model.Synonym(synonym=alias, locale="zh-CN") for alias in field.aliases] or None,
        classification="restricted" if field.type in _PERSONAL else None,
        enum=[
            model.EnumValue(value=value, label="、".join(words))
            for value, words in (field.values or {}).items()
        ]
        or None,
        customProperties=[
            model.CustomProperty(property=f"{_PREFIX}{name}", value=value)
            for name, value in own.items()
        ],
    )
    return found


def _field(told: SchemaProperty) -> dict[str, Any]:
    own = _own_properties(told.customProperties)
    kind = own.get("type") or _TYPE_OF.get(told.logicalType or "")
    if kind not in get_args(FieldType):
        # A misspelt identifier that passed for a text would be kept in the open.
        kind = None
    options = told.logicalTypeOptions or {}
    field: dict[str, Any] = {
        "field": told.name,
        "title": {
            "zh": told.businessName or told.name,
            "en": own.get("title_en") or told.description or told.name,
        },
        "aliases": [one.synonym for one in told.synonyms or [] if one.synonym],
        "type": kind,
        "required": bool(told.required),
        **{name: own[name] for name in ("scheme", "shape", "values", "open_ended") if name in own},
    }
    if kind == "text" and told.enum and "type" not in own:
        field["type"] = "code"
        field["values"] = {str(one.value): [one.label or str(one.value)] for one in told.enum}
    for limit in _LIMITS:
        stated = own.get(limit, options.get(limit))
        if stated is not None:
            field[limit] = str(stated)
    return field


def _own_properties(told: Any) -> dict[str, Any]:
    return {
        one.property.removeprefix(_PREFIX): one.value
        for one in told or []
        if one.property and one.property.startswith(_PREFIX)
    }


def _model() -> Any:
    try:
        from open_data_contract_standard import model
    except ImportError:
        raise ProblemError(
            Problem(
                code="CONTRACTS_NOT_INSTALLED",
                where="fangpin[sources]",
                zh="没有安装读写开放数据契约标准的组件。",
                en="The library of the Open Data Contract Standard is not installed.",
                fix_zh="安装 fangpin[sources] 后重试。",
                fix_en="Install fangpin[sources] and try again.",
            )
        ) from None
    return model


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
