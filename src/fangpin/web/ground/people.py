"""Members and facts of a household in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from fangpin.casework.registry.models import Household, Member
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import (
    code_words,
    figure_said,
    figure_words,
    registry_field,
    said,
)

SHOWN_FACTS = 6
NOTHING = "none"
"""The code by which registries say that there is nothing to say."""


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member; `about` are what the registry says of health, work and the like."""

    member: Member
    relation: str
    sex: str
    age: int | None
    about: list[tuple[str, str]]


def member_lines(members: Sequence[Member], *, on: date) -> list[MemberLine]:
    """Members with their relation, sex and age in complete years on a day."""
    registry = installation_pack().header.registry
    relation = registry_field(registry.relation if registry else None)
    sex = registry_field(registry.sex if registry else None)
    shared = _shared(members)
    return [
        MemberLine(
            member=member,
            relation=gettext("户主") if member.is_head else code_words(relation, member.relation),
            sex=code_words(sex, member.sex),
            age=_age(member.birth_date, on),
            about=_about(member, shared),
        )
        for member in members
    ]


def attribute_facts(household: Household) -> list[tuple[str, str]]:
    """(title, value) of the household's attributes in the pack's order; unknown ones left out."""
    shown = []
    for code, attribute in installation_pack().attributes.items():
        value = household.attributes.get(code)
        if attribute.value.replace(" ", "") == "count()":
            continue  # the number of members stands beside them already
        if _is_nothing(value):
            continue
        shown.append((figure_words(code)[0], figure_said(code, value)))
    return shown[:SHOWN_FACTS]


def _shared(members: Sequence[Member]) -> set[str]:
    """Fields that say the same of everyone, and so tell of the household, not of a member."""
    if len(members) < 2:
        return set()
    first = members[0].attributes
    return {
        code
        for code, value in first.items()
        if all(member.attributes.get(code) == value for member in members)
    }


def _about(member: Member, shared: set[str]) -> list[tuple[str, str]]:
    shown = []
    for code, value in member.attributes.items():
        if code in shared:
            continue
        field = registry_field(code)
        if field is None or field.type not in ("code", "flag") or _is_nothing(value):
            continue
        is_flag = value is True or str(value).lower() == "true"
        if str(value).lower() == "false":
            continue
        shown.append(
            (said(field.title), said(field.title) if is_flag else code_words(field, value))
        )
    return shown


def _is_nothing(value: object) -> bool:
    """Unknown, a plain no, or the registry's own word for nothing; zero is something."""
    return value is None or value is False or value in ("", NOTHING)


def _age(birth: date | None, on: date) -> int | None:
    if birth is None:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
