"""Which household a household's number stands for: one that got another number is the one of before.

A number that was never listed follows a household that the delivery does not list, where more than half
of those known under the number were last listed there, and more than half of those of it who are still
listed are under the number. So no household follows two, and none is followed by two. Who lives in
another village, of which the delivery says nothing, stays one of it. When a number is listed while
others are under a younger one of the same household, the younger stands for itself from then on.
"""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.lake.engine import Engine
from fangpin.linkage.registry.alike import make_moves, same_person, staying
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.header import Registry

HOMES_NOW = "homes_now"
"""home_number_ref and household_ref of every number of a household that has had several, as it is written
(`household_no`), and its `turn` among them: 0 is the number whose reference the household has."""
HOMES_COLUMNS = {
    "home_number_ref": "BIGINT",
    "household_ref": "BIGINT",
    "household_no": "VARCHAR",
    "turn": "INTEGER",
}
FOLLOWING = "numbers_following"
"""HOMES_NOW of the numbers that follow since this delivery."""
PARTED = "numbers_parted"
"""home_number_ref of those that stand for themselves since this delivery."""


def make_homes(
    engine: Engine,
    registry: Registry,
    *,
    told: Sequence[str],
    birth: str | None,
    restates_villages: bool,
) -> None:
    """Make HOMES_NOW, `called_here` and `unread_here`, and let `listed` tell of households, not numbers.

    Of `listed` (the delivery's rows, whose household_ref is still their number's), `called_before`,
    `called_ever`, `unread_rows`, `membership_before`, `former_before` and `homes_before`. The two are
    `called_before` and `unread_rows` as the households are now.
    """
    engine.make_table(HOMES_NOW, "SELECT * FROM homes_before")
    is_known = bool(engine.value(f"SELECT count(*) FROM {HOMES_NOW}"))
    engine.make_table(
        "new_numbers",
        "SELECT DISTINCT home_number_ref FROM listed ANTI JOIN (SELECT household_ref AS "
        "home_number_ref FROM membership_before) AS homes USING (home_number_ref) "
        f"ANTI JOIN {HOMES_NOW} USING (home_number_ref)",
    )
    engine.make_table(
        "asked_homes",
        "SELECT DISTINCT ever.household_ref FROM called_ever AS ever SEMI JOIN (SELECT number_ref "
        "FROM listed SEMI JOIN new_numbers USING (home_number_ref)) AS newly USING (number_ref) "
        f"UNION SELECT household_ref FROM {HOMES_NOW}",
    )
    engine.make_table("unread_here", "SELECT * FROM unread_rows")
    if is_known:
        _tell_households(engine, "listed", "home_number_ref")
        _tell_households(engine, "unread_here", "household_ref")
    engine.make_view("called_here", "SELECT * FROM called_before")
    if engine.value("SELECT count(*) FROM asked_homes"):
        _make_here(engine, registry, told, birth, restates_villages)
        _follow(engine, registry, told, birth)
        _part(engine)
        _tell_anew(engine, registry)
    engine.drop("new_numbers", "asked_homes")


def _make_here(
    engine: Engine, registry: Registry, told: Sequence[str], birth: str | None, restates: bool
) -> None:
    """Make `homes_ever`, everyone last listed in one of `asked_homes`, and `homes_present`: who is there
    now, and in the households to which any of them went; `homes_listed` of them this delivery lists."""
    engine.make_table(
        "homes_ever",
        "SELECT * FROM called_ever SEMI JOIN asked_homes USING (household_ref) "
        "ANTI JOIN former_before USING (person_ref)",
    )
    engine.make_table(
        "homes_listed",
        "SELECT * FROM listed WHERE household_ref IN (SELECT household_ref FROM listed "
        "SEMI JOIN homes_ever USING (number_ref) UNION SELECT household_ref FROM asked_homes)",
    )
    engine.make_view(
        "homes_before_now",
        "SELECT * FROM called_before SEMI JOIN asked_homes USING (household_ref)",
    )
    stays = staying(registry, "homes_before_now", restates_villages=restates)
    engine.make_table(
        "homes_staying",
        # Whose row under the new number was set aside is not kept in the old household by it.
        f"SELECT * FROM ({stays}) AS rows "
        "WHERE number_ref NOT IN (SELECT person_ref FROM unread_rows "
        "SEMI JOIN (SELECT home_number_ref AS household_ref FROM new_numbers) AS newly "
        "USING (household_ref) WHERE person_ref IS NOT NULL)",
    )
    make_moves(engine, before="homes_ever", after="homes_listed")
    engine.make_table("homes_relisted", same_person("homes_staying", "homes_listed", told, birth))
    engine.make_table(
        "homes_present",
        "SELECT * FROM homes_staying ANTI JOIN homes_relisted USING (person_ref) "
        "UNION ALL BY NAME SELECT * FROM homes_listed",
    )
    engine.drop("homes_staying", "homes_relisted")


def _follow(engine: Engine, registry: Registry, told: Sequence[str], birth: str | None) -> None:
    what = "old.person_ref, old.household_ref AS from_home, now.home_number_ref"
    engine.make_table(
        "home_flows",
        "SELECT from_home, home_number_ref, count(DISTINCT person_ref) AS people "
        f"FROM ({same_person('homes_ever', 'homes_present', told, birth, what=what)}) AS pairs "
        "GROUP BY from_home, home_number_ref",
    )
    number = column(registry.household_no)
    engine.make_table(
        FOLLOWING,
        f"""
        SELECT flow.home_number_ref, flow.from_home AS household_ref, written.household_no,
            CAST(coalesce(numbers.turn, 0) + 1 AS INTEGER) AS turn
        FROM home_flows AS flow
        SEMI JOIN new_numbers USING (home_number_ref)
        JOIN (SELECT from_home, sum(people) AS people FROM home_flows
            GROUP BY from_home) AS leaving ON leaving.from_home = flow.from_home
        JOIN (SELECT home_number_ref, sum(people) AS people FROM home_flows
            GROUP BY home_number_ref) AS coming ON coming.home_number_ref = flow.home_number_ref
        JOIN (SELECT home_number_ref, min({number}) AS household_no FROM homes_present
            GROUP BY home_number_ref) AS written ON written.home_number_ref = flow.home_number_ref
        LEFT JOIN (SELECT household_ref, max(turn) AS turn FROM {HOMES_NOW}
            GROUP BY household_ref) AS numbers ON numbers.household_ref = flow.from_home
        WHERE 2 * flow.people > leaving.people AND 2 * flow.people > coming.people
            AND flow.from_home NOT IN (SELECT household_ref FROM homes_listed)
        """,
    )
    engine.append(
        HOMES_NOW,
        f"""
        SELECT household_ref, household_ref, min({number}), 0
        FROM homes_ever SEMI JOIN {FOLLOWING} USING (household_ref)
        ANTI JOIN (SELECT household_ref FROM {HOMES_NOW}) AS known USING (household_ref)
        GROUP BY household_ref
        """,
    )
    engine.append(HOMES_NOW, f"SELECT * FROM {FOLLOWING}")


def _part(engine: Engine) -> None:
    """What is under a younger number, when a household's older one is listed, stands for itself."""
    engine.make_table(
        PARTED,
        f"SELECT home_number_ref FROM {HOMES_NOW} AS homes JOIN (SELECT household_ref, min(turn) AS "
        f"turn FROM {HOMES_NOW} SEMI JOIN homes_listed USING (home_number_ref) GROUP BY household_ref) "
        "AS oldest ON oldest.household_ref = homes.household_ref "
        "WHERE homes.turn > oldest.turn "
        "AND home_number_ref IN (SELECT home_number_ref FROM homes_present)",
    )
    if engine.value(f"SELECT count(*) FROM {PARTED}"):
        engine.make_table(
            HOMES_NOW, f"SELECT * FROM {HOMES_NOW} ANTI JOIN {PARTED} USING (home_number_ref)"
        )


def _tell_anew(engine: Engine, registry: Registry) -> None:
    """Put what this delivery changed of HOMES_NOW into the tables that tell of households."""
    changed = engine.value(
        f"SELECT (SELECT count(*) FROM {FOLLOWING}) + (SELECT count(*) FROM {PARTED})"
    )
    if changed:
        number = column(registry.household_no)
        _tell_households(engine, "listed", "home_number_ref")
        engine.make_view(
            "called_here",
            # Who stays though the others are under another number is listed with them.
            "SELECT people.* REPLACE ("
            "CASE WHEN parted.home_number_ref IS NULL THEN people.household_ref "
            "ELSE people.home_number_ref END AS household_ref, "
            "coalesce(following.home_number_ref, people.home_number_ref) AS home_number_ref, "
            f"coalesce(following.household_no, people.{number}) AS {number}) "
            f"FROM called_before AS people LEFT JOIN {PARTED} AS parted "
            "ON parted.home_number_ref = people.home_number_ref "
            f"LEFT JOIN {FOLLOWING} AS following ON following.household_ref = people.household_ref",
        )
        engine.make_table("unread_here", "SELECT * FROM unread_rows")
        _tell_households(engine, "unread_here", "household_ref")
    engine.drop("homes_ever", "homes_listed", "homes_present", "home_flows")


def _tell_households(engine: Engine, rows: str, number: str) -> None:
    """Let household_ref of a table be that of the household for which the number stands now."""
    engine.make_table(
        rows,
        f"SELECT rows.* REPLACE (coalesce(homes.household_ref, rows.{number}) AS household_ref) "
        f"FROM {rows} AS rows LEFT JOIN {HOMES_NOW} AS homes "
        f"ON homes.home_number_ref = rows.{number}",
    )
