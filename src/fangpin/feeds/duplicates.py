"""Rows that say again what is known, rows that correct it, and rows that contradict each other.

All statements are about the table `settling`: the columns of facts.parquet, one row a checked row.
"""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.arrivals import SUPERSEDED, Arrival
from fangpin.feeds.check import PROBLEMS
from fangpin.feeds.shapes import quoted
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models import Contract


def find_repeated(*, engine: Engine, names: Sequence[str], is_needed: bool) -> tuple[int, int]:
    """Rows of one key in one file: equal ones count once, differing ones are all set aside.

    Gives the number of keys that differ and the number of surplus equal rows; the tables
    `repeated_keys` and `dropped_rows` name them. Not needed when no key repeats.
    """
    engine.make_empty_table("dropped_rows", {"row_no": "INTEGER"})
    engine.make_empty_table("repeated_keys", {"row_key": "BIGINT", "differ": "BOOLEAN"})
    if not is_needed:
        return 0, 0
    engine.make_table(
        "repeated_keys", "SELECT row_key FROM settling GROUP BY row_key HAVING count(*) > 1"
    )
    content = ", ".join(quoted(name) for name in names if name != "row_no")
    engine.make_table(
        "repeated_rows",
        f"SELECT row_no, row_key, hash(ROW({content})) AS content FROM settling "
        "WHERE row_key IN (SELECT row_key FROM repeated_keys)",
    )
    engine.make_table(
        "repeated_keys",
        "SELECT row_key, count(DISTINCT content) > 1 AS differ, min(row_no) AS first_row "
        "FROM repeated_rows GROUP BY row_key",
    )
    engine.rows(
        f"INSERT INTO {PROBLEMS} "
        "SELECT row_no, NULL, 'KEY_REPEATED', NULL, NULL FROM repeated_rows "
        "JOIN repeated_keys USING (row_key) WHERE differ"
    )
    engine.make_table(
        "dropped_rows",
        "SELECT row_no FROM repeated_rows JOIN repeated_keys USING (row_key) "
        "WHERE NOT differ AND row_no <> first_row",
    )
    engine.drop("repeated_rows")
    differing = int(engine.value("SELECT count(*) FROM repeated_keys WHERE differ"))
    return differing, int(engine.value("SELECT count(*) FROM dropped_rows"))


def compare_with_earlier(
    *,
    engine: Engine,
    names: Sequence[str],
    contract: Contract,
    earlier: Sequence[Arrival],
    months: tuple[int, int],
) -> tuple[int, list[str]]:
    """Rows that stand already, and those of earlier deliveries that this one corrects.

    `months` are the first and last of the new rows.
    """
    # A key that holds the row's date differs from one month to another.
    any_month = contract.dated_by not in contract.key
    earlier = [
        one
        for one in earlier
        if one.accepted
        and (any_month or (one.first_month <= months[1] and months[0] <= one.last_month))
    ]
    if not earlier:
        return 0, []
    engine.view_files("earlier_facts", [arrival.facts for arrival in earlier], with_file_name=True)
    # Counted first: that reads the keys alone, and mostly nothing meets.
    if not engine.value("SELECT count(*) FROM earlier_facts SEMI JOIN settling USING (row_key)"):
        return 0, []
    engine.make_table(
        "meeting_rows",
        "SELECT *, split_part(filename, '/', -2) AS delivery FROM earlier_facts "
        "SEMI JOIN settling USING (row_key)",
    )
    corrections = [arrival for arrival in earlier if arrival.superseded]
    if corrections:
        engine.view_files(
            "earlier_corrections",
            [arrival.folder / SUPERSEDED for arrival in corrections],
        )
        engine.make_table(
            "meeting_rows",
            "SELECT * FROM meeting_rows WHERE NOT EXISTS (SELECT 1 FROM earlier_corrections AS old "
            "WHERE old.delivery = meeting_rows.delivery AND old.row_no = meeting_rows.row_no)",
        )
    known = set(engine.columns("SELECT * FROM meeting_rows"))
    compared = [name for name in names if name not in ("row_no", "row_key")]
    same = " AND ".join(
        f"new.{quoted(name)} IS NOT DISTINCT FROM "
        + (f"old.{quoted(name)}" if name in known else "NULL")
        for name in compared
    )
    engine.make_table(
        "meetings",
        f"SELECT new.row_no, old.delivery, old.row_no AS old_row_no, ({same}) AS is_same "
        "FROM settling AS new JOIN meeting_rows AS old USING (row_key) "
        "WHERE new.row_no NOT IN (SELECT row_no FROM dropped_rows) "
        "AND new.row_key NOT IN (SELECT row_key FROM repeated_keys WHERE differ)",
    )
    duplicate = int(engine.value("SELECT count(DISTINCT row_no) FROM meetings WHERE is_same"))
    engine.make_table(
        "dropped_rows",
        "SELECT row_no FROM dropped_rows UNION SELECT row_no FROM meetings WHERE is_same",
    )
    engine.make_table(
        "superseded_rows",
        "SELECT DISTINCT delivery, old_row_no AS row_no FROM meetings WHERE row_no NOT IN "
        "(SELECT row_no FROM meetings WHERE is_same)",
    )
    superseded = [
        delivery
        for (delivery,) in engine.rows("SELECT DISTINCT delivery FROM superseded_rows ORDER BY 1")
    ]
    engine.drop("meeting_rows", "meetings")
    return duplicate, superseded


def leave_out(*, engine: Engine, name: str, duplicate: int, repeated: int) -> None:
    """Let the view `name` stand for the rows of `settling` that remain."""
    conditions = []
    if duplicate:
        conditions.append("row_no NOT IN (SELECT row_no FROM dropped_rows)")
    if repeated:
        conditions.append("row_key NOT IN (SELECT row_key FROM repeated_keys WHERE differ)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    engine.make_view(name, f"SELECT * FROM settling{where}")
