"""Acts on help and what comes after it, as a case file may tell of them."""

from __future__ import annotations

from collections.abc import Callable

from fangpin.casework.cases.gate import perform, words_under
from fangpin.casework.cases.states import REASONS
from fangpin.casework.followup import acts as followup_acts
from fangpin.casework.measures import acts as measure_acts
from fangpin.casework.measures.models import Measure, Resource
from fangpin.casework.measures.plans import PlannedMeasure
from fangpin.decisions.measures import to_be_named
from fangpin.policy.models.histories import PlannedHelp
from fangpin.runs.cases.histories.play import Play, causes_of_clues
from fangpin.runs.cases.histories.stage import REF


def _planned(play: Play) -> list[PlannedMeasure]:
    """The measures written; else one that suits the household's causes, is still given and need
    not say whom it is for."""
    stage, day = play.stage, play.day
    if play.entry.measures is None:
        causes = set(causes_of_clues(stage))
        still = [
            kind
            for kind in stage.pack.measures.values()
            if (kind.until_date is None or day < kind.until_date)
            and not to_be_named(stage.pack, kind.measure)
        ]
        fitting = [kind for kind in still if causes & set(kind.suits)] or still
        return [PlannedMeasure(fitting[0].measure, from_date=day, reason="入户商定")]
    planned = []
    for one in play.entry.measures:
        help_ = PlannedHelp(measure=one) if isinstance(one, str) else one
        planned.append(
            PlannedMeasure(
                measure=help_.measure,
                from_date=help_.from_date or day,
                person_ref=REF + help_.person + 1 if help_.person is not None else None,
                resource_no=_place(play, help_.measure, help_.place) if help_.place else "",
                until_date=help_.until_date,
                monthly_amount=help_.monthly,
                reason=help_.reason or "",
            )
        )
    return planned


def _place(play: Play, measure: str, title: str) -> str:
    """The number of a resource of this name, with one place, in the household's village."""
    row, _ = Resource.objects.get_or_create(
        resource_no=f"CASE-{measure}-{title}"[:40],
        defaults={
            "division": play.stage.division,
            "measure": measure,
            "title": title,
            "quota": 1,
            "from_date": play.day,
        },
    )
    return row.resource_no


def _make_plan(play: Play) -> None:
    measure_acts.make_plan(**play.of_case(), measures=_planned(play))


def _amend_plan(play: Play) -> None:
    measure_acts.amend_plan(**play.of_household(), measures=_planned(play))


def _measure_id(play: Play) -> int:
    """The measure named, or the household's first; 0, which is never there, for none."""
    found = Measure.objects.filter(household=play.stage.household).order_by("id")
    if play.entry.measure is not None:
        found = found.filter(measure=play.entry.measure)
    first = found.first()
    return first.pk if first else 0


def _deliver_measure(play: Play) -> None:
    """Help of a plan; where the procedure does not allow it yet, the gate says why."""
    measure_id = _measure_id(play)
    if not measure_id:
        perform("deliver_measure", **play.of_case())
    measure_acts.deliver_measure(
        pack=play.stage.pack,
        measure_id=measure_id,
        by=play.by,
        at=play.at,
        on=play.entry.on or play.day,
        amount=play.entry.amount,
    )


def _stop_measure(play: Play) -> None:
    measure_acts.stop_measure(
        pack=play.stage.pack,
        measure_id=_measure_id(play),
        by=play.by,
        at=play.at,
        on=play.entry.on or play.day,
        reason=play.reason(REASONS["stop_measure"]),
        note="合同到期。" if play.entry.note is None else play.entry.note,
    )


def _name_contact(play: Play) -> None:
    name = play.entry.name
    followup_acts.name_contact(**play.of_household(), name="联系人" if name is None else name)


def _record_follow_up(play: Play) -> None:
    entry = play.entry
    followup_acts.record_follow_up(
        **play.of_household(),
        visited_at=play.stage.moment(entry.visited) if entry.visited is not None else play.at,
        situation=entry.situation or next(iter(words_under(play.stage.pack, "situation")), ""),
        note=entry.note or "",
    )


def _record_supervision_visit(play: Play) -> None:
    """Whoever acts came to see the household's county, as far up as the post reaches."""
    levels = sorted(play.stage.pack.header.division_levels, key=lambda level: level.width)
    county = next((level.width for level in levels if level.level == "county"), levels[0].width)
    followup_acts.record_supervision_visit(
        pack=play.stage.pack,
        division=play.stage.division[:county],
        by=play.by,
        at=play.at,
        on=play.entry.on or play.day,
        finding="实地督查。" if play.entry.note is None else play.entry.note,
    )


ON_HELP: dict[str, Callable[[Play], None]] = {
    "make_plan": _make_plan,
    "amend_plan": _amend_plan,
    "deliver_measure": _deliver_measure,
    "stop_measure": _stop_measure,
    "name_contact": _name_contact,
    "record_follow_up": _record_follow_up,
    "record_supervision_visit": _record_supervision_visit,
}
"""Act of a case file -> what plays it."""
