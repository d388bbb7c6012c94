"""The windows of a run as SQL: one pass over a feed's ledger rows gives all its windows.

Grain of every query: household_ref. Most households have one row a month in a feed's files; the few
of whom something was corrected, moved or sent beside have their months added up first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fangpin.indicators.compile import Compiler
from fangpin.indicators.windows import Window, WindowLast, WindowMonths, WindowSum
from fangpin.policy.expressions.sql import column
from fangpin.policy.pack import Pack

_ROWS_A_FILE = 1 << 32


@dataclass(frozen=True, slots=True)
class Source:
    """A table of one feed's ledger rows in a window of months."""

    name: str
    is_plain: bool = False
    """No household has two rows of figures for one month, and nothing was taken back."""
    plain: str | None = None
    """Of a table that is not plain: those of its rows that are so for all households but `touched`."""
    touched: str | None = None
    """The table of these households."""

    def parts(self) -> list[tuple[str, bool]]:
        """The rows to read, each with whether they are plain; no household is in two of them."""
        if self.plain is None or self.touched is None:
            return [(self.name, self.is_plain)]
        touched = f"{self.touched} USING (household_ref)"
        return [
            (f"(SELECT * FROM {self.plain} ANTI JOIN {touched}) AS plain_rows", True),
            (f"(SELECT * FROM {self.name} SEMI JOIN {touched}) AS touched_rows", False),
        ]


SourceOf = Callable[[str, int, int], Source | None]
"""The ledger rows of a feed between two months; None when there are none."""


def feed_queries(
    compiler: Compiler, source_of: SourceOf, *, spine: str
) -> list[tuple[str, list[str]]]:
    """One query a feed (and few more for states and for months of several feeds): SQL and columns.

    Windows without any source are not in the result: their figures are NULL.
    """
    found: list[tuple[str, list[str]]] = []
    by_feed: dict[str, list[tuple[Window, str]]] = {}
    for window, name in compiler.windows.items():
        feeds = _feeds_of(compiler.pack, window)
        if len(feeds) > 1 or (isinstance(window, WindowMonths) and window.by_division):
            assert isinstance(window, WindowMonths)
            query = _months_query(compiler, window, name, source_of, spine)
            if query:
                found.append((query, [name]))
        else:
            by_feed.setdefault(feeds.pop(), []).append((window, name))
    for feed, windows in by_feed.items():
        figures = [one for one in windows if not _is_state(compiler.pack, one[0])]
        states = [one for one in windows if _is_state(compiler.pack, one[0])]
        for together, query_of in ((figures, _feed_query), (states, _states_query)):
            if together:
                first = min(_months_of(compiler, window)[0] for window, _ in together)
                last = max(_months_of(compiler, window)[1] for window, _ in together)
                source = source_of(feed, first, last)
                if source:
                    query = " UNION ALL ".join(
                        query_of(compiler, together, rows, is_plain, first, last)
                        for rows, is_plain in source.parts()
                    )
                    found.append((query, [name for _, name in together]))
    return found


def _feeds_of(pack: Pack, window: Window) -> set[str]:
    items = window.items if isinstance(window, WindowMonths) else (window.item,)
    feeds = {pack.items[code].feed for code in items}
    return {feed for feed in feeds if feed is not None}


def _is_state(pack: Pack, window: Window) -> bool:
    return isinstance(window, WindowLast) and pack.items[window.item].kind == "state"


def _months_of(compiler: Compiler, window: Window) -> tuple[int, int]:
    if isinstance(window, WindowMonths):
        return int(compiler.month) - window.width + 1, int(compiler.month)
    return window.first, window.last


def _feed_query(
    compiler: Compiler,
    windows: Sequence[tuple[Window, str]],
    source: str,
    is_plain: bool,
    first: int,
    last: int,
) -> str:
    """Every window of a feed's figures in one pass over its rows.

    Where a household may have several rows a month, they are added up first for the windows that
    look at single months. Rows that were all taken back are no rows.
    """
    whole = f"month BETWEEN {first} AND {last}"
    rows = f"{source} WHERE {whole}"
    if not is_plain and any(not isinstance(window, WindowSum) for window, _ in windows):
        items = dict.fromkeys(
            code
            for window, _ in windows
            for code in (window.items if isinstance(window, WindowMonths) else (window.item,))
        )
        sums = ", ".join(
            f"{_total(compiler.pack, code, column(code))} AS {column(code)}, "
            f"sum({column(code + '__rows')}) AS {column(code + '__rows')}"
            for code in items
        )
        rows = (
            f"(SELECT household_ref, month, {sums} FROM {rows} "
            "GROUP BY household_ref, month) AS months"
        )
    columns = ["household_ref"]
    for window, name in windows:
        if isinstance(window, WindowMonths):
            text = _bits(compiler, window, is_plain)
        else:
            is_whole = (window.first, window.last) == (first, last)
            within = "" if is_whole else f"month BETWEEN {window.first} AND {window.last}"
            value = column(window.item)
            if isinstance(window, WindowLast):
                there = f"{value} IS NOT NULL"
                if not is_plain:
                    there += f" AND {column(window.item + '__rows')} > 0"
                given = " AND ".join(part for part in (within, there) if part)
                text = f"arg_max({value}, month) FILTER (WHERE {given})"
            else:
                text = _total(compiler.pack, window.item, _within(value, within))
                feed = compiler.pack.items[window.item].feed or ""
                if compiler.pack.contracts[feed].absence == "unknown" and not is_plain:
                    count = f"sum({_within(column(window.item + '__rows'), within)})"
                    text = f"CASE WHEN {count} > 0 THEN {text} END"
        columns.append(f"{text} AS {column(name)}")
    return f"SELECT {', '.join(columns)} FROM {rows} GROUP BY household_ref"


def _within(value: str, within: str) -> str:
    return f"CASE WHEN {within} THEN {value} END" if within else value


def _total(pack: Pack, item: str, value: str) -> str:
    """A sum, in no more room than an amount needs."""
    is_amount = pack.items[item].kind == "amount"
    return f"CAST(sum({value}) AS DECIMAL(18, 2))" if is_amount else f"sum({value})"


def _bits(compiler: Compiler, window: WindowMonths, is_plain: bool) -> str:
    last = int(compiler.month)
    parts = [column(item) for item in window.items]
    if is_plain and len(parts) == 1:
        meets = f"{parts[0]} {window.comparison} {window.level}"
    else:
        total = " + ".join(f"coalesce({part}, 0)" for part in parts)
        count = " + ".join(f"coalesce({column(item + '__rows')}, 0)" for item in window.items)
        meets = f"{total} {window.comparison} {window.level} AND {count} > 0"
    return (
        f"bit_or(CASE WHEN month BETWEEN {last - window.width + 1} AND {last} AND {meets} "
        f"THEN CAST(1 AS BIGINT) << CAST({last} - month AS INTEGER) END)"
    )


def _states_query(
    _compiler: Compiler,
    windows: Sequence[tuple[Window, str]],
    source: str,
    is_plain: bool,
    first: int,
    last: int,
) -> str:
    """The latest state of each window that was not taken back."""
    if is_plain:
        columns = ["household_ref"]
        for window, name in windows:
            assert isinstance(window, WindowLast)
            within = f"month BETWEEN {window.first} AND {window.last}"
            columns.append(
                f"arg_max({column(window.item)}, {_place(window.item)}) "
                f"FILTER (WHERE {within}) AS {column(name)}"
            )
        some = " OR ".join(
            dict.fromkeys(
                f"{column(window.item)} IS NOT NULL"
                for window, _ in windows
                if isinstance(window, WindowLast)
            )
        )
        return (
            f"SELECT {', '.join(columns)} FROM {source} "
            f"WHERE month BETWEEN {first} AND {last} AND ({some}) GROUP BY household_ref"
        )
    listed, joins = [], []
    for place, (window, name) in enumerate(windows):
        assert isinstance(window, WindowLast)
        listed.append(f"state_{place}.{column(name)}")
        joins.append(
            f"LEFT JOIN ({_state_query(window, name, source)}) AS state_{place} "
            "USING (household_ref)"
        )
    return (
        f"SELECT household_ref, {', '.join(listed)} FROM (SELECT DISTINCT household_ref "
        f"FROM {source} WHERE month BETWEEN {first} AND {last}) AS homes {' '.join(joins)}"
    )


def _state_query(window: WindowLast, name: str, source: str) -> str:
    value, delivery = column(window.item), column(window.item + "__delivery")
    rows = (
        f"SELECT household_ref, {value} AS value, month, {delivery} AS delivery, "
        f"{_place(window.item)} AS place, "
        f"{column(window.item + '__rows')} AS count FROM {source} "
        f"WHERE month BETWEEN {window.first} AND {window.last} AND {value} IS NOT NULL"
    )
    # Only where something was taken back (corrected, or moved with a person) must rows be set off
    # against each other; that is rare, and grouping all of them is dear.
    taken = f"SELECT DISTINCT household_ref FROM ({rows}) AS all_rows WHERE count < 0"
    # The last month's rows, of these the last delivery's, of these the last.
    latest = "struct_pack(month := month, delivery := delivery, place := place)"
    return (
        f"SELECT household_ref, arg_max(value, {latest}) AS {column(name)} FROM ("
        f"SELECT household_ref, value, month, delivery, place FROM ({rows}) AS plain "
        f"WHERE household_ref NOT IN ({taken}) "
        f"UNION ALL SELECT household_ref, value, month, delivery, place FROM ({rows}) AS touched "
        f"WHERE household_ref IN ({taken}) "
        "GROUP BY household_ref, value, month, delivery, place HAVING sum(count) > 0"
        ") AS states GROUP BY household_ref"
    )


def _place(item: str) -> str:
    """Orders the states of plain rows, whose months are told by one delivery each."""
    return f"CAST(month AS BIGINT) * {_ROWS_A_FILE} + {column(item + '__row')}"


def _months_query(
    compiler: Compiler,
    window: WindowMonths,
    name: str,
    source_of: SourceOf,
    spine: str,
) -> str | None:
    """The months of one window over several feeds, or with a level that differs by division."""
    last = int(compiler.month)
    first = last - window.width + 1
    by_feed: dict[str, list[str]] = {}
    for code in window.items:
        feed = compiler.pack.items[code].feed
        assert feed is not None
        by_feed.setdefault(feed, []).append(code)
    parts = []
    for feed, items in by_feed.items():
        source = source_of(feed, first, last)
        if source:
            total = " + ".join(f"coalesce({column(item)}, 0)" for item in items)
            count = " + ".join(f"coalesce({column(item + '__rows')}, 0)" for item in items)
            parts.append(
                f"SELECT household_ref, month, {total} AS value, {count} AS count FROM {source.name} "
                f"WHERE month BETWEEN {first} AND {last}"
            )
    if not parts:
        return None
    rows, grain = f"({' UNION ALL '.join(parts)}) AS rows", "household_ref, month"
    if window.by_division:
        rows += (
            f" JOIN (SELECT household_ref, division FROM {spine}) AS homes USING (household_ref)"
        )
        grain += ", division"
    return (
        "SELECT household_ref, bit_or(CAST(1 AS BIGINT) << "
        f"CAST({last} - month AS INTEGER)) AS {column(name)} FROM "
        f"(SELECT household_ref, month FROM {rows} "
        f"GROUP BY {grain} HAVING sum(value) {window.comparison} {window.level} "
        "AND sum(count) > 0) "
        "AS months GROUP BY household_ref"
    )
