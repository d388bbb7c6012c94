"""Households that no registry lists, as phone and console take them: read, and the number kept safe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.conf import settings

from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.queries import divisions_of_level
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.provisional import NewHousehold, read_answers
from fangpin.lake.home import Home
from fangpin.runs.identities import keep_identity
from fangpin.web.ground.keys import door_keys
from fangpin.web.ground.pack import installation_pack


def villages_of(scope: Scope) -> list[Division]:
    """The villages of a scope, in the order of their codes: where a household may live."""
    levels = installation_pack().header.division_levels
    lowest = max(levels, key=lambda one: one.width)
    return divisions_of_level(scope, level=lowest.level)


def read_new_household(*, division: str, answers: Mapping[str, str], today: date) -> NewHousehold:
    """The answers to the pack's form. Raises ProblemError as `read_answers` does."""
    return read_answers(
        installation_pack(),
        division=division,
        answers=answers,
        today=today,
        reference=door_keys().person_ref,
    )


def keep_number(new: NewHousehold) -> None:
    """Put the identity number into the vault, in the transaction of the act: before its commit, so
    that no reference is ever on record whose number is lost."""
    if new.identity:
        rules = settings.FANGPIN
        keep_identity(home=Home(rules.home), canonical=new.identity, cipher=rules.cipher)
