"""What a household is told of its own declaration: happenings, result, who looked, appeals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from fangpin.casework.cases.models import Appeal, CaseAct
from fangpin.casework.declarations import queries
from fangpin.casework.declarations.models import Declaration, DeclarationState
from fangpin.casework.declarations.queries import Look
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said, step_words
from fangpin.web.public.lawful import Term, terms, terms_of_declaration
from fangpin.web.public.pages import word


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of what has happened."""

    on: date
    words: str


@dataclass(frozen=True, slots=True)
class Looked:
    """On one day, officials of one role opened the file, so many times."""

    on: date
    role: str
    purpose: str
    times: int


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page of a receipt shows."""

    happenings: tuple[Happening, ...]
    terms: tuple[Term, ...]
    result: str
    answer: str
    looks: tuple[Looked, ...]
    appeals: tuple[Appeal, ...]
    may_appeal: bool
    """There is a case to which an appeal belongs; before that, people are called."""


def told_of(declaration: Declaration, *, on: date) -> Told:
    """What may be told on a day.

    Nothing of a household's file is told before officials have met the declarant: until then a
    known and an unknown number give the same page.
    """
    begun = Happening(_day(declaration.received_at), gettext("收到您的申报"))
    if not queries.has_been_met(declaration):
        return _before_the_visit(declaration, begun, on=on)
    seen = queries.progress(declaration, pack=installation_pack(), on=on)
    case = declaration.case
    outcome = case.outcome if case is not None else ""
    ended = case.ended_at if case is not None else None
    last = [Happening(_day(ended), word(f"outcome.{outcome}"))] if ended and outcome else []
    return Told(
        happenings=(begun, *_steps(seen.acts, since=begun.on), *last),
        terms=terms(seen.clocks),
        result=word(f"outcome.{outcome}") if outcome else "",
        answer=declaration.answer,
        looks=_looks(seen.looks),
        appeals=seen.appeals,
        may_appeal=True,
    )


def _before_the_visit(declaration: Declaration, begun: Happening, *, on: date) -> Told:
    happenings = [begun]
    is_answered = declaration.state == DeclarationState.ANSWERED
    if is_answered and declaration.answered_at is not None:
        happenings.append(Happening(_day(declaration.answered_at), gettext("已经书面答复")))
    law = terms_of_declaration(
        division=declaration.division, received_at=declaration.received_at, on=on
    )
    return Told(
        happenings=tuple(happenings),
        terms=() if is_answered else law,
        result="",
        answer=declaration.answer,
        # An answer tells already that people have read it.
        looks=_looks(queries.looks_at_declaration(declaration)) if is_answered else (),
        appeals=(),
        may_appeal=False,
    )


def _steps(acts: Sequence[CaseAct], *, since: date) -> Iterable[Happening]:
    return [Happening(one.on, step_words(one.step)) for one in acts if one.on >= since]


def _looks(looks: Iterable[Look]) -> tuple[Looked, ...]:
    """Looks counted by day, role and purpose, the latest day first."""
    counted: dict[tuple[date, str, str], int] = {}
    for look in sorted(looks, key=lambda one: one.on, reverse=True):
        key = (_day(look.on), _role(look), _purpose(look))
        counted[key] = counted.get(key, 0) + 1
    return tuple(Looked(*key, times) for key, times in counted.items())


def _purpose(look: Look) -> str:
    if look.act == queries.VIEW_DECLARATION:
        return gettext("查看您的申报，弄清是哪一户")
    return gettext("查看农户档案，办理核查和帮扶")


def _role(look: Look) -> str:
    role = installation_pack().roles.get(look.role)
    return said(role.title) if role else gettext("工作人员")


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)
