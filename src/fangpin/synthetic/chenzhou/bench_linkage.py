"""A registry and the rows of a feed with known truth, the feed written as tired clerks write it.

Tables: `truth_people` and `truth_claims` in the columns that linkage compares; `truth` says which
person a claim is about (NULL: someone whom the registry does not list).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fangpin.lake.engines.duckdb import Engine
from fangpin.policy import Pack
from fangpin.synthetic.chenzhou.bench_people import PEOPLE, draw, make_people
from fangpin.synthetic.chenzhou.confused import CONFUSED

PEOPLE_TABLE, CLAIMS_TABLE, TRUTH_TABLE = "truth_people", "truth_claims", "truth"
_AS_OF = date(2020, 11, 1)
_SHORT_NAMES = 18
"""Of a hundred people, those of one given character."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How many of a thousand rows carry each error; each is drawn by itself."""

    wrong_digit: int = 60
    missing_number: int = 80
    name: int = 50
    birth_date: int = 40
    missing_village: int = 200
    fifteen_digits: int = 10
    certificate: int = 20
    outsiders: int = 20
    """Rows about someone whom the registry does not list."""
    wrong_village: int = 0
    """The village of someone else, as after a move; half of them in the same township."""
    wrong_sex: int = 0


def make_linkage_truth(
    engine: Engine,
    *,
    pack: Pack,
    persons: int,
    claims: int,
    seed: int,
    errors: Errors | None = None,
) -> None:
    """Make the three tables; a person may be named by several rows."""
    errors = errors or Errors()
    outside = claims * errors.outsiders // 1000
    make_people(engine, pack=pack, persons=persons + outside, seed=seed, as_of=_AS_OF)
    engine.make_empty_table(
        "confused", {"right_one": "VARCHAR", "nth": "BIGINT", "wrong": "VARCHAR"}
    )
    engine.insert(
        "confused",
        [
            (right, at, wrong)
            for right, all_of in CONFUSED.items()
            for at, wrong in enumerate(all_of)
        ],
    )
    # Those who are not listed are drawn from everywhere, as townspeople and migrants are.
    engine.make_table(
        "listed_people",
        f"SELECT * REPLACE (CASE WHEN {draw(seed, 73, 100, 'i')} < {_SHORT_NAMES} "
        "THEN substr(name, 1, 1) || substr(name, 3, 1) ELSE name END AS name), "
        f"row_number() OVER (ORDER BY hash(i, {seed}, 70), i) > {outside} AS is_listed "
        f"FROM {PEOPLE}",
    )
    code = "CASE sex WHEN '女' THEN 'female' ELSE 'male' END"
    engine.make_table(
        PEOPLE_TABLE,
        f"SELECT i AS person_ref, number, name, birth, {code} AS sex, village AS division "
        "FROM listed_people WHERE is_listed ORDER BY i",
    )
    engine.make_table("claimed", _claimed(seed, claims, outside, code))
    engine.make_table("spoilt", _spoilt(seed, errors))
    engine.make_table(
        CLAIMS_TABLE,
        "SELECT claim, number, name, birth, sex, division FROM spoilt ORDER BY claim",
    )
    engine.make_table(
        TRUTH_TABLE,
        "SELECT claim, CASE WHEN is_listed THEN i END AS person_ref, has_wrong_digit, "
        "has_no_number, has_wrong_name, has_wrong_birth, has_no_village FROM spoilt ORDER BY claim",
    )
    engine.drop(PEOPLE, "listed_people", "claimed", "spoilt", "confused")


def _claimed(seed: int, claims: int, outside: int, sex_code: str) -> str:
    """Whom the rows are about: drawn with return from those listed, every outsider once."""
    return f"""
        WITH listed AS (
            SELECT *, row_number() OVER (ORDER BY i) - 1 AS nth FROM listed_people WHERE is_listed
        ), picked AS (
            SELECT range AS claim, CAST(hash(range, {seed}, 71) % (SELECT count(*) FROM listed)
                AS BIGINT) AS nth FROM range({claims - outside})
        )
        SELECT picked.claim, i, TRUE AS is_listed, number, name, birth, {sex_code} AS sex,
            village AS division
        FROM picked JOIN listed USING (nth)
        UNION ALL
        SELECT {claims - outside} + row_number() OVER (ORDER BY i) - 1, i, FALSE, number, name,
            birth, {sex_code}, village FROM listed_people WHERE NOT is_listed
    """


def _spoilt(seed: int, errors: Errors) -> str:
    def chance(purpose: int, share: int) -> str:
        return f"{draw(seed, purpose, 1000, 'claim')} < {share}"

    digit = (
        "substr(number, 1, place) || CAST((CAST(substr(number, place + 1, 1) AS INTEGER) + 1 + "
        f"{draw(seed, 86, 9, 'claim')}) % 10 AS VARCHAR) || substr(number, place + 2)"
    )
    return f"""
        WITH drawn AS (
            SELECT *, {chance(80, errors.missing_number)} AS has_no_number,
                {chance(81, errors.wrong_digit)} AS has_wrong_digit,
                {chance(82, errors.name)} AS has_wrong_name,
                {chance(83, errors.birth_date)} AS has_wrong_birth,
                {chance(84, errors.missing_village)} AS has_no_village,
                {chance(87, errors.fifteen_digits)} AS is_fifteen,
                {chance(88, errors.certificate)} AS is_certificate,
                {draw(seed, 85, 17, "claim")} AS place,
                {draw(seed, 89, 1000, "claim")} AS nth,
                {draw(seed, 90, 5, "claim")} AS birth_slip
            FROM claimed
        )
        SELECT claim, i, is_listed, has_wrong_digit AND NOT has_no_number AS has_wrong_digit,
            has_no_number, has_wrong_name, has_wrong_birth, has_no_village,
            CASE WHEN has_no_number AND drawn.nth % 4 = 0
                THEN '999999' || strftime(birth, '%Y%m%d') || lpad(CAST(drawn.nth AS VARCHAR), 3, '0') || '0'
                WHEN has_no_number AND drawn.nth % 4 = 1 THEN '111111111111111111'
                WHEN has_no_number THEN NULL
                WHEN has_wrong_digit THEN {digit}
                WHEN is_fifteen AND substr(number, 7, 2) = '19'
                    THEN substr(number, 1, 6) || substr(number, 9, 9)
                WHEN is_certificate THEN number || CAST(drawn.nth % 7 + 1 AS VARCHAR)
                    || CAST(drawn.nth % 4 + 1 AS VARCHAR) || CASE WHEN drawn.nth % 5 = 0 THEN 'B1' ELSE '' END
                ELSE number END AS number,
            CASE WHEN has_wrong_name THEN coalesce(
                substr(name, 1, CAST(drawn.nth % length(name) AS INTEGER)) || confused.wrong ||
                substr(name, CAST(drawn.nth % length(name) AS INTEGER) + 2), name) ELSE name END AS name,
            CASE WHEN NOT has_wrong_birth THEN birth
                WHEN birth_slip = 0 AND day(birth) <= 12 AND day(birth) <> month(birth)
                    THEN make_date(year(birth), day(birth), month(birth))
                WHEN birth_slip <= 1 THEN CAST(birth + INTERVAL 1 YEAR AS DATE)
                WHEN birth_slip = 2 THEN CAST(birth - INTERVAL 10 YEAR AS DATE)
                WHEN birth_slip = 3 THEN CAST(birth + INTERVAL 1 MONTH AS DATE)
                ELSE birth + CAST(CASE WHEN day(birth) <= 18 THEN 10 ELSE -10 END AS INTEGER)
                END AS birth,
            CASE WHEN {chance(91, errors.wrong_sex)}
                THEN CASE sex WHEN 'male' THEN 'female' ELSE 'male' END ELSE sex END AS sex,
            CASE WHEN has_no_village THEN NULL
                WHEN {chance(92, errors.wrong_village)} AND drawn.nth % 2 = 0
                THEN substr(division, 1, 9) || lpad(CAST(drawn.nth % 7 + 301 AS VARCHAR), 3, '0')
                WHEN {chance(92, errors.wrong_village)}
                THEN lag(division, 1, division) OVER (ORDER BY claim) ELSE division END AS division
        FROM drawn LEFT JOIN confused
            ON confused.right_one = substr(name, CAST(drawn.nth % length(name) AS INTEGER) + 1, 1)
            AND confused.nth = drawn.nth // 7 % 3
    """
