"""A household that no registry lists: met with a clue, later joined to the registry's, or parted again.

A joining changes no act and no judgement: cases, visits and help go on under the household that the
registry knows. It is taken back the same way, by a human, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.acts.opening import report_clue
from fangpin.casework.cases.gate import act_title
from fangpin.casework.cases.models import Case, CaseAct, Episode
from fangpin.casework.cases.states import CaseState, EpisodeState
from fangpin.casework.cases.turns_kept import keep_places
from fangpin.casework.divisions.bulk import hold_table
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.brought import bring_months_of
from fangpin.casework.registry.held import held_household
from fangpin.casework.registry.joining import standing_join
from fangpin.casework.registry.models import Household, HouseholdJoin, Provisional
from fangpin.casework.registry.moving import move_back, move_rows, tables_of_households
from fangpin.casework.registry.provisional import REGISTER, NewHousehold, write_provisional
from fangpin.policy import Pack

JOIN, PART = "join_household", "part_household"


def register_household(
    *,
    pack: Pack,
    new: NewHousehold,
    by: Scope,
    at: datetime,
    channel: str,
    on: date | None = None,
    cause: str = "",
    note: str = "",
    is_another: bool = False,
) -> Case:
    """Write down a household that no registry lists, with the clue that opens its case.

    `is_another`: the official has seen the households of that village with such a head, and it is
    none of them. Raises ProblemError ACT_NOT_PERMITTED, VILLAGE_OUTSIDE, HOUSEHOLD_KNOWN (its
    details list the households) and what `report_clue` raises; nothing is changed then.
    """
    where = "household not in the registry"
    with transaction.atomic():
        if not by.can(REGISTER):
            raise refusals.not_permitted(where, title=act_title(pack, REGISTER))
        if not by.covers(new.division) or not _is_village(pack, new.division):
            raise refusals.refusal(
                "VILLAGE_OUTSIDE",
                where,
                zh="这个村不在您的范围内。",
                en="This village is not within your scope.",
                fix_zh="请选择您负责的村。",
                fix_en="Choose one of your villages.",
            )
        # Two who meet the same people at once would find nobody like them.
        hold_table(Provisional._meta.db_table)
        _refuse_known(new, by=by, is_another=is_another)
        made = write_provisional(new, by=by, at=at)
        record(
            act=REGISTER,
            official=by,
            subject_kind="household",
            subject=str(made.pk),
            division=new.division,
            at=at,
            detail={
                "role": by.role,
                "has_identity": new.identity_ref is not None,
                "is_another": is_another,
            },
        )
        return report_clue(
            pack=pack,
            household_ref=made.pk,
            by=by,
            at=at,
            channel=channel,
            on=on,
            cause=cause,
            note=note,
        )


def join_household(
    *, pack: Pack, household_ref: int, to_ref: int, by: Scope, at: datetime, note: str
) -> HouseholdJoin:
    """Join a provisional household to the registry's: whatever names the one names the other.

    Raises Provisional.DoesNotExist or Household.DoesNotExist outside the scope; ProblemError
    ACT_NOT_PERMITTED, TEXT_MISSING, HOUSEHOLD_JOINED, HOUSEHOLD_UNLISTED, TWO_OPEN_CASES,
    TWO_EPISODES, JOIN_IN_THE_WAY; nothing is changed then.
    """
    with transaction.atomic():
        one = _locked(pack, household_ref, by, act=JOIN)
        where = f"household {one.household.household_no}"
        to = held_household(by, to_ref)
        if not note.strip():
            raise refusals.missing_text(where, zh="怎么知道是同一户", en="how it is known")
        if standing_join(one.pk) is not None:
            raise refusals.refusal(
                "HOUSEHOLD_JOINED",
                where,
                zh="这一户已经并入在册户，不会重复并入。",
                en="This household was joined to the registry's already.",
                fix_zh="请刷新页面。",
                fix_en="Reload the page.",
            )
        if not to.is_listed:
            raise refusals.refusal(
                "HOUSEHOLD_UNLISTED",
                where,
                zh="只能并入名册里有的户。",
                en="It can only be joined to a household that the registry lists.",
                fix_zh="请选择在册的那一户。",
                fix_en="Choose the registry's household.",
            )
        _refuse_two(one.household, to, where=where)
        join = HouseholdJoin.objects.create(
            provisional=one, household=to, joined_at=at, joined_by=by.official, note=note.strip()
        )
        try:
            with transaction.atomic():
                moved = move_rows(join)
                keep_places(_cases_of(join))
        except IntegrityError as error:
            raise _in_the_way(where) from error
        bring_months_of(to.household_ref, pack=pack)
        _record(JOIN, join, by=by, at=at, moved=dict(moved))
    return join


def part_household(
    *, pack: Pack, household_ref: int, by: Scope, at: datetime, note: str
) -> HouseholdJoin:
    """Take a joining back: what was moved goes back, with what has come of it since.

    What was recorded since and hangs on the registry's household alone stays there. Raises
    Provisional.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, TEXT_MISSING,
    NOT_JOINED, JOIN_IN_THE_WAY; nothing is changed then.
    """
    with transaction.atomic():
        one = _locked(pack, household_ref, by, act=PART)
        where = f"household {one.household.household_no}"
        if not note.strip():
            raise refusals.missing_text(where, zh="为什么撤销", en="why it is taken back")
        join = standing_join(one.pk)
        if join is None or not by.covers(join.household.division):
            raise refusals.refusal(
                "NOT_JOINED",
                where,
                zh="这一户现在没有并入任何在册户。",
                en="This household is joined to none now.",
                fix_zh="请刷新页面。",
                fix_en="Reload the page.",
            )
        cases = _cases_of(join)
        try:
            with transaction.atomic():
                moved = move_back(join, _come_since(cases))
                keep_places(cases)
        except IntegrityError as error:
            raise _in_the_way(where) from error
        join.undone_at, join.undone_by, join.undone_note = at, by.official, note.strip()
        join.save(update_fields=["undone_at", "undone_by", "undone_note"])
        _record(PART, join, by=by, at=at, moved=dict(moved))
    return join


def _cases_of(join: HouseholdJoin) -> list[int]:
    """The cases that the joining moved."""
    return list(join.moved.filter(table=Case._meta.label_lower).values_list("row", flat=True))


def _is_village(pack: Pack, code: str) -> bool:
    """Whether households live in a division of this code: it is one of the lowest level."""
    lowest = max(pack.header.division_levels, key=lambda level: level.width)
    listed = Division.objects.filter(level=lowest.level)
    is_listed = listed.filter(code=code).exists()
    # A pack's own cases are played where no division is listed.
    return is_listed or (len(code) == lowest.width and not listed.exists())


def _locked(pack: Pack, household_ref: int, by: Scope, *, act: str) -> Provisional:
    found = Provisional.objects.select_for_update(of=("self",)).select_related("household")
    one = within(found, by).get(pk=household_ref)
    if not by.can(act):
        where = f"household {one.household.household_no}"
        raise refusals.not_permitted(where, title=act_title(pack, act))
    return one


def _refuse_known(new: NewHousehold, *, by: Scope, is_another: bool) -> None:
    """HOUSEHOLD_KNOWN: a household of the scope has this number, or this head in this village."""
    found = registry.alike(
        by, head_name=new.head_name, division=new.division, identity_ref=new.identity_ref
    )
    if is_another:  # a number says who it is, a name does not
        found = found.filter(members__person_ref=new.identity_ref or 0)
    known = list(found[:20])
    if known:
        raise refusals.refusal(
            "HOUSEHOLD_KNOWN",
            "household not in the registry",
            zh=f"系统里已有可能是同一户的 {len(known)} 户。",
            en=f"{len(known)} of the households here may be the same one.",
            fix_zh="是其中一户的，请选那一户；都不是的，请注明“是另一户”。",
            fix_en="Choose it if it is one of them; else say that it is another one.",
            households=[
                {
                    "household_no": one.household_no,
                    "group": one.address,
                    "count": one.count_of_members,
                }
                for one in known
            ],
            may_be_another=not is_another,
        )


def _refuse_two(one: Household, to: Household, *, where: str) -> None:
    """TWO_OPEN_CASES, TWO_EPISODES: what a household has once at a time, both have."""
    both = (one.household_ref, to.household_ref)
    open_cases = Case.objects.filter(household__in=both, state=CaseState.OPEN).order_by("id")
    numbers = list(open_cases.values_list("case_no", flat=True))
    if len(numbers) > 1:
        raise refusals.refusal(
            "TWO_OPEN_CASES",
            where,
            zh=f"两户各有一件在办：{'、'.join(numbers)}。一户只能有一件。",
            en=f"Each of the two has a case under way: {', '.join(numbers)}. A household has one.",
            fix_zh="请先办结其中一件，再并入；两件的记录都会保留。",
            fix_en="Bring one of them to its end first, then join; the records of both stay.",
            cases=numbers,
        )
    if Episode.objects.filter(household__in=both, state=EpisodeState.MONITORED).count() > 1:
        raise refusals.refusal(
            "TWO_EPISODES",
            where,
            zh="两户都在监测中，一户只能监测一次。",
            en="Both are in monitoring; a household is monitored once at a time.",
            fix_zh="请先按程序消除其中一个，再并入。",
            fix_en="Let one of the two be eliminated by the procedure first, then join.",
        )


def _come_since(cases: list[int]) -> Iterator[tuple[type[Model], int]]:
    """Rows that name a household and hang on these cases: through case, act or episode."""
    episodes = Episode.objects.filter(identified_by_case__in=cases).values("pk")
    ways: dict[type[Model], tuple[str, Any]] = {
        Case: ("in", cases),
        CaseAct: ("case__in", cases),
        Episode: ("in", episodes),
    }
    for model, _ in tables_of_households():
        for field in model._meta.concrete_fields:
            related = field.related_model
            if isinstance(related, type) and related in ways:
                asked, those = ways[related]
                found = model._default_manager.filter(**{f"{field.name}__{asked}": those})
                for row in found.values_list("pk", flat=True):
                    yield model, row


def _in_the_way(where: str) -> Exception:
    return refusals.refusal(
        "JOIN_IN_THE_WAY",
        where,
        zh="两户都有一样只能有一份的记录（例如在任的帮扶联系人），不能这样并入或撤销。",
        en="Both have something that a household has once, such as a contact in office.",
        fix_zh="请先结束其中一份，再办。",
        fix_en="End one of the two first, then do it again.",
    )


def _record(
    act: str, join: HouseholdJoin, *, by: Scope, at: datetime, moved: dict[str, int]
) -> None:
    """One entry for each of the two households, and one for each case, which phones look out for."""
    detail = {"role": by.role, "join": join.pk, "moved": moved}
    for one, other in (
        (join.provisional.household, join.household),
        (join.household, join.provisional.household),
    ):
        record(
            act=act,
            official=by,
            subject_kind="household",
            subject=str(one.household_ref),
            division=one.division,
            at=at,
            detail={**detail, "other": str(other.household_ref)},
        )
    rows = join.moved.filter(table=Case._meta.label_lower).values_list("row", flat=True)
    for case in Case.objects.filter(pk__in=list(rows)).order_by("pk"):
        record(
            act=act,
            official=by,
            subject_kind="case",
            subject=case.case_no,
            division=case.division,
            at=at,
            detail={"role": by.role, "join": join.pk},
        )
