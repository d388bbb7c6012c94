"""Histories of cases: every act, key, day and name of them exists and fits, each with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.checks.procedures import words_under
from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.histories import (
    DATA_OF_ACT,
    DATA_OF_THROUGH,
    HistoryEntry,
    Moment,
    PlannedHelp,
    read_moment,
)
from fangpin.policy.reading.entries import Entry
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem

NONE, END = "none", "end"


def history_problems(*, book: Book, entries: Sequence[Entry]) -> Iterator[Problem]:
    """HISTORY_*: everything that histories, and what is expected of casework, name wrongly."""
    names = _Names.of(book)
    for entry in entries:
        case = entry.node
        if isinstance(case, PackCase):
            yield from _acts(names, entry, case)
            yield from _days(entry, case)
            yield from _expected(names, entry, case)


class _Names:
    """The codes that histories of this pack may name, by noun."""

    def __init__(self, valid: dict[str, set[str]]) -> None:
        self.valid = valid

    @classmethod
    def of(cls, book: Book) -> _Names:
        procedures = book.pack.procedures
        return cls(
            {
                "act": set(DATA_OF_ACT),
                "step": {step.step for one in procedures for step in one.steps},
                "clock": {clock.clock for one in procedures for clock in one.clocks},
                "channel": words_under(book, "channel."),
                "role": book.codes("role"),
                "cause": book.codes("cause"),
                "severity": book.codes("severity"),
                "category": book.codes("category"),
                "department": book.codes("department"),
                "measure": book.codes("measure"),
                "item": book.codes("item"),
                "duty": book.codes("duty"),
                "field": {
                    field.field for form in book.pack.forms.values() for field in form.fields
                },
            }
        )

    def missing(
        self, noun: str, written: Iterable[str | None], entry: Entry, *path: str | int
    ) -> Iterator[Problem]:
        for code in written:
            if code is not None and code != NONE and code not in self.valid[noun]:
                yield unknown(
                    code=_CODES[noun],
                    noun=noun,
                    written=code,
                    where=entry.where(*path),
                    valid=self.valid[noun],
                    by=("case", ".".join(str(step) for step in path)),
                )


_CODES = {
    "act": "HISTORY_ACT",
    "step": "HISTORY_STEP",
    "clock": "HISTORY_CLOCK",
    "channel": "HISTORY_CHANNEL",
    "role": "HISTORY_ROLE",
    "cause": "HISTORY_CAUSE",
    "severity": "HISTORY_SEVERITY",
    "category": "HISTORY_CATEGORY",
    "department": "HISTORY_DEPARTMENT",
    "measure": "HISTORY_MEASURE",
    "item": "HISTORY_ITEM",
    "duty": "HISTORY_DUTY",
    "field": "HISTORY_FIELD",
}


def _acts(names: _Names, entry: Entry, case: PackCase) -> Iterator[Problem]:
    for place, act in enumerate(case.history):
        at = ("history", place)
        if (act.act is None) == (act.through is None):
            yield Problem(
                code="HISTORY_ENTRY",
                where=entry.where(*at),
                zh="history 的一条写 act 或 through，只写其中一个。",
                en="An entry of a history has either `act` or `through`.",
                fix_zh="写 act: 动作，或 through: 环节。",
                fix_en="Write `act: <an act>` or `through: <a step>`.",
            )
            continue
        yield from names.missing("act", [act.act], entry, *at, "act")
        yield from names.missing("role", [act.by], entry, *at, "by")
        if act.through is not None:
            target = [act.through] if act.through != END else []
            yield from names.missing("step", target, entry, *at, "through")
            yield from names.missing("step", act.days, entry, *at, "days")
        yield from _keys(entry, place, act)
        if act.refused is None:
            yield from _named(names, entry, place, act)


def _keys(entry: Entry, place: int, act: HistoryEntry) -> Iterator[Problem]:
    """HISTORY_KEY: data that this act does not take."""
    if act.act is not None and act.act not in DATA_OF_ACT:
        return
    takes = DATA_OF_ACT[act.act] if act.act is not None else DATA_OF_THROUGH
    for key in sorted(act.given - set(takes)):
        name = act.act or "through"
        fix_zh, fix_en = advice(written=key, valid=takes)
        yield Problem(
            code="HISTORY_KEY",
            where=entry.where("history", place, key, key=True),
            zh=f"“{name}”没有“{key}”这一项。",
            en=f"'{name}' takes no '{key}'.",
            fix_zh=fix_zh if takes else "删去这一项。",
            fix_en=fix_en if takes else "Delete it.",
            details={"act": name, "takes": list(takes)},
        )


def _named(names: _Names, entry: Entry, place: int, act: HistoryEntry) -> Iterator[Problem]:
    """What an act names; one that must be refused may name what it likes."""
    at = ("history", place)
    measures = [one.measure if isinstance(one, PlannedHelp) else one for one in act.measures or ()]
    for noun, key, written in (
        ("channel", "channel", [act.channel]),
        ("cause", "cause", [act.cause]),
        ("cause", "causes", act.causes or []),
        ("severity", "severity", [act.severity]),
        ("category", "category", [act.category]),
        ("department", "department", [act.department]),
        ("department", "departments", act.departments or []),
        ("item", "findings", list(act.findings)),
        ("item", "item", [act.item]),
        ("step", "to_step", [act.to_step]),
        ("field", "answers", list(act.answers)),
        ("measure", "measures", measures),
        ("measure", "measure", [act.measure]),
    ):
        yield from names.missing(noun, written, entry, *at, key)


def _days(entry: Entry, case: PackCase) -> Iterator[Problem]:
    """HISTORY_MOMENT, HISTORY_ORDER, HISTORY_AFTER_AS_OF."""
    before: datetime | None = None
    for place, act in enumerate(case.history):
        at = ("history", place)
        moments: list[tuple[tuple[str | int, ...], Moment]] = [((*at, "at"), act.at)]
        moments += [((*at, "days", step), moment) for step, moment in act.days.items()]
        for key in ("visited", "posted"):
            if (moment := getattr(act, key)) is not None:
                moments.append(((*at, key), moment))
        for path, moment in moments:
            if _read(moment) is None:
                yield Problem(
                    code="HISTORY_MOMENT",
                    where=entry.where(*path),
                    zh=f"“{moment}”不是日期，也不是“2021-04-06 09:59”这样的时间。",
                    en=f"'{moment}' is no day and no time such as \"2021-04-06 09:59\".",
                    fix_zh="日期不加引号：2021-04-06；带时间要加引号。",
                    fix_en="Write a day without quotes, 2021-04-06, or a quoted time.",
                )
        now = _read(act.at)
        if now is None:
            continue
        if before is not None and now < before:
            yield Problem(
                code="HISTORY_ORDER",
                where=entry.where(*at, "at"),
                zh=f"这一条（{act.at}）早于前一条，history 按先后写。",
                en=f"This entry ({act.at}) is earlier than the one before it.",
                fix_zh="调整顺序或日期。",
                fix_en="Mend the order or the date.",
            )
        if now.date() > case.as_of:
            yield Problem(
                code="HISTORY_AFTER_AS_OF",
                where=entry.where(*at, "at"),
                zh=f"这一条（{act.at}）晚于案例的日期 {case.as_of}。",
                en=f"This entry ({act.at}) is later than the day of the case, {case.as_of}.",
                fix_zh="推后 as_of，或改正日期。",
                fix_en="Move `as_of`, or mend the date.",
            )
        before = now


def _read(moment: Moment) -> datetime | None:
    try:
        return read_moment(moment)
    except ValueError:
        return None


def _expected(names: _Names, entry: Entry, case: PackCase) -> Iterator[Problem]:
    expect = case.expect
    at = "expect"
    yield from names.missing("clock", expect.clocks, entry, at, "clocks")
    yield from names.missing("act", expect.open_acts, entry, at, "open_acts")
    yield from names.missing("act", expect.closed_acts, entry, at, "closed_acts")
    yield from names.missing("act", expect.refused, entry, at, "refused")
    yield from names.missing("step", expect.open_steps or (), entry, at, "open_steps")
    yield from names.missing("step", expect.steps or (), entry, at, "steps")
    yield from names.missing("role", expect.told or (), entry, at, "told")
    yield from names.missing("duty", expect.duties, entry, at, "duties")
    severity = [expect.overdue_severity]
    yield from names.missing("severity", severity, entry, at, "overdue_severity")
    for key in ("case_", "decision", "monitored", "notice"):
        part = getattr(expect, key)
        if part is not None and not isinstance(part, str):
            where = key.rstrip("_")
            yield from names.missing("category", [part.category], entry, at, where, "category")
    if expect.case_ is not None and not isinstance(expect.case_, str):
        yield from names.missing("step", [expect.case_.step], entry, at, "case", "step")
    for place, episode in enumerate(expect.episodes or ()):
        yield from names.missing("category", [episode.category], entry, at, "episodes", place)
