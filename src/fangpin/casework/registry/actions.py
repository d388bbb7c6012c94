"""Renewing the registry after a run; rows are tuples in the columns' order, no household goes.

All of these run inside the transaction of the load that calls them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from fangpin.casework.divisions.bulk import Target, put_rows, run_for_keys, run_statement
from fangpin.casework.registry.models import Household, ListedNumber, Member

HOUSEHOLDS = Target(
    "registry_household",
    (
        "household_ref",
        "household_no",
        "division",
        "head_name",
        "address",
        "masked_phone",
        "count_of_members",
        "attributes",
        "is_listed",
    ),
    key=("household_ref",),
)
MEMBERS = Target(
    "registry_member",
    (
        "person_ref",
        "household_id",
        "name",
        "relation",
        "is_head",
        "sex",
        "birth_date",
        "masked_id",
        "attributes",
    ),
    key=("person_ref",),
)
MONTHS = Target(
    "registry_householdmonth", ("household_id", "month", "amounts"), key=("household_id", "month")
)


def put_households(rows: Iterable[Sequence[Any]]) -> int:
    """Add or renew households; how many rows were given."""
    return put_rows(HOUSEHOLDS, rows)


def part_numbers(numbers: Collection[tuple[int, str, int]]) -> None:
    """Households whose number stands for another from now on have their first again.

    `numbers` are household_ref, number and turn as they are from now on. Before `put_households`, for
    which a number is free only then.
    """
    standing = {(ref, number) for ref, number, _ in numbers}
    known = list(ListedNumber.objects.order_by("turn").values_list("household", "household_no"))
    first = dict(reversed(known))
    for ref, number in known:
        if (ref, number) not in standing:
            Household.objects.filter(pk=ref, household_no=number).update(household_no=first[ref])


def put_numbers(numbers: Collection[tuple[int, str, int]]) -> None:
    """Make the numbers of households that have had several these; after `put_households`."""
    known = set(
        Household.objects.filter(pk__in=[ref for ref, *_ in numbers]).values_list("pk", flat=True)
    )
    ListedNumber.objects.all().delete()
    ListedNumber.objects.bulk_create(
        ListedNumber(household_id=ref, household_no=number, turn=turn)
        for ref, number, turn in numbers
        # One that was never loaded has nothing to be found.
        if ref in known
    )


def unlist_households(refs: Iterable[int] | None) -> int:
    """Mark households that the registry no longer lists; None: all, before they are renewed."""
    if refs is None:
        return Household.objects.filter(is_listed=True).update(is_listed=False)
    return run_for_keys(
        "UPDATE registry_household SET is_listed = false WHERE household_ref IN ({keys})", refs
    )


def put_members(*, households: Iterable[int], rows: Iterable[Sequence[Any]]) -> int:
    """Make the members of these households those of the rows; how many rows were given.

    A person who lived in another household until now leaves it.
    """
    if Member.objects.exists():
        run_for_keys("DELETE FROM registry_member WHERE household_id IN ({keys})", households)
    return put_rows(MEMBERS, rows)


def put_months(rows: Iterable[Sequence[Any]]) -> int:
    """Add or renew months of households' ledgers; how many rows were given."""
    return put_rows(MONTHS, rows)


def remove_months(rows: Iterable[tuple[int, int]]) -> None:
    """Remove (household_ref, month) rows that corrected deliveries no longer support."""
    by_month: dict[int, list[int]] = {}
    for household_ref, month in rows:
        by_month.setdefault(month, []).append(household_ref)
    for month, refs in by_month.items():
        run_for_keys(
            "DELETE FROM registry_householdmonth WHERE month = %s AND household_id IN ({keys})",
            refs,
            before=(month,),
        )


def forget_months(*, households: Iterable[int], since: int) -> None:
    """Remove every month of these households from a month on, before they are put anew."""
    run_for_keys(
        "DELETE FROM registry_householdmonth WHERE month >= %s AND household_id IN ({keys})",
        households,
        before=(since,),
    )


def recount() -> None:
    """Renew the counts of listed households and members by village."""
    run_statement("DELETE FROM registry_divisioncount")
    run_statement(
        "INSERT INTO registry_divisioncount (division, count_of_households, count_of_members) "
        "SELECT division, COUNT(*), SUM(count_of_members) FROM registry_household "
        "WHERE is_listed = true GROUP BY division"
    )
