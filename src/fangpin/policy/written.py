"""A changed parameter as the lines of a child pack's parameters file, for people to review and keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from fangpin.policy.models.lists import Parameter, ParameterValue


def changed_parameter(
    parameter: Parameter, *, in_force: ParameterValue, value: Decimal, from_date: date
) -> str:
    """The whole entry with `override: true`: what held so far ends where the new value begins.

    The new value keeps the source of the one in force and is `proposed`: whoever puts it into a
    pack states the decision that it rests on.
    """
    title = {"zh": parameter.title.zh, "en": parameter.title.en}
    lines = [
        "parameters:",
        f"  - parameter: {parameter.parameter}",
        "    override: true",
        f"    title: {_text(title)}",
        f"    unit: {_text(parameter.unit)}",
        "    values:",
    ]
    changed = in_force.model_copy(
        update={"from_date": from_date, "value": value, "status": "proposed"}
    )
    for one in _in_order(parameter, in_force, changed):
        lines.append(f"      - {{{', '.join(_fields(one))}}}")
    return "\n".join(lines) + "\n"


def _in_order(
    parameter: Parameter, in_force: ParameterValue, changed: ParameterValue
) -> Iterator[ParameterValue]:
    for one in parameter.values:
        if one != in_force:
            yield one
        elif one.from_date < changed.from_date:
            yield one.model_copy(update={"to_date": changed.from_date})
            yield changed
        else:
            yield changed


def _fields(value: ParameterValue) -> Iterator[str]:
    yield f"from: {value.from_date.isoformat()}"
    if value.to_date is not None:
        yield f"to: {value.to_date.isoformat()}"
    if value.division is not None:
        yield f"division: {_text(value.division)}"
    is_figure = isinstance(value.value, Decimal)
    yield f"value: {value.number.normalize():f}" if is_figure else f"value: {_text(value.value)}"
    yield f"source: {value.source}"
    yield f"status: {value.status}"


def _text(content: object) -> str:
    """Text, a list or a mapping as YAML and JSON both write it."""
    return json.dumps(content, ensure_ascii=False)
