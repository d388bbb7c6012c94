"""A pack's contracts, written in the Open Data Contract Standard.

What the standard has a word for stands under that word; what is ours alone stands in custom properties
named `fangpin.…`, so that a contract comes back as it went (foreign_contract.py).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fangpin.policy.models.feeds import (
    Contract,
    ContractField,
)
from fangpin.policy.pack import Pack
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from open_data_contract_standard.model import SchemaProperty

VERSION = "v3.2.0"
"""Of the standard: the first whose properties have `enum` and `synonyms`."""
PREFIX = "fangpin."
_LOGICAL = {
    "amount": "number", "number": "number", "count": "integer", "date": "date", "month": "string",
    "year": "integer", "flag": "boolean",
}  # fmt: skip
LIMITS = ("minimum", "maximum")
_PERSONAL = ("identifier", "name", "phone", "household_no")
OWN = (
    "subject", "subject_field", "absence", "dated_by", "use", "restates", "volume", "sheets",
    "source", "status",
)  # fmt: skip


def exported(pack: Pack, contract: Contract) -> str:
    """A contract as YAML of the standard. Raises ProblemError CONTRACTS_NOT_INSTALLED."""
    model = standard()
    department = pack.department_of(contract.feed)
    told = model.OpenDataContractStandard(
        apiVersion=VERSION,
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
            model.CustomProperty(property=f"{PREFIX}{name}", value=getattr(contract, name))
            for name in OWN
        ],
    )
    return str(told.to_yaml())


def _property(model: Any, contract: Contract, field: ContractField) -> SchemaProperty:
    own: dict[str, Any] = {"type": field.type, "title_en": field.title.en}
    options: dict[str, Any] = {}
    for limit in LIMITS:
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
            model.CustomProperty(property=f"{PREFIX}{name}", value=value)
            for name, value in own.items()
        ],
    )
    return found


def standard() -> Any:
    """The standard's model. Raises ProblemError CONTRACTS_NOT_INSTALLED."""
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
