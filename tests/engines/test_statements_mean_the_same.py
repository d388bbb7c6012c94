"""Each construct that the stages use gives the same rows, of the same types, on both engines."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fangpin.lake.engine import Engine

pytestmark = pytest.mark.spark

_KINDS = {
    "ref": "BIGINT",
    "month": "INTEGER",
    "amount": "DECIMAL(18, 2)",
    "state": "VARCHAR",
    "born": "DATE",
    "share": "DOUBLE",
    "sign": "INTEGER",
}
_ROWS: list[tuple[Any, ...]] = [
    (1, 24240, Decimal("10.05"), "b", date(1980, 2, 29), 0.1, 1),
    (1, 24241, Decimal("-10.05"), None, date(1980, 2, 29), 2.5, -1),
    (1, 24242, None, "甲乙", None, None, 1),
    (2, 24240, Decimal("0.01"), "a", date(2019, 12, 31), 1 / 3, 1),
    (2, 24242, Decimal("99999999999999.99"), 'it\'s {odd} \\ "x"', date(2020, 1, 1), -0.0, 1),
    (3, 24239, None, None, None, None, 1),
]

CONSTRUCTS = {
    "order of unknowns": "SELECT state FROM facts ORDER BY state, ref",
    "order of unknowns, last first": "SELECT amount, month FROM facts ORDER BY amount DESC, month",
    "sums to the fen": "SELECT ref, CAST(sum(amount * sign) AS DECIMAL(18, 2)) FROM facts "
    "GROUP BY ref ORDER BY ref",
    "a sum of nothing": "SELECT sum(amount), count(amount), count(*) FROM facts WHERE ref = 3",
    "whole sums are rounded, not cut": "SELECT CAST(sum(amount) AS BIGINT) FROM facts "
    "WHERE amount > 0.5 AND amount < 100",
    "halves are rounded away": "SELECT CAST(0.125 AS DECIMAL(18, 2)), "
    "CAST(-0.125 AS DECIMAL(18, 2)), CAST(2.005 AS DECIMAL(18, 2))",
    "products keep their decimals": "SELECT CAST(CAST(amount AS DECIMAL(19, 6)) "
    "* CAST(0.333335 AS DECIMAL(19, 6)) AS DECIMAL(19, 6)) FROM facts WHERE amount < 100 ORDER BY 1",
    "a product rounded once": "SELECT CAST(CAST(0.707106 AS DECIMAL(19, 6)) "
    "* CAST(0.707107 AS DECIMAL(19, 6)) AS DECIMAL(19, 6))",
    "chances are rounded alike": "SELECT ref, round(odds / (1 + sum(odds) OVER (PARTITION BY sign)), 9) "
    "AS chance, round(-share, 6) FROM (SELECT *, pow(2, least(share * 7, 500)) AS odds FROM facts) "
    "AS weighed ORDER BY ref, month",
    "a quotient is a double": "SELECT CAST(amount AS DOUBLE) / nullif(CAST(sign AS DOUBLE), 0) "
    "FROM facts WHERE ref = 2 ORDER BY 1",
    "division by zero is unknown": "SELECT CAST(1 AS DOUBLE) / nullif(CAST(0 AS DOUBLE), 0)",
    "whole numbers divide to a fraction": "SELECT (7 - 2) / 2.0, 7 / 2, CAST(floor(-7 / 2.0) AS INTEGER)",
    "remainders keep their sign": "SELECT 7 % 3, -7 % 3, (24239 - month) % 12 FROM facts "
    "ORDER BY 3, month",
    "age in whole years": "SELECT CAST(floor((24242 - (year(born) * 12 + month(born) - 1)) / 12.0) "
    "AS INTEGER) FROM facts ORDER BY 1",
    "bits of months": "SELECT ref, bit_or(CASE WHEN month BETWEEN 24230 AND 24242 AND amount > 0 "
    "THEN CAST(1 AS BIGINT) << CAST(24242 - month AS INTEGER) END) AS bits FROM facts "
    "GROUP BY ref ORDER BY ref",
    "runs of bits": "SELECT CAST(bit_count(xor(bits, bits + 1)) - 1 AS INTEGER), "
    "CAST(bit_count(bits) AS INTEGER), (CAST(7 AS BIGINT) >> 2) % 2 = 1, (bits & 5) <> 0, "
    "(CAST(1 AS BIGINT) << 61) FROM (SELECT CAST(11 AS BIGINT) AS bits) AS given",
    "the latest known value": "SELECT ref, arg_max(state, month) AS latest FROM facts "
    "GROUP BY ref ORDER BY ref",
    "the latest known value of some rows": "SELECT ref, arg_max(amount, month) "
    "FILTER (WHERE month > 24239 AND month < 24242) AS latest FROM facts GROUP BY ref ORDER BY ref",
    "any, some, distinct": "SELECT ref, bool_or(amount > 5), count(*) FILTER (WHERE sign > 0), "
    "count(DISTINCT CASE WHEN sign > 0 THEN state END) FROM facts GROUP BY ref ORDER BY ref",
    "unknown is neither yes nor no": "SELECT ref, month, (amount > 0 AND state = 'b'), "
    "(amount > 0 OR state = 'b'), NOT (amount > 0), amount IS NULL FROM facts ORDER BY ref, month",
    "choices pass over the unknown": "SELECT CASE WHEN amount > 1 THEN 'more' WHEN NOT amount > 1 "
    "THEN 'less' END, coalesce(state, 'none'), greatest(amount, 1), least(amount, NULL) FROM facts "
    "ORDER BY ref, month",
    "lists": "SELECT ref, month FROM facts WHERE state IN ('a', 'b') OR ref NOT IN (1, 2) "
    "ORDER BY ref, month",
    "distinct from the unknown": "SELECT state IS DISTINCT FROM NULL, "
    "amount IS NOT DISTINCT FROM -10.05 FROM facts ORDER BY ref, month",
    "texts": "SELECT substr(state, 1, 1), left(state, 2), right(state, 1), length(state), "
    "lower(state), replace(state, ' ', ''), starts_with(state, '甲'), repeat('9', 3) FROM facts "
    "ORDER BY ref, month",
    "texts joined": "SELECT state || '-' || CAST(amount AS VARCHAR), concat_ws(',', state, "
    "CAST(month AS VARCHAR)), lpad(CAST(month AS VARCHAR), 6, '0'), CAST(born AS VARCHAR), "
    "CAST(amount > 0 AS VARCHAR) FROM facts ORDER BY ref, month",
    "parts of a path": "SELECT split_part('a/b/c.parquet', '/', -2), split_part('a', '/', 4)",
    "references": "SELECT CAST('0x' || substr(sha256(concat_ws(':', ref, month, state)), 1, 15) "
    "AS BIGINT) FROM facts ORDER BY ref, month",
    "shapes of a text": "SELECT regexp_full_match('110101X', '[0-9]{6}X'), "
    "regexp_full_match('a110101X', '[0-9]{6}X'), regexp_full_match('甲乙', '[\\x{4e00}-\\x{9fff}]+')",
    "a date inside a text": "SELECT CAST(try_strptime('20200229', '%Y%m%d') AS DATE), "
    "CAST(try_strptime('20200230', '%Y%m%d') AS DATE)",
    "rows that have a partner, rows that have none": "SELECT ref, month FROM facts SEMI JOIN "
    "(SELECT ref FROM facts WHERE amount < 0) AS others USING (ref) UNION ALL SELECT ref, month "
    "FROM facts ANTI JOIN (SELECT ref FROM facts WHERE amount < 0) AS others USING (ref) ORDER BY 1, 2",
    "outer joins by name": "SELECT ref, one.month, two.amount FROM facts AS one LEFT JOIN "
    "(SELECT ref, amount FROM facts WHERE amount < 1) AS two USING (ref) ORDER BY 1, 2, 3",
    "joins within bounds": "SELECT a.ref, b.month FROM facts AS a JOIN facts AS b "
    "ON a.ref = b.ref AND b.month >= a.month AND b.month < a.month + 2 ORDER BY 1, 2, a.month",
    "joins by the beginning of a text": "SELECT homes.ref FROM facts AS homes JOIN "
    "(SELECT '甲' AS place) AS given ON starts_with(homes.state, given.place)",
    "not among the rows of another": "SELECT CASE WHEN ref NOT IN (SELECT ref FROM facts WHERE "
    "amount < 0) THEN 'out' ELSE 'in' END, ref NOT IN (SELECT ref FROM facts WHERE sign < 0) "
    "FROM facts WHERE ref NOT IN (SELECT ref FROM facts WHERE month = 24239) ORDER BY ref, month",
    "no partner in another": "SELECT ref, month FROM facts AS old WHERE NOT EXISTS (SELECT 1 "
    "FROM facts AS new WHERE new.ref = old.ref AND new.month > old.month) ORDER BY ref",
    "united by name": "SELECT ref, 'x' AS extra FROM facts WHERE ref = 3 UNION ALL BY NAME "
    "SELECT month, ref FROM facts WHERE ref = 2 ORDER BY ref, month",
    "united thrice by name within a step": "WITH all_rows AS (SELECT ref FROM facts UNION ALL "
    "BY NAME SELECT month FROM facts UNION ALL BY NAME SELECT state, ref FROM facts) "
    "SELECT count(ref), count(month), count(state), count(*) FROM all_rows",
    "all columns but some": "SELECT * EXCLUDE (born, share, state) FROM facts ORDER BY ref, month",
    "all columns, one anew": "SELECT * REPLACE (ref * 10 AS ref), 'x' AS more FROM facts "
    "ORDER BY ref, month",
    "one side's columns, one anew": "SELECT a.* REPLACE (b.total AS amount), 1 AS more FROM facts "
    "AS a JOIN (SELECT ref, sum(sign) AS total FROM facts GROUP BY ref) AS b USING (ref) "
    "ORDER BY ref, month",
    "all columns that have no partner stay in order": "SELECT * FROM facts ANTI JOIN (SELECT ref, "
    "state FROM facts WHERE sign < 0) AS gone USING (state, ref) ORDER BY ref, month",
    "all columns of a join stay in order": "SELECT * FROM facts AS a JOIN (SELECT month, "
    "count(*) AS alike FROM facts GROUP BY month) AS b USING (month) ORDER BY ref, month",
    "one side's columns stay in order": "SELECT a.* FROM facts AS a JOIN (SELECT month, "
    "count(*) AS alike FROM facts GROUP BY month) AS b USING (month) ORDER BY ref, month",
    "a digest of rows": "SELECT CAST(bit_xor(CAST('0x' || substr(sha256(concat_ws(':', ref, month)), "
    "1, 15) AS BIGINT)) AS VARCHAR) FROM facts",
    "taken away, then united by name": "SELECT * FROM facts ANTI JOIN (SELECT ref, month FROM facts "
    "WHERE sign < 0) AS gone USING (month, ref) UNION ALL BY NAME SELECT ref, month, amount, state, "
    "born, share, sign FROM facts WHERE ref = 3 ORDER BY ref, month",
    "the first of each": "SELECT * FROM facts QUALIFY row_number() OVER "
    "(PARTITION BY ref ORDER BY month DESC) = 1 ORDER BY ref",
    "a list in an order": "SELECT ref, CAST(to_json(list(struct_pack(state := state, sign := sign, "
    "month := month) ORDER BY state, sign, month)) AS VARCHAR) FROM facts GROUP BY ref ORDER BY ref",
    "a list against the order of its rows": "SELECT CAST(to_json(list(struct_pack(ref := ref) "
    "ORDER BY born, month)) AS VARCHAR) FROM facts",
    "small letters, one for one": "SELECT lower(name), sha256(lower(replace(name, ' ', ''))) FROM "
    "(VALUES (1, 'İstanbul'), (2, 'ΟΔΥΣΣΕΥΣ'), (3, 'Straße Ǆ'), (4, '王 K'), (5, NULL)) "
    "AS told(place, name) ORDER BY place",
    "a last line end belongs to a text": "SELECT regexp_full_match(name, '[\\x{4e00}-\\x{9fff}]+') FROM "
    "(VALUES (1, '甲'), (2, '甲\n'), (3, '甲\u2028')) AS told(place, name) ORDER BY place",
    "a half that a double does not hold": "SELECT round(share, 2), round(share / 1e7, 9), "
    "round(share / -10, 3) FROM (VALUES (CAST(1.005 AS DOUBLE)), (2.675), (1.115), (0.285)) "
    "AS told(share) ORDER BY share",
    "texts beyond two bytes": "SELECT name, length(name), substr(name, 2, 1), left(name, 2), "
    "right(name, 1) FROM (VALUES ('𠮷野家'), ('\ufffd'), ('e\u0301'), ('👨\u200d👩'), ('é'), (''), ('a ')) "
    "AS told(name) ORDER BY name DESC",
    "shares of a whole": "SELECT ref, month, sum(sign) OVER (PARTITION BY ref), "
    "count(*) OVER (PARTITION BY ref), pow(2, least(sign, 500)) FROM facts ORDER BY ref, month",
    "listed values": "SELECT place, inverse FROM (VALUES (1, 'a'), (2, NULL)) "
    "AS places(place, inverse) ORDER BY place",
    "what only one side has": "(SELECT ref, state FROM facts EXCEPT SELECT ref, state FROM facts "
    "WHERE sign < 0) UNION ALL (SELECT ref, state FROM facts WHERE sign < 0 EXCEPT "
    "SELECT ref, state FROM facts) ORDER BY 1, 2",
    "united once": "SELECT ref FROM facts UNION SELECT sign FROM facts ORDER BY 1",
    "groups with a condition": "SELECT ref FROM facts GROUP BY ref HAVING sum(sign) > 0 ORDER BY ref",
    "nothing typed": "SELECT CAST(NULL AS DECIMAL(18, 2)), CAST(NULL AS VARCHAR), TRUE, NULL",
    "quoted names": 'SELECT "ref" AS "person.age", "month" AS "值" FROM facts ORDER BY 1, 2',
    "nested steps": "WITH a AS (SELECT ref FROM facts), b AS (SELECT ref + 1 AS ref FROM a) "
    "SELECT * EXCLUDE (twice) FROM (SELECT *, ref * 2 AS twice FROM b) AS doubled ORDER BY ref",
}


@pytest.fixture
def both(on_duckdb: Engine, there: Engine) -> tuple[Engine, Engine]:
    for engine in (on_duckdb, there):
        engine.make_empty_table("facts", _KINDS)
        engine.insert("facts", _ROWS)
    return on_duckdb, there


@pytest.mark.parametrize("said", CONSTRUCTS)
def test_a_construct_gives_the_same_rows(said: str, both: tuple[Engine, Engine]) -> None:
    query = CONSTRUCTS[said]
    here, there = (engine.rows(query) for engine in both)
    assert [list(map(_plain, row)) for row in there] == [list(map(_plain, row)) for row in here]
    if "AS" in re.split(r"\bFROM\b", query)[0]:
        names = [[name for name in engine.columns(query) if "(" not in name] for engine in both]
        assert set(names[0]) <= set(names[1])


def test_objects_keep_the_fields_that_are_unknown(both: tuple[Engine, Engine]) -> None:
    query = (
        "SELECT CAST(json_object('ref', ref, 'state', state, 'born', CAST(born AS VARCHAR)) "
        "AS VARCHAR) FROM facts ORDER BY ref, month"
    )
    here, there = ([text for (text,) in engine.rows(query)] for engine in both)
    assert there == here
    assert json.loads(there[2]) == {"ref": 1, "state": "甲乙", "born": None}


def test_an_amount_that_outgrows_its_column_stops_both(both: tuple[Engine, Engine]) -> None:
    for engine in both:
        with pytest.raises(
            Exception, match=r"(?i)overflow|out of range|cannot be represented|cast"
        ):
            engine.rows("SELECT CAST(sum(amount) * 1000 AS DECIMAL(18, 2)) FROM facts")


def _plain(value: Any) -> Any:
    """A value with its type; an int and a decimal without decimals are one figure."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return ("number", Decimal(value))
    return (type(value).__name__, value)
