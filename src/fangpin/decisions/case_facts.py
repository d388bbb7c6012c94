"""Facts of casework that follow from others: dates give days and months, measures give counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from fangpin.policy.expressions.facts import Value
from fangpin.policy.pack import Pack


def with_derived(
    *, pack: Pack, known: Mapping[str, Value | None], at: date
) -> dict[str, Value | None]:
    """The facts with everything that follows from them on a day; what is given stands above it.

    Measures are completed by the classes that they belong to, and counted by class.
    """
    found: dict[str, Value | None] = {"year": at.year, "month_of_year": at.month}
    found |= _of_identification(known, at)
    found |= _of_elimination(known)
    measures = known.get("measures")
    if isinstance(measures, frozenset):
        found["measures"] = whole = with_classes(pack, measures)
        classes = [pack.measures[code] for code in whole if _is_class(pack, code)]
        found["count_of_measures"] = len(classes)
        found["developmental_measures"] = sum(one.developmental for one in classes)
    found |= {code: value for code, value in known.items() if code != "measures"}
    return found | _without_measure(found, at)


def with_classes(pack: Pack, measures: Collection[str]) -> frozenset[str]:
    """Measures and the classes that they belong to."""
    above = {
        pack.measures[code].part_of
        for code in measures
        if code in pack.measures and pack.measures[code].part_of is not None
    }
    return frozenset(measures) | {code for code in above if code is not None}


def whole_months(first: date, last: date) -> int:
    """Whole months from one day to another; 15 April to 14 October is five, to the 15th six."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (last.day < first.day)


def _is_class(pack: Pack, code: str) -> bool:
    measure = pack.measures.get(code)
    return measure is not None and measure.part_of is None


def _of_identification(known: Mapping[str, Value | None], at: date) -> dict[str, Value | None]:
    found: dict[str, Value | None] = {}
    clue, identified = known.get("first_clue_date"), known.get("identified_date")
    if isinstance(clue, date):
        until = identified if isinstance(identified, date) else at
        found["identification_days"] = (until - clue).days
    if isinstance(identified, date):
        found["identified_year"] = identified.year
        found["identified_month"] = identified.month
        found["months_since_identification"] = whole_months(identified, at)
        found["years_since_identification"] = at.year - identified.year
    return found


def _of_elimination(known: Mapping[str, Value | None]) -> dict[str, Value | None]:
    found: dict[str, Value | None] = {}
    identified, eliminated = known.get("identified_date"), known.get("eliminated_date")
    if isinstance(eliminated, date):
        found |= {"is_eliminated": True, "is_monitored": False}
        found |= {"eliminated_year": eliminated.year, "eliminated_month": eliminated.month}
        if isinstance(identified, date):
            found["months_to_elimination"] = whole_months(identified, eliminated)
            found["calendar_months_to_elimination"] = (
                (eliminated.year - identified.year) * 12 + eliminated.month - identified.month
            )
    elif known.get("is_monitored") is True:
        found["is_eliminated"] = False
    return found


def _without_measure(found: Mapping[str, Value | None], at: date) -> dict[str, Any]:
    """Days and months from identification to the first measure, or to the day while there is none."""
    identified, first = found.get("identified_date"), found.get("first_measure_date")
    if not isinstance(identified, date):
        return {}
    if not isinstance(first, date):
        if found.get("count_of_measures") != 0:
            return {}
        first = at
    waited = {
        "days_without_measure": max((first - identified).days, 0),
        "months_without_measure": max(whole_months(identified, first), 0),
    }
    return {code: value for code, value in waited.items() if code not in found}
