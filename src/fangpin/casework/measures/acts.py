"""Official acts on help: planning it, delivering it, and stopping it with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import Turn, act_title, local_day, perform, words_under
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.opened import held_case_of
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.cases.states import REASONS
from fangpin.casework.measures.models import Measure, MeasureDelivery
from fangpin.casework.measures.plans import PlannedMeasure, write_plan
from fangpin.casework.measures.states import MeasureState
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.held import held_household
from fangpin.policy import Pack

STEP_OF_DELIVERY = "deliver_measure"


def make_plan(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    measures: Sequence[PlannedMeasure],
    goal: str = "",
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Decide the household's plan: the step of its case. Raises what `perform` and `write_plan` do."""

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        rows = write_plan(
            pack=pack,
            household=turn.case.household,
            planned=measures,
            by=by.official,
            at=at,
            on=turn.on,
            act=entry,
            where=turn.where,
        )
        return _told_of(rows)

    return perform(
        "make_plan",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        note=goal,
        version=version,
        effect=effect,
    )


def amend_plan(
    *,
    pack: Pack,
    household_ref: int,
    by: Scope,
    at: datetime,
    measures: Sequence[PlannedMeasure],
) -> list[Measure]:
    """Add measures to a household that is helped already.

    Raises Household.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED and what
    `write_plan` raises.
    """
    with transaction.atomic():
        household = held_household(by, household_ref)
        where = f"household {household.household_no}"
        if not by.can("amend_plan"):
            raise refusals.not_permitted(where, title=act_title(pack, "amend_plan"))
        rows = write_plan(
            pack=pack,
            household=household,
            planned=measures,
            by=by.official,
            at=at,
            on=local_day(at),
            act=None,
            where=where,
        )
        _told("amend_plan", rows[0], by=by, at=at, **_told_of(rows))
    return rows


def deliver_measure(
    *,
    pack: Pack,
    measure_id: int,
    by: Scope,
    at: datetime,
    on: date,
    amount: Decimal | None = None,
    note: str = "",
    key: str = "",
) -> MeasureDelivery:
    """Record that help reached the household; the first one completes the step of its case.

    Raises Measure.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, MEASURE_ENDED,
    DELIVERY_IN_FUTURE, KEY_USED.
    """
    with transaction.atomic():
        measure = _locked(measure_id, by)
        where = f"measure {measure.pk}"
        if key and (earlier := MeasureDelivery.objects.filter(key=key).first()) is not None:
            if earlier.measure_id != measure.pk:
                raise refusals.key_used(where)
            return earlier
        title = act_title(pack, STEP_OF_DELIVERY)
        if not by.can(STEP_OF_DELIVERY):
            raise refusals.not_permitted(where, title=title)
        if measure.state == MeasureState.ENDED:
            raise refusals.refusal(
                "MEASURE_ENDED",
                where,
                zh=f"这项措施已于 {measure.ended_date} 结束。",
                en=f"This measure ended on {measure.ended_date}.",
                fix_zh="需要继续帮扶的，请调整帮扶计划。",
                fix_en="Amend the plan if help is to go on.",
            )
        if on > local_day(at):
            raise refusals.refusal(
                "DELIVERY_IN_FUTURE",
                where,
                zh="落实日期在今天之后。",
                en="The date of the delivery lies in the future.",
                fix_zh="落实后再登记。",
                fix_en="Record it once it has happened.",
            )

        def write(entry: CaseAct | None) -> MeasureDelivery:
            row = MeasureDelivery.objects.create(
                measure=measure,
                act=entry,
                on=on,
                amount=amount,
                note=note,
                recorded_at=at,
                recorded_by=by.official,
                key=key,
            )
            measure.first_delivered_date = min(measure.first_delivered_date or on, on)
            measure.state = MeasureState.IN_FORCE
            measure.save(update_fields=["first_delivered_date", "state"])
            return row

        case = _case_waiting_for_help(pack, measure, by)
        if case is None:
            row = write(None)
            _told(STEP_OF_DELIVERY, measure, by=by, at=at, measure=measure.measure)
            return row
        return _first_help(pack, case, measure, by=by, at=at, write=write)


def stop_measure(
    *, pack: Pack, measure_id: int, by: Scope, at: datetime, on: date, reason: str, note: str
) -> Measure:
    """End a measure before or at its own end: by a human, with a reason of the pack and in words.

    Raises Measure.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, MEASURE_ENDED,
    REASON_UNKNOWN, TEXT_MISSING.
    """
    act = "stop_measure"
    with transaction.atomic():
        measure = _locked(measure_id, by)
        where = f"measure {measure.pk}"
        title = act_title(pack, act)
        if not by.can(act):
            raise refusals.not_permitted(where, title=title)
        if measure.state == MeasureState.ENDED:
            raise refusals.refusal(
                "MEASURE_ENDED",
                where,
                zh=f"这项措施已于 {measure.ended_date} 结束。",
                en=f"This measure ended on {measure.ended_date}.",
                fix_zh="请刷新页面。",
                fix_en="Reload the page.",
            )
        if reason not in words_under(pack, REASONS[act]):
            raise refusals.reason_unknown(where, title=title)
        if not note.strip():
            raise refusals.missing_text(where, zh="停止说明", en="why help ends")
        measure.state = MeasureState.ENDED
        measure.ended_date, measure.ended_by, measure.end_reason = on, by.official, reason
        measure.end_note = note.strip()
        measure.save(update_fields=["state", "ended_date", "ended_by", "end_reason", "end_note"])
        _told(act, measure, by=by, at=at, measure=measure.measure, reason=reason)
    return measure


def _told_of(rows: Sequence[Measure]) -> dict[str, Any]:
    """What the trail says of planned measures: their codes, and what each pays a month."""
    monthly = {row.measure: str(row.monthly_amount) for row in rows if row.monthly_amount}
    return {
        "measures": [row.measure for row in rows],
        **({"monthly_amounts": monthly} if monthly else {}),
    }


def _locked(measure_id: int, by: Scope) -> Measure:
    found = within(Measure.objects.select_for_update(of=("self",)), by)
    return found.select_related("household").get(pk=measure_id)


def _case_waiting_for_help(pack: Pack, measure: Measure, by: Scope) -> Case | None:
    """The household's open case, if help is its open step and the official's to take."""
    case = held_case_of(measure.household)
    if case is None:
        return None
    step = standing_of(pack, case).step_of(STEP_OF_DELIVERY)
    is_open = step is not None and by.role in step.by
    return case if is_open or (case.is_green and not _helped(case)) else None


def _helped(case: Case) -> bool:
    return case.log.filter(act=STEP_OF_DELIVERY, is_undone=False).exists()


def _first_help(
    pack: Pack,
    case: Case,
    measure: Measure,
    *,
    by: Scope,
    at: datetime,
    write: Callable[[CaseAct | None], MeasureDelivery],
) -> MeasureDelivery:
    written: list[MeasureDelivery] = []

    def effect(_turn: Turn, entry: CaseAct) -> dict[str, Any]:
        written.append(write(entry))
        return {"measure": measure.measure}

    perform(STEP_OF_DELIVERY, pack=pack, case_no=case.case_no, by=by, at=at, effect=effect)
    return written[0]


def _told(act: str, of: Measure, *, by: Scope, at: datetime, **detail: Any) -> None:
    record(
        act=act,
        official=by,
        subject_kind="household",
        subject=str(of.household_id),
        division=of.division,
        at=at,
        detail={"role": by.role, **detail},
    )
