"""Members and facts of a household in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from fangpin.casework.registry.models import Household, Member
from fangpin.web.console.pack import installation_pack
from fangpin.web.console.templatetags.figures import plain
from fangpin.web.console.words import (
    code_words,
    figure_said,
    figure_words,
    registry_field,
    said,
)

SHOWN_FACTS = 6


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
    return [
        MemberLine(
            member=member,
            relation=gettext("户主") if member.is_head else code_words(relation, member.relation),
            sex=code_words(sex, member.sex),
            age=_age(member.birth_date, on),
            about=_about(member),
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
        if value is None or value is False or value == "":
            continue
        shown.append((figure_words(code)[0], figure_said(code, value)))
    return shown[:SHOWN_FACTS]


def _about(member: Member) -> list[tuple[str, str]]:
    shown = []
    for code, value in member.attributes.items():
        field = registry_field(code)
        if field is None or value in (None, "", False):
            continue
        words = said(field.title) if value is True else plain(code_words(field, value))
        shown.append((said(field.title), words))
    return shown


def _age(birth: date | None, on: date) -> int | None:
    if birth is None:
        return None
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
