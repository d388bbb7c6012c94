"""What a case's history is played on: its household, its months, and officials in every role.

Everything is written into the casework database as a run and a registry would write it; the caller
holds a transaction and rolls it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection

from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.states import CaseState
from fangpin.casework.divisions.rows import Question
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.officials.scope import NOTHING, Scope, scope_of
from fangpin.casework.registry.models import Household, HouseholdMonth, Member
from fangpin.policy import Pack
from fangpin.policy.expressions.members import attributes_of
from fangpin.policy.expressions.vocabulary import attribute_kinds
from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.histories import Moment, read_moment
from fangpin.runs.cases.case_ledger import COVERED_MONTHS, values_of_case
from fangpin.values.masks import mask_phone
from fangpin.values.month import Month

REF = 8_000_000_000_000_000_000
"""The household of a case; beyond the 60 bits of every real reference."""
IN_OFFICE_SINCE = date(2000, 1, 1)


@dataclass
class Stage:
    """One household of a pack's case in the casework database, and whoever acts on it."""

    pack: Pack
    case: PackCase
    division: str
    household: Household
    alerts: int = 0
    listed: Household | None = None
    """The registry's household, while the history is about one that no registry lists."""
    seen: list[Case | None] = field(default_factory=list)
    """The latest case as looked up since the last act; empty: not looked up yet."""
    scopes: dict[tuple[str, str, bool], Scope] = field(default_factory=dict)
    """By role, division, and whether the posts of the stage have begun: they end on no day."""

    def moment(self, moment: Moment) -> datetime:
        """The moment where the installation stands."""
        return read_moment(moment).replace(tzinfo=ZoneInfo(settings.TIME_ZONE))

    def scope(self, role: str, *, on: date, division: str | None = None) -> Scope:
        """What an official of a role may see and do who holds a post over the household's village,
        or in another division; the empty scope for a role that the pack does not know."""
        stated = self.pack.roles.get(role)
        if stated is None:
            return NOTHING
        code = division or self._above(stated.level)
        key = (role, code, on >= IN_OFFICE_SINCE)
        if key not in self.scopes:
            username = f"case.{role}.{code}"
            user, is_new = get_user_model().objects.get_or_create(username=username)
            if is_new:
                official = Official.objects.create(user=user, name=stated.title.zh)
                Post.objects.create(
                    official=official, role=role, division=code, from_date=IN_OFFICE_SINCE
                )
            self.scopes[key] = scope_of(user=user, on=on, roles=self.pack.roles, role=role)
        return self.scopes[key]

    def forget(self) -> None:
        """An act was done, or undone: look again at what it may have changed."""
        self.seen.clear()

    def latest_case(self) -> Case | None:
        """The household's open case, else the one opened last; None before the first."""
        if not self.seen:
            self.seen.append(self._looked_up())
        return self.seen[0]

    def _looked_up(self) -> Case | None:
        found = _cases_of().ask([self.household.pk])
        rows = [Case.from_db(connection.alias, _COLUMNS, row) for row in found]
        still_open = [row for row in rows if row.state == CaseState.OPEN]
        return (still_open or rows)[-1] if rows else None

    def latest_alert(self) -> Alert | None:
        return Alert.objects.filter(household=self.household).order_by("raised_date", "id").last()

    def run_of(self, day: date) -> Run:
        """The monthly run of a day, as known to casework."""
        run, _ = Run.objects.get_or_create(
            as_of=day,
            defaults={
                "month": int(Month.last_complete(day)),
                "folder": "case",
                "key": f"case-{day}",
                "pack": self.pack.id,
                "loaded_at": self.moment(day),
                "count_of_households": 1,
                "coverage": coverage_of(self.pack, self.case),
            },
        )
        return run

    def _above(self, level: str) -> str:
        width = {one.level: one.width for one in self.pack.header.division_levels}.get(level)
        return self.division[: width or len(self.division)]


_COLUMNS = [field.attname for field in Case._meta.concrete_fields]


@cache
def _cases_of() -> Question:
    """The cases of a household in the order in which they were opened: asked after every act."""
    return Question.of(Case.objects.filter(household=0).order_by("opened_at", "id"), [0])


def set_stage(pack: Pack, case: PackCase) -> Stage:
    """Write the household of a case: attributes, members, ledger months, and what was delivered."""
    attributes: dict[str, Any] = {}
    if case.persons:
        month = int(Month.last_complete(case.as_of))
        attributes = dict(attributes_of(pack=pack, members=case.persons, month=month))
    division = village_of(pack, case.division or pack.header.root_division or "")
    known = _stored(pack, {**attributes, **case.household})
    household = Household.objects.create(
        household_ref=REF,
        household_no="CASE-1",
        division=division,
        head_name=_of_head(pack, case, "name") or "户主",
        address=_of_head(pack, case, "address"),
        masked_phone=mask_phone(_of_head(pack, case, "phone")),
        count_of_members=int(known.get("members") or len(case.persons) or 1),
        attributes=known,
    )
    _write_members(pack, case, household)
    by_month: dict[int, dict[str, str]] = {}
    for item, values in values_of_case(case).items():
        for month, value in values.items():
            if value is not None:
                by_month.setdefault(month, {})[item] = str(value)
    HouseholdMonth.objects.bulk_create(
        HouseholdMonth(household=household, month=month, amounts=amounts)
        for month, amounts in sorted(by_month.items())
    )
    stage = Stage(pack, case, division, household)
    stage.run_of(first_day_of(case))
    return stage


def first_day_of(case: PackCase) -> date:
    """The earliest day that the history tells of; the day of the case when there is none."""
    days = [read_moment(entry.at).date() for entry in case.history]
    days += [entry.on for entry in case.history if entry.on is not None]
    return min([*days, case.as_of])


def coverage_of(pack: Pack, case: PackCase) -> dict[str, list[int]]:
    """Feed -> the months that count as delivered: all from three years before the first act."""
    first = int(Month.last_complete(first_day_of(case))) - COVERED_MONTHS + 1
    last = int(Month.last_complete(case.as_of))
    delivered: dict[str, list[int]] = {}
    for feed in pack.contracts:
        missing = case.unknown.get(feed, [])
        if missing == "all":
            continue
        lacking = {int(Month.parse(text)) for text in missing}
        delivered[feed] = [month for month in range(first, last + 1) if month not in lacking]
    for item, values in values_of_case(case).items():
        # A month given as unknown was not delivered, whatever else the feed holds.
        lacking = {month for month, value in values.items() if value is None}
        owner = pack.items[item].feed if item in pack.items else None
        if owner is not None and owner in delivered and lacking:
            delivered[owner] = [month for month in delivered[owner] if month not in lacking]
    return delivered


def village_of(pack: Pack, code: str) -> str:
    """A village inside a division: the first that the pack lists, else an invented one."""
    levels = sorted(pack.header.division_levels, key=lambda level: level.width)
    if not levels:
        return code or "0"
    lowest = levels[-1].width
    if len(code) >= lowest:
        return code
    listed = sorted(
        row.code for row in pack.divisions if len(row.code) == lowest and row.code.startswith(code)
    )
    if listed:
        return listed[0]
    for level in levels:
        if level.width > len(code):
            code = code.ljust(level.width - 1, "0") + "1"
    return code


def _stored(pack: Pack, known: Mapping[str, Any]) -> dict[str, Any]:
    kinds = attribute_kinds(pack)
    found = {}
    for code, value in known.items():
        if isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else float(value)
        elif isinstance(value, date):
            value = value.isoformat()
        if code in kinds:
            found[code] = value
    return found


def _of_head(pack: Pack, case: PackCase, what: Literal["name", "address", "phone"]) -> str:
    """A text of the head's registry row; empty where the case tells of none."""
    registry = pack.header.registry
    field = getattr(registry, what) if registry is not None else None
    if registry is None or field is None:
        return ""
    heads = [one for one in case.persons if one.get(registry.relation) == registry.head]
    return str((heads or case.persons or [{}])[0].get(field) or "")


def _write_members(pack: Pack, case: PackCase, household: Household) -> None:
    registry = pack.header.registry
    if registry is None:
        return
    named = {registry.relation, registry.birth, registry.sex, registry.division, registry.name}
    named |= {registry.identifier, registry.phone, registry.address}
    for place, person in enumerate(case.persons, start=1):
        birth = person.get(registry.birth or "")
        Member.objects.create(
            person_ref=REF + place,
            household=household,
            name=str(person.get(registry.name) or f"成员{place}"),
            relation=str(person.get(registry.relation) or ""),
            is_head=person.get(registry.relation) == registry.head,
            sex=str(person.get(registry.sex or "") or ""),
            birth_date=birth if isinstance(birth, date) else _day(birth),
            attributes={code: _plain(value) for code, value in person.items() if code not in named},
        )


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
