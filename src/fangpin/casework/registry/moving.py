"""Rows that name a household move to another one, each written down, and can move back.

Which tables name a household is asked of the models themselves: none is forgotten when one is added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from fangpin.casework.registry.models import Household, HouseholdJoin, MovedRow


def tables_of_households() -> Iterator[tuple[type[Model], str]]:
    """(model, field) of every later app's table that names a household."""
    for relation in Household._meta.related_objects:
        model = relation.related_model
        if isinstance(model, type) and model._meta.app_label != Household._meta.app_label:
            yield model, relation.field.name


def move_rows(join: HouseholdJoin) -> Counter[str]:
    """Give the registry's household every row of the provisional one; how many, by table.

    The caller holds the transaction. Raises IntegrityError where both have what one may have once.
    """
    counted: Counter[str] = Counter()
    for model, name in tables_of_households():
        has_place = _has_place(model)
        found: Any = model._default_manager.filter(**{name: join.provisional_id})
        rows = list(found.order_by("pk").values_list("pk", *(["division"] if has_place else [])))
        MovedRow.objects.bulk_create(
            MovedRow(
                join=join,
                table=model._meta.label_lower,
                row=row[0],
                former_division=row[1] if has_place else "",
            )
            for row in rows
        )
        place = {"division": join.household.division} if has_place else {}
        model._default_manager.filter(pk__in=[row[0] for row in rows]).update(
            **{name: join.household_id}, **place
        )
        if rows:
            counted[model._meta.label_lower] = len(rows)
    return counted


def move_back(join: HouseholdJoin, also: Iterator[tuple[type[Model], int]]) -> Counter[str]:
    """Give the provisional household back what was its own, and the rows of `also`; how many.

    Rows of `also` are those that came since and hang on what goes back. They belong where it did.
    """
    counted: Counter[str] = Counter()
    moved: dict[str, dict[int, str]] = {}
    for one in join.moved.all():
        moved.setdefault(one.table, {})[one.row] = one.former_division
    for model, row in also:
        there = join.provisional.household.division
        moved.setdefault(model._meta.label_lower, {}).setdefault(row, there)
    for model, name in tables_of_households():
        for row, division in sorted(moved.get(model._meta.label_lower, {}).items()):
            place = {"division": division} if _has_place(model) else {}
            counted[model._meta.label_lower] += model._default_manager.filter(
                pk=row, **{name: join.household_id}
            ).update(**{name: join.provisional_id}, **place)
    return counted


def _has_place(model: type[Model]) -> bool:
    return any(one.name == "division" for one in model._meta.get_fields())
