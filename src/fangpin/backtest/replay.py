"""One rule over past months, each judged with what had arrived by that month's run day.

The SQL is that of the monthly run, cut down to what the rule needs; several sets of values are
tried in one pass over the ledger as long as they look at the same windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fangpin.backtest.beginning import refuse_before_registry
from fangpin.backtest.living import Judged, feeds_of_holding, without_held
from fangpin.backtest.thresholds import refuse_foreign_parameters, rule_editions
from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.arrivals import arrivals as all_arrivals
from fangpin.indicators.compile import Compiler
from fangpin.indicators.sources import ledger_source
from fangpin.indicators.windows import Window
from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.ledger.snapshot import Snapshot, take_snapshot
from fangpin.linkage.moved.chosen import Chosen
from fangpin.linkage.registry.households import spine_query
from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.spans import base_items
from fangpin.policy.models.lists import Rule
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import hit_query, make_windows
from fangpin.values.month import Month

RUN_DAY = 10
"""Of the month after the judged one: a replayed run's as-of day, unless another is asked for."""


@dataclass(frozen=True, slots=True)
class ReplayMonth:
    """One judged month: how many households the rule hit, and how many of them for the first time."""

    month: Month
    as_of: date
    hits: int
    first_hits: int
    true_hits: int
    """Of the hits, how many the truth that was given knows to be in difficulty then or soon after."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a rule with some values would have hit, month by month."""

    rule: str
    parameters: Mapping[str, Decimal]
    months: tuple[ReplayMonth, ...]
    first_hit: Mapping[int, int] = field(repr=False)
    """Household -> the first judged month in which it was hit."""
    true_households: frozenset[int] = field(repr=False)
    """Of the households hit, those with a true hit in any month."""

    @property
    def households(self) -> int:
        """How many households were hit at least once: how many visits it would have asked for."""
        return len(self.first_hit)


Truth = Mapping[int, frozenset[int]]
"""Household -> the months in which it truly was in difficulty, or was identified by officials."""


def replay(
    home: Home,
    pack: Pack,
    *,
    rule: str,
    parameters: Mapping[str, Decimal],
    from_month: Month,
    to_month: Month,
    truth: Truth | None = None,
    engine: Engine | None = None,
    run_day: int = RUN_DAY,
) -> Replay:
    """Replay one rule with some values of its parameters; see `replay_all`."""
    return replay_all(
        home,
        pack,
        rule=rule,
        tries=[parameters],
        from_month=from_month,
        to_month=to_month,
        truth=truth,
        engine=engine,
        run_day=run_day,
    )[0]


def replay_all(
    home: Home,
    pack: Pack,
    *,
    rule: str,
    tries: Sequence[Mapping[str, Decimal]],
    from_month: Month,
    to_month: Month,
    truth: Truth | None = None,
    engine: Engine | None = None,
    run_day: int = RUN_DAY,
) -> list[Replay]:
    """Replay one rule with several sets of values, months first and last inclusive.

    An empty set is the pack as it is. A hit is true when the household was in difficulty, or was
    identified, in the judged month or the eleven after it. Raises ProblemError RULE_UNKNOWN,
    BACKTEST_PARAMETER, BACKTEST_TOO_EARLY, REGISTRY_MISSING, NO_VALUE_FOR_DATE.
    """
    editions = rule_editions(pack, rule)
    for values in tries:
        refuse_foreign_parameters(pack, editions[-1], values)
    numbers = range(int(from_month), int(to_month) + 1)
    run_days = {number: Month(number).plus(1).first_day.replace(day=run_day) for number in numbers}
    deliveries = all_arrivals(home)
    refuse_before_registry(deliveries, run_days)
    with _engine(home, engine) as opened:
        judged = dict(_judged(home, pack, opened, deliveries, editions, tries, run_days))
        living = without_held(opened, pack, list(judged.values()), spill=home.spill)
    hits = dict(zip(judged, living, strict=True))
    known = truth or {}
    first_hit: list[dict[int, int]] = [{} for _ in tries]
    found_true: list[set[int]] = [set() for _ in tries]
    months: list[list[ReplayMonth]] = [[] for _ in tries]
    for number, as_of in run_days.items():
        for place, refs in enumerate(hits.get(number, [[] for _ in tries])):
            true = [ref for ref in refs if _is_true(known.get(ref), number)]
            new = [ref for ref in refs if ref not in first_hit[place]]
            first_hit[place].update(dict.fromkeys(new, number))
            found_true[place].update(true)
            months[place].append(ReplayMonth(Month(number), as_of, len(refs), len(new), len(true)))
    return [
        Replay(
            rule=editions[-1].rule,
            parameters=dict(values),
            months=tuple(months[place]),
            first_hit=first_hit[place],
            true_households=frozenset(found_true[place]),
        )
        for place, values in enumerate(tries)
    ]


def _judged(
    home: Home,
    pack: Pack,
    engine: Engine,
    deliveries: Sequence[Arrival],
    editions: Sequence[Rule],
    tries: Sequence[Mapping[str, Decimal]],
    run_days: Mapping[int, date],
) -> Iterator[tuple[int, Judged]]:
    """Each month in which the rule was in force, and what it hit by what had arrived then.

    The last month comes first: what linkage looks up for it is all that earlier ones ask for.
    """
    spine, chosen = _Spine(engine, pack), Chosen()
    for number, as_of in sorted(run_days.items(), reverse=True):
        edition = next((one for one in editions if _in_force(one, as_of)), None)
        if edition is None:
            continue
        snapshot = take_snapshot(
            home=home,
            pack=pack,
            engine=engine,
            arrivals=deliveries,
            as_of=as_of,
            feeds=_feeds(pack, edition),
            rows_of=feeds_of_holding(pack, edition),
            chosen=chosen,
        )
        hits = _hits(engine, pack, snapshot, edition, tries, spine)
        yield number, Judged(snapshot, edition, hits)
    engine.drop("spine")
    chosen.forget(engine)


def _hits(
    engine: Engine,
    pack: Pack,
    snapshot: Snapshot,
    rule: Rule,
    tries: Sequence[Mapping[str, Decimal]],
    spine: _Spine,
) -> list[list[int]]:
    """The households hit under each set of values, over windows that are computed once."""
    windows: dict[Window, str] = {}
    queries = []
    compiler = None
    for values in tries:
        compiler = Compiler(
            pack=pack,
            as_of=snapshot.as_of,
            month=snapshot.month,
            coverage=snapshot.coverage,
            overrides=values,
            windows=windows,
        )
        queries.append(hit_query(compiler, rule, "windows"))
    if compiler is None:
        return []
    spine.bring(snapshot, rule)
    made = make_windows(engine, compiler, "spine", ledger_source(engine, snapshot))
    engine.make_view("windows", made.of("spine"))
    found = [[row[0] for row in engine.rows(query)] for query in queries]
    engine.drop("windows", *made.tables)
    return found


class _Spine:
    """The table `spine` of the households of a day, with what a rule asks of them.

    Mostly one month's is the next one's too: only ages and the registry change it.
    """

    def __init__(self, engine: Engine, pack: Pack) -> None:
        self._engine, self._pack = engine, pack
        self._made: tuple[str, str] | None = None

    def bring(self, snapshot: Snapshot, rule: Rule) -> None:
        """Make it that of a snapshot, if it is not already."""
        query = spine_query(
            pack=self._pack,
            people="people_rows",
            month=snapshot.month,
            attributes=_attributes(self._pack, rule),
        )
        wanted = (snapshot.registry.key, query)
        if self._made != wanted:
            self._engine.view_files("people_rows", [snapshot.registry.people])
            self._engine.make_table("spine", query)
            self._made = wanted


def _named(pack: Pack, rule: Rule) -> set[str]:
    """Every name that the rule or one of its indicators uses."""
    waiting = [text for text in (rule.applies_when, rule.hit_when, rule.suppressed_when) if text]
    seen: set[str] = set()
    while waiting:
        for name in tree.names(parse(waiting.pop())) - seen:
            seen.add(name)
            if name in pack.indicators:
                waiting.append(pack.indicators[name].expression)
    return seen


def _attributes(pack: Pack, rule: Rule) -> set[str]:
    """The household attributes that the rule rests on."""
    return _named(pack, rule) & set(pack.attributes)


def _feeds(pack: Pack, rule: Rule) -> set[str]:
    """The feeds of the ledger items that the rule rests on."""
    items = _named(pack, rule) & set(pack.items)
    return {base.feed for item in items for base in base_items(pack, item) if base.feed}


def _is_true(months: frozenset[int] | None, number: int) -> bool:
    return months is not None and any(number <= month < number + 12 for month in months)


def _in_force(rule: Rule, at: date) -> bool:
    return rule.from_date <= at and (rule.to_date is None or at < rule.to_date)


@contextmanager
def _engine(home: Home, given: Engine | None) -> Iterator[Engine]:
    if given is not None:
        yield given
        return
    with connect(spill=home.spill) as opened:
        yield opened
