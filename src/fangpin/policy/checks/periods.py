"""Periods: at most one value, edition or calendar holds on any day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.models.decisions import Dated
from fangpin.policy.models.header import PackHeader
from fangpin.policy.models.lists import CalendarYear, Category, Parameter, Rule
from fangpin.policy.reading.entries import Entry
from fangpin.policy.reading.nouns import named
from fangpin.values.problem import Problem

_END = date.max


def periods_run_forward(book: Book) -> Iterator[Problem]:
    """PERIOD_BACKWARDS: `to` is the first day on which it no longer holds, so after `from`."""
    for entry, parameter in book.all("parameter", Parameter):
        for index, value in enumerate(parameter.values):
            yield from _backwards(
                entry, ("values", index), value.from_date, value.to_date, parameter.parameter
            )
    for entry, rule in book.all("rule", Rule):
        yield from _backwards(entry, (), rule.from_date, rule.to_date, rule.rule)
    for entry, category in book.all("category", Category):
        yield from _backwards(entry, (), category.from_date, category.to_date, category.category)
    for kind in ("eligibility", "elimination", "procedure"):
        for entry, dated in book.all(kind, Dated):
            yield from _backwards(entry, (), dated.from_date, dated.to_date, entry.code)


def parameter_values_do_not_overlap(book: Book) -> Iterator[Problem]:
    """PARAMETER_OVERLAP: two values of one division hold on the same day."""
    for entry, parameter in book.all("parameter", Parameter):
        for (first, one), (second, two) in combinations(enumerate(parameter.values), 2):
            same = one.division == two.division
            if same and _overlap(one.from_date, one.to_date, two.from_date, two.to_date):
                where = entry.where("values", first)
                in_zh = f"区划 {one.division} " if one.division else "全域"
                in_en = f"division {one.division}" if one.division else "all divisions"
                yield Problem(
                    code="PARAMETER_OVERLAP",
                    where=entry.where("values", second),
                    zh=f"参数“{parameter.parameter}”在{in_zh}有两个值同时有效：这里从 "
                    f"{two.from_date} 起，{where} 从 {one.from_date} 起到 "
                    f"{one.to_date or '…'}。",
                    en=f"The parameter '{parameter.parameter}' has two values at once in "
                    f"{in_en}: this one from {two.from_date}, the one at {where} "
                    f"from {one.from_date} to {one.to_date or '...'}.",
                    fix_zh="给先前的值写 to（到这一天为止，不含当天）。",
                    fix_en="Give the earlier value a `to`: the first day on which it is over.",
                )


def parameter_values_are_alike(book: Book) -> Iterator[Problem]:
    """PARAMETER_MIXED: a parameter is a number on all days or a list on all days."""
    for entry, parameter in book.all("parameter", Parameter):
        lists = [isinstance(value.value, list) for value in parameter.values]
        if len(set(lists)) > 1:
            odd = lists.index(not lists[0])
            yield Problem(
                code="PARAMETER_MIXED",
                where=entry.where("values", odd, "value"),
                zh=f"参数“{parameter.parameter}”的值有的是数字，有的是列表。",
                en=f"The parameter '{parameter.parameter}' is a number in some values and a list "
                "in others.",
                fix_zh="各时期写成同一种；不同的东西用两个参数。",
                fix_en="Write all values alike; use two parameters for two things.",
            )


def parameter_divisions_exist(book: Book) -> Iterator[Problem]:
    """PARAMETER_DIVISION: a value for a division that the pack lists nowhere."""
    divisions = book.pack.divisions
    for entry, parameter in book.all("parameter", Parameter):
        for index, value in enumerate(parameter.values):
            if value.division is not None and value.division not in divisions:
                yield unknown(
                    code="PARAMETER_DIVISION",
                    noun="division",
                    written=value.division,
                    where=entry.where("values", index, "division"),
                    valid=[division.code for division in divisions],
                    by=("parameter", parameter.parameter),
                )


def editions_do_not_overlap(book: Book) -> Iterator[Problem]:
    """EDITION_OVERLAP: two editions of a rule, or periods of what is dated, hold on the same day."""
    dated: dict[tuple[str, str], list[tuple[Entry, Rule | Category | Dated]]] = {}
    for entry, rule in book.all("rule", Rule):
        dated.setdefault(("rule", rule.rule), []).append((entry, rule))
    for entry, category in book.all("category", Category):
        dated.setdefault(("category", category.category), []).append((entry, category))
    for kind in ("eligibility", "elimination", "procedure"):
        for entry, one in book.all(kind, Dated):
            dated.setdefault((kind, entry.code), []).append((entry, one))
    for (kind, code), found in dated.items():
        for (first, earlier), (second, later) in combinations(found, 2):
            if _overlap(earlier.from_date, earlier.to_date, later.from_date, later.to_date):
                name_zh, name_en = named(kind, code)
                end_zh = f"到 {earlier.to_date}" if earlier.to_date else "没有写结束日期"
                end_en = f"holds until {earlier.to_date}" if earlier.to_date else "has no end"
                yield Problem(
                    code="EDITION_OVERLAP",
                    where=second.where("from"),
                    zh=f"{name_zh}有两版同时有效：这一版从 {later.from_date} 起，"
                    f"{first.where()} 那一版{end_zh}。",
                    en=f"Two editions of the {name_en} hold at once: this one from "
                    f"{later.from_date}; the one at {first.where()} {end_en}.",
                    fix_zh="给旧版写 to，与新版的 from 相同。",
                    fix_en="Give the old edition a `to` equal to the new one's `from`.",
                )


def calendar_days_fit(book: Book) -> Iterator[Problem]:
    """CALENDAR_DAY: a day of another year, a day twice, or a make-up day that is no weekend."""
    for entry, year in book.all("calendar", CalendarYear):
        seen: dict[date, str] = {}
        for key, days in (("holidays", year.holidays), ("make_up_days", year.make_up_days)):
            for index, day in enumerate(days):
                told = _calendar_fault(year, key, day, seen)
                seen.setdefault(day, key)
                if told is not None:
                    yield Problem(
                        code="CALENDAR_DAY",
                        where=entry.where(key, index),
                        zh=told[0],
                        en=told[1],
                        fix_zh="对照公布的放假通知改正。",
                        fix_en="Correct it from the published notice of holidays.",
                    )


def header_makes_sense(book: Book) -> Iterator[Problem]:
    """ROOT_DIVISION, DIVISION_LEVELS: the root is listed; levels have their own, growing widths."""
    for entry, header in book.all("header", PackHeader):
        for index, (above, level) in enumerate(
            zip(header.division_levels, header.division_levels[1:], strict=False), start=1
        ):
            twice = any(level.level == other.level for other in header.division_levels[:index])
            if twice or level.width <= above.width:
                yield Problem(
                    code="DIVISION_LEVELS",
                    where=entry.where("division_levels", index),
                    zh=f"级别“{level.level}”（{level.width} 位）排在“{above.level}”"
                    f"（{above.width} 位）之下：级别不能重复，代码必须更长。",
                    en=f"The level '{level.level}' ({level.width} characters) stands below "
                    f"'{above.level}' ({above.width}): levels are named once and codes get longer.",
                    fix_zh="从高到低排列，宽度逐级增加。",
                    fix_en="List them highest first with growing widths.",
                )
        root = header.root_division
        if root is not None and root not in book.pack.divisions:
            yield unknown(
                code="ROOT_DIVISION",
                noun="division",
                written=root,
                where=entry.where("root_division"),
                valid=[division.code for division in book.pack.divisions],
                by=("header", "root_division"),
            )


def _calendar_fault(
    year: CalendarYear, key: str, day: date, seen: dict[date, str]
) -> tuple[str, str] | None:
    if day.year != year.year:
        return f"{day} 不在 {year.year} 年。", f"{day} is not a day of {year.year}."
    if day in seen:
        return (
            f"{day} 已经列在 {seen[day]} 中。",
            f"{day} is already listed in {seen[day]}.",
        )
    if key == "make_up_days" and day.weekday() not in year.weekend:
        return (
            f"{day} 本来就是工作日，不是调休上班的周末。",
            f"{day} is a working day anyway, no weekend day that is worked.",
        )
    return None


def _backwards(
    entry: Entry, path: tuple[str | int, ...], from_date: date, to_date: date | None, by: str
) -> Iterator[Problem]:
    if to_date is not None and to_date <= from_date:
        yield Problem(
            code="PERIOD_BACKWARDS",
            where=entry.where(*path, "to"),
            zh=f"“{by}”的 to（{to_date}）不在 from（{from_date}）之后；to 是不再有效的第一天。",
            en=f"`to` ({to_date}) of '{by}' is not after `from` ({from_date}); it is the first day "
            "on which it no longer holds.",
            fix_zh="改正日期；一直有效就不写 to。",
            fix_en="Correct the dates; leave `to` out when it holds until further notice.",
        )


def _overlap(from_1: date, to_1: date | None, from_2: date, to_2: date | None) -> bool:
    return from_1 < (to_2 or _END) and from_2 < (to_1 or _END)
