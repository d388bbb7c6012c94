"""Cross-checks of a merged pack: one small function a mistake, all of them always run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fangpin.policy.checks import (
    administrators,
    decisions,
    feeds,
    ledger,
    periods,
    procedures,
    rules,
    sources,
    tables,
)
from fangpin.policy.checks.book import Book, Check
from fangpin.policy.checks.cases import (
    case_problems,
    checks_have_enough_cases,
    rules_have_enough_cases,
)
from fangpin.policy.checks.histories import history_problems
from fangpin.policy.expressions import check_pack as check_expressions
from fangpin.policy.pack import Pack
from fangpin.policy.reading.entries import Entry
from fangpin.values.problem import Problem

ALL_CHECKS: tuple[Check, ...] = (
    sources.sources_exist,
    feeds.contract_fields_exist,
    feeds.contract_fields_fit,
    feeds.contract_fields_are_single,
    feeds.coded_values_are_clear,
    feeds.field_limits_make_sense,
    feeds.identifier_shapes_can_be_read,
    feeds.registry_fields_exist,
    feeds.household_units_exist,
    feeds.deaths_fit,
    tables.table_words_are_clear,
    tables.table_writing_can_be_read,
    feeds.demo_columns_exist,
    feeds.demo_rounds_exist,
    ledger.item_references_exist,
    ledger.items_have_the_shape_of_their_kind,
    ledger.totals_add_like_to_like,
    ledger.totals_do_not_circle,
    ledger.codes_are_single,
    rules.rule_references_exist,
    rules.severity_steps_can_be_reached,
    rules.sentences_can_be_filled,
    rules.severity_ranks_are_single,
    rules.measures_suit_known_causes,
    rules.roles_stand_at_known_levels,
    decisions.statements_have_a_shape,
    administrators.administrators_see_no_household,
    administrators.administrators_share_no_permission,
    decisions.statement_references_exist,
    decisions.statement_items_fit,
    decisions.statement_counts_nothing_twice,
    decisions.shown_figures_exist,
    decisions.conditions_are_single,
    decisions.checks_name_known_measures,
    decisions.measures_stand_in_known_classes,
    periods.periods_run_forward,
    periods.parameter_values_do_not_overlap,
    periods.parameter_values_are_alike,
    periods.parameter_divisions_exist,
    periods.editions_do_not_overlap,
    periods.calendar_days_fit,
    periods.header_makes_sense,
    procedures.procedure_references_exist,
    procedures.procedures_come_to_an_end,
    procedures.exits_have_reasons,
    procedures.forms_hang_together,
    procedures.forms_of_unregistered_households_name_one,
    procedures.duty_references_exist,
)
"""What `load_pack` runs; the expressions are checked after these."""


def cross_check(*, pack: Pack, faulty: Iterable[tuple[str, str]] = ()) -> list[Problem]:
    """Every mistake between the entries of a pack; `faulty` codes were already told of."""
    book = Book(pack, frozenset(faulty))
    problems = [problem for check in ALL_CHECKS for problem in check(book)]
    if not book.faulty:
        problems.extend(check_expressions(pack))
    return problems


def check_histories(pack: Pack, entries: Sequence[Entry]) -> list[Problem]:
    """What is wrong with the histories of cases that do not belong to the pack."""
    return list(history_problems(book=Book(pack), entries=entries))


def check_pack_thoroughly(pack: Pack) -> list[Problem]:
    """What `fangpin pack check` adds to loading: the pack's cases, and rules and checks with too few.

    Raises ProblemError when a case file cannot be read at all.
    """
    book = Book(pack)
    return [
        *case_problems(book=book, entries=pack.case_entries),
        *rules_have_enough_cases(book),
        *checks_have_enough_cases(book),
    ]
