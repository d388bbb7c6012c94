"""Who of a registry delivery is who of the ones before, where the number alone does not say.

A person is known by the number's reference (or by a place in a household, without a number). That
fails in two ways, and never may two people become one by it. A number that several people bear, in
one file or in those of several villages, tells none of them: each is then known by number, household
and name. And a number that an office corrects, or gives to someone who had none, makes no new person:
in one household, of one name, with one birth date or place there, the old reference has a successor. So
it has where a household moved: of one name and birth date, in the household to which others of it went.
"""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.cells.no_names import is_no_name_sql
from fangpin.lake.engine import Engine
from fangpin.linkage.registry.alike import MOVES, make_moves, same_person, staying
from fangpin.linkage.registry.homes import FOLLOWING, PARTED, make_homes
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.header import Registry
from fangpin.values.text import name_key

PLAIN_NAME = "[\\x{4e00}-\\x{9fff}]+|[!-~]+( [!-~]+)*"
"""Names whose one form is their lower case: nearly all of them."""
PEOPLE_NOW = "people_now"
"""The registry's rows of everyone listed, with `number_ref` and `home_number_ref`: under whose number and
under which household's they are listed."""
SUCCESSORS = "successors_new"
"""person_ref and the reference under which that person is listed from this delivery on."""
HEIRS = "heirs"
"""SUCCESSORS, and of a number that several bear from now on the one who bore it alone: who has lived
where the reference before did."""
SHARED_AT_HOME = "shared_at_home"
"""The number_ref of each number that several people of one household bear, and one of them."""


def make_name_keys(engine: Engine, names: str) -> None:
    """Make `odd_names` (name, key) of a query of names: those that lower case does not bring to one form."""
    engine.make_empty_table("odd_names", {"name": "VARCHAR", "key": "VARCHAR"})
    odd = [
        text
        for (text,) in engine.rows(
            f"SELECT DISTINCT name FROM ({names}) AS names WHERE name IS NOT NULL "
            f"AND NOT regexp_full_match(name, '{PLAIN_NAME}')"
        )
    ]
    engine.insert("odd_names", [(text, name_key(text)) for text in odd])


def make_people_now(engine: Engine, registry: Registry, *, restates_villages: bool) -> None:
    """Make PEOPLE_NOW, HEIRS, SUCCESSORS, SHARED_AT_HOME and HOMES_NOW.

    From the tables `people_before`, `persons_before` (everyone ever listed), `former_before`,
    `membership_before`, `homes_before`, `registry_rows` (facts of the delivery) and `unread_rows`, what
    its rows that were set aside say. A person whom the new rows of a village no longer list has left,
    unless such a row may have been theirs. Without `restates_villages` nobody leaves.
    """
    name = column(registry.name)
    make_name_keys(
        engine,
        f"SELECT {name} AS name FROM registry_rows UNION ALL SELECT {name} FROM persons_before",
    )
    called = _called(registry, "rows")
    listed = (
        "SELECT rows.*, rows.person_ref AS number_ref, rows.household_ref AS home_number_ref, "
        f"{called} AS called FROM registry_rows AS rows "
        f"LEFT JOIN odd_names AS odd ON odd.name = rows.{name} WHERE rows.household_ref IS NOT NULL "
        "AND rows.person_ref {which} (SELECT person_ref FROM listed_twice)"
    )
    # Few persons are listed twice: to put all rows in order for their sake is dear.
    engine.make_table(
        "listed_twice",
        "SELECT person_ref FROM registry_rows WHERE household_ref IS NOT NULL "
        "GROUP BY person_ref HAVING count(*) > 1",
    )
    engine.make_table("listed", listed.replace("{which}", "NOT IN"))
    engine.append(
        "listed",
        # Whoever is listed twice in one delivery stays in the household of the later row.
        listed.replace("{which}", "IN") + " QUALIFY row_number() OVER "
        f"(PARTITION BY rows.person_ref, {called} ORDER BY rows.row_no DESC) = 1",
    )
    for people, view in (("people_before", "called_before"), ("persons_before", "called_ever")):
        engine.make_view(
            view,
            f"SELECT people.*, {_called(registry, 'people')} AS called "
            f"FROM {people} AS people LEFT JOIN odd_names AS odd ON odd.name = people.{name}",
        )
    told = _telling_fields(engine, registry)
    birth = registry.birth if registry.birth in told else None
    make_homes(engine, registry, told=told, birth=birth, restates_villages=restates_villages)
    engine.make_table(
        "staying",
        staying(registry, "called_here", restates_villages=restates_villages),
    )
    make_moves(engine, before="called_ever", after="listed")
    engine.make_table("relisted", same_person("staying", "listed", told, birth))
    engine.make_table(
        "present",
        "SELECT * FROM staying ANTI JOIN relisted USING (person_ref) "
        "UNION ALL BY NAME SELECT * FROM listed",
    )
    engine.make_table(
        "shared_now", "SELECT number_ref FROM present GROUP BY number_ref HAVING count(*) > 1"
    )
    own = (
        "CAST('0x' || substr(sha256(concat_ws(':', present.number_ref, present.household_ref, "
        f"{_own_name(registry)})), 1, 15) AS BIGINT)"
    )
    engine.make_table(
        "present_by_reference",
        f"SELECT present.* REPLACE (CASE WHEN shared.number_ref IS NULL THEN present.number_ref "
        f"ELSE {own} END AS person_ref) FROM present LEFT JOIN shared_now AS shared "
        "ON shared.number_ref = present.number_ref",
    )
    engine.make_table(PEOPLE_NOW, "SELECT * EXCLUDE (called) FROM present_by_reference")
    _make_successors(engine, told, birth)
    engine.make_table(
        SHARED_AT_HOME,
        "SELECT number_ref AS person_ref, min(person_ref) AS successor_ref "
        "FROM present_by_reference SEMI JOIN shared_now USING (number_ref) "
        "GROUP BY number_ref HAVING min(household_ref) = max(household_ref)",
    )
    engine.drop("listed", "staying", "relisted", "present", "present_by_reference")
    engine.drop("gone", "new", "following", "odd_names", "listed_twice", "unread_here", MOVES)
    engine.drop("called_here", "called_before", "called_ever", FOLLOWING, PARTED)


def _called(registry: Registry, rows: str) -> str:
    """The one form of a name of `rows` (beside `odd`); where it is none, with the place in the household:
    twins may both be called the newborn, under their mother's number."""
    key = f"coalesce(odd.key, lower({rows}.{column(registry.name)}))"
    if registry.no_names is None:
        return key
    placed = f"concat_ws(':', {key}, CAST({rows}.{column(registry.person_no)} AS VARCHAR))"
    return f"CASE WHEN {is_no_name_sql(registry, key)} THEN {placed} ELSE {key} END"


def _own_name(registry: Registry) -> str:
    """What parts one of those who share a number from the others, for good."""
    name = f"lower(replace(present.{column(registry.name)}, ' ', ''))"
    if registry.no_names is None:
        return name
    return f"CASE WHEN {is_no_name_sql(registry, name)} THEN present.called ELSE {name} END"


def _telling_fields(engine: Engine, registry: Registry) -> list[str]:
    """What may tell one of a household and name; a contract may have learnt of it since."""
    before = set(engine.columns("SELECT * FROM people_before"))
    known = before & set(engine.columns("SELECT * FROM registry_rows"))
    return [one for one in (registry.person_no, registry.birth) if one in known and one is not None]


def _make_successors(engine: Engine, told: Sequence[str], birth: str | None) -> None:
    engine.make_table(
        "gone",
        # A record that an office took out may come back under another number a month later.
        f"SELECT * FROM called_ever ANTI JOIN {PEOPLE_NOW} USING (person_ref) "
        "ANTI JOIN former_before USING (person_ref)",
    )
    engine.make_table(
        "new", "SELECT * FROM present_by_reference ANTI JOIN people_before USING (person_ref)"
    )
    engine.make_table("following", same_person("gone", "new", told, birth))
    engine.make_table(
        HEIRS,
        "SELECT person_ref, successor_ref FROM following "
        "QUALIFY count(*) OVER (PARTITION BY person_ref) = 1 "
        "AND count(*) OVER (PARTITION BY successor_ref) = 1",
    )
    engine.make_table(
        SUCCESSORS,
        # What joined a shared number to its one bearer of before tells nobody any more.
        f"SELECT * FROM {HEIRS} WHERE person_ref NOT IN (SELECT number_ref FROM shared_now)",
    )
