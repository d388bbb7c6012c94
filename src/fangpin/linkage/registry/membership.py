"""Who lives in which household, in which months, and where the rows of a former reference belong.

Grain of `membership`: reference and household over the half-open months [from_month, to_month). From
the month of its end on a former reference (a number that was corrected, one that several people of a
household bear) lives where its successor does, so that offices may go on using it.
"""

from __future__ import annotations

from fangpin.lake.engine import Engine
from fangpin.linkage.registry.bearers import HEIRS, PEOPLE_NOW, SHARED_AT_HOME, SUCCESSORS

ALWAYS = 0
"""from_month of a person's first known household: bills from before the listing count too."""
STILL = 1_000_000
"""to_month of a membership that has not ended."""
FORMER_NOW = "former_now"
"""person_ref of a former reference, `successor_ref`, the month `since` when it lives there, and
`is_same_person`: not where several of one household bear the number, of whom the successor is one."""
MEMBERSHIP_NOW = "membership_now"


def make_membership(engine: Engine, *, month: int) -> None:
    """Make FORMER_NOW and MEMBERSHIP_NOW of the tables `membership_before` and `former_before`.

    After `make_people_now`; `month` is when the changes of this delivery begin.
    """
    engine.make_table(FORMER_NOW, _FORMER.replace("{month}", str(month)))
    engine.make_table(
        "own_spans",
        "SELECT spans.* FROM membership_before AS spans LEFT JOIN "
        f"(SELECT before.* FROM former_before AS before SEMI JOIN {FORMER_NOW} USING (person_ref)) "
        "AS former ON former.person_ref = spans.person_ref "
        "WHERE former.person_ref IS NULL OR spans.from_month < former.since",
    )
    engine.make_table("inherited_spans", _INHERITED)
    engine.append("own_spans", "SELECT * FROM inherited_spans")
    engine.make_table("followed_spans", _MEMBERSHIP.replace("{month}", str(month)))
    engine.make_table(
        MEMBERSHIP_NOW,
        f"""
        SELECT * FROM followed_spans
        UNION ALL
        SELECT former.person_ref, spans.household_ref,
            greatest(spans.from_month, former.since) AS from_month, spans.to_month
        FROM {FORMER_NOW} AS former
        JOIN followed_spans AS spans ON spans.person_ref = former.successor_ref
        WHERE spans.to_month > former.since
        """,
    )
    engine.drop("own_spans", "inherited_spans", "followed_spans")


_FORMER = f"""
WITH kept AS (
  SELECT before.person_ref, coalesce(further.successor_ref, before.successor_ref) AS successor_ref,
    before.since, before.is_same_person
  FROM former_before AS before
  LEFT JOIN {HEIRS} AS further ON further.person_ref = before.successor_ref
  WHERE before.person_ref NOT IN (SELECT person_ref FROM {PEOPLE_NOW})
    AND before.person_ref NOT IN (SELECT number_ref FROM shared_now)
), new AS (
  SELECT person_ref, successor_ref, {{month}} AS since, TRUE AS is_same_person FROM {SUCCESSORS}
  UNION ALL
  SELECT shared.person_ref, shared.successor_ref, coalesce(before.since,
    CASE WHEN shared.person_ref IN (SELECT person_ref FROM membership_before)
      THEN {{month}} ELSE {ALWAYS} END) AS since, FALSE AS is_same_person
  FROM {SHARED_AT_HOME} AS shared
  LEFT JOIN former_before AS before ON before.person_ref = shared.person_ref
)
SELECT * FROM kept ANTI JOIN new USING (person_ref) UNION ALL SELECT * FROM new
"""

_INHERITED = f"""
SELECT named.successor_ref AS person_ref, spans.household_ref,
  greatest(spans.from_month, coalesce(ends.to_month, {ALWAYS})) AS from_month, spans.to_month
FROM {HEIRS} AS named
JOIN own_spans AS spans ON spans.person_ref = named.person_ref
LEFT JOIN (SELECT person_ref, max(to_month) AS to_month FROM own_spans GROUP BY person_ref) AS ends
  ON ends.person_ref = named.successor_ref
WHERE spans.to_month > coalesce(ends.to_month, {ALWAYS})
"""

_MEMBERSHIP = f"""
WITH still AS (
  SELECT before.person_ref, before.household_ref
  FROM own_spans AS before
  JOIN {PEOPLE_NOW} AS now USING (person_ref, household_ref)
  WHERE before.to_month = {STILL}
)
SELECT person_ref, household_ref, from_month,
  CASE
    WHEN to_month = {STILL} AND person_ref NOT IN (SELECT person_ref FROM still) THEN {{month}}
    ELSE to_month
  END AS to_month
FROM own_spans
UNION ALL
SELECT person_ref, household_ref,
  CASE
    WHEN person_ref IN (SELECT person_ref FROM own_spans) THEN {{month}} ELSE {ALWAYS}
  END AS from_month,
  {STILL} AS to_month
FROM {PEOPLE_NOW}
WHERE person_ref NOT IN (SELECT person_ref FROM still)
"""
