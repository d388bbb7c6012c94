"""The duties that stay after help began, each with the clock that proves it.

A duty of the pack watches one thing. It holds on a day when the thing is there, or last happened
within the pack's days; otherwise it has lapsed, and since when is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fangpin.casework.cases.models import Episode
from fangpin.casework.cases.states import EpisodeState
from fangpin.casework.followup.models import AssistanceContact, FollowUp, SupervisionVisit
from fangpin.casework.measures.models import Measure, MeasureDelivery
from fangpin.casework.measures.states import ALIVE
from fangpin.casework.officials.models import Post
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack
from fangpin.policy.models.procedures import Duty, VisitRhythm
from fangpin.values.month import Month

COUNTIES = "delisting.counties"
"""The parameter that lists the counties to which duties of a county apply."""


@dataclass(frozen=True, slots=True)
class DutyState:
    """One duty of one household or county on a day. `last` is when it was last seen to hold."""

    duty: Duty
    subject: str
    """household_ref as text, or a division code."""
    division: str
    holds: bool
    last: date | None
    due: date | None
    """The day by which it must be seen again; None where only its presence counts."""

    def days_lapsed(self, on: date) -> int:
        """Days since it lapsed; 0 while it holds, or where no day is known."""
        if self.holds or self.due is None:
            return 0
        return max((on - self.due).days, 0)


def household_duties(
    scope: Scope, *, pack: Pack, on: date, refs: Iterable[int] | None = None
) -> list[DutyState]:
    """Every duty of every monitored household of the scope on a day; for a page, of `refs` only."""
    found = Episode.objects.filter(state=EpisodeState.MONITORED, identified_date__lte=on)
    if refs is not None:
        found = found.filter(household_id__in=list(refs))
    episodes = list(within(found, scope).order_by("division", "household_id"))
    duties = [duty for duty in pack.duties.values() if duty.level == "household"]
    seen = _Seen.of([episode.household_id for episode in episodes], on=on)
    return [
        state
        for episode in episodes
        for duty in duties
        for state in _states(pack, duty, episode, seen, on=on)
    ]


def county_duties(scope: Scope, *, pack: Pack, on: date) -> list[DutyState]:
    """Every duty of every delisted county that touches the scope, on a day."""
    duties = [duty for duty in pack.duties.values() if duty.level == "county"]
    if COUNTIES not in pack.parameters or not duties:
        return []
    listed = pack.parameter(COUNTIES, at=on, division=None).value
    counties = [code for code in listed if scope.covers(code)] if isinstance(listed, list) else []
    return [_county_state(pack, duty, code, on=on) for code in counties for duty in duties]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is there, and when things last happened, by household."""

    contacts: dict[int, date]
    in_force: dict[int, date]
    deliveries: dict[int, date]
    visits: dict[tuple[int, str], list[date]]

    @classmethod
    def of(cls, refs: list[int], *, on: date) -> _Seen:
        contacts = {
            row.household_id: row.from_date
            for row in AssistanceContact.objects.filter(
                household_id__in=refs, from_date__lte=on
            ).exclude(to_date__lte=on)
        }
        in_force: dict[int, date] = {}
        for measure in Measure.objects.filter(
            household_id__in=refs, state__in=ALIVE, from_date__lte=on
        ).exclude(until_date__lte=on):
            in_force[measure.household_id] = max(
                in_force.get(measure.household_id, measure.from_date), measure.from_date
            )
        deliveries: dict[int, date] = {}
        for ref, day in MeasureDelivery.objects.filter(
            measure__household_id__in=refs, on__lte=on
        ).values_list("measure__household_id", "on"):
            deliveries[ref] = max(deliveries.get(ref, day), day)
        visits: dict[tuple[int, str], list[date]] = {}
        for ref, role, day in (
            FollowUp.objects.filter(household_id__in=refs, on__lte=on)
            .order_by("on")
            .values_list("household_id", "role", "on")
        ):
            visits.setdefault((ref, role), []).append(day)
        return cls(contacts, in_force, deliveries, visits)


def _states(
    pack: Pack, duty: Duty, episode: Episode, seen: _Seen, *, on: date
) -> Iterable[DutyState]:
    ref = episode.household_id
    if duty.watches == "follow_up":
        for rhythm in duty.rhythm:
            if rhythm.category == episode.category:
                visits = seen.visits.get((ref, rhythm.role), [])
                yield _rhythm_state(pack, duty, rhythm, episode, visits, on=on)
        return
    held = {
        "contact": seen.contacts,
        "measure_in_force": seen.in_force,
        "delivery_of_measure": seen.deliveries,
    }.get(duty.watches, {})
    yield _state(pack, duty, episode, held.get(ref), on=on)


def _state(pack: Pack, duty: Duty, episode: Episode, last: date | None, *, on: date) -> DutyState:
    """There at all, where the duty names no days; else seen within its days."""
    subject, division = str(episode.household_id), episode.division
    if duty.days is None:
        return DutyState(duty, subject, division, last is not None, last, None)
    days = int(pack.parameter(duty.days, at=on, division=division).number)
    due = (last or episode.identified_date) + timedelta(days=days)
    if duty.watches in ("contact", "measure_in_force") and last is not None:
        return DutyState(duty, subject, division, True, last, None)
    return DutyState(duty, subject, division, on <= due, last, due)


def _rhythm_state(
    pack: Pack,
    duty: Duty,
    rhythm: VisitRhythm,
    episode: Episode,
    visits: list[date],
    *,
    on: date,
) -> DutyState:
    """So many visits in each stretch of whole months since the identification.

    The stretch under way is kept as long as it can still be met; the one before must have been.
    """
    number = int(pack.parameter(rhythm.visits, at=on, division=episode.division).number)
    months = int(pack.parameter(rhythm.months, at=on, division=episode.division).number)
    begin = Month.containing(episode.identified_date)
    passed = int(Month.containing(on)) - int(begin)
    start = begin.plus(passed // months * months)
    due = start.plus(months).first_day - timedelta(days=1)
    before = start.plus(-months)
    last = visits[-1] if visits else None
    subject, division = str(episode.household_id), episode.division
    if int(before) > int(begin):
        kept = [day for day in visits if before.first_day <= day < start.first_day]
        now = [day for day in visits if day >= start.first_day]
        if len(kept) < number and len(now) < number:
            lapsed = start.first_day - timedelta(days=1)
            return DutyState(duty, subject, division, False, last, lapsed)
    return DutyState(duty, subject, division, True, last, due)


def _county_state(pack: Pack, duty: Duty, code: str, *, on: date) -> DutyState:
    last: date | None = None
    if duty.watches == "contact":
        last = (
            Post.objects.filter(division=code, official__user__is_active=True, from_date__lte=on)
            .exclude(to_date__lte=on)
            .order_by("-from_date")
            .values_list("from_date", flat=True)
            .first()
        )
        return DutyState(duty, code, code, last is not None, last, None)
    inside = Scope(divisions=(code,))
    if duty.watches == "measure_in_force":
        found = within(Measure.objects.filter(state__in=ALIVE, from_date__lte=on), inside)
        last = found.order_by("-from_date").values_list("from_date", flat=True).first()
    elif duty.watches == "delivery_of_measure":
        deliveries = MeasureDelivery.objects.filter(on__lte=on)
        last = (
            within(deliveries, inside, "measure__division")
            .order_by("-on")
            .values_list("on", flat=True)
            .first()
        )
    elif duty.watches == "follow_up":
        visits = within(FollowUp.objects.filter(on__lte=on), inside)
        last = visits.order_by("-on").values_list("on", flat=True).first()
    else:
        found_visits = SupervisionVisit.objects.filter(on__lte=on, division__in=_above(code))
        last = found_visits.order_by("-on").values_list("on", flat=True).first()
    if duty.days is None:
        return DutyState(duty, code, code, last is not None, last, None)
    days = int(pack.parameter(duty.days, at=on, division=code).number)
    due = last + timedelta(days=days) if last else None
    return DutyState(duty, code, code, due is not None and on <= due, last, due)


def _above(code: str) -> list[str]:
    """The division itself and every code that it begins with."""
    return [code[:length] for length in range(1, len(code) + 1)]
