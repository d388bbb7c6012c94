"""Who came after an official had said "not the same", and may be the very person who was meant.

Someone without a number who moves alone is another reference to the registry, and so is who moves alone
under another number. What was decided of the one before speaks of both until somebody says otherwise.
"""

from __future__ import annotations

from fangpin.lake.engine import Engine
from fangpin.linkage.decisions import IN_FORCE
from fangpin.linkage.registry.bearers import make_name_keys
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.header import Registry

MAY_BE_MEANT = "may_be_meant"
"""claim_ref and person_ref: pairs that are asked and never linked by themselves."""


def make_may_be_meant(*, engine: Engine, state: RegistryState, registry: Registry) -> None:
    """Make MAY_BE_MEANT of IN_FORCE.

    Of a claim that an official parted from someone: whoever is listed since that day only, of one name
    and birth date. A namesake who was listed by then is none: the official saw both.
    """
    engine.make_empty_table(MAY_BE_MEANT, {"claim_ref": "BIGINT", "person_ref": "BIGINT"})
    parted = f"{IN_FORCE} WHERE kind = 'different' AND claim_ref IS NOT NULL"
    if registry.birth is None or not engine.value(f"SELECT count(*) FROM {parted}"):
        return
    name, birth = column(registry.name), column(registry.birth)
    engine.view_files("ever_listed", [state.persons])
    if registry.birth not in engine.columns("SELECT * FROM ever_listed"):
        return
    engine.make_table(
        "of_one_birth",
        f"SELECT said.claim_ref, now.person_ref, now.{name} AS name, meant.{name} AS name_meant "
        f"FROM (SELECT claim_ref, person_ref, said_on FROM {parted}) AS said "
        "JOIN ever_listed AS meant ON meant.person_ref = said.person_ref "
        f"JOIN ever_listed AS now ON now.{birth} = meant.{birth} AND now.successor_ref IS NULL "
        "AND now.person_ref <> meant.person_ref AND now.listed_since >= said.said_on",
    )
    make_name_keys(
        engine, "SELECT name FROM of_one_birth UNION ALL SELECT name_meant FROM of_one_birth"
    )
    engine.append(
        MAY_BE_MEANT,
        "SELECT DISTINCT pair.claim_ref, pair.person_ref FROM of_one_birth AS pair "
        "LEFT JOIN odd_names AS now ON now.name = pair.name "
        "LEFT JOIN odd_names AS meant ON meant.name = pair.name_meant "
        "WHERE coalesce(now.key, lower(pair.name)) = coalesce(meant.key, lower(pair.name_meant))",
    )
    engine.drop("of_one_birth", "odd_names")
