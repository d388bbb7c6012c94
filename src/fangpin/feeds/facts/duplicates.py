"""Rows that say again what is known, rows that correct it, and rows that contradict each other.

All statements are about the table `settling`: the columns of facts.parquet, one row a checked row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.cells.check import PROBLEMS
from fangpin.feeds.cells.shapes import literal, quoted
from fangpin.lake.engine import Engine
from fangpin.policy.models.feeds import Contract


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
    engine.append(
        PROBLEMS,
        "SELECT row_no, NULL, 'KEY_REPEATED', NULL, NULL FROM repeated_rows "
        "JOIN repeated_keys USING (row_key) WHERE differ",
    )
    engine.make_table(
        "dropped_rows",
        "SELECT row_no FROM repeated_rows JOIN repeated_keys USING (row_key) "
        "WHERE NOT differ AND row_no <> first_row",
    )
    engine.drop("repeated_rows")
    differing = int(engine.value("SELECT count(*) FROM repeated_keys WHERE differ"))
    return differing, int(engine.value("SELECT count(*) FROM dropped_rows"))


def is_comparable(contract: Contract, one: Arrival, months: tuple[int, int]) -> bool:
    """Whether a delivery may hold rows of the same keys as rows of these months do."""
    if not (one.accepted or one.repeated):
        return False
    # A key that holds the row's date differs from one month to another.
    if contract.dated_by not in contract.key:
        return True
    first, last = one.months_of_rows
    return first <= months[1] and months[0] <= last


def context_of(compared: Sequence[Arrival]) -> str:
    """Names the deliveries that one is compared with: another context may give other rows."""
    text = "\n".join(one.delivery for one in compared)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def restated_month(
    contract: Contract, *, month: int | None, quarantined: int, is_part: bool
) -> int | None:
    """The month of which a delivery is the whole; None: it corrects rows alone.

    A delivery of which rows were set aside is not whole, nor is a part, such as the rows of another
    delivery whose reading was confirmed: nothing is taken back for it.
    """
    is_whole = contract.restates == "month" and not quarantined and not is_part
    return month if is_whole else None


def compare_with_earlier(
    *,
    engine: Engine,
    names: Sequence[str],
    earlier: Sequence[Arrival],
    restated: int | None,
    confirmed: Arrival | None = None,
) -> tuple[int, int, list[str]]:
    """Rows that stand already, those that come from another month, and the deliveries that are corrected.

    `earlier` are the comparable deliveries in force, in order of arrival. With `restated` this
    delivery is the whole of that month: earlier rows of it whose key it lacks are taken back. These
    rows may be those of the delivery `confirmed`, whose reading was confirmed: what came after it says
    better what they are, and stands. The tables `standing_rows` (`is_overtaken`: by other content) and
    `superseded_rows` name the rows.
    """
    engine.make_empty_table("standing_rows", {"row_no": "INTEGER", "is_overtaken": "BOOLEAN"})
    engine.make_empty_table("superseded_rows", {"delivery": "VARCHAR", "row_no": "INTEGER"})
    if not earlier:
        return 0, 0, []
    engine.view_files("earlier_facts", [arrival.facts for arrival in earlier], with_file_name=True)
    of_month = "" if restated is None else f" OR month = {restated}"
    touched = f"row_key IN (SELECT row_key FROM settling){of_month}"
    # Counted first: that reads the keys alone, and mostly nothing meets.
    if not engine.value(f"SELECT count(*) FROM earlier_facts WHERE {touched}"):
        return 0, 0, []
    engine.make_table(
        "meeting_rows",
        f"SELECT *, split_part(filename, '/', -2) AS delivery FROM earlier_facts WHERE {touched}",
    )
    corrections = [one.replaced_rows for one in earlier if one.replaced_rows]
    if corrections:
        engine.view_files("earlier_corrections", corrections)
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
        f"SELECT new.row_no, old.delivery, old.row_no AS old_row_no, ({same}) AS is_equal, "
        f"is_equal OR {_came_after(confirmed, earlier)} AS is_same, new.month <> old.month AS is_moved "
        "FROM settling AS new JOIN meeting_rows AS old USING (row_key) "
        "WHERE new.row_no NOT IN (SELECT row_no FROM dropped_rows) "
        "AND new.row_key NOT IN (SELECT row_key FROM repeated_keys WHERE differ)",
    )
    engine.make_table(
        "standing_rows",
        "SELECT row_no, NOT bool_or(is_equal) AS is_overtaken FROM meetings WHERE is_same "
        "GROUP BY row_no",
    )
    duplicate = int(engine.value("SELECT count(*) FROM standing_rows"))
    moved = int(
        engine.value("SELECT count(DISTINCT row_no) FROM meetings WHERE is_moved AND NOT is_same")
    )
    engine.make_table(
        "dropped_rows",
        "SELECT row_no FROM dropped_rows UNION SELECT row_no FROM standing_rows",
    )
    taken_back = (
        ""
        if restated is None
        else f" UNION SELECT delivery, row_no FROM meeting_rows WHERE month = {restated} "
        "AND row_key NOT IN (SELECT row_key FROM settling)"
    )
    engine.make_table(
        "superseded_rows",
        "SELECT DISTINCT delivery, old_row_no AS row_no FROM meetings WHERE row_no NOT IN "
        f"(SELECT row_no FROM standing_rows){taken_back}",
    )
    superseded = [
        delivery
        for (delivery,) in engine.rows("SELECT DISTINCT delivery FROM superseded_rows ORDER BY 1")
    ]
    engine.drop("meeting_rows", "meetings")
    return duplicate, moved, superseded


def _came_after(confirmed: Arrival | None, earlier: Sequence[Arrival]) -> str:
    """SQL: the delivery of an old row came after the one whose rows are confirmed."""
    if confirmed is None:
        return "FALSE"
    after = [
        literal(one.delivery)
        for one in earlier
        if (one.received, one.order) > (confirmed.received, confirmed.order)
        and one.confirms != confirmed.delivery
    ]
    return f"old.delivery IN ({', '.join(after)})" if after else "FALSE"


def leave_out(*, engine: Engine, name: str, duplicate: int, repeated: int) -> None:
    """Let the view `name` stand for the rows of `settling` that remain."""
    conditions = []
    if duplicate:
        conditions.append("row_no NOT IN (SELECT row_no FROM dropped_rows)")
    if repeated:
        conditions.append("row_key NOT IN (SELECT row_key FROM repeated_keys WHERE differ)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    engine.make_view(name, f"SELECT * FROM settling{where}")
