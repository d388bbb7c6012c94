"""Trials of thresholds for the console: remembered for a scope, computed one after another."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from fangpin.casework.cases.models import Episode
from fangpin.casework.officials.scope import Scope, within
from fangpin.lake.engines.duckdb import connect
from fangpin.policy.models.lists import Rule
from fangpin.runs.threshold_trial import Trial, ladder, try_value
from fangpin.values.month import Month
from fangpin.web.console.feeds import home, signature_of_deliveries
from fangpin.web.ground.pack import installation_pack

_one_at_a_time = threading.Lock()
"""A replay takes a core and some hundred megabytes; two in one process would take them twice."""


def trial(
    scope: Scope,
    *,
    rule: Rule,
    parameter: str,
    present: Decimal,
    tried: Decimal,
    from_month: Month,
    to_month: Month,
    today: date,
) -> Trial:
    """A rule's trial; remembered until a delivery comes or officials find or end a need.

    Not shared between scopes: where the database itself holds rows to a scope, the needs that
    officials found are those of the scope that asked. All values of the ladder are one replay.

    Raises ProblemError as `fangpin.backtest.replay_all`.
    """
    is_of_ladder = tried in ladder(present)
    with _one_at_a_time:
        found = _trial(
            (
                installation_pack().digest,
                signature_of_deliveries(),
                scope.divisions,
                _findings(scope),
            ),
            rule.rule,
            parameter,
            present,
            present if is_of_ladder else tried,
            from_month,
            to_month,
            today,
        )
    return replace(found, tried=tried)


@lru_cache(maxsize=16)
def _trial(
    _state: tuple[object, ...],
    rule: str,
    parameter: str,
    present: Decimal,
    tried: Decimal,
    from_month: Month,
    to_month: Month,
    today: date,
) -> Trial:
    pack = installation_pack()
    edition = max((one for one in pack.rules if one.rule == rule), key=lambda one: one.edition)
    with connect(spill=home().spill) as engine:
        return try_value(
            home(),
            pack,
            rule=edition,
            parameter=parameter,
            present=present,
            tried=tried,
            from_month=from_month,
            to_month=to_month,
            today=today,
            engine=engine,
        )


def _findings(scope: Scope) -> tuple[int, int]:
    """Changes when officials identify a household of the scope or end its monitoring."""
    found = within(Episode.objects.all(), scope)
    return found.count(), found.filter(eliminated_date__isnull=False).count()
