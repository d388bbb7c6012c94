"""The one gate through which every act on a case passes.

Permission, state of the procedure, reason, rows and audit entry: in one transaction. An act sent
twice with the same key is answered with what the first one did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.clues import carry_clues
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.progress import clues_of, log_and_keys_of, refresh
from fangpin.casework.cases.states import ACTS, REASONS, CaseState
from fangpin.casework.divisions.rows import Question, add
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack
from fangpin.policy.models.nodes import Words
from fangpin.policy.models.procedures import Exit, Procedure, Step
from fangpin.policy.procedure import Happening, Standing, edition_of, standing


@dataclass(slots=True)
class Turn:
    """An act under way: the case it is about (locked), and what the procedure says of it."""

    pack: Pack
    act: str
    case: Case
    procedure: Procedure
    standing: Standing
    by: Scope
    at: datetime
    on: date
    log: list[Happening]
    step: Step | None = None
    way: Exit | None = None
    is_log_changed: bool = False
    """Set by an act that undoes earlier ones."""

    @property
    def where(self) -> str:
        return f"case {self.case.case_no}"

    @property
    def title(self) -> Words:
        """The act's name in the pack's words."""
        return act_title(self.pack, self.act)

    def number(self, parameter: str) -> Decimal:
        """A parameter's figure on the day of the first clue, in the case's division."""
        value = self.pack.parameter(
            parameter, at=self.case.first_clue_date, division=self.case.division
        )
        return value.number

    def require(self, minimum: str, given: Decimal | int, *, code: str) -> None:
        """Refuse with `code` when the step states this minimum and it is not reached."""
        parameter = self.step.minimum.get(minimum) if self.step else None
        if parameter is None:
            return
        needed = self.number(parameter)
        if Decimal(given) < needed:
            title = self.pack.parameters[parameter].title
            raise refusals.below_minimum(
                self.where, code=code, title=title, needed=needed.normalize(), given=given
            )

    def listed(self, prefix: str, code: str, *, zh: str, en: str) -> str:
        """`code` if the pack has the word `prefix.code`; else refuse with VALUE_NOT_LISTED."""
        valid = words_under(self.pack, prefix)
        if code not in valid:
            raise refusals.not_a_word(self.where, zh=zh, en=en, given=code, valid=valid)
        return code

    def known(self, kind: Iterable[str], code: str, *, zh: str, en: str) -> str:
        """`code` if it is one of the pack's; else refuse with VALUE_NOT_LISTED."""
        valid = list(kind)
        if code not in valid:
            raise refusals.not_a_word(self.where, zh=zh, en=en, given=code, valid=valid)
        return code

    def said(self, text: str, *, zh: str, en: str) -> str:
        """The text without blanks around it; refuse with TEXT_MISSING when nothing is left."""
        if not text.strip():
            raise refusals.missing_text(self.where, zh=zh, en=en)
        return text.strip()


Effect = Callable[[Turn, CaseAct], dict[str, Any] | None]
"""Writes what the act is about; what it returns joins the audit detail (codes and counts only)."""


def perform(
    act: str,
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    key: str = "",
    reason: str = "",
    note: str = "",
    version: int | None = None,
    effect: Effect | None = None,
) -> CaseAct:
    """Do one act on a case; the entry of its log.

    Raises Case.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, CASE_ENDED,
    STEP_DONE, STEP_NOT_OPEN, CASE_CHANGED, KEY_USED, REASON_UNKNOWN and what `effect` refuses:
    nothing is changed then. With the `key` of an act done before, that act is the answer.
    """
    with transaction.atomic():
        case = _locked(case_no, by=by)
        log, keys = log_and_keys_of(case)
        if key and key in keys:
            return _same(CaseAct.objects.get(key=key), act=act, case=case, by=by)
        turn = _admitted(act, pack=pack, case=case, by=by, at=at, version=version, log=log)
        _refuse_reason(turn, reason)
        was_open, was_decided = case.state == CaseState.OPEN, bool(case.outcome)
        case.version += 1
        entry = CaseAct(
            case=case,
            seq=case.version,
            act=act,
            step=turn.step.step if turn.step else "",
            at=at,
            on=turn.on,
            by=by.official,
            role=by.role,
            reason=reason,
            note=note,
            key=key,
        )
        _enter(entry)
        detail = (effect(turn, entry) if effect else None) or {}
        if turn.way is not None:
            _end(case, outcome=turn.way.outcome, by=by, at=at, reason=reason)
        decides = bool(case.outcome) and not was_decided
        log = [*log, Happening(act, turn.on, entry.step)]
        known = None if turn.is_log_changed else log
        refresh(pack, case, on=turn.on, by=by, at=at, log=known, decides=decides)
        if was_open and case.state == CaseState.ENDED:
            carry_clues(pack=pack, case=case, by=by, at=at)
        record(
            act=act,
            official=by,
            subject_kind="case",
            subject=case.case_no,
            division=case.division,
            at=at,
            detail={"role": by.role, **({"reason": reason} if reason else {}), **detail},
        )
    return entry


def act_title(pack: Pack, act: str) -> Words:
    """The name of an act in the pack's words (`act.…`)."""
    word = pack.words.get(f"act.{act}")
    return word.title if word else Words(zh=act, en=act)


def words_under(pack: Pack, prefix: str) -> dict[str, Words]:
    """Code -> title of the pack's words one level under a prefix, in the order of the file."""
    start = f"{prefix}."
    return {
        code.removeprefix(start): word.title
        for code, word in pack.words.items()
        if code.startswith(start) and "." not in code.removeprefix(start)
    }


def local_day(at: datetime) -> date:
    """The day of a moment where the installation stands."""
    return timezone.localdate(at)


def _locked(case_no: str, *, by: Scope) -> Case:
    """The case, locked until the act is done. Raises Case.DoesNotExist outside the scope."""
    if by.is_empty:
        raise Case.DoesNotExist
    found = _case_of(len(by.ranges)).ask([*chain.from_iterable(by.ranges), case_no])
    if not found:
        raise Case.DoesNotExist
    return Case.from_db(connection.alias, _COLUMNS, found[0])


_COLUMNS = [field.attname for field in Case._meta.concrete_fields]


@cache
def _case_of(count_of_ranges: int) -> Question:
    """One case by its number, within a scope of so many ranges."""
    scope = Scope(divisions=tuple(str(place) for place in range(1, count_of_ranges + 1)))
    found = within(Case.objects.select_for_update(), scope).filter(case_no="")
    return Question.of(found, [*chain.from_iterable(scope.ranges), ""])


def _enter(entry: CaseAct) -> None:
    """Add the entry to the log. Raises ProblemError KEY_USED: its key stands for another case's."""
    try:
        add(entry)
    except IntegrityError:
        if entry.key:
            raise refusals.key_used(f"case {entry.case.case_no}") from None
        raise


def _same(earlier: CaseAct, *, act: str, case: Case, by: Scope) -> CaseAct:
    same = (earlier.act, earlier.case_id, earlier.by) == (act, case.pk, by.official)
    if not same:
        raise refusals.key_used(f"case {case.case_no}")
    return earlier


def _admitted(
    act: str,
    *,
    pack: Pack,
    case: Case,
    by: Scope,
    at: datetime,
    version: int | None,
    log: list[Happening],
) -> Turn:
    where = f"case {case.case_no}"
    procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
    now = standing(
        procedure, clues=clues_of(case, procedure), log=log, is_ended=case.state == CaseState.ENDED
    )
    turn = Turn(pack, act, case, procedure, now, by, at, local_day(at), log)
    if not by.can(ACTS[act].permission or act):
        raise refusals.not_permitted(where, title=turn.title, roles=_owners(turn))
    rule = ACTS[act]
    if case.state == CaseState.ENDED:
        turn.step = _step_after_end(turn) if rule.after_end else None
        if turn.step is None:
            assert case.ended_at is not None
            raise refusals.case_ended(where, on=local_day(case.ended_at))
        if by.role not in turn.step.by:
            raise refusals.not_permitted(where, title=turn.title, roles=_owners(turn))
        return turn
    if rule.opens == "step":
        turn.step = now.step_of(act) or _green_step(turn)
        if turn.step is None:
            raise _step_refused(turn)
        if by.role not in turn.step.by and not _is_green_for(turn):
            raise refusals.not_permitted(where, title=turn.title, roles=_owners(turn))
    elif rule.opens == "within":
        if not any(step.act in rule.of for step in now.open):
            raise _step_refused(turn)
    elif rule.opens == "exit":
        turn.way = now.exit_of(act)
        if turn.way is None:
            raise _step_refused(turn)
        if by.role not in turn.way.by:
            raise refusals.not_permitted(where, title=turn.title, roles=_owners(turn))
    if version is not None and version != case.version:
        raise refusals.case_changed(where, version=version, now=case.version)
    return turn


def _step_after_end(turn: Turn) -> Step | None:
    """The step of an act that is still owed though an exit has ended the case."""
    channels = set(clues_of(turn.case, turn.procedure))
    for step in turn.procedure.steps:
        applies = not step.channels or channels & set(step.channels)
        if step.act == turn.act and applies and step.step not in turn.standing.done:
            return step
    return None


def _is_green_for(turn: Turn) -> bool:
    green = turn.procedure.green_channel
    return (
        turn.case.is_green
        and green is not None
        and turn.act in green.acts
        and turn.by.role in green.by
    )


def _green_step(turn: Turn) -> Step | None:
    """In the green channel help comes first: its steps are open until they are done."""
    if not _is_green_for(turn):
        return None
    return next(
        (
            step
            for step in turn.procedure.steps
            if step.act == turn.act and step.step not in turn.standing.done
        ),
        None,
    )


def _step_refused(turn: Turn) -> Exception:
    """STEP_DONE where the act's step was completed, else STEP_NOT_OPEN with what is missing."""
    steps = {step.step: step for step in turn.procedure.steps}
    rule = ACTS[turn.act]
    acts = rule.of or (turn.act,)
    named = [step for step in steps.values() if step.act in acts]
    done = [step for step in named if step.step in turn.standing.done]
    if done and rule.opens != "exit":
        entry = turn.case.log.filter(step=done[0].step, is_undone=False).latest("seq")
        return refusals.step_done(turn.where, title=turn.title, on=entry.on)
    waits: list[str] = [before for step in named for before in step.after]
    for way in turn.procedure.exits:
        if way.act == turn.act:
            waits += way.after
            passed = set(way.before) & turn.standing.done
            if passed:
                step = steps[min(passed)]
                entry = turn.case.log.filter(step=step.step, is_undone=False).latest("seq")
                return refusals.step_done(turn.where, title=step.title, on=entry.on)
    missing = [
        steps[code].title
        for code in dict.fromkeys(waits)
        if code in steps and code not in turn.standing.done
    ]
    return refusals.step_not_open(turn.where, title=turn.title, missing=missing)


def _owners(turn: Turn) -> list[Words]:
    roles = [role for step in turn.procedure.steps if step.act == turn.act for role in step.by] + [
        role for way in turn.procedure.exits if way.act == turn.act for role in way.by
    ]
    return [turn.pack.roles[role].title for role in dict.fromkeys(roles) if role in turn.pack.roles]


def _refuse_reason(turn: Turn, reason: str) -> None:
    if not ACTS[turn.act].needs_reason:
        return
    prefix = turn.way.reasons if turn.way else REASONS.get(turn.act)
    if prefix is None:
        if not reason.strip():
            raise refusals.reason_unknown(turn.where, title=turn.title)
    elif reason not in words_under(turn.pack, prefix):
        raise refusals.reason_unknown(turn.where, title=turn.title)


def _end(case: Case, *, outcome: str, by: Scope, at: datetime, reason: str) -> None:
    case.state = CaseState.ENDED
    case.outcome = outcome
    case.ended_at, case.ended_by, case.end_reason = at, by.official, reason
