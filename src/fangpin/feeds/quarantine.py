"""Rows set aside, one line a reason, with words for the clerk who sent them; values are masked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fangpin.feeds.cells.check import PROBLEMS
from fangpin.feeds.cells.one_cell import words_of
from fangpin.feeds.cells.shapes import quoted
from fangpin.feeds.findings import Finding, finding
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract, ContractField
from fangpin.values.writing import Writing

COLUMNS = (
    "row_no",
    "code",
    "severity",
    "column",
    "value_masked",
    "message_zh",
    "message_en",
    "repair_zh",
    "repair_en",
)


def write_quarantine(
    *, engine: Engine, contract: Contract, writing: Writing, file: Path, limit: int
) -> tuple[Finding, ...]:
    """Write quarantine.parquet; returns the first `limit` of its lines as findings."""
    fields = {field.field: field for field in contract.fields}
    told = [
        (code, field_code, problem_words(code, fields.get(field_code or ""), writing))
        for code, field_code in engine.rows(
            f"SELECT DISTINCT code, field FROM {PROBLEMS} ORDER BY code, field"
        )
    ]
    if not told:
        empty = ", ".join(
            f"CAST(NULL AS {'INTEGER' if name == 'row_no' else 'VARCHAR'}) AS {quoted(name)}"
            for name in COLUMNS
        )
        engine.write(f"SELECT {empty} WHERE FALSE", file)
        return ()
    engine.make_table(
        "problem_words",
        "SELECT unnest(?) AS code, unnest(?) AS field, unnest(?) AS severity, unnest(?) AS zh, "
        "unnest(?) AS en, unnest(?) AS fix_zh, unnest(?) AS fix_en, unnest(?) AS title",
        [
            [code for code, _, _ in told],
            [field_code for _, field_code, _ in told],
            [words.severity for _, _, words in told],
            [words.message_zh for _, _, words in told],
            [words.message_en for _, _, words in told],
            [words.repair_zh for _, _, words in told],
            [words.repair_en for _, _, words in told],
            [words.column for _, _, words in told],
        ],
    )
    engine.make_view(
        "quarantine_lines",
        'SELECT p.row_no, p.code, w.severity, w.title AS "column", p.value_masked, '
        "w.zh AS message_zh, w.en AS message_en, "
        "w.fix_zh || CASE WHEN p.proposal IS NULL THEN '' "
        "ELSE ' 建议读作：' || p.proposal || '。' END AS repair_zh, "
        "w.fix_en || CASE WHEN p.proposal IS NULL THEN '' "
        "ELSE ' Proposed reading: ' || p.proposal || '.' END AS repair_en "
        f"FROM {PROBLEMS} AS p JOIN problem_words AS w "
        "ON w.code = p.code AND w.field IS NOT DISTINCT FROM p.field",
    )
    order = 'ORDER BY row_no, code, "column"'
    listed = ", ".join(f'"{name}"' for name in COLUMNS)
    engine.write(f"SELECT {listed} FROM quarantine_lines {order}", file)
    shown = engine.rows(f"SELECT {listed} FROM quarantine_lines {order} LIMIT ?", [limit])
    return tuple(
        Finding(
            code=row[1],
            severity=row[2],
            message_zh=row[5],
            message_en=row[6],
            repair_zh=row[7],
            repair_en=row[8],
            row=row[0],
            column=row[3],
            value_masked=row[4],
        )
        for row in shown
    )


def problem_words(code: str, field: ContractField | None, writing: Writing) -> Finding:
    """A row's problem in words, without the row; its column is the field's code."""
    return finding(
        code,
        column=field.field if field else None,
        title=field.title.zh if field else "",
        title_en=field.title.en if field else "",
        expected=_listed(field, writing, "、"),
        expected_en=_listed(field, writing, ", "),
        limits=_limits(field),
    )


def _listed(field: ContractField | None, writing: Writing, between: str) -> str:
    """The words that a field takes; a number with what it stands for."""
    told = words_of(field, writing) if field else {}
    words = [_spelled(value, spellings) for value, spellings in told.items()]
    return between.join(words[:20]) + ("…" if len(words) > 20 else "")


def _spelled(value: str, spellings: Sequence[str]) -> str:
    first = spellings[0] if spellings else value
    meant = next((one for one in spellings if not one.isdigit()), "") if first.isdigit() else ""
    return f"{first} {meant}".strip()


def _limits(field: ContractField | None) -> str:
    if field is None:
        return ""
    low = "" if field.minimum is None else f"{field.minimum:f}"
    high = "" if field.maximum is None else f"{field.maximum:f}"
    return f"{low}–{high}"
