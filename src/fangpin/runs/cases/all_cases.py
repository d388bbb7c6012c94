"""All that a pack's cases ask: of compiled rules, of decisions, and of casework by a history."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fangpin.lake.engine import Engine
from fangpin.policy import Pack
from fangpin.policy.cases import placed
from fangpin.policy.models.cases import PackCase
from fangpin.policy.reading.entries import Entry
from fangpin.runs.cases.decision_cases import run_decision_cases
from fangpin.runs.cases.pack_cases import CaseResult, run_cases


def run_all(
    pack: Pack,
    entries: Sequence[Entry],
    *,
    start_casework: Callable[[], None],
    engine: Engine | None = None,
) -> list[CaseResult]:
    """Every case in the order of its file, with all that it got wrong.

    `engine` evaluates the rules; None: DuckDB, opened for this alone.
    `start_casework` makes Django and its tables ready; it is called only if a case needs them.
    """
    cases = placed(list(entries))
    by_rules = run_cases(pack, cases, engine=engine)
    results = [
        CaseResult(one.place, one.name, (*one.problems, *other.problems))
        for one, other in zip(by_rules, run_decision_cases(pack, cases), strict=True)
    ]
    if not any(_needs_casework(entry) for entry in entries):
        return results
    start_casework()
    # Models can be imported only once Django is ready.
    from fangpin.runs.cases.procedure_cases import run_histories

    more = {result.place: result.problems for result in run_histories(pack, entries)}
    return [
        CaseResult(one.place, one.name, (*one.problems, *more.get(one.place, ())))
        for one in results
    ]


def _needs_casework(entry: Entry) -> bool:
    case = entry.node
    return isinstance(case, PackCase) and bool(case.history or case.expect.asks_of_casework)
