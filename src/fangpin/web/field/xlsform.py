"""The pack's form as an XLSForm: the same questions for ODK Collect, prefilled from a list of cases.

Three sheets: survey, choices, settings. The list of cases is a CSV file beside the form: one row a
case, with the system's value of each field (`v_<field>`) and whether it is asked (`a_<field>`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from fangpin.policy import Pack
from fangpin.policy.models.nodes import Words
from fangpin.policy.models.procedures import Form, FormField

CASES = "cases.csv"
LANGUAGES = (("zh", "中文 (zh)"), ("en", "English (en)"))
SURVEY = (
    "type",
    "name",
    *(f"label::{name}" for _, name in LANGUAGES),
    *(f"hint::{name}" for _, name in LANGUAGES),
    "required",
    "relevant",
    "calculation",
    "appearance",
    "constraint",
    "parameters",
)
CHOICES = ("list_name", "name", *(f"label::{name}" for _, name in LANGUAGES))
SETTINGS = ("form_title", "form_id", "version", "default_language", "instance_name")
_TYPES = {"amount": "decimal", "count": "integer", "text": "text", "date": "date"}

Row = dict[str, Any]


def write_xlsform(pack: Pack, form: Form, file: Path) -> None:
    """Write the form of a visit as an .xlsx that ODK's tools accept."""
    sheets = (
        ("survey", SURVEY, survey(pack, form)),
        ("choices", CHOICES, choices(pack, form)),
        ("settings", SETTINGS, [settings(form)]),
    )
    with xlsxwriter.Workbook(str(file), {"strings_to_formulas": False}) as book:
        for name, columns, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, columns)
            for place, row in enumerate(rows, start=1):
                for column, key in enumerate(columns):
                    if key in row:
                        sheet.write_string(place, column, str(row[key]))


def survey(pack: Pack, form: Form) -> list[Row]:
    """The questions in their order: which case, the form's fields, then the judgement."""
    rows: list[Row] = [
        {"type": "start", "name": "started_at"},
        {"type": "end", "name": "ended_at"},
        _row("select_one_from_file " + CASES, "case_no", _CASE, required="true"),
        _picked("why", "why"),
        {"type": "note", "name": "why_note", **_label(_WHY), "relevant": "${why} != ''"},
        _picked("case_version", "version"),
    ]
    for block in form.blocks:
        fields = [field for field in form.fields if field.block == block.block]
        if not fields:
            continue
        rows.append(_row("begin_group", f"block_{block.block}", block.title))
        for field in fields:
            rows += _question(field)
        rows.append({"type": "end_group"})
    rows += _judgement(pack)
    return rows


def _question(field: FormField) -> list[Row]:
    """The system's value, whether it is asked, and the question where it is."""
    value, asked = f"v_{field.field}", f"a_{field.field}"
    question: Row = _row(
        _type(field),
        field.field,
        Words(
            zh=field.title.zh + (f"（{field.unit}）" if field.unit else ""),
            en=field.title.en + (f" ({field.unit})" if field.unit else ""),
        ),
        relevant=f"${{{asked}}} = '1'",
    )
    if field.required:
        question["required"] = "true"
    hints = {f"hint::{name}": _hint(field, code) for code, name in LANGUAGES}
    return [_picked(value, value), _picked(asked, asked), question | hints]


def _hint(field: FormField, language: str) -> str:
    said = f"${{v_{field.field}}}"
    own = (field.hint.zh if language == "zh" else field.hint.en) if field.hint else ""
    told = f"系统记：{said}" if language == "zh" else f"On record: {said}"
    return f"{own} {told}".strip()


def _type(field: FormField) -> str:
    if field.type == "truth":
        return "select_one truth"
    if field.type == "choice":
        return f"select_one {field.field}"
    return _TYPES[field.type]


def _judgement(pack: Pack) -> list[Row]:
    rows = [
        _row("select_one truth", "is_at_risk", _AT_RISK, required="true"),
        _row("select_one causes", "cause", _CAUSE, required="true", relevant=_RISK),
        _row("select_multiple causes", "more_causes", _MORE, relevant=_RISK),
        _row("text", "cause_note", _NOTE, relevant=_RISK),
        _row("select_one truth", "is_in_severe_difficulty", _SEVERE, relevant=_RISK),
    ]
    if _words_under(pack, "coping."):
        rows.append(_row("select_one coping", "coping", _COPING))
    return [
        *rows,
        _row("text", "judgement", _JUDGEMENT, required="true", appearance="multiline"),
        _row("text", "second_verifier", _SECOND, required="true"),
        _row("image", "photo", _PHOTO, parameters="max-pixels=1600"),
        _row("image", "signature", _SIGNATURE, appearance="signature"),
        _row("geopoint", "place", _PLACE),
    ]


def choices(pack: Pack, form: Form) -> list[Row]:
    """Every list of choices."""
    lists: dict[str, dict[str, Words]] = {
        "truth": {"true": Words(zh="是", en="Yes"), "false": Words(zh="否", en="No")},
        "causes": {code: one.title for code, one in pack.causes.items()},
        "coping": _words_under(pack, "coping."),
    }
    lists |= {field.field: field.choices for field in form.fields if field.type == "choice"}
    return [
        {"list_name": name, "name": code, **_label(title)}
        for name, listed in lists.items()
        for code, title in listed.items()
    ]


def settings(form: Form) -> Row:
    """Name, id and version of the form."""
    return {
        "form_title": f"{form.title.zh} {form.title.en}",
        "form_id": form.form,
        "version": str(form.version),
        "default_language": LANGUAGES[0][1],
        "instance_name": "${case_no}",
    }


def case_columns(form: Form) -> list[str]:
    """The columns of the list of cases."""
    names = [field.field for field in form.fields]
    return [
        "name",
        "label",
        "version",
        "why",
        *(f"v_{one}" for one in names),
        *(f"a_{one}" for one in names),
    ]


def _words_under(pack: Pack, prefix: str) -> dict[str, Words]:
    found = {code: word for code, word in pack.words.items() if code.startswith(prefix)}
    return {code.removeprefix(prefix): word.title for code, word in found.items()}


def _row(type_: str, name: str, title: Words, **more: str) -> Row:
    return {"type": type_, "name": name, **_label(title), **more}


def _label(title: Words) -> Row:
    return {f"label::{name}": title.zh if code == "zh" else title.en for code, name in LANGUAGES}


def _picked(name: str, column: str) -> Row:
    """A value of the chosen case's row."""
    found = f"instance('cases')/root/item[name=${{case_no}}]/{column}"
    return {"type": "calculate", "name": name, "calculation": found}


_RISK = "${is_at_risk} = 'true'"
_CASE = Words(zh="核实哪一户", en="Which household")
_WHY = Words(zh="为什么要去：${why}", en="Why: ${why}")
_AT_RISK = Words(zh="有没有返贫致贫风险", en="Is there a risk of poverty")
_CAUSE = Words(zh="主要风险类型", en="Main cause")
_MORE = Words(zh="其他风险类型", en="Other causes")
_NOTE = Words(zh="风险说明", en="Note on the cause")
_SEVERE = Words(zh="基本生活有没有严重困难", en="Is basic living in severe difficulty")
_COPING = Words(zh="自我应对能力", en="Own coping ability")
_JUDGEMENT = Words(zh="核实结论（用自己的话写）", en="Judgement, in your own words")
_SECOND = Words(zh="同行核实人姓名", en="Name of the second verifier")
_PHOTO = Words(zh="照片", en="Photo")
_SIGNATURE = Words(zh="户主签名", en="Signature of the household")
_PLACE = Words(zh="位置", en="Place")
