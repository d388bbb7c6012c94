"""Households that no registry lists, as phone and console take them: read, and the number kept safe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.conf import settings

from fangpin.casework.declarations.models import Declaration
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.queries import divisions_of_level
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.provisional import NewHousehold, read_answers
from fangpin.lake.ciphers import NotOpened
from fangpin.lake.home import Home
from fangpin.policy.models.procedures import Form
from fangpin.runs.acts.identities import keep_identity
from fangpin.web.ground.keys import IDENTITY, PHONE, door_keys
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


def declared_answers(form: Form, declaration: Declaration) -> dict[str, str]:
    """What a declaration holds sealed of the form's answers: number and telephone, where given."""
    keys, sealed = (
        door_keys(),
        {
            "identity": (declaration.sealed_identity, IDENTITY),
            "phone": (declaration.sealed_phone, PHONE),
        },
    )
    found = {}
    for field in form.fields:
        if field.holds in sealed:
            content, purpose = sealed[field.holds]
            try:
                found[field.field] = keys.open(bytes(content), purpose=purpose)
            except NotOpened:  # sealed with a key that is no longer this installation's
                continue
    return {field: text for field, text in found.items() if text}


def keep_number(new: NewHousehold) -> None:
    """Put the identity number into the vault, in the transaction of the act: before its commit, so
    that no reference is ever on record whose number is lost."""
    if new.identity:
        rules = settings.FANGPIN
        keep_identity(home=Home(rules.home), canonical=new.identity, cipher=rules.cipher)
