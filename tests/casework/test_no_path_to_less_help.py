"""No path leads from an alert, a score or a conflict of data to less help without a human with a reason.

First over the tables (acts, states, the procedures of every pack), then over random sequences of
acts against the real functions of casework.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import fangpin
from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case, CaseAct, Decision, Episode, PublicNotice, Visit
from fangpin.casework.cases.states import ACTS, REASONS, CaseState, EpisodeState
from fangpin.casework.measures.models import Measure
from fangpin.casework.measures.states import ALIVE, MeasureState
from fangpin.policy import Pack
from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.histories import HistoryEntry
from fangpin.policy.models.procedures import Procedure
from fangpin.policy.procedure import Happening, standing, steps_before, steps_from
from fangpin.runs.cases.histories import standard
from fangpin.runs.cases.histories.stage import Stage, set_stage
from fangpin.runs.cases.histories.table import ACTS_OF_HISTORIES, do
from fangpin.values.problem import ProblemError
from tests.casework.cases_world import PACKS, pack
from tests.casework.turns import turns_derived, turns_kept

SHIPPED = sorted(file.parent.name for file in PACKS.glob("*/pack.yaml"))
PROCEDURES = [
    pytest.param(pack(name), one, id=f"{name}-{one.procedure}-{one.from_date}")
    for name in SHIPPED
    for one in pack(name).procedures
]
HELP_GOES_ON = {"kept"}
"""Outcomes of exits after which the household has what it had."""


# ── over the tables ─────────────────────────────────────────────────────────────────────────────


def test_every_act_that_can_lessen_help_asks_for_a_reason() -> None:
    lessening = {act for act, rule in ACTS.items() if rule.lessens_help}

    assert lessening == {"find_not_at_risk", "refuse", "withdraw"}
    assert all(ACTS[act].needs_reason for act in lessening)
    assert {"return_for_correction", "roll_back_elimination", "stop_measure"} <= set(REASONS)


def test_only_acts_of_people_end_alerts_cases_measures_and_times_in_monitoring() -> None:
    """Every place of the sources that writes such a state; a new one has to be added here.

    One is no act of an official: what a department itself took back (ADR 11, tests/runs).
    """
    assert set(_writers_of_an_end()) == {
        ("casework/alerts/acts.py", "end_alert", "AlertState.ENDED"),
        ("casework/alerts/corrections.py", "_end_unless_touched", "AlertState.ENDED"),
        ("casework/cases/progress.py", "_tell_alerts", "AlertState.ENDED"),
        ("casework/cases/progress.py", "refresh", "CaseState.ENDED"),
        ("casework/cases/gate.py", "_end", "CaseState.ENDED"),
        ("casework/cases/episodes.py", "end_by_elimination", "EpisodeState.ELIMINATED"),
        ("casework/measures/acts.py", "stop_measure", "MeasureState.ENDED"),
    }


def test_the_states_are_those_that_this_page_speaks_of() -> None:
    assert {state.value for state in AlertState} == {"open", "ended"}
    assert {state.value for state in CaseState} == {"open", "ended"}
    assert {state.value for state in EpisodeState} == {"monitored", "eliminated"}
    assert {state.value for state in MeasureState} == {"planned", "in_force", "ended"}


@pytest.mark.parametrize(("of", "procedure"), PROCEDURES)
def test_every_approval_comes_after_a_notice_of_stated_days(of: Pack, procedure: Procedure) -> None:
    approval = _step_of(procedure, "approve_at_county")
    before = steps_before(procedure, approval)

    ending = next(step for step in procedure.steps if step.act == "end_notice")
    assert {_step_of(procedure, "post_notice"), ending.step} <= before
    assert _step_of(procedure, "record_visit") in before
    assert _step_of(procedure, "post_notice") in steps_before(procedure, ending.step)
    days = of.parameter(
        ending.minimum["notice_days"], at=procedure.from_date, division=of.header.root_division
    )
    assert days.number >= 5
    assert not any(step.optional for step in procedure.steps if step.step in before)


@pytest.mark.parametrize(("of", "procedure"), PROCEDURES)
def test_every_exit_is_a_human_act_with_reasons_and_after_somebody_went_there(
    of: Pack, procedure: Procedure
) -> None:
    visit = _step_of(procedure, "record_visit")
    for way in procedure.exits:
        assert way.by and set(way.by) <= set(of.roles)
        assert any(word.startswith(f"{way.reasons}.") for word in of.words)
        assert ACTS[way.act].opens == "exit" and ACTS[way.act].needs_reason
        assert (way.outcome in HELP_GOES_ON) != ACTS[way.act].lessens_help
        if ACTS[way.act].lessens_help:
            assert visit in way.after, way.exit
        assert all(act not in way.act for act in ("alert", "score"))


@settings(max_examples=150)
@given(data=st.data())
def test_no_order_of_steps_and_returns_reaches_an_approval_without_its_notice(
    data: st.DataObject,
) -> None:
    """The procedures of every pack as they are, walked at random, oracle: the log itself."""
    _, procedure = data.draw(st.sampled_from([one.values for one in PROCEDURES]), label="procedure")
    channel = data.draw(st.sampled_from(procedure.channels), label="channel")
    log: list[Happening] = []
    day = procedure.from_date
    for _ in range(data.draw(st.integers(1, 20), label="acts")):
        now = standing(procedure, clues={channel: procedure.from_date}, log=log)
        day += timedelta(days=1)
        if not now.open:
            break
        step = data.draw(st.sampled_from(now.open), label="step")
        back = [code for code in step.may_return_to if code in now.done]
        if back and data.draw(st.booleans(), label="returned"):
            undone = steps_from(procedure, data.draw(st.sampled_from(back)))
            log = [
                Happening(one.act, one.on, one.step, one.is_undone or one.step in undone)
                for one in log
            ]
            log.append(Happening("return_for_correction", day))
            continue
        log.append(Happening(step.act, day, step.step))
        _assert_ordered(log)


def _assert_ordered(log: list[Happening]) -> None:
    """What stands of a log: a posting, later an end of the notice, later the approval."""
    acts = [one.act for one in log if one.step and not one.is_undone]
    if "approve_at_county" in acts:
        place = {act: acts.index(act) for act in acts}
        assert place["record_visit"] < place["hold_deliberation"] < place["post_notice"]
        assert place["post_notice"] < place["end_notice"] < place["approve_at_county"]


def _step_of(procedure: Procedure, act: str) -> str:
    return next(step.step for step in procedure.steps if step.act == act)


def _writers_of_an_end() -> Iterator[tuple[str, str, str]]:
    """(file, function, state) of every assignment or update that ends something."""
    root = Path(fangpin.__file__).parent
    ends = {"AlertState.ENDED", "CaseState.ENDED", "MeasureState.ENDED", "EpisodeState.ELIMINATED"}
    for file in sorted(root.rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                values: list[ast.expr] = []
                if isinstance(node, ast.Assign):
                    named = any(getattr(one, "attr", "") == "state" for one in node.targets)
                    values = [node.value] if named else []
                elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _WRITES:
                    values = [
                        one.value for one in node.keywords if one.arg in ("state", "defaults")
                    ]
                for state in {ast.unparse(value) for value in values} & ends:
                    yield file.relative_to(root).as_posix(), function.name, state


_WRITES = {"update", "create", "update_or_create", "get_or_create", "bulk_create", "bulk_update"}


# ── over random acts ────────────────────────────────────────────────────────────────────────────

HOUSE = PackCase.model_validate(
    {
        "case": "a household whose wages were steady all the time",
        "as_of": date(2023, 6, 30),
        "division": "431022",
        "household": {"members": 3, "is_former_poor": True, "labour_count": 1},
        "ledger": {
            item: {"2021": 0, "2022": 0}
            for item in (
                *("business_income", "business_cost", "property_income"),
                "yearly_private_transfers",
            )
        },
        "series": [
            {"item": "wage_employment", "from": "2021-01", "to": "2023-06", "value": 3000},
            {"item": "insured_members", "from": "2021-01", "to": "2023-06", "value": 3},
        ],
        "expect": {},
    },
    by_alias=True,
)
FIRST_DAY = date(2022, 2, 10)
LAST_DAY = HOUSE.as_of
THROUGH = ("deliberation", "notice_end", "review", "approval", "end")
MOVES = (
    *ACTS_OF_HISTORIES,
    *("report_clue", "propose_elimination", "roll_back_elimination", "record_visit"),
    *(f"through {step}" for step in THROUGH),
    *(f"through {step}" for step in ("approval", "end")),
)
"""What may come next; what is rarely open stands twice."""
REASON_OF: dict[str, tuple[str, ...]] = {
    "find_not_at_risk": ("income_stable", "expense_covered", "none_given"),
    "refuse": ("line_not_met", "counter_evidence", "too_many_already"),
    "withdraw": ("by_household", ""),
    "keep_in_monitoring": ("income_unstable", "quota"),
    "stop_measure": ("contract_ended", "no_longer_wanted"),
    "end_alert": ("not_at_risk", "score_too_low"),
    "roll_back_elimination": ("mark_wrong", "changed_mind"),
}
MAY_LESSEN = {
    "monitored": {"approve_at_county"},
    "measures": {"stop_measure"},
    "cases": {"find_not_at_risk", "refuse", "withdraw"},
    "alerts": {"end_alert", "find_not_at_risk", "refuse", "withdraw", "approve_at_county"},
}
"""What a household may lose -> the acts that may take it; all of them by an official."""
MACHINES = {"raise_alert"}


@dataclass(frozen=True)
class Having:
    """What a household has: times in monitoring, help, and eyes upon it."""

    monitored: frozenset[int]
    measures: frozenset[int]
    cases: frozenset[int]
    alerts: frozenset[int]

    @classmethod
    def now(cls) -> Having:
        undecided = Case.objects.filter(state=CaseState.OPEN, outcome="", kind="identification")
        return cls(
            frozenset(
                Episode.objects.filter(state=EpisodeState.MONITORED).values_list("pk", flat=True)
            ),
            frozenset(Measure.objects.filter(state__in=ALIVE).values_list("pk", flat=True)),
            frozenset(undecided.values_list("pk", flat=True)),
            frozenset(Alert.objects.filter(state=AlertState.OPEN).values_list("pk", flat=True)),
        )


class Watcher:
    """Does acts and holds every one of them against what may not happen."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ended: dict[int, tuple[Any, ...]] = {}
        """Ended times in monitoring as they were: id -> what may not be forgotten."""

    def do(self, stage: Stage, entry: HistoryEntry) -> None:
        assert entry.act is not None
        before, audit = Having.now(), AuditEntry.objects.count()
        try:
            do(stage, entry)
        except ProblemError:
            assert Having.now() == before, "a refused act changes nothing"
            assert AuditEntry.objects.count() == audit
            raise
        self._nothing_lost_without_a_human(entry, before, Having.now())
        self._notices_precede_approvals()
        self._eliminations_met_their_conditions()
        self._ended_times_keep_their_history(entry)
        assert turns_kept() == turns_derived(stage.pack), "whose turn it is, after each act"

    def _nothing_lost_without_a_human(
        self, entry: HistoryEntry, before: Having, after: Having
    ) -> None:
        act = entry.act
        for kind, may in MAY_LESSEN.items():
            lost = getattr(before, kind) - getattr(after, kind)
            if kind == "cases":
                lost -= set(Case.objects.filter(outcome="identified").values_list("pk", flat=True))
            if not lost:
                continue
            assert act in may, f"{act} took {kind}"
            assert act not in MACHINES
            self._has_its_reason(kind, lost)

    def _has_its_reason(self, kind: str, lost: frozenset[int]) -> None:
        words = pack("cn_hunan").words
        if kind == "cases":
            for case in Case.objects.filter(pk__in=lost):
                last = case.log.latest("seq")
                assert case.ended_by and last.note.strip()
                assert f"reason.{_family(case.outcome)}.{case.end_reason}" in words
        elif kind == "measures":
            for measure in Measure.objects.filter(pk__in=lost):
                assert measure.ended_by and f"reason.stop.{measure.end_reason}" in words
        elif kind == "alerts":
            for alert in Alert.objects.filter(pk__in=lost):
                assert alert.ended_by and alert.end_reason in words
        else:
            for episode in Episode.objects.filter(pk__in=lost):
                case = episode.eliminated_by_case
                assert case is not None and case.kind == "elimination"
                reviewed = Decision.objects.get(
                    act__case=case, act__act="review_at_township", act__is_undone=False
                )
                assert reviewed.opinion.strip() and episode.elimination_kind

    def _notices_precede_approvals(self) -> None:
        for approval in CaseAct.objects.filter(act="approve_at_county", is_undone=False):
            notice = PublicNotice.objects.get(
                act__case_id=approval.case_id, act__is_undone=False, ended_at__isnull=False
            )
            ending = CaseAct.objects.get(
                case_id=approval.case_id, act="end_notice", is_undone=False
            )
            assert notice.ended_at is not None
            assert notice.ended_at - notice.posted_at >= timedelta(days=5)
            assert notice.act.seq < ending.seq < approval.seq
            assert ending.at <= approval.at

    def _eliminations_met_their_conditions(self) -> None:
        """By hand: six months, six months above the line (wages never fell), and the visit's words."""
        for episode in Episode.objects.filter(state=EpisodeState.ELIMINATED):
            assert episode.eliminated_date is not None and episode.eliminated_by_case is not None
            if episode.elimination_kind == "natural":
                decision = Decision.objects.filter(act__case=episode.eliminated_by_case).last()
                assert decision is not None
                assert decision.natural_reason in ("death", "moved", "risk_gone")
                continue
            assert _months_later(episode.identified_date, 6) <= episode.eliminated_date
            visit = Visit.objects.get(act__case=episode.eliminated_by_case, act__is_undone=False)
            found = {one.field: one.found_value for one in visit.answers.all()}
            asked = ("rigid_expense_solved", "guarantees_hold", "risk_gone")
            assert [found.get(field) for field in asked] == ["true"] * 3
            open_clues = episode.eliminated_by_case.clues.exclude(alert__state=AlertState.ENDED)
            assert not open_clues.filter(recorded_at__date__lt=episode.eliminated_date).exists()

    def _ended_times_keep_their_history(self, entry: HistoryEntry) -> None:
        rows = {episode.pk: episode for episode in Episode.objects.all()}
        for pk, was in self.ended.items():
            episode = rows[pk]
            rolled_back = episode.state == EpisodeState.MONITORED
            if rolled_back:
                assert episode.rolled_back_date is not None
            assert _kept(episode) == was[0]
            assert rolled_back or was[1] == (episode.eliminated_date, episode.elimination_kind)
        self.ended = {
            pk: (_kept(episode), (episode.eliminated_date, episode.elimination_kind))
            for pk, episode in rows.items()
            if episode.state == EpisodeState.ELIMINATED
        }
        for act in CaseAct.objects.filter(act="approve_at_county", case__kind="elimination"):
            assert AuditEntry.objects.filter(
                act="approve_at_county", subject=act.case.case_no
            ).exists(), f"{entry.act} forgot an elimination"


def _kept(episode: Episode) -> tuple[Any, ...]:
    causes = tuple(episode.causes.order_by("place").values_list("cause", flat=True))
    return (episode.category, episode.identified_date, episode.identified_by_case_id, causes)


def _family(outcome: str) -> str:
    return {"not_at_risk": "not_at_risk", "refused": "refusal", "withdrawn": "withdrawal"}[outcome]


def _months_later(day: date, months: int) -> date:
    """The same day of a later month; its last day where there is no such day."""
    total = day.year * 12 + day.month - 1 + months
    first = date(total // 12, total % 12 + 1, 1)
    following = date((total + 1) // 12, (total + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


@contextmanager
def rolled_back() -> Iterator[None]:
    """A household, its acts and nothing of it afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A sequence of acts takes a second: the one that failed is told as it is."""
MOVE = st.tuples(
    st.sampled_from(MOVES),
    st.sampled_from([0, 0, 1, 3, 6, 40, 190]),
    st.sampled_from([None, None, None, "village_cadre", "township_reviewer", "county_approver"]),
    st.integers(0, 3),
)


@pytest.mark.django_db
@settings(max_examples=30, phases=UNSHRUNK)
@given(moves=st.lists(MOVE, min_size=4, max_size=14))
def test_no_sequence_of_acts_lessens_help_without_a_human_and_a_reason(
    moves: list[tuple[str, int, str | None, int]],
) -> None:
    with rolled_back():
        stage = set_stage(pack("cn_hunan"), HOUSE)
        watcher = Watcher(stage)
        day = FIRST_DAY
        with patch.object(standard, "do", watcher.do):
            for name, days, role, turn in moves:
                day += timedelta(days=days)
                if day > LAST_DAY - timedelta(days=40):
                    break
                day = max(day, _latest_day())
                try:
                    _make(stage, watcher, name, day=day, role=role, turn=turn)
                except ProblemError:
                    continue


def _latest_day() -> date:
    last = CaseAct.objects.order_by("-at").first()
    return timezone.localdate(last.at) if last is not None else FIRST_DAY


def _make(
    stage: Stage, watcher: Watcher, name: str, *, day: date, role: str | None, turn: int
) -> None:
    if name.startswith("through "):
        entry = HistoryEntry(
            through=name.removeprefix("through "),
            at=day,
            category="unstable_out_of_poverty",
            kind="natural" if turn == 3 else "stable",
            natural_reason="moved" if turn == 3 else None,
        )
        standard.play_through(stage, entry)
        return
    given: dict[str, Any] = {"act": name, "at": day, "by": role}
    if name in REASON_OF:
        given["reason"] = REASON_OF[name][turn % len(REASON_OF[name])]
        if name != "end_alert":
            given["note"] = "" if turn == 3 else "入户核实，情况属实。"
    elif name == "record_visit":
        given["at_risk"] = turn != 1
        case = stage.latest_case()
        if case is not None and case.kind == "elimination" and turn:
            asked = ("rigid_expense_solved", "guarantees_hold", "risk_gone")
            given["answers"] = {asked[turn - 1]: False}
    elif name == "answer_comparison" and turn > 1:
        given["findings"] = {"vehicle_value": "300000"}
    elif name == "hold_deliberation" and turn > 1:
        given["for"], given["against"] = 2, 22
    elif name in ("review_at_township", "approve_at_county"):
        given["category"] = "unstable_out_of_poverty"
        given["kind"] = ("stable", "stable", "natural", "natural")[turn]
        given["natural_reason"] = "moved" if turn == 2 else None
    elif name == "return_for_correction":
        given["to_step"] = ("visit", "deliberation", "review", "comparison")[turn]
    watcher.do(stage, HistoryEntry.model_validate(given))


@pytest.mark.django_db
def test_the_watcher_sees_what_it_is_there_for() -> None:
    """The whole way there and back is walked under its eyes, so its questions are really asked."""
    with rolled_back():
        stage = set_stage(pack("cn_hunan"), HOUSE)
        watcher = Watcher(stage)
        with patch.object(standard, "do", watcher.do):
            for name, day in (
                ("through end", date(2022, 2, 10)),
                ("propose_elimination", date(2022, 9, 1)),
                ("through end", date(2022, 9, 2)),
                ("roll_back_elimination", date(2022, 10, 1)),
                ("propose_elimination", date(2022, 11, 1)),
                ("through end", date(2022, 11, 2)),
                ("raise_alert", date(2022, 12, 1)),
                ("dispatch_alert", date(2022, 12, 2)),
                ("record_visit", date(2022, 12, 3)),
                ("find_not_at_risk", date(2022, 12, 4)),
                ("stop_measure", date(2022, 12, 5)),
            ):
                _make(stage, watcher, name, day=day, role=None, turn=0)

        assert Episode.objects.get().state == EpisodeState.ELIMINATED
        assert len(watcher.ended) == 1
        assert Alert.objects.get().state == AlertState.ENDED
        assert Measure.objects.get().state == MeasureState.ENDED
        assert Case.objects.count() == 4
