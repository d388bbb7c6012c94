"""The income of one household, added up line by line as a pack's statement says.

A line is known from what a visit found lately, from its months, or from its annual figure used whole;
an annual figure is never spread over months. What is unknown stays unknown and is listed. A visit may
correct a line or an item with a reason; the figure that it replaces stays beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from fangpin.policy.expressions.evaluate import is_delivered, means_zero, rows_of, total_of
from fangpin.policy.expressions.facts import Facts, MonthValues, facts_at
from fangpin.policy.expressions.spans import LOOK_BACK, base_items, year_first
from fangpin.policy.models.decisions import (
    Found,
    Statement,
    StatementAside,
    StatementLine,
    StatementPart,
)
from fangpin.policy.models.lists import LedgerItem
from fangpin.policy.models.nodes import Words
from fangpin.policy.pack import Pack
from fangpin.policy.reading.nearest import advice
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

Source = Literal["months", "visit", "yearly", "corrected", "unknown"]
Basis = Literal["lines", "yearly_total", "unknown"]
"""lines: every line is known; yearly_total: the year's own total stands for them."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a visit established in place of a computed amount, and why; of a line or of an item."""

    code: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class YearlyAmount:
    """An annual figure used whole: which item, of which year, how much."""

    item: str
    year: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """What an earlier visit found for twelve months: which item, in which month, how much."""

    item: str
    month: Month
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ItemAmount:
    """One item over the window: its amount, or None with the months that are missing."""

    item: str
    title: Words
    amount: Decimal | None
    source: Source
    known_months: int
    missing: tuple[int, ...] = ()
    """Months that nothing is known of."""
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class LineAmount:
    """One line of the statement: its amount, or None; positive whatever its sign."""

    line: str
    title: Words
    sign: Literal["plus", "minus", "none"]
    amount: Decimal | None
    source: Source
    items: tuple[ItemAmount, ...] = ()
    yearly: tuple[YearlyAmount, ...] = ()
    found: tuple[FoundAmount, ...] = ()
    correction: Correction | None = None
    computed: Decimal | None = None
    """What stood there before a correction."""
    why: Words | None = None
    """Why a line is shown and not counted."""


@dataclass(frozen=True, slots=True)
class IncomeStatement:
    """A household's income over a window: lines, total and figure per head, or what is missing."""

    statement: str
    first: Month
    last: Month
    lines: tuple[LineAmount, ...]
    beside: tuple[LineAmount, ...]
    excluded: tuple[LineAmount, ...]
    basis: Basis
    total: Decimal | None
    yearly_total: YearlyAmount | None
    members: int | None
    per_head: Decimal | None
    missing: tuple[str, ...]
    """Lines (or `members`) without which the figure per head cannot be told."""

    def line(self, code: str) -> LineAmount:
        """One line by its code. Raises KeyError."""
        for line in (*self.lines, *self.beside, *self.excluded):
            if line.line == code:
                return line
        raise KeyError(code)


def income_statement(
    *,
    pack: Pack,
    statement: str,
    months: MonthValues,
    members: int | None,
    opened: date,
    covered: Mapping[str, frozenset[int]] | None = None,
    corrections: Iterable[Correction] = (),
    division: str | None = None,
) -> IncomeStatement:
    """The statement of a household whose case opened on a day.

    A window holds the complete months before the month of that day; a period is the last one that
    had ended by it. `covered` are the months that each feed had delivered. Raises ProblemError:
    UNKNOWN_STATEMENT, STATEMENT_CORRECTION, or a parameter without a value on the day.
    """
    definition = pack.statement(statement)
    given = tuple(corrections)
    _refuse_unusable(pack, definition, given)
    first, last = window_of(pack=pack, statement=definition, opened=opened, division=division)
    place = division or pack.header.root_division
    facts = facts_at(
        pack=pack, at=opened, division=place, months=months, covered=covered, month=last
    )
    sheet = _Sheet(facts, definition, first, last, {one.code: one for one in given})
    lines = tuple(sheet.line(line) for line in definition.lines)
    total = _total(lines)
    whole = sheet.yearly(definition.yearly_total) if total is None else None
    basis: Basis = "lines" if total is not None else "yearly_total" if whole else "unknown"
    if whole is not None:
        total = whole.amount
    missing = [line.line for line in lines if total is None and line.amount is None]
    if not members:
        missing.append("members")
    return IncomeStatement(
        statement=statement,
        first=first,
        last=last,
        lines=lines,
        beside=tuple(sheet.aside(aside) for aside in definition.beside),
        excluded=tuple(sheet.aside(aside) for aside in definition.excluded),
        basis=basis,
        total=total,
        yearly_total=whole,
        members=members or None,
        per_head=_per_head(definition, total, members),
        missing=tuple(missing),
    )


def window_of(
    *, pack: Pack, statement: Statement, opened: date, division: str | None
) -> tuple[Month, Month]:
    """The first and last month that a statement adds up for a case opened on a day."""
    if statement.period is not None:
        number = int(statement.period.start[:2])
        last = Month.of(opened.year, number).plus(-1)
        if last >= Month.containing(opened):
            last = last.plus(-12)
        return last.plus(-11), last
    assert statement.window is not None, "a statement has a window or a period"
    place = division or pack.header.root_division
    count = pack.parameter(statement.window, at=opened, division=place).value
    assert isinstance(count, Decimal), "months are a number"
    last = Month.last_complete(opened)
    return last.plus(1 - int(count)), last


def _total(lines: Sequence[LineAmount]) -> Decimal | None:
    total = Decimal(0)
    for line in lines:
        if line.amount is None:
            return None
        total += line.amount if line.sign == "plus" else -line.amount
    return total


def _per_head(statement: Statement, total: Decimal | None, members: int | None) -> Decimal | None:
    if total is None or not members:
        return None
    step = Decimal(1).scaleb(-statement.decimals)
    return (total / members).quantize(step, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One household over one window: fills the lines of a statement."""

    facts: Facts
    statement: Statement
    first: Month
    last: Month
    corrections: Mapping[str, Correction]

    def line(self, line: StatementLine) -> LineAmount:
        """A counted line: its parts, else its annual figure whole; a correction stands above."""
        parts = [self._part(part) for part in line.parts]
        amount: Decimal | None = Decimal(0)
        for part in parts:
            amount = None if amount is None or part.amount is None else amount + part.amount
        yearly = [part.yearly for part in parts if part.yearly is not None]
        found = [part.found for part in parts if part.found is not None]
        source = _source_of(parts)
        items = [item for part in parts for item in part.items]
        if (of_visit := self._found(line, items)) is not None:
            amount, source, yearly, found = of_visit.amount, "visit", [], [of_visit]
        elif amount is None and (whole := self.yearly(line.yearly)) is not None:
            amount, source, yearly = whole.amount, "yearly", [whole]
        correction = self.corrections.get(line.line)
        return LineAmount(
            line=line.line,
            title=line.title,
            sign=line.sign,
            amount=correction.amount if correction else amount,
            source="corrected" if correction else "unknown" if amount is None else source,
            items=tuple(item for part in parts for item in part.items),
            yearly=tuple(yearly),
            found=tuple(found),
            correction=correction,
            computed=amount if correction else None,
        )

    def aside(self, aside: StatementAside) -> LineAmount:
        """A line that is shown and never counted."""
        part = self._part(StatementPart.model_construct(items=aside.items, yearly=aside.yearly))
        if aside.is_balance:
            part = self._balance(part)
        return LineAmount(
            line=aside.line,
            title=aside.title,
            sign="none",
            amount=part.amount,
            source=_source_of([part]) if part.amount is not None else "unknown",
            items=part.items,
            yearly=(part.yearly,) if part.yearly else (),
            why=aside.why,
        )

    def yearly(self, code: str | None) -> YearlyAmount | None:
        """An annual figure: of a period's own year, or the latest one for a window."""
        if code is None:
            return None
        item = self.facts.pack.items[code]
        last = year_first(self.last)
        earliest = last if self.statement.period is not None else self.last - LOOK_BACK + 1
        held: dict[int, Any] = {}
        for base in base_items(self.facts.pack, item.item):
            for month, value in rows_of(self.facts, base, earliest, self.last).items():
                held[month] = held.get(month, Decimal(0)) + value
        if held:
            month = max(held)
            return YearlyAmount(code, Month(month).year, held[month])
        bases = base_items(self.facts.pack, item.item)
        if all(
            means_zero(self.facts, base) and is_delivered(self.facts, base, earliest, self.last)
            for base in bases
        ):
            return YearlyAmount(code, self.last.year, Decimal(0))
        return None

    def _part(self, part: StatementPart) -> _Part:
        items = tuple(
            self._item(base, part.as_reported)
            for code in part.items
            for base in base_items(self.facts.pack, code)
        )
        if (of_visit := self._found(part, items)) is not None:
            return _Part(items, of_visit.amount, None, of_visit)
        known = [item for item in items if item.amount is not None]
        enough = known if part.as_reported else items
        if enough and all(item.amount is not None for item in enough):
            total = sum((item.amount for item in known if item.amount is not None), Decimal(0))
            return _Part(items, total, None)
        whole = self.yearly(part.yearly)
        return _Part(items, whole.amount if whole else None, whole)

    def _found(self, place: Found, items: Sequence[ItemAmount]) -> FoundAmount | None:
        """What an earlier visit found lately for a line or a part, unless an item is corrected now."""
        if place.found is None or place.found_months is None or self.statement.period is not None:
            return None
        if any(item.correction is not None for item in items):
            return None
        recent = self.facts.parameter(place.found_months)
        assert isinstance(recent, Decimal), "months are a number"
        item = self.facts.pack.items[place.found]
        held = rows_of(self.facts, item, int(self.last) - int(recent) + 1, self.last)
        if not held:
            return None
        return FoundAmount(item.item, Month(max(held)), held[max(held)])

    def _balance(self, part: _Part) -> _Part:
        """The part with each item's latest month in place of its sum."""
        found = []
        for one in part.items:
            item = self.facts.pack.items[one.item]
            held = rows_of(self.facts, item, self.first, self.last)
            known = held[max(held)] if held and int(self.last) not in one.missing else None
            if known is None and not one.missing:
                known = Decimal(0)
            found.append(
                replace(one, amount=known, source="months" if known is not None else "unknown")
            )
        known_all = all(one.amount is not None for one in found)
        total = sum((one.amount for one in found if one.amount is not None), Decimal(0))
        return _Part(tuple(found), total if found and known_all else None, part.yearly)

    def _item(self, item: LedgerItem, as_reported: bool) -> ItemAmount:
        correction = self.corrections.get(item.item)
        known = self._known_months(item, as_reported)
        missing = tuple(
            month for month in range(int(self.first), int(self.last) + 1) if month not in known
        )
        held = rows_of(self.facts, item, self.first, self.last)
        amount = None if missing else sum(held.values(), Decimal(0))
        source: Source = "corrected" if correction else "unknown" if amount is None else "months"
        return ItemAmount(
            item=item.item,
            title=item.title,
            amount=correction.amount if correction else amount,
            source=source,
            known_months=len(known),
            missing=missing,
            correction=correction,
        )

    def _known_months(self, item: LedgerItem, as_reported: bool) -> set[int]:
        """The months of the window that something is known of: a row, or a delivered zero.

        A monthly feed whose absence means unknown must name the household in the month itself, or,
        where reports count as they come, in some month of the window.
        """
        window = range(int(self.first), int(self.last) + 1)
        held = rows_of(self.facts, item, self.first, self.last)
        if self.facts.pack.contracts[item.feed or ""].frequency == "monthly":
            delivered = {m for m in window if is_delivered(self.facts, item, m, m)}
            is_nothing = means_zero(self.facts, item) or (as_reported and bool(held))
            return {month for month in delivered if month in held or is_nothing}
        figure = total_of(self.facts, item, int(self.first), int(self.last))
        return set(window) if figure.value is not None else set(held)


@dataclass(frozen=True, slots=True)
class _Part:
    items: tuple[ItemAmount, ...]
    amount: Decimal | None
    yearly: YearlyAmount | None
    found: FoundAmount | None = None


def _source_of(parts: Sequence[_Part]) -> Source:
    if any(part.yearly is not None for part in parts):
        return "yearly"
    if any(part.found is not None for part in parts):
        return "visit"
    if any(item.source == "corrected" for part in parts for item in part.items):
        return "corrected"
    return "months"


def _refuse_unusable(pack: Pack, statement: Statement, corrections: Sequence[Correction]) -> None:
    """Raises ProblemError STATEMENT_CORRECTION: of something not counted, twice, or unreasoned."""
    valid = {line.line for line in statement.lines}
    for line in statement.lines:
        for part in line.parts:
            valid |= {base.item for code in part.items for base in base_items(pack, code)}
    seen: set[str] = set()
    problems = []
    for one in corrections:
        fix_zh, fix_en = advice(written=one.code, valid=valid)
        if one.code not in valid:
            said = ("核算表里没有这一行或项目", "the statement counts no such line or item")
        elif one.code in seen:
            said = ("同一行更正了两次", "it is corrected twice")
        elif not one.reason.strip():
            said = ("更正没有写理由", "the correction gives no reason")
            fix_zh, fix_en = "写明入户核实的依据。", "Write what the visit established."
        else:
            seen.add(one.code)
            continue
        problems.append(
            Problem(
                code="STATEMENT_CORRECTION",
                where=statement.statement,
                zh=f"不能更正“{one.code}”：{said[0]}。",
                en=f"'{one.code}' cannot be corrected: {said[1]}.",
                fix_zh=fix_zh,
                fix_en=fix_en,
                details={"correction": one.code},
            )
        )
    if problems:
        raise ProblemError(problems)
