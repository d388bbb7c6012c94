"""The exact cascade: which person a claim is about, as far as identity numbers alone can tell.

A claim is a row of a feed: claim BIGINT, number (as written), name, birth DATE, sex, division. A
person is a row of the registry: person_ref BIGINT, number (canonical), and the same. Whatever is
unknown is NULL, and nothing unknown equals anything. A number that two persons bear identifies
neither. Phones are no evidence of identity at all: relatives share them.
"""

from __future__ import annotations

from fangpin.lake.engine import Engine
from fangpin.linkage.claims.numbers import (
    eighteen_sql,
    has_right_check_sql,
    is_placeholder_sql,
    repaired,
)

LINKED = "linked_claims"
"""claim, person_ref, step, certainty (0..1): every claim at most once."""
OPEN = "open_claims"
"""The claims that the cascade leaves: their columns, with the 18 characters of their number."""

STEPS = ("number", "certificate", "fifteen", "repaired")
"""In the order in which they are tried."""


def cascade(*, engine: Engine, claims: str, people: str, former: str | None = None) -> None:
    """Make LINKED and OPEN from two tables.

    Steps: the full number; the certificate that begins with it; the old number of 15 digits; one
    wrong digit repaired by the check digit, where the name agrees and so does the birth date (the
    claim's own, or where it has none the one inside its number as written).

    `former` is a table of the `people` whose number was corrected, of whom they say the number alone:
    person_ref, present_ref, and a row for each name and birth that the registry ever gave with it.
    """
    # Most claims bear a number as the registry does: they need no look at its check digit.
    engine.make_table(
        LINKED,
        _one_person_each(
            f"SELECT claim, person_ref, 'number' AS step FROM {claims} JOIN {people} USING (number) "
            f"WHERE NOT {is_placeholder_sql('number')}"
        ),
    )
    engine.make_table(
        OPEN,
        f"SELECT * REPLACE ({eighteen_sql('number')} AS number), length(number) AS written "
        f"FROM {claims} ANTI JOIN {LINKED} USING (claim)",
    )
    engine.make_table("other_forms", _one_person_each(_other_forms(people)))
    _settle(engine, "other_forms")
    engine.make_table(
        "repairs",
        repaired(
            f"SELECT claim, number FROM {OPEN} WHERE written = 18 AND name IS NOT NULL "
            f"AND NOT {has_right_check_sql('number')}"
        ),
    )
    engine.make_table(NEAR, _one_digit_away(people, former))
    engine.make_table("mended", _one_person_each(_mended()))
    _settle(engine, "mended")
    engine.drop("other_forms", "repairs", "mended")


NEAR = "one_digit_away"
"""claim, person_ref: those whose number a claim's becomes by one digit, whatever else is said; and of
a former number whose it is now (`present_ref`)."""


def _settle(engine: Engine, found: str) -> None:
    if engine.value(f"SELECT count(*) FROM {found}"):
        engine.append(LINKED, f"SELECT * FROM {found}")
        engine.make_table(OPEN, f"SELECT * FROM {OPEN} ANTI JOIN {found} USING (claim)")


def _one_person_each(found: str) -> str:
    """Of claim, person_ref, step: the claims that met one person only."""
    return (
        "SELECT claim, min(person_ref) AS person_ref, min(step) AS step, "
        f"CAST(1 AS DOUBLE) AS certainty FROM ({found}) AS found GROUP BY claim "
        "HAVING min(person_ref) = max(person_ref)"
    )


def _other_forms(people: str) -> str:
    return (
        "SELECT claim, person_ref, CASE WHEN written > 18 THEN 'certificate' ELSE 'fifteen' END "
        f"AS step FROM {OPEN} JOIN {people} AS person USING (number) WHERE written <> 18"
    )


def _one_digit_away(people: str, former: str | None) -> str:
    near = f"FROM repairs JOIN {people} AS person USING (number)"
    own = (
        "SELECT repairs.claim, person.person_ref, person.name, person.birth, "
        f"person.person_ref AS present_ref {near}"
    )
    if former is None:
        return own
    return (
        f"{own} WHERE person.person_ref NOT IN (SELECT person_ref FROM {former}) "
        "UNION ALL SELECT repairs.claim, person.person_ref, former.name, former.birth, "
        f"former.present_ref {near} JOIN {former} AS former ON former.person_ref = person.person_ref"
    )


def _mended() -> str:
    """Name and birth date agree; a wrong digit inside the birth date needs the claim's own date."""
    return (
        f"SELECT open.claim, near.present_ref AS person_ref, 'repaired' AS step FROM {NEAR} AS near "
        f"JOIN {OPEN} AS open USING (claim) WHERE near.name = open.name AND near.birth = "
        "coalesce(open.birth, CAST(try_strptime(substr(open.number, 7, 8), '%Y%m%d') AS DATE))"
    )
