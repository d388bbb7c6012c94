"""What a case holds so far, in words: the visit, the cross-check, the meeting, notice, decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.utils.translation import gettext

from fangpin.casework.cases.assessment import INCOME, INCOME_PER_HEAD, LINE, SELF_PAID
from fangpin.casework.cases.models import (
    CaseAct,
    Comparison,
    Consent,
    Decision,
    DeliberationItem,
    PublicNotice,
    Visit,
)
from fangpin.casework.officials.queries import names_of
from fangpin.decisions.statement import LineAmount
from fangpin.policy.models.procedures import FormField
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.desk import Desk
from fangpin.web.console.cases.progress import reason_words
from fangpin.web.ground.figures import plain
from fangpin.web.ground.words import (
    cause_words,
    figure_said,
    figure_words,
    listed,
    said,
    unit_words,
)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of a visit beside what the system had said."""

    title: str
    found: str
    system: str
    verdict: str
    note: str


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as it is told."""

    visit: Visit
    verifiers: str
    causes: str
    coping: str
    answers: list[AnswerLine]
    corrections: list[tuple[str, Decimal, str]]


@dataclass(frozen=True, slots=True)
class FindingLine:
    """Something that speaks against need, and its written answer."""

    item: str
    figure: str
    reply: str
    replied_by: str
    replied_at: datetime | None


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """One department: asked, answered, what it found."""

    department: str
    answer: str
    """no_record, found; empty: not yet."""
    answered_at: datetime | None
    findings: list[FindingLine]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A review or an approval."""

    title: str
    on: date
    by: str
    category: str
    suggested: str
    differs: bool
    causes: str
    opinion: str
    kind: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of the assessment with where it comes from; a dash in words for what is unknown."""

    title: str
    value: str
    note: str
    is_line: bool = False


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """One line of the income statement."""

    code: str
    title: str
    sign: str
    amount: Decimal | None
    note: str
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class IncomeView:
    """The income of a window line by line, and what it comes to."""

    first: str
    last: str
    lines: list[IncomeLine]
    beside: list[IncomeLine]
    total: Decimal | None
    members: int | None
    per_head: Decimal | None


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition of an elimination: met, not met, or nobody can tell."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One act of the log, or several like it that were done at once."""

    title: str
    at: datetime
    by: str
    role: str
    reason: str
    note: str
    is_undone: bool
    papers: list[tuple[str, str]]
    """(kind in words, sha256) of photos, signatures and papers."""
    times: int = 1


def visit_view(desk: Desk) -> VisitView | None:
    """The visit that stands; None before one."""
    visit = desk.visit
    if visit is None:
        return None
    form = desk.pack.forms.get(visit.form)
    fields = {one.field: one for one in form.fields} if form else {}
    word = desk.pack.words.get(f"coping.{visit.coping}")
    return VisitView(
        visit=visit,
        verifiers=listed(one.name for one in visit.verifiers.all()),
        causes=listed(cause_words(one.cause) for one in visit.causes.order_by("place")),
        coping=said(word.title) if word else "",
        answers=[
            AnswerLine(
                title=said(fields[one.field].title) if one.field in fields else one.field,
                found=answer_words(fields.get(one.field), one.found_value),
                system=answer_words(fields.get(one.field), one.system_value),
                verdict=one.verdict,
                note=one.note,
            )
            for one in visit.answers.all()
        ],
        corrections=[
            (figure_words(one.line)[0], one.amount, one.reason) for one in visit.corrections.all()
        ],
    )


def answer_words(field: FormField | None, value: str) -> str:
    """An answer as people read it; a dash where nothing was said."""
    if value == "":
        return "—"
    if field is None:
        return value
    if field.type == "truth":
        return plain(value == "true")
    if field.type == "choice":
        words = field.choices.get(value)
        return said(words) if words else value
    if field.type in ("amount", "count"):
        return f"{plain(value)} {unit_words(field.unit)}".strip()
    return value


def comparison_lines(desk: Desk) -> list[ComparisonLine]:
    """Every department asked, in the order of asking."""
    names = names_of(found.replied_by for one in desk.comparisons for found in one.findings.all())
    return [
        ComparisonLine(
            department=department_words(desk, one),
            answer=one.answer,
            answered_at=one.answered_at,
            findings=[
                FindingLine(
                    item=figure_words(found.item)[0],
                    figure=figure_said(found.item, found.figure) if found.figure else "",
                    reply=found.reply,
                    replied_by=names.get(found.replied_by, found.replied_by),
                    replied_at=found.replied_at,
                )
                for found in one.findings.all()
                if not found.is_superseded
            ],
        )
        for one in desk.comparisons
    ]


def department_words(desk: Desk, one: Comparison) -> str:
    """The department's name; its code where the pack no longer has it."""
    found = desk.pack.departments.get(one.department)
    return said(found.title) if found else one.department


def deliberation_of(desk: Desk) -> DeliberationItem | None:
    """The meeting's votes that stand."""
    found = [one for one in desk.log if one.act == "hold_deliberation" and not one.is_undone]
    return getattr(found[-1], "deliberation", None) if found else None


def consent_of(desk: Desk) -> tuple[Consent, str] | None:
    """The consent that stands and how it was signed."""
    found = [one for one in desk.log if one.act == "record_consent" and not one.is_undone]
    consent: Consent | None = getattr(found[-1], "consent", None) if found else None
    if consent is None:
        return None
    word = desk.pack.words.get(f"consent_form.{consent.form}")
    return consent, said(word.title) if word else consent.form


def notice_of(desk: Desk) -> PublicNotice | None:
    """The notice that stands, with its objections."""
    return desk.notice


def decision_views(desk: Desk) -> list[DecisionView]:
    """Review and approval as they stand, the latest first."""
    names = names_of(one.by for one in desk.log)
    views = []
    for entry in reversed(desk.log):
        decision: Decision | None = getattr(entry, "decision", None)
        if decision is None or entry.is_undone:
            continue
        kind = desk.pack.words.get(f"elimination_kind.{decision.elimination_kind}")
        views.append(
            DecisionView(
                title=desk.title_of(entry.act),
                on=entry.on,
                by=names.get(entry.by, entry.by),
                category=category_words(desk, decision.category),
                suggested=category_words(desk, decision.suggested_category),
                differs=decision.category != decision.suggested_category,
                causes=listed(cause_words(one.cause) for one in decision.causes.order_by("place")),
                opinion=decision.opinion,
                kind=said(kind.title) if kind else "",
            )
        )
    return views


def category_words(desk: Desk, category: str) -> str:
    """The title of a category; empty for none."""
    found = next((one for one in desk.pack.categories if one.category == category), None)
    return said(found.title) if found else category


def figure_lines(desk: Desk) -> list[FigureLine]:
    """Income, income per head against the line, and self-paid spending; unknown is said."""
    found = desk.figures
    if found is None:
        return []
    lines = [
        FigureLine(figure_words(code)[0], _amount(code, value), "")
        for code, value in (
            (INCOME_PER_HEAD, found.income_per_head),
            (INCOME, found.income_total),
            (SELF_PAID, found.self_paid),
        )
        if code in desk.pack.indicators
    ]
    if found.line is not None:
        lines.insert(
            1, FigureLine(figure_words(LINE)[0], _amount(LINE, found.line), _source(desk), True)
        )
    return lines


def income_view(desk: Desk) -> IncomeView | None:
    """The income statement of the case; None where the pack has none."""
    statement = desk.figures.statement if desk.figures else None
    if statement is None:
        return None
    return IncomeView(
        first=str(statement.first),
        last=str(statement.last),
        lines=[_income_line(one) for one in statement.lines],
        beside=[_income_line(one) for one in statement.beside],
        total=statement.total,
        members=statement.members,
        per_head=statement.per_head,
    )


def _income_line(line: LineAmount) -> IncomeLine:
    notes = []
    if line.correction is not None:
        before = plain(line.computed) if line.computed is not None else gettext("说不准")
        notes.append(
            gettext("入户更正，原为 %(before)s：%(reason)s")
            % {"before": before, "reason": line.correction.reason}
        )
    notes += [
        gettext("%(title)s 缺 %(n)d 个月") % {"title": said(item.title), "n": len(item.missing)}
        for item in line.items
        if item.missing
    ]
    notes += [
        gettext("%(title)s 用 %(year)d 年的全年数")
        % {"title": figure_words(one.item)[0], "year": one.year}
        for one in line.yearly
    ]
    return IncomeLine(
        code=line.line,
        title=said(line.title),
        sign=line.sign,
        amount=line.amount,
        note=listed(notes[:3]),
        is_corrected=line.correction is not None,
    )


def condition_lines(desk: Desk) -> list[ConditionLine]:
    """The conditions of a stable elimination, for a case that proposes one."""
    if desk.case.kind != "elimination" or desk.figures is None:
        return []
    answer = desk.figures.elimination(desk.pack, kind="stable", at=desk.today)
    states = {True: "met", False: "lacking", None: "unknown"}
    return [ConditionLine(said(one.title), states[one.is_met]) for one in answer.conditions]


def _amount(code: str, value: Decimal | None) -> str:
    if value is None:
        return gettext("说不准")
    return figure_said(code, value.quantize(Decimal("0.01")))


def _source(desk: Desk) -> str:
    """What the monitoring line rests on."""
    try:
        stated = desk.pack.parameter(
            LINE, at=desk.case.first_clue_date, division=desk.case.division
        )
    except ProblemError:
        return ""
    document = desk.pack.sources.get(stated.source)
    words = said(document.title) if document else stated.source
    return words + (gettext("（待县里审定）") if stated.status == "proposed" else "")


def log_lines(desk: Desk) -> list[LogLine]:
    """Every act, the latest first; what a return has undone stays, and says so.

    Acts that say the same of one minute, such as the answers of many departments, are one line.
    """
    names = names_of(one.by for one in desk.log)
    lines = [_line(desk, one, names) for one in reversed(desk.log)]
    return [replace(line, times=len(list(alike))) for line, alike in groupby(lines)]


def returned_of(desk: Desk) -> LogLine | None:
    """The return that says what is to be mended; None once a step has been done again, or none was."""
    for one in reversed(desk.log):
        if one.act == "return_for_correction":
            return _line(desk, one, names_of([one.by]))
        if one.step and not one.is_undone:
            return None
    return None


def _line(desk: Desk, one: CaseAct, names: dict[str, str]) -> LogLine:
    return LogLine(
        title=desk.title_of(one.act),
        at=one.at.replace(second=0, microsecond=0),
        by=names.get(one.by, one.by),
        role=said(desk.pack.roles[one.role].title) if one.role in desk.pack.roles else one.role,
        reason=reason_words(desk, one.reason) or cause_words(one.reason) * bool(one.reason),
        note=one.note,
        is_undone=one.is_undone,
        papers=[(_kind(desk, paper.kind), paper.sha256) for paper in one.attachments.all()],
    )


def _kind(desk: Desk, kind: str) -> str:
    word = desk.pack.words.get(f"attachment.{kind}")
    return said(word.title) if word else kind
