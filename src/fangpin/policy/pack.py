"""A loaded policy pack: every entry of the chain by code, dated values by day and division."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

from fangpin.policy.cases import placed, read_case_files
from fangpin.policy.divisions import Divisions
from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.decisions import (
    CaseCheck,
    Eligibility,
    EliminationCondition,
    Statement,
)
from fangpin.policy.models.demos import DemoRecipe
from fangpin.policy.models.feeds import Contract, Department
from fangpin.policy.models.header import PackHeader, Source
from fangpin.policy.models.lists import (
    CalendarYear,
    Category,
    HouseholdAttribute,
    Indicator,
    LedgerGroup,
    LedgerItem,
    MeasureKind,
    Parameter,
    ParameterValue,
    RiskCause,
    Role,
    Rule,
    Severity,
    Word,
)
from fangpin.policy.models.procedures import Duty, Form, Procedure
from fangpin.policy.reading.entries import Entry
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem, ProblemError


class _InForce(Protocol):
    """Whatever holds from a day to a day."""

    @property
    def from_date(self) -> date: ...

    @property
    def to_date(self) -> date | None: ...


@dataclass(frozen=True, eq=False)
class Pack:
    """What `load_pack` gives: checked, merged with its parents, never changed afterwards;
    equal only to itself.

    Every mapping is by code. `rules`, `categories`, `eligibilities` and `elimination` hold all
    editions and periods.
    """

    directories: tuple[Path, ...]
    """The folders of the chain, the topmost parent first, this pack last."""
    header: PackHeader
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    departments: Mapping[str, Department]
    contracts: Mapping[str, Contract]
    groups: Mapping[str, LedgerGroup]
    items: Mapping[str, LedgerItem]
    attributes: Mapping[str, HouseholdAttribute]
    indicators: Mapping[str, Indicator]
    rules: tuple[Rule, ...]
    severities: tuple[Severity, ...]
    """The most urgent first."""
    categories: tuple[Category, ...]
    causes: Mapping[str, RiskCause]
    measures: Mapping[str, MeasureKind]
    procedures: tuple[Procedure, ...]
    forms: Mapping[str, Form]
    duties: Mapping[str, Duty]
    statements: Mapping[str, Statement]
    eligibilities: tuple[Eligibility, ...]
    elimination: tuple[EliminationCondition, ...]
    case_checks: Mapping[str, CaseCheck]
    roles: Mapping[str, Role]
    words: Mapping[str, Word]
    demos: Mapping[str, DemoRecipe]
    calendar_years: Mapping[int, CalendarYear]
    divisions: Divisions
    digest: str
    """sha256 over the normalised content of all files of the chain but the cases, which decide
    nothing: comments, layout and the order of keys do not change it."""
    entries: Mapping[tuple[str, str], Entry] = field(repr=False)
    """(kind, code) -> the entry with its file and lines."""
    owners: Mapping[str, str] = field(repr=False)
    """Feed -> code of the department that sends it."""

    @property
    def id(self) -> str:
        """The pack's code, such as the name of its folder."""
        return self.header.pack

    @property
    def directory(self) -> Path:
        """The pack's own folder."""
        return self.directories[-1]

    def department_of(self, feed: str) -> Department:
        """The department that sends a feed. Raises ProblemError FEED_UNKNOWN."""
        owner = self.owners.get(feed)
        if owner is None:
            raise ProblemError(self._unknown("FEED_UNKNOWN", "数据源", "feed", feed, self.owners))
        return self.departments[owner]

    def rules_in_force(self, at: date) -> tuple[Rule, ...]:
        """The edition of each rule that is in force on a day, in the order of the files."""
        return tuple(rule for rule in self.rules if _in_force(rule, at))

    def categories_in_force(self, at: date) -> tuple[Category, ...]:
        """The monitoring categories in force on a day, in their order."""
        return tuple(category for category in self.categories if _in_force(category, at))

    def procedures_in_force(self, at: date) -> tuple[Procedure, ...]:
        """The procedures in force on a day, in the order of the files."""
        return tuple(procedure for procedure in self.procedures if _in_force(procedure, at))

    def eligibility(self, code: str, *, at: date) -> Eligibility:
        """The edition of an eligibility in force on a day.

        Raises ProblemError UNKNOWN_ELIGIBILITY or NO_ELIGIBILITY_FOR_DATE.
        """
        editions = [one for one in self.eligibilities if one.eligibility == code]
        if not editions:
            known = {one.eligibility: one for one in self.eligibilities}
            raise ProblemError(
                self._unknown("UNKNOWN_ELIGIBILITY", "资格", "eligibility", code, known)
            )
        for edition in editions:
            if _in_force(edition, at):
                return edition
        raise ProblemError(
            Problem(
                code="NO_ELIGIBILITY_FOR_DATE",
                where=self.place_of("eligibility", code),
                zh=f"资格“{code}”在 {at} 没有有效的条件。",
                en=f"The eligibility '{code}' has no edition in force on {at}.",
                fix_zh="补上该时期的一版并注明来源；系统不会用别的时期的条件代替。",
                fix_en="Add the edition of that period with its source; no other one is used.",
                details={"eligibility": code, "at": at.isoformat()},
            )
        )

    def elimination_in_force(self, kind: str, at: date) -> tuple[EliminationCondition, ...]:
        """The conditions of a kind of elimination in force on a day, in their order."""
        return tuple(one for one in self.elimination if one.kind == kind and _in_force(one, at))

    def statement(self, code: str) -> Statement:
        """A statement of income with its lines. Raises ProblemError UNKNOWN_STATEMENT."""
        found = self.statements.get(code)
        if found is None:
            raise ProblemError(
                self._unknown("UNKNOWN_STATEMENT", "收入核算表", "statement", code, self.statements)
            )
        like = self.statements.get(found.lines_as or "")
        if like is None:
            return found
        same = ("lines", "yearly_total", "beside", "excluded", "members", "decimals")
        return found.model_copy(update={name: getattr(like, name) for name in same})

    def parameter(self, code: str, *, at: date, division: str | None) -> ParameterValue:
        """The value in force on a day in a division: the one stated for the smallest division.

        Raises ProblemError UNKNOWN_PARAMETER or NO_VALUE_FOR_DATE; never guesses from other days.
        """
        parameter = self.parameters.get(code)
        if parameter is None:
            raise ProblemError(
                self._unknown("UNKNOWN_PARAMETER", "参数", "parameter", code, self.parameters)
            )
        here = [value for value in parameter.values if _applies_in(value, division)]
        in_force = [value for value in here if _in_force(value, at)]
        if not in_force:
            raise ProblemError(self._no_value(parameter, at=at, division=division))
        return max(in_force, key=lambda value: len(value.division or ""))

    def calendar(self, year: int) -> CalendarYear:
        """The days off and make-up days of a year. Raises ProblemError CALENDAR_YEAR_MISSING."""
        found = self.calendar_years.get(year)
        if found is None:
            known = sorted(self.calendar_years)
            listed = "、".join(map(str, known)) or "（无）"
            listed_en = ", ".join(map(str, known)) or "none"
            raise ProblemError(
                Problem(
                    code="CALENDAR_YEAR_MISSING",
                    where=(self.directory / "calendar" / f"{year}.yaml").as_posix(),
                    zh=f"政策包没有 {year} 年的节假日安排，不能推算工作日；已有年份：{listed}。",
                    en=f"The pack has no calendar of {year}, and working days are never guessed; "
                    f"years it has: {listed_en}.",
                    fix_zh=f"按公布的放假通知写 calendar/{year}.yaml。",
                    fix_en=f"Write calendar/{year}.yaml from the published notice of holidays.",
                    details={"year": year, "years": known},
                )
            )
        return found

    def cases(self) -> list[tuple[str, PackCase]]:
        """(place, case) of this pack's own cases. Raises ProblemError with every mistake."""
        return placed(self.case_entries)

    @cached_property
    def case_entries(self) -> list[Entry]:
        """This pack's own cases with the line of every node, read when first asked for."""
        return read_case_files(files=sorted((self.directory / "cases").glob("*.yaml")))

    def place_of(self, kind: str, code: str, *inner: str | int) -> str:
        """`file:line` of an entry, or of a node inside it: `("rule", code, "severity", 0, "when")`.

        kind is header, source, parameter, department, contract, group, item, attribute,
        indicator, rule, severity, category, cause, measure, statement, eligibility, elimination,
        check, procedure, form, duty, role, calendar, word or demo. Of what has several editions or
        periods the code names the latest, `code@edition` or `code@from` an earlier one.

        Raises KeyError for an unknown entry.
        """
        return self.entries[kind, code].where(*inner)

    def _unknown(
        self, code: str, noun_zh: str, noun_en: str, written: str, valid: Mapping[str, object]
    ) -> Problem:
        fix_zh, fix_en = advice(written=written, valid=valid)
        return Problem(
            code=code,
            where=self.directory.as_posix(),
            zh=f"政策包“{self.id}”没有{noun_zh}“{written}”。",
            en=f"The pack '{self.id}' has no {noun_en} '{written}'.",
            fix_zh=fix_zh,
            fix_en=fix_en,
            details={noun_en: written},
        )

    def _no_value(self, parameter: Parameter, *, at: date, division: str | None) -> Problem:
        periods = "; ".join(_period(value) for value in parameter.values)
        return Problem(
            code="NO_VALUE_FOR_DATE",
            where=self.place_of("parameter", parameter.parameter),
            zh=f"参数“{parameter.parameter}”（{parameter.title.zh}）在 {at}、区划 "
            f"{division or '全域'} 没有有效值；已有的值：{periods}。",
            en=f"The parameter '{parameter.parameter}' ({parameter.title.en}) has no value on {at} "
            f"in division {division or 'all'}; values it has: {periods}.",
            fix_zh="补上该时期的值并注明来源；系统不会用别的日期的值代替。",
            fix_en="Add the value of that period with its source; no other day's value is used.",
            details={
                "parameter": parameter.parameter,
                "at": at.isoformat(),
                "division": division,
                "from_dates": sorted({value.from_date.isoformat() for value in parameter.values}),
            },
        )


def _in_force(entry: _InForce, at: date) -> bool:
    return entry.from_date <= at and (entry.to_date is None or at < entry.to_date)


def _applies_in(value: ParameterValue, division: str | None) -> bool:
    return value.division is None or (division or "").startswith(value.division)


def _period(value: ParameterValue) -> str:
    where = f" ({value.division})" if value.division else ""
    return f"{value.from_date} – {value.to_date or '…'}{where}"
