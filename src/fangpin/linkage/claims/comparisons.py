"""What is compared of two records, level by level, and which agreements make a pair worth a look.

Levels are Splink's: the first condition that holds is the level; NULL on a side says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Any

PERSON_BLOCKS = [
    ["number"],
    ["birth", "division"],
    ["name", "division"],
    ["name", "birth"],
    ["birth", "sex", "initial"],
]
"""A name alone is nobody: every block needs two facts that were written down by themselves, or a
number (which several persons may share: their names then part them)."""

_LONGEST_BY_CHARACTER = 6


def person_comparisons() -> list[dict[str, Any]]:
    """Number, name, birth date, sex and division of a claim and a person."""
    return [
        comparison(
            "number",
            ("number_l = number_r", "same"),
            ("damerau_levenshtein(number_l, number_r) <= 1", "one digit wrong or two swapped"),
        ),
        comparison(
            "name",
            ("name_l = name_r", "same"),
            (
                f"length(name_l) >= 3 AND ({_one_character('name')})",
                "one character of three or more",
            ),
            (_one_character("name"), "one character of two"),
            ("substr(name_l, 1, 1) = substr(name_r, 1, 1)", "first character"),
            frequency_of="name",
        ),
        date_comparison("birth"),
        comparison("sex", ("sex_l = sex_r", "same")),
        comparison(
            "division",
            ("division_l = division_r", "same"),
            ("parent_l = parent_r", "same division above"),
        ),
    ]


def _one_character(column: str) -> str:
    """Two texts of one length that differ in one character, or in one letter more or less.

    The engine's edit distance counts bytes, of which other scripts take several a character.
    """
    left, right = f"{column}_l", f"{column}_r"
    places = " OR ".join(
        f"(substr({left}, 1, {place - 1}) = substr({right}, 1, {place - 1}) "
        f"AND substr({left}, {place + 1}) = substr({right}, {place + 1}))"
        for place in range(1, _LONGEST_BY_CHARACTER + 1)
    )
    same_length = f"length({left}) = length({right})"
    return f"({same_length} AND ({places})) OR levenshtein({left}, {right}) <= 1"


def comparison(
    column: str, *levels: tuple[str, str], frequency_of: str | None = None
) -> dict[str, Any]:
    """A comparison of one column: levels of (condition, label) from the closest to `ELSE`.

    With `frequency_of` the first level tells more where the value is rare.
    """
    made: list[dict[str, Any]] = [
        {
            "sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL",
            "label_for_charts": "not known",
            "is_null_level": True,
        }
    ]
    for condition, label in levels:
        made.append({"sql_condition": condition, "label_for_charts": label})
    if frequency_of:
        made[1] |= {"tf_adjustment_column": frequency_of, "tf_adjustment_weight": 1.0}
    made.append({"sql_condition": "ELSE", "label_for_charts": "other"})
    return {"output_column_name": column, "comparison_levels": made}


def level_sql(comparison: dict[str, Any]) -> str:
    """SQL of the level of a comparison as Splink counts them: -1 not known, 0 other, higher closer."""
    cases = [
        "ELSE 0" if condition == "ELSE" else f"WHEN {condition} THEN {level}"
        for level, condition, _ in _levels(comparison)
    ]
    return f"CASE {' '.join(cases)} END"


def weights_of(comparison: dict[str, Any]) -> list[tuple[int, float]]:
    """Level and weight (log2 of m over u) of the levels of a trained comparison that tell something."""
    return [
        (level, log2(told["m_probability"] / told["u_probability"]))
        for level, _, told in _levels(comparison)
        if level >= 0
    ]


def _levels(comparison: dict[str, Any]) -> list[tuple[int, str, dict[str, Any]]]:
    """Level, condition and the whole of each, from the closest to the last."""
    told = comparison["comparison_levels"]
    known = [one for one in told if not one.get("is_null_level")]
    numbered = [(len(known) - place, one) for place, one in enumerate(known, start=1)]
    unknown = [(-1, one) for one in told if one.get("is_null_level")]
    return [(level, one["sql_condition"], one) for level, one in (*unknown, *numbered)]


def date_comparison(column: str) -> dict[str, Any]:
    """Of two dates: the same; one of year, month, day differs or day and month are swapped."""
    left, right = f"{column}_l", f"{column}_r"
    parts = " + ".join(
        f"CASE WHEN {part}({left}) = {part}({right}) THEN 1 ELSE 0 END"
        for part in ("year", "month", "day")
    )
    swapped = (
        f"year({left}) = year({right}) AND month({left}) = day({right}) "
        f"AND day({left}) = month({right})"
    )
    return comparison(
        column,
        (f"{left} = {right}", "same"),
        (f"({parts}) = 2 OR ({swapped})", "one part of the date"),
    )


def settings_of(comparisons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Splink's settings for linking claims to persons, before any training."""
    return {
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": 0.0001,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": list(comparisons),
    }
