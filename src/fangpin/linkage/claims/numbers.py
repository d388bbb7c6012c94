"""Identity numbers in SQL: the one form of a written number, and what it was before one wrong digit.

The slow truth is `fangpin.values.identifiers`; tests hold the two together.
"""

from __future__ import annotations

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check_digit_sql(seventeen: str) -> str:
    """The last character that belongs to seventeen digits."""
    return f"substr('{_CHECKS}', ({_dot(seventeen)}) % 11 + 1, 1)"


def has_right_check_sql(number: str) -> str:
    """Whether a text is an 18-character number whose last character belongs to the others."""
    return (
        f"CASE WHEN regexp_full_match({number}, '[0-9]{{17}}[0-9X]') "
        f"THEN substr({number}, 18, 1) = {check_digit_sql(number)} ELSE FALSE END"
    )


def is_placeholder_sql(number: str) -> str:
    """`is_made_up` of a number: whether it stands for nobody."""
    counted = " OR ".join(
        f"starts_with({number}, '{begins}')"
        for begins in ("999999", "12345678901234", "01234567890123", "98765432109876")
    )
    return (
        f"({counted} OR {number} = repeat(substr({number}, 1, 1), length({number})) "
        f"OR (length({number}) >= 15 "
        f"AND substr({number}, 7) = repeat(substr({number}, 7, 1), length({number}) - 6)))"
    )


def eighteen_sql(written: str) -> str:
    """The 18 characters that a written number stands for, unchecked; NULL when it has another shape.

    A certificate of 20 or 22 characters begins with its holder's number; a number of 15 digits is
    one of the twentieth century without its check digit.
    """
    longer = f"substr({written}, 1, 6) || '19' || substr({written}, 7, 9)"
    return (
        f"CASE WHEN {written} IS NULL OR {is_placeholder_sql(written)} THEN NULL "
        f"WHEN length({written}) = 18 THEN {written} "
        f"WHEN regexp_full_match({written}, '[0-9]{{17}}[0-9X][1-7][1-4](B[0-9])?') "
        f"THEN substr({written}, 1, 18) "
        f"WHEN regexp_full_match({written}, '[0-9]{{15}}') "
        f"THEN {longer} || {check_digit_sql(f'({longer})')} END"
    )


def repaired(source: str) -> str:
    """A query of claim, number: every right number that is one digit away from a wrong one.

    `source` is a query of claim, number with 18-character numbers whose check digit does not fit.
    The check is linear modulo 11, so each of the first seventeen places has at most one digit that
    would mend it, and the last place exactly one.
    """
    inverses = ", ".join(
        f"({place}, {pow(weight, -1, 11)})" for place, weight in enumerate(WEIGHTS, start=1)
    )
    return f"""
        WITH wrong AS (
            SELECT claim, number, ({_dot("number")}) % 11 AS total,
                {_check_value("substr(number, 18, 1)")} AS given
            FROM ({source}) AS source WHERE regexp_full_match(number, '[0-9]{{17}}[0-9X]')
        ), places AS (
            SELECT * FROM (VALUES {inverses}) AS places(place, inverse)
        ), mended AS (
            -- The total and the check value of a right number are 1 modulo 11.
            SELECT claim, number, place, CAST(substr(number, place, 1) AS INTEGER) AS was,
                (CAST(substr(number, place, 1) AS INTEGER) + (12 - total + 11 - given) * inverse)
                % 11 AS digit
            FROM wrong CROSS JOIN places
        )
        SELECT claim, substr(number, 1, place - 1) || CAST(digit AS VARCHAR)
            || substr(number, place + 1) AS number
        FROM mended WHERE digit <= 9 AND digit <> was
        UNION ALL
        SELECT claim, substr(number, 1, 17) || substr('{_CHECKS}', total + 1, 1) FROM wrong
    """


def _dot(number: str) -> str:
    return " + ".join(
        f"CAST(substr({number}, {place}, 1) AS INTEGER) * {weight}"
        for place, weight in enumerate(WEIGHTS, start=1)
    )


def _check_value(character: str) -> str:
    return f"CASE {character} WHEN 'X' THEN 10 ELSE CAST({character} AS INTEGER) END"
