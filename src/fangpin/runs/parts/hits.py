"""The hits of a run as one file: rule, severity, figures, thresholds and the sentence in zh and en.

Grain of hits.parquet: household and rule. Hits that never raise an alert (supervision,
counter-evidence) are in findings.parquet, of the same shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fangpin.policy.expressions.sql import column
from fangpin.policy.models.lists import Rule
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import HITS, RAISING, Evaluation, figure_codes
from fangpin.rules.explain import Teller

_ENCODER = json.JSONEncoder(ensure_ascii=False)

_COLUMNS = {
    "household_ref": "BIGINT",
    "rule": "VARCHAR",
    "code": "VARCHAR",
    "kind": "VARCHAR",
    "edition": "INTEGER",
    "severity": "VARCHAR",
    "severity_rank": "INTEGER",
    "cause": "VARCHAR",
    "month": "INTEGER",
    "sentence_zh": "VARCHAR",
    "sentence_en": "VARCHAR",
    "figures": "VARCHAR",
    "thresholds": "VARCHAR",
    "category": "VARCHAR",
}


def write_hits(*, evaluation: Evaluation, folder: Path) -> None:
    """Write hits.parquet and findings.parquet from the table HITS; leaves `hits` and `findings`."""
    engine = evaluation.engine
    for table, wanted in (("hits", True), ("findings", False)):
        rules = [rule for rule in evaluation.rules if (rule.kind in RAISING) is wanted]
        engine.load_rows(
            table, _COLUMNS, (row for rule in rules for row in _rows(evaluation, rule))
        )
        engine.write(
            f"SELECT * FROM {table} ORDER BY household_ref, severity_rank, rule",
            folder / f"{table}.parquet",
        )


def _rows(evaluation: Evaluation, rule: Rule) -> Iterator[list[Any]]:
    compiler = evaluation.compiler
    pack = compiler.pack
    codes = figure_codes(rule)
    in_division: dict[str, tuple[dict[str, Any], str]] = {}
    teller = Teller(pack, rule, month=compiler.month)
    rank = {severity.severity: severity.rank for severity in pack.severities}
    listed = ", ".join(
        [
            "household_ref",
            "division",
            "category",
            column("severity__" + rule.rule),
            *map(column, codes),
        ]
    )
    query = (
        f"SELECT {listed} FROM {HITS} WHERE {column('outcome__' + rule.rule)} = 'hit' "
        "ORDER BY household_ref"
    )
    for household_ref, division, category, severity, *values in evaluation.engine.rows(query):
        figures = dict(zip(codes, values, strict=True))
        if division not in in_division:
            values_there = threshold_values(pack, rule, as_of=compiler.as_of, division=division)
            in_division[division] = values_there, _json(values_there)
        thresholds, told = in_division[division]
        zh, en = teller.sentences(figures=figures, thresholds=thresholds)
        yield [
            household_ref,
            rule.rule,
            rule.code,
            rule.kind,
            rule.edition,
            severity,
            rank[severity],
            rule.cause or "",
            int(compiler.month),
            zh,
            en,
            _json(figures),
            told,
            category or "",
        ]


def threshold_values(
    pack: Pack, rule: Rule, *, as_of: date, division: str | None
) -> dict[str, Any]:
    """The values of a rule's thresholds that were in force in a division."""
    return {
        code: pack.parameter(code, at=as_of, division=division).value for code in rule.thresholds
    }


def _json(values: dict[str, Any]) -> str:
    return _ENCODER.encode({code: _plain(value) for code, value in values.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return int(value) if whole else float(value)
    if isinstance(value, float):
        # Doubles may differ in the last bits between engines; ten digits say all there is to say.
        return float(f"{value:.10g}")
    if isinstance(value, date):
        return value.isoformat()
    return value
