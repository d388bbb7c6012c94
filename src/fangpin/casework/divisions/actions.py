"""Acts on divisions: only the policy pack changes them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from fangpin.casework.divisions import models
from fangpin.policy import Division


def sync_divisions(*, divisions: Iterable[Division]) -> int:
    """Make the divisions equal to the pack's (`pack.divisions`); how many were new or changed.

    A division the pack no longer lists stays, since households and posts of the past name it.
    Raises IntegrityError when a row names a parent that neither the pack nor the database knows.
    """
    known = {row.code: _facts(row) for row in models.Division.objects.all()}
    listed = (
        models.Division(
            code=row.code,
            level=row.level,
            name_zh=row.name.zh,
            name_en=row.name.en,
            parent_id=row.parent,
        )
        for row in sorted(divisions, key=lambda row: (len(row.code), row.code))
    )
    changed = [row for row in listed if known.get(row.code) != _facts(row)]
    with transaction.atomic():
        models.Division.objects.bulk_create(
            changed,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["level", "name_zh", "name_en", "parent"],
        )
    return len(changed)


def _facts(row: models.Division) -> tuple[str | None, ...]:
    return row.level, row.name_zh, row.name_en, row.parent_id
