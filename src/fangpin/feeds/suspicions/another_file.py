"""Deliveries that are another file than they are said to be: of another month, another feed or place.

Their rows pass, for they are true rows, of something else.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

from fangpin.feeds.arrivals import MONTHS_OF, Arrival, last_of_period
from fangpin.feeds.cells.shapes import quoted
from fangpin.feeds.facts.accepted import ACCEPTED
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.feeds.suspicions.delivered import Delivered, percent
from fangpin.feeds.suspicions.profile import read_profile
from fangpin.lake.engines.duckdb import Engine
from fangpin.values.month import Month

_LOOKED_AT = 2_000
"""Rows of a delivery that are looked for in other months."""


def content_of_another_month(
    engine: Engine, lines: DeliveryLines, told: Delivered
) -> list[Finding]:
    """A file that brings nothing of its month: the month would count as delivered, and empty."""
    contract, least = told.contract, lines.of("least_rows")
    if contract.frequency == "event" or lines.of("repeated_share") is None or least is None:
        return []
    last = last_of_period(contract, told.month)
    own, others = engine.rows(
        "SELECT count(*) FILTER (WHERE month > ? AND month <= ?), count(*) FROM settling",
        [last - MONTHS_OF[contract.frequency], last],
    )[0]
    if own or not others:
        return []
    # A few days of an earlier month may be told late, a stock that varies bears old days, and a year's
    # table is stated for a month of the year in which it came.
    states_months = any(
        one.field == contract.dated_by and one.type in ("month", "year") for one in contract.fields
    )
    is_whole_file = states_months or (others >= least and contract.volume == "steady")
    is_new_of_others = is_whole_file and contract.frequency != "yearly"
    if not (told.settled.repeated or is_new_of_others):
        return []
    return [finding("CONTENT_OF_ANOTHER_MONTH", count=others)]


def doubled_content(
    engine: Engine, lines: DeliveryLines, told: Delivered, earlier: Sequence[Arrival]
) -> list[Finding]:
    """Rows that say what earlier rows say under other numbers of their own: they would count twice."""
    share, least = lines.of("repeated_share"), lines.of("least_values")
    settled, contract = told.settled, told.contract
    if share is None or least is None or settled.months is None or settled.accepted < least:
        return []
    own = [one.field for one in contract.fields if one.field in contract.key]
    numbers = {
        one.field
        for one in contract.fields
        if one.field in own
        and one.type in ("text", "number", "count")
        and one.field not in (contract.subject_field, contract.dated_by)
    }
    first, last = settled.months
    before = [
        one
        for one in earlier
        if one.accepted and one.first_month <= last and first <= one.last_month
    ]
    if not numbers or not before:
        return []
    names = [
        name
        for name in engine.columns(f"SELECT * FROM {ACCEPTED}")
        if name not in {"row_no", "row_key", *numbers}
    ]
    engine.view_files("content_files", [one.facts for one in before])
    held = set(engine.columns("SELECT * FROM content_files"))
    same = " AND ".join(
        f"new.{quoted(name)} IS NOT DISTINCT FROM old.{quoted(name)}"
        for name in names
        if name in held
    )
    subject = contract.subject_column
    doubled = int(
        engine.value(
            f"SELECT count(*) FROM {ACCEPTED} AS new WHERE EXISTS (SELECT 1 FROM content_files AS "
            f"old WHERE old.{subject} = new.{subject} AND old.month = new.month "
            f"AND old.row_key <> new.row_key AND {same})"
        )
    )
    if doubled < least or doubled < share * settled.accepted:
        return []
    listed = "、".join(one.title.zh for one in contract.fields if one.field in numbers)
    listed_en = ", ".join(one.title.en for one in contract.fields if one.field in numbers)
    return [finding("CONTENT_DOUBLED", count=doubled, titles=listed, titles_en=listed_en)]


def rows_moved(lines: DeliveryLines, told: Delivered) -> list[Finding]:
    """Known rows under the months of others: each month that they leave would lose them in silence."""
    share, least = lines.of("repeated_share"), lines.of("least_values")
    settled = told.settled
    if share is None or least is None or settled.moved < least:
        return []
    if settled.moved < share * (settled.accepted + settled.repeated):
        return []
    return [finding("ROWS_MOVED", count=settled.moved)]


def content_of_an_old_month(
    engine: Engine, lines: DeliveryLines, told: Delivered, earlier: Sequence[Arrival]
) -> list[Finding]:
    """The rows of a month long past under this month's name: what changed since has changed back.

    A stock says nearly the same every month, so the month before must tell some of the rows otherwise.
    """
    share, least_lost = lines.of("old_content_share"), lines.of("least_lost")
    contract = told.contract
    if share is None or least_lost is None or contract.volume == "varying":
        return []
    if contract.frequency != "monthly" or contract.dated_by not in contract.key:
        return []
    by_month: dict[int, list[Arrival]] = {}
    for one in earlier:
        if one.accepted and one.month < told.month:
            by_month.setdefault(one.month, []).append(one)
    if len(by_month) < 2:
        return []
    latest = max(by_month)
    step = max(1, told.profile.rows // _LOOKED_AT)
    names = _content_names(engine, told)
    engine.make_table(
        "looked_for",
        f"SELECT row_no, {', '.join(names)} FROM settling WHERE row_no % {step} = 0",
    )
    looked_for = int(engine.value("SELECT count(*) FROM looked_for"))
    new = looked_for - _count_found(engine, names, by_month.pop(latest), latest)
    # What the month before has nearly whole is its stock, and mostly it is so. Gaps that come and go are
    # filled by older months too, but then these have as many gaps of their own.
    allowed = (1 - share) * new
    found: list[Finding] = []
    for month in sorted(by_month, reverse=True) if new >= least_lost else ():
        rows = sum(one.read - one.repeated for one in by_month[month])
        if abs(rows - told.read) > allowed * step or not _may_be(told, by_month[month]):
            continue
        if looked_for - _count_found(engine, names, by_month[month], month) <= allowed:
            found = [finding("CONTENT_OF_OLD_MONTH", count=told.read, month=str(Month(month)))]
            break
    engine.drop("looked_for")
    return found


def _may_be(told: Delivered, arrivals: Sequence[Arrival]) -> bool:
    """Whether a delivery's amounts could be those of a month: of many rows, a row or two change no figure."""
    profiles = [profile for one in arrivals if (profile := read_profile(one.profile))]
    if told.profile.rows <= _LOOKED_AT or len(arrivals) != 1 or len(profiles) != 1:
        return True
    before = profiles[0].amounts
    return all(
        name in before and any(map(operator.eq, now.quantiles, before[name].quantiles))
        for name, now in told.profile.amounts.items()
    )


def _content_names(engine: Engine, told: Delivered) -> list[str]:
    """The columns that would stand in another month's file as they are: no dates, no own numbers of rows."""
    dated = {one.field for one in told.contract.fields if one.type in ("date", "month", "year")}
    left_out = {"row_no", "row_key", "month", "masked_id", *dated}
    names = engine.columns("SELECT * FROM settling")
    return [quoted(name) for name in names if name not in left_out]


def _count_found(
    engine: Engine, names: Sequence[str], arrivals: Sequence[Arrival], month: int
) -> int:
    """How many of the rows looked for stand in a month as they are."""
    engine.view_files("month_files", [one.facts for one in arrivals])
    held = {quoted(name) for name in engine.columns("SELECT * FROM month_files")}
    same = " AND ".join(
        f"new.{name} IS NOT DISTINCT FROM " + (f"old.{name}" if name in held else "NULL")
        for name in names
    )
    subject = next(name for name in names if name.endswith('_ref"') or name == '"division"')
    count = engine.value(
        f"SELECT count(DISTINCT new.row_no) FROM looked_for AS new JOIN month_files AS old "
        f"ON new.{subject} = old.{subject} WHERE old.month = {month} AND {same}"
    )
    engine.drop("month_files")
    return int(count)


def strangers(lines: DeliveryLines, told: Delivered, earlier: Sequence[Arrival]) -> list[Finding]:
    """Other people than the feed tells of: another feed's file, another county's, or two that were swapped.

    How many of its people a feed has told of before is its own habit, a stock's nearly all, of hospitals
    few; it is compared with the least of its earlier deliveries.
    """
    low, least, least_lost = (lines.of(one) for one in ("known_low", "least_rows", "least_lost"))
    habit, now = lines.of("known_habit"), told.profile.known
    if low is None or least is None or least_lost is None or habit is None:
        return []
    if told.contract.volume == "varying":
        return []
    if now is None or now.looked_at < least:
        return []
    profiles = [read_profile(one.profile) for one in earlier if one.month != told.month]
    before = [
        one.known.share
        for one in profiles
        if one is not None and one.known is not None and one.known.looked_at >= least
    ]
    if not before or len(before) < habit:
        return []
    usual = min(lines.latest("known_deliveries", before))
    lacking = (usual - now.share) * now.looked_at
    if now.share >= low * usual or lacking < least_lost:
        return []
    return [
        finding("STRANGERS", share=percent(now.share), usual=percent(usual), count=now.looked_at)
    ]
