"""The people of a benchmark as one table of the engine: three a household, numbers valid and unique."""

from __future__ import annotations

from datetime import date

from fangpin.lake.engines.duckdb import Engine
from fangpin.policy import Pack
from fangpin.synthetic.chenzhou.names import EITHER, MENS, SURNAMES, WOMENS
from fangpin.values.problem import Problem, ProblemError

PEOPLE = "bench_people"
"""i BIGINT, h BIGINT, place INTEGER (0 head, 1 spouse, 2 child or parent), number, name, sex,
birth, age, household_no, village, has_wage, wage, is_former_poor, number_17."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def draw(seed: int, purpose: int, sides: int, *columns: str) -> str:
    """SQL of a whole number 0..sides-1 that depends on the columns, the seed and the purpose."""
    return f"CAST(hash({', '.join(columns)}, {seed}, {purpose}) % {sides} AS BIGINT)"


def make_people(engine: Engine, *, pack: Pack, persons: int, seed: int, as_of: date) -> None:
    """Make the table of people; ages are complete years at `as_of`.

    Raises ProblemError VILLAGES_MISSING for a pack in which these people can live nowhere.
    """
    root = pack.header.root_division or ""
    villages = [
        division.code
        for division in pack.divisions
        if len(division.code) == 12 and division.code.startswith(root) and division.code[9] == "2"
    ]
    if not villages:
        raise ProblemError(_no_villages(pack))
    engine.make_empty_table("bench_villages", {"at": "BIGINT", "code": "VARCHAR"})
    engine.insert("bench_villages", list(enumerate(villages)))
    households = (persons + 2) // 3
    engine.make_table("bench_households", _households(seed, households, len(villages)))
    engine.make_table("bench_bodies", _bodies(seed, persons, as_of))
    engine.make_table(PEOPLE, _numbered(seed))
    engine.drop("bench_bodies", "bench_households", "bench_villages")


def _no_villages(pack: Pack) -> Problem:
    return Problem(
        code="VILLAGES_MISSING",
        where=pack.id,
        zh=f"政策包 {pack.id} 没有行政村的区划代码，生成的人员无处可住。",
        en=f"The pack {pack.id} lists no villages in which the generated people could live.",
        fix_zh="请用 --pack 指定列有行政村的政策包。",
        fix_en="Name a pack that lists villages, by --pack.",
    )


def _households(seed: int, households: int, villages: int) -> str:
    return f"""
        SELECT r.h, v.code AS village, substr(v.code, 1, 6) || lpad(CAST(r.h AS VARCHAR), 8, '0')
            AS household_no,
            substr('{SURNAMES}', {draw(seed, 1, len(SURNAMES), "r.h")} + 1, 1) AS family,
            30 + {draw(seed, 2, 46, "r.h")} AS head_age,
            {draw(seed, 3, 100, "r.h")} < 12 AS is_former_poor
        FROM (SELECT range AS h FROM range({households})) AS r
        JOIN bench_villages AS v ON v.at = r.h * {villages} // {households}
    """


def _bodies(seed: int, persons: int, as_of: date) -> str:
    """Sex, age and birth date by place in the household; a quarter of third members are parents."""
    days = draw(seed, 4, 360, "i")
    return f"""
        WITH people AS (
            SELECT r.i, r.i // 3 AS h, CAST(r.i % 3 AS INTEGER) AS place
            FROM (SELECT range AS i FROM range({persons})) AS r
        ), placed AS (
            SELECT people.i, people.h, people.place, households.village, households.household_no,
                households.family, households.is_former_poor,
                people.place = 2 AND {draw(seed, 5, 4, "people.h")} = 0 AS is_parent,
                households.head_age
            FROM people JOIN bench_households AS households ON households.h = people.h
        ), aged AS (
            SELECT i, h, place, village, household_no, family, is_former_poor, is_parent,
                CASE WHEN place = 0 THEN head_age WHEN place = 1 THEN greatest(head_age - 3, 20)
                    WHEN is_parent THEN least(head_age + 24, 92)
                    ELSE least(greatest(head_age - 27, 2), 45) END AS age,
                CASE WHEN place = 0 THEN '男' WHEN place = 1 THEN '女'
                    WHEN {draw(seed, 6, 2, "i")} = 0 THEN '男' ELSE '女' END AS sex
            FROM placed
        )
        SELECT i, h, place, village, household_no, family, is_former_poor, is_parent, age, sex,
            DATE '{as_of.isoformat()}' - CAST(age * 365 + age // 4 + 1 + {days} AS INTEGER) AS birth
        FROM aged
    """


def _numbered(seed: int) -> str:
    """Names and identity numbers with their check digit; serials count up within a day of birth."""
    digits = " + ".join(
        f"CAST(substr(body, {at}, 1) AS INTEGER) * {weight}"
        for at, weight in enumerate(_WEIGHTS, start=1)
    )
    second = (
        f"CASE WHEN sex = '女' THEN substr('{WOMENS}', {draw(seed, 8, len(WOMENS), 'i')} + 1, 1) "
        f"ELSE substr('{MENS}', {draw(seed, 8, len(MENS), 'i')} + 1, 1) END"
    )
    able = "age BETWEEN 18 AND 59"
    return f"""
        WITH serial AS (
            SELECT i, h, place, village, household_no, family, is_former_poor, is_parent, age, sex,
                birth, row_number() OVER (
                    PARTITION BY substr(village, 1, 6), birth, sex ORDER BY i) AS nth
            FROM bench_bodies
        ), bodies AS (
            SELECT i, h, place, village, household_no, family, is_former_poor, is_parent, age, sex,
                birth, substr(village, 1, 6) || strftime(birth, '%Y%m%d') || lpad(CAST(
                    nth * 2 - CASE WHEN sex = '女' THEN 0 ELSE 1 END AS VARCHAR), 3, '0') AS body
            FROM serial
        )
        SELECT i, h, place, village, household_no, is_former_poor, is_parent, age, sex, birth,
            body || substr('10X98765432', ({digits}) % 11 + 1, 1) AS number,
            CASE WHEN place = 1 THEN
                substr('{SURNAMES}', {draw(seed, 7, len(SURNAMES), "i")} + 1, 1) ELSE family END
                || substr('{EITHER}', {draw(seed, 9, len(EITHER), "i")} + 1, 1) || {second} AS name,
            {able} AND {draw(seed, 10, 100, "i")} < 55 AS has_wage,
            1600 + 100 * {draw(seed, 11, 30, "i")} AS wage
        FROM bodies ORDER BY i
    """
