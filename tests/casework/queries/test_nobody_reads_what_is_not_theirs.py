"""Every query begins with a scope, and the outsider reads nothing anywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from fangpin.casework.alerts import history
from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.overview import Overview
from fangpin.casework.alerts.queue import QueueFilters
from fangpin.casework.audit import queries as audit
from fangpin.casework.officials import queries as officials
from fangpin.casework.officials.scope import NOTHING, Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from tests.casework.queries.county import JOINED, MET, alert_of, met_and_known
from tests.cast import CITY, COUNTY, NEXT_COUNTY_VILLAGE, OTHER_CITY_VILLAGE, TODAY, VILLAGE, Cast

pytestmark = pytest.mark.django_db

MODULES: list[ModuleType] = [alerts, history, registry, audit, officials]

WITHOUT_SCOPE = {"latest_run", "judged_months", "names_of"}
"""Tell which runs are loaded, and the names of officials that stand beside their acts: nothing of any
household."""


OF_ONE_S_OWN_CITY = (
    alerts.queue,
    alerts.count_of_open,
    alerts.overview,
    alerts.open_by_rule,
    history.alerts_as_of,
    registry.count,
    officials.top_divisions,
    officials.in_office,
    officials.divisions_of_level,
)
"""Reads that name no household: the outsider gets those of the city where the outsider works."""


def public_functions() -> Iterator[Callable[..., Any]]:
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


ALL = [function for function in public_functions() if function.__name__ not in WITHOUT_SCOPE]


def arguments_for(function: Callable[..., Any]) -> dict[str, Any]:
    """Arguments that ask, by every way there is, for the household of the first village."""
    alert = alert_of(1)
    known = {
        "household_ref": 1,
        "household_no": None,
        "person_ref": 10,
        "refs": [10],
        "text": "李",
        "limit": 50,
        "alert_no": alert.alert_no,
        "alert": alert,
        "rule": None,
        "waiting_steps": ("to_assign", "to_visit"),
        "roles": ("village_cadre", "township_reviewer", "city_analyst"),
        "filters": QueueFilters(state="any"),
        "after": None,
        "run": alerts.latest_run(),
        "on": TODAY,
        "as_of": TODAY,
        "subject_kind": "household",
        "subject": "1",
        "parent": CITY,
        "code": COUNTY,
        "name": f"{VILLAGE}号",
        "villages": [VILLAGE],
        "named_as": "",
        "one": met_and_known(),
        "is_joined": True,
        "head_name": "李竹溪",
        "division": VILLAGE,
        "identity_ref": None,
        "level": "village",
    }
    if function in (registry.provisional, registry.join_of):
        known["household_ref"] = JOINED
    if function is alerts.next_alert:
        # Ask behind the first of the queue, so that there is one to be found.
        known["alert"] = Alert.objects.order_by("due_date", "id")[0]
    return {name: known[name] for name in [*inspect.signature(function).parameters][1:]}


def answer(function: Callable[..., Any], scope: Scope) -> Any:
    """What the function tells; None when it says that there is nothing."""
    try:
        return function(scope, **arguments_for(function))
    except ObjectDoesNotExist:
        return None


def tells_nothing(found: Any) -> bool:
    if isinstance(found, Overview):
        counts = (found.open, found.overdue, found.to_visit, found.households, found.members)
        return not any([*counts, *found.trend, found.divisions, found.causes])
    if isinstance(found, registry.Count):
        return found == registry.Count()
    if isinstance(found, alerts.QueuePage):
        return (found.rows, found.count_capped, found.next) == ((), 0, None)
    if hasattr(found, "model"):
        return not found.exists()
    return not found


def test_the_public_queries_are_found() -> None:
    names = {function.__name__ for function in ALL}
    assert {"queue", "alert", "household", "members", "months", "search", "overview"} <= names


@pytest.mark.parametrize("function", ALL, ids=lambda function: function.__qualname__)
def test_every_query_begins_with_a_scope(function: Callable[..., Any]) -> None:
    first = next(iter(inspect.signature(function).parameters.values()))
    assert (first.name, first.annotation) == ("scope", "Scope")


@pytest.mark.parametrize(
    "function", ALL, ids=lambda function: f"{function.__module__}.{function.__name__}"
)
def test_the_outsider_and_the_visitor_see_nothing(cast: Cast, function: Callable[..., Any]) -> None:
    assert not tells_nothing(answer(function, cast.analyst.scope)), "the analyst sees something"
    assert tells_nothing(answer(function, cast.visitor.scope))
    assert tells_nothing(answer(function, NOTHING))
    found = answer(function, cast.outsider.scope)
    if function in OF_ONE_S_OWN_CITY:
        assert "4310" not in repr(found), "only the outsider's own city"
        return
    if function is alerts.next_alert:
        assert found is None or found.division == OTHER_CITY_VILLAGE
        return
    assert tells_nothing(found)


def test_an_alert_outside_the_scope_does_not_exist(cast: Cast) -> None:
    number = alert_of(3).alert_no
    assert alerts.alert(cast.reviewer.scope, number).household_id == 3
    with pytest.raises(Alert.DoesNotExist):
        alerts.alert(cast.cadre.scope, number)


def test_a_joining_to_a_household_outside_the_scope_is_told_without_it(cast: Cast) -> None:
    met_and_known()
    Household.objects.filter(household_ref=1).update(division=NEXT_COUNTY_VILLAGE)

    seen = registry.join_of(cast.cadre.scope, JOINED)
    assert seen is not None and seen.household is None
    whole = registry.join_of(cast.analyst.scope, JOINED)
    assert whole is not None and whole.household is not None
    assert registry.join_of(cast.analyst.scope, MET) is None
