"""A node of a file against its model: what does not fit, told with its line and what was expected.

The models stand in the files called `models`; the words here are for the people who write packs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fangpin.policy.models.nodes import Node
from fangpin.policy.reading.document import Document, NodePath
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem

Shaped = TypeVar("Shaped", bound=Node)

_TYPES: dict[str, tuple[str, str]] = {
    "string_type": ("文字", "a text"),
    "int_type": ("整数", "a whole number"),
    "is_instance_of": ("数字", "a number"),
    "decimal_type": ("数字", "a number"),
    "bool_type": ("true 或 false", "true or false"),
    "date_type": ("日期，如 2020-03-18（不加引号）", "a date such as 2020-03-18, unquoted"),
    "list_type": ("列表", "a list"),
    "dict_type": ("映射（键: 值）", "a mapping (key: value)"),
    "model_type": ("映射（键: 值）", "a mapping (key: value)"),
    "none_required": ("null", "null"),
}

_LIMITS: dict[str, tuple[str, str]] = {
    "greater_than": ("大于 {gt}", "greater than {gt}"),
    "greater_than_equal": ("不小于 {ge}", "at least {ge}"),
    "less_than": ("小于 {lt}", "less than {lt}"),
    "less_than_equal": ("不大于 {le}", "at most {le}"),
}


def shaped(
    *, model: type[Shaped], document: Document, path: NodePath, problems: list[Problem]
) -> Shaped | None:
    """The node at `path` as a model; None, and Problems, when it does not fit.

    A whole number is accepted wherever a decimal is; nothing else is converted.
    """
    data = node_at(document.data, path)
    try:
        return model.model_validate(data, strict=True)
    except ValidationError as error:
        widened = _with_decimals(data, error)
    try:
        return model.model_validate(widened, strict=True)
    except ValidationError as error:
        problems.extend(_told(model, widened, document, path, error.errors(include_url=False)))
        return None


def node_at(data: object, path: NodePath) -> object:
    """The plain value that stands at a path. Raises KeyError or IndexError when there is none."""
    for step in path:
        data = data[step]  # type: ignore[index]
    return data


def _with_decimals(data: object, error: ValidationError) -> object:
    """The data with whole numbers made Decimals where the model asks for a Decimal."""
    paths = [
        _inner_path(data, detail["loc"])
        for detail in error.errors(include_url=False)
        if detail["type"] == "is_instance_of" and type(detail["input"]) is int
    ]
    for path in paths:
        data = _replaced(data, path)
    return data


def _replaced(data: object, path: NodePath) -> object:
    if not path:
        return Decimal(data) if type(data) is int else data
    step, rest = path[0], path[1:]
    if isinstance(data, dict):
        return {**data, step: _replaced(data[step], rest)}
    assert isinstance(data, list) and isinstance(step, int)
    return [*data[:step], _replaced(data[step], rest), *data[step + 1 :]]


def _inner_path(data: object, loc: tuple[str | int, ...]) -> NodePath:
    """The part of a pydantic location that exists in the data (union branches are left out)."""
    path: list[str | int] = []
    for step in loc:
        in_mapping = isinstance(data, dict) and step in data
        in_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if in_mapping or in_list:
            data = data[step]  # type: ignore[index]
            path.append(step)
    return tuple(path)


def _told(
    model: type[Node],
    data: object,
    document: Document,
    base: NodePath,
    errors: list[ErrorDetails],
) -> Iterator[Problem]:
    """One problem for each faulty node: the branches of a union are told together."""
    wrong: dict[NodePath, list[ErrorDetails]] = {}
    for error in errors:
        path = _inner_path(data, error["loc"])
        if error["type"] == "missing":
            if not document.is_refused((*base, *path)):
                yield _missing(document, (*base, *path), str(error["loc"][-1]))
        elif error["type"] == "extra_forbidden":
            if not document.is_refused((*base, *path)):
                yield _unknown(document, (*base, *path), keys_of(model, path[:-1]))
        else:
            wrong.setdefault(path, []).append(error)
    deeper = {_inner_path(data, error["loc"]) for error in errors}
    for path, found in wrong.items():
        inside = any(len(other) > len(path) and other[: len(path)] == path for other in deeper)
        if document.is_refused((*base, *path)) or (inside and found[0]["loc"][-1:] != ("[key]",)):
            continue
        yield _wrong(document, (*base, *path), found)


def keys_of(model: type[Node], path: NodePath) -> list[str]:
    """The keys that a mapping at this path of the model may have."""
    found: list[Any] = [model]
    for step in path:
        found = [inner for annotation in found for inner in _inside(annotation, step)]
    return [
        info.alias or name
        for annotation in found
        for part in _alternatives(annotation)
        if _is_node(part)
        for name, info in part.model_fields.items()
    ]


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:
    """What stands one step below an annotation: a field, an entry of a list or of a mapping."""
    for part in _alternatives(annotation):
        if _is_node(part):
            yield from (
                info.annotation
                for name, info in part.model_fields.items()
                if (info.alias or name) == step
            )
        elif get_origin(part) in (list, dict):
            yield get_args(part)[-1]


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The branches of a union; a plain annotation is its only branch."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _alternatives(part)
    else:
        yield annotation


def _is_node(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Node)


def missing_key(*, document: Document, path: NodePath, key: str) -> Problem:
    """The problem of a mapping that lacks a key which it must have."""
    return _missing(document, path, key)


def unknown_key(*, document: Document, path: NodePath, valid: list[str]) -> Problem:
    """The problem of a key that its mapping does not know."""
    return _unknown(document, path, valid)


def wrong_type(*, document: Document, path: NodePath, expected: str) -> Problem:
    """The problem of a node of another type; `expected` is one of pydantic's type errors."""
    zh, en = _TYPES[expected]
    return _type_problem(document, path, node_at(document.data, path), zh, en)


def _missing(document: Document, path: NodePath, key: str) -> Problem:
    entry = _named(path)
    return Problem(
        code="KEY_MISSING",
        where=document.where(path),
        zh=f"{entry[0]}缺少必填的键“{key}”。",
        en=f"{entry[1]} lacks the required key '{key}'.",
        fix_zh=f"在这一条中加上“{key}: …”。",
        fix_en=f"Add '{key}: ...' to this entry.",
    )


def _unknown(document: Document, path: NodePath, valid: list[str]) -> Problem:
    key = str(path[-1])
    fix_zh, fix_en = advice(written=key, valid=valid)
    return Problem(
        code="KEY_UNKNOWN",
        where=document.where(path, key=True),
        zh=f"此处不认识键“{key}”。",
        en=f"The key '{key}' is not known here.",
        fix_zh=fix_zh,
        fix_en=fix_en,
    )


def _wrong(document: Document, path: NodePath, errors: list[ErrorDetails]) -> Problem:
    """The problem of one value, from all that pydantic says of it."""
    first = errors[0]
    written = first["input"]
    name = _named(path)
    if first["loc"][-1:] == ("[key]",) or any(
        e["type"] == "string_pattern_mismatch" for e in errors
    ):
        return _bad_code(document, path, str(written))
    choices = [choice for error in errors for choice in _choices(error)]
    types = [_TYPES[error["type"]] for error in errors if error["type"] in _TYPES]
    if choices and isinstance(written, str):
        fix_zh, fix_en = advice(written=written, valid=choices)
        listed = "、".join(choices), ", ".join(choices)
        return Problem(
            code="VALUE_NOT_ALLOWED",
            where=document.where(path),
            zh=f"{name[0]}写的是“{written}”，只能是：{listed[0]}。",
            en=f"{name[1]} is '{written}'; it may only be: {listed[1]}.",
            fix_zh=fix_zh,
            fix_en=fix_en,
        )
    if types or choices:
        types.extend((f"“{choice}”", f"'{choice}'") for choice in choices)
        zh = " 或 ".join(dict.fromkeys(part[0] for part in types))
        en = " or ".join(dict.fromkeys(part[1] for part in types))
        return _type_problem(document, path, written, zh, en)
    return _limit(document, path, first)


def _type_problem(document: Document, path: NodePath, written: object, zh: str, en: str) -> Problem:
    name = _named(path)
    shown_zh, shown_en = _described(written)
    fix_zh, fix_en = f"改成{zh}。", f"Write {en}."
    if "文字" in zh and isinstance(written, int | Decimal | date):
        text = str(written).lower() if isinstance(written, bool) else str(written)
        fix_zh = f'如果是文字或代码，请加引号："{text}"。'
        fix_en = f'If it is a text or a code, put it in quotes: "{text}".'
    return Problem(
        code="WRONG_TYPE",
        where=document.where(path),
        zh=f"{name[0]}应为{zh}，写的却是{shown_zh}。",
        en=f"{name[1]} must be {en}, but {shown_en} is written.",
        fix_zh=fix_zh,
        fix_en=fix_en,
    )


def _bad_code(document: Document, path: NodePath, written: str) -> Problem:
    return Problem(
        code="CODE_SHAPE",
        where=document.where(path, key=True),
        zh=f"“{written}”不是有效代码：代码用小写英文字母开头，只含小写字母、数字和下划线。",
        en=f"'{written}' is no valid code: codes start with a lower-case letter and hold "
        "lower-case letters, digits and underscores.",
        fix_zh="改成如 basic_living 的代码（参数和数据源可以用点分段，如 income.line）。",
        fix_en="Write a code such as basic_living; parameters and feeds may have dots (a.b).",
    )


def _limit(document: Document, path: NodePath, error: ErrorDetails) -> Problem:
    name = _named(path)
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] in ("string_too_short", "too_short"):
        return Problem(
            code="VALUE_EMPTY",
            where=document.where(path),
            zh=f"{name[0]}不能为空。",
            en=f"{name[1]} must not be empty.",
            fix_zh="写上内容。",
            fix_en="Write it.",
        )
    if error["type"] in _LIMITS:
        zh, en = (part.format(**context) for part in _LIMITS[error["type"]])
        return Problem(
            code="VALUE_OUT_OF_RANGE",
            where=document.where(path),
            zh=f"{name[0]}写的是 {error['input']}，应{zh}。",
            en=f"{name[1]} is {error['input']}; it must be {en}.",
            fix_zh="改成范围内的值。",
            fix_en="Write a value within the limit.",
        )
    return Problem(
        code="VALUE_WRONG",
        where=document.where(path),
        zh=f"{name[0]}的值不合要求（{error['msg']}）。",
        en=f"{name[1]} does not fit: {error['msg']}.",
        fix_zh="对照 docs/packs.md 中的例子改正。",
        fix_en="Compare with the example in docs/packs.md.",
    )


def _choices(error: ErrorDetails) -> list[str]:
    """The texts that a literal allows, from pydantic's `'a', 'b' or 'c'`."""
    if error["type"] != "literal_error":
        return []
    expected = str(error.get("ctx", {}).get("expected", ""))
    return expected.split("'")[1::2]


def _named(path: NodePath) -> tuple[str, str]:
    """The node in words: its key, or its place in a list."""
    if not path:
        return "本文件", "This file"
    last = path[-1]
    if isinstance(last, int):
        keys = [step for step in path if isinstance(step, str)]
        inside = keys[-1] if keys else ""
        return f"“{inside}”的第 {last + 1} 项", f"Entry {last + 1} of '{inside}'"
    return f"“{last}”", f"'{last}'"


def _described(written: object) -> tuple[str, str]:
    if isinstance(written, bool):
        return f"布尔值 {str(written).lower()}", f"the boolean {str(written).lower()}"
    if isinstance(written, int | Decimal):
        return f"数字 {written}", f"the number {written}"
    if isinstance(written, date):
        return f"日期 {written}", f"the date {written}"
    if isinstance(written, str):
        return f"文字“{written}”", f"the text '{written}'"
    if isinstance(written, list):
        return "列表", "a list"
    if isinstance(written, dict):
        return "映射", "a mapping"
    return "null", "null"
