"""Hits that no living person caused: people whom one feed reports dead and others go on paying.

A hit that rests on rows from after the death alone, or on a household of which nobody is left, waits
until an official has answered. Runs and back-tests ask the same of the same tables.
"""

from __future__ import annotations

from collections.abc import Collection

from fangpin.lake.engine import Engine
from fangpin.ledger.snapshot import Snapshot
from fangpin.linkage.moved.placed import view_placed_rows
from fangpin.linkage.registry.present import under_present, view_present
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.models.header import Deaths, FieldIs
from fangpin.policy.pack import Pack

ROWS = "death_rows"
"""The rows that contradict a death, in the columns of deaths.parquet."""
DEAD = "dead_people"
"""person_ref, first_died, last_died, and `told`, the rows that report it."""
HELD = "held"
"""household_ref and rule of the hits that wait."""
_COLUMNS = {
    "household_ref": "BIGINT",
    "division": "VARCHAR",
    "person_ref": "BIGINT",
    "first_died": "DATE",
    "last_died": "DATE",
    "told": "VARCHAR",
    "feed": "VARCHAR",
    "delivery": "VARCHAR",
    "row_no": "INTEGER",
    "month": "INTEGER",
    "happened_on": "DATE",
    "is_after_all": "BOOLEAN",
}
_TOLD = {
    "person_ref": "BIGINT",
    "died": "DATE",
    "feed": "VARCHAR",
    "delivery": "VARCHAR",
    "row_no": "INTEGER",
}


def make_dead(engine: Engine, snapshot: Snapshot, declared: Deaths) -> None:
    """Make `told_deaths`, the rows that report a death, and DEAD.

    Whoever an official has seen alive did not die before that day, whatever a feed says.
    """
    engine.make_empty_table("told_deaths", _TOLD)
    for one in declared.told_by:
        if not _live(engine, snapshot, one.feed, first=None):
            continue
        engine.append(
            "told_deaths",
            f"SELECT person_ref, CAST({column(one.on)} AS DATE), "
            f"{quoted(one.feed)}, delivery, CAST(row_no AS INTEGER) FROM live_rows "
            f"WHERE person_ref IS NOT NULL AND {column(one.on)} IS NOT NULL AND {reports(one.where)}",
        )
    engine.make_empty_table("seen_alive", {"person_ref": "BIGINT", "seen": "DATE"})
    engine.insert(
        "seen_alive",
        [(one.person_ref, one.at.date()) for one in snapshot.decisions if one.kind == "alive"],
    )
    view_present(engine, snapshot.registry)
    engine.make_table(
        "told_deaths",
        "SELECT told.* FROM told_deaths AS told LEFT JOIN "
        f"(SELECT person_ref, max(seen) AS seen FROM ({under_present('seen_alive')}) AS seen "
        "GROUP BY person_ref) AS alive "
        "USING (person_ref) WHERE alive.seen IS NULL OR told.died > alive.seen",
    )
    engine.make_table(
        "dead_people",
        "SELECT person_ref, min(died) AS first_died, max(died) AS last_died, "
        "CAST(to_json(list(struct_pack(feed := feed, delivery := delivery, row_no := row_no, "
        "died := died) ORDER BY died, feed, delivery, row_no)) AS VARCHAR) AS told "
        "FROM told_deaths GROUP BY person_ref",
    )


def make_rows(
    engine: Engine,
    pack: Pack,
    snapshot: Snapshot,
    declared: Deaths,
    *,
    feeds: Collection[str] | None = None,
) -> None:
    """Make ROWS of what `make_dead` left; of some `feeds`, or of all that the pack declares."""
    engine.make_empty_table(ROWS, _COLUMNS)
    if not engine.value("SELECT count(*) FROM told_deaths"):
        return
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    engine.view_files("death_membership", [snapshot.registry.membership])
    engine.view_files("death_persons", [snapshot.registry.persons])
    first = int(snapshot.month) + 1 - declared.months
    parts = []
    for place, one in enumerate(declared.contradicted_by):
        if feeds is not None and one.feed not in feeds:
            continue
        if not _live(engine, snapshot, one.feed, first=first):
            continue
        day = f"CAST(facts.{column(one.on)} AS DATE)" if one.on else "CAST(NULL AS DATE)"
        table = f"contradicting_{place}"
        engine.make_table(
            table,
            f"SELECT dead.*, {quoted(one.feed)} AS feed, facts.delivery, "
            f"CAST(facts.row_no AS INTEGER) AS row_no, CAST(facts.month AS INTEGER) AS month, "
            f"{day} AS happened_on "
            "FROM live_rows AS facts JOIN dead_people AS dead USING (person_ref) "
            f"WHERE facts.month >= {first} AND {reports(one.where, 'facts.')} "
            f"AND {_after(day, 'dead.first_died')}",
        )
        parts.append(f"SELECT * FROM {table}")
    if not parts:
        return
    # The dead are few: their homes are looked for among all, not made for all.
    engine.make_table(
        "contradicted",
        f"SELECT DISTINCT person_ref FROM ({' UNION ALL '.join(parts)}) AS rows",
    )
    engine.append(
        ROWS,
        f"""
        WITH members AS (
            SELECT * FROM death_membership SEMI JOIN contradicted USING (person_ref)
        ), homes AS (
            SELECT person_ref, arg_max(household_ref, from_month) AS household_ref
            FROM members GROUP BY person_ref
        ), places AS (
            SELECT person_ref, min({column(registry.division)}) AS division
            FROM death_persons SEMI JOIN contradicted USING (person_ref) GROUP BY person_ref
        )
        SELECT coalesce(member.household_ref, homes.household_ref), places.division,
            rows.person_ref, first_died, last_died, told, feed, delivery, row_no, month,
            happened_on, {_after("happened_on", "last_died", month="month")}
                -- Of a number that several of a household bear nobody knows who died.
                AND rows.person_ref NOT IN
                    (SELECT person_ref FROM former_references WHERE NOT is_same_person)
        FROM ({" UNION ALL ".join(parts)}) AS rows
        JOIN homes USING (person_ref) LEFT JOIN places USING (person_ref)
        LEFT JOIN members AS member ON member.person_ref = rows.person_ref
            AND rows.month >= member.from_month AND rows.month < member.to_month
        """,
    )
    engine.drop("contradicted")
    engine.drop(*(f"contradicting_{place}" for place in range(len(declared.contradicted_by))))


def make_held(engine: Engine, snapshot: Snapshot, *, evidence: str) -> None:
    """Make HELD of the table `hits` and its `evidence`, a view or table; after `make_rows`."""
    engine.view_files("people_left", [snapshot.registry.people])
    engine.make_table(
        HELD,
        f"""
        WITH resting AS (
            SELECT evidence.household_ref, evidence.rule FROM {evidence} AS evidence
            LEFT JOIN (SELECT DISTINCT household_ref, feed, delivery, row_no FROM {ROWS}
                WHERE is_after_all) AS dead USING (household_ref, feed, delivery, row_no)
            GROUP BY ALL HAVING bool_and(dead.row_no IS NOT NULL)
        ), empty AS (
            SELECT household_ref FROM people_left
            SEMI JOIN (SELECT household_ref FROM people_left
                SEMI JOIN dead_people USING (person_ref)) AS bereaved USING (household_ref)
            LEFT JOIN dead_people USING (person_ref)
            GROUP BY household_ref HAVING bool_and(dead_people.person_ref IS NOT NULL)
        )
        SELECT hits.household_ref, hits.rule FROM hits
        LEFT JOIN (SELECT household_ref, rule, TRUE AS rests FROM resting) AS resting
            USING (household_ref, rule)
        LEFT JOIN (SELECT household_ref, TRUE AS is_empty FROM empty) AS empty
            USING (household_ref)
        WHERE rests OR is_empty
        """,
    )


def forget(engine: Engine) -> None:
    """Drop the tables."""
    engine.drop(HELD, ROWS, "told_deaths", DEAD)


def _live(engine: Engine, snapshot: Snapshot, feed: str, *, first: int | None) -> bool:
    """Let `live_rows` stand for a feed's rows where linkage put them, under the persons of now; False
    where none arrived.

    With `first` only of deliveries that reach into that month or a later one.
    """
    of_feed = [one for one in snapshot.arrivals if one.feed == feed]
    return view_placed_rows(
        engine=engine,
        name="live_rows",
        arrivals=[one for one in of_feed if first is None or one.last_month >= first],
        beside=of_feed,
        linked=snapshot.linked,
        state=snapshot.registry,
        excerpt=snapshot.excerpts.get(feed),
    )


def _after(day: str, died: str, *, month: str = "facts.month") -> str:
    """Whether a row lies after a death: by its day, or where it has none by its whole month."""
    return (
        f"CASE WHEN {day} IS NOT NULL THEN {day} > {died} "
        f"ELSE {month} > year({died}) * 12 + month({died}) - 1 END"
    )


def reports(which: FieldIs | None, prefix: str = "") -> str:
    """The condition on a feed's rows that are meant."""
    if which is None:
        return "TRUE"
    values = ", ".join(quoted(value) for value in which.is_one_of)
    return f"{prefix}{column(which.field)} IN ({values})"
