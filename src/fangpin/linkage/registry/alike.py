"""Who stays listed, who moved with whom, and who of before is who of now: queries over two sides.

The sides are tables of the registry's fields with person_ref, number_ref, household_ref, home_number_ref
and `called`, the one form of the name.
"""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.lake.engine import Engine
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.header import Registry

MOVES = "household_moves"
"""from_home and to_home, between which people moved who are known by number and name."""
PERSONS = "old.person_ref, now.person_ref AS successor_ref"


def staying(registry: Registry, people: str, *, restates_villages: bool) -> str:
    """A query of those of `people` whom a delivery (`listed`) does not send away, listed anew or not.

    Whoever lives in a village that it does not restate, or whose row may be among those set aside
    (`unread_here`).
    """
    if not restates_villages:
        return f"SELECT * FROM {people}"
    division = column(registry.division)
    return f"""
        SELECT * FROM {people}
        WHERE (coalesce({division} NOT IN
                (SELECT {division} FROM listed WHERE {division} IS NOT NULL), TRUE)
            OR household_ref IN (SELECT household_ref FROM unread_here
                WHERE household_ref IS NOT NULL)
            OR number_ref IN (SELECT person_ref FROM unread_here WHERE person_ref IS NOT NULL)
            OR {division} IN (SELECT division FROM unread_here
                WHERE household_ref IS NULL AND division IS NOT NULL)
            OR EXISTS (SELECT 1 FROM unread_here WHERE household_ref IS NULL AND division IS NULL))
        """


def make_moves(engine: Engine, *, before: str, after: str) -> None:
    """Make MOVES of everyone of `before` who is listed in `after`."""
    engine.make_table(
        MOVES,
        "SELECT DISTINCT old.household_ref AS from_home, now.household_ref AS to_home "
        f"FROM {before} AS old JOIN {after} AS now "
        "ON now.number_ref = old.number_ref AND now.called = old.called "
        "WHERE now.household_ref <> old.household_ref",
    )


def same_person(
    before: str, after: str, told: Sequence[str], birth: str | None, *, what: str = PERSONS
) -> str:
    """A query of `what` is asked of a person's row in `before` and the same person's in `after`.

    Of one number: those of one name, and in one household whoever has another name only since. Of two
    numbers: those of one name who are alike in one household, or were born on one day in two between
    which others moved. After `make_moves`.
    """
    followed = ""
    if birth is not None:
        followed = (
            f" UNION {{pair}} FROM {before} AS old JOIN {after} AS now "
            f"ON now.called = old.called AND now.{column(birth)} = old.{column(birth)} "
            f"JOIN {MOVES} AS moves ON moves.from_home = old.household_ref "
            "AND moves.to_home = now.household_ref WHERE now.number_ref <> old.number_ref"
        )
    alike = " OR ".join(f"now.{column(one)} = old.{column(one)}" for one in told) or "FALSE"
    pair = f"SELECT {what}"
    named = "LEFT JOIN (SELECT DISTINCT number_ref, called FROM {side}) AS {name} "
    named += "ON {name}.number_ref = old.number_ref AND {name}.called = {other}.called"
    return (
        f"{pair} FROM {before} AS old JOIN {after} AS now ON now.number_ref = old.number_ref "
        f"{named.format(side=before, name='known', other='now')} "
        f"{named.format(side=after, name='found', other='old')} "
        "WHERE now.called = old.called OR (now.household_ref = old.household_ref "
        "AND known.called IS NULL AND found.called IS NULL) "
        f"UNION {pair} FROM {before} AS old JOIN {after} AS now "
        "ON now.household_ref = old.household_ref AND now.called = old.called "
        f"WHERE now.number_ref <> old.number_ref AND ({alike})" + followed.format(pair=pair)
    )
