"""What casework established, delivered to the lake like any department's file.

Visits and times in monitoring become deliveries of the pack's own feeds before a run, so that the
run knows them as of its day and can be repeated to the same bytes.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from django.db.models import Model, Q

from fangpin.casework.cases.models import Episode, Visit
from fangpin.casework.cases.states import EpisodeState
from fangpin.casework.registry.models import Household, ListedNumber, MovedRow
from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.receive import receive
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy import Pack
from fangpin.policy.models.feeds import Contract
from fangpin.policy.models.procedures import Form
from fangpin.values.writing import Writing

SEVERE = "severe_difficulty"
"""The field of a visits' feed that carries the verifiers' own finding of serious difficulty."""

Row = Mapping[str, str]


def deliver_casework(
    *, home: Home, pack: Pack, engine: Engine, vault: Vault, as_of: date
) -> list[Receipt]:
    """Deliver what was established since the last delivery and by the end of a day.

    The day of the last delivery was not over when it was made: what it brought is offered again, and
    rows that stand already are no news. A household's visits of one month are one row: the latest
    that stands replaces the one before. Nothing new: nothing delivered. Raises what `receive` does.
    """
    receipts = []
    for form in pack.forms.values():
        contract = pack.contracts.get(form.feed or "")
        if contract is not None:
            since = _last_delivery(home, contract)
            rows = _visits(form, contract, since=since, until=as_of)
            receipts += _delivered(home, pack, engine, vault, contract, rows, as_of)
    contract = pack.contracts.get(pack.header.monitoring_feed or "")
    if contract is not None:
        rows = _monitoring(contract, since=_last_delivery(home, contract), until=as_of)
        receipts += _delivered(home, pack, engine, vault, contract, rows, as_of)
    return receipts


def _last_delivery(home: Home, contract: Contract) -> date:
    return max((one.received for one in arrivals(home, feed=contract.feed)), default=date.min)


def _visits(form: Form, contract: Contract, *, since: date, until: date) -> list[Row]:
    """The visits recorded from a day on and by another, one a household and month."""
    joined, parted = _moved(Visit, since=since, until=until)
    standing = Visit.objects.filter(
        form=form.form,
        act__is_undone=False,
        act__on__lte=until,
        # What hangs on a household that no registry lists waits until it is joined to one.
        household__provisional__isnull=True,
    )
    news = standing.filter(
        Q(act__on__gte=since) | Q(pk__in=joined) | Q(household__in=[ref for ref, _ in parted])
    )
    months = {(ref, f"{day:%Y%m}") for ref, day in news.values_list("household", "act__on")}
    # One that was visited earlier and recorded later does not stand above the other of its month.
    found = (
        standing.filter(household__in=news.values("household"))
        .select_related("household", "act")
        .prefetch_related("answers")
        .order_by("visited_at", "id")
    )
    rows: dict[str, Row] = _taken_back(parted, form, contract)
    first = _first_numbers()
    for visit in found:
        day = visit.act.on
        if (visit.household_id, f"{day:%Y%m}") not in months:
            continue
        home = first.get(visit.household_id, visit.household.household_no)
        number = f"{home}-{day:%Y%m}"
        answers = {answer.field: answer.found_value for answer in visit.answers.all()}
        answers[SEVERE] = "true" if visit.is_in_severe_difficulty else "false"
        rows[number] = {
            "visit_no": number,
            "household_no": home,
            contract.dated_by: day.isoformat(),
            **{code: text for code, text in answers.items() if text},
        }
    return list(rows.values())


def _moved(
    model: type[Model], *, since: date, until: date
) -> tuple[list[int], list[tuple[int, int]]]:
    """Rows that joinings moved from a day on and by another; and (household, row) of those whose
    joining was taken back then after a delivery may have told of it."""
    moved = MovedRow.objects.filter(table=model._meta.label_lower)
    lately = {"joined_at__date__gte": since, "joined_at__date__lte": until}
    joined = moved.filter(join__undone_at__isnull=True).filter(
        **{f"join__{name}": day for name, day in lately.items()}
    )
    parted = moved.filter(
        join__undone_at__date__gte=since,
        join__undone_at__date__lte=until,
        join__joined_at__date__lte=since,
    )
    return (
        list(joined.values_list("row", flat=True)),
        list(parted.values_list("join__household", "row")),
    )


def _taken_back(parted: list[tuple[int, int]], form: Form, contract: Contract) -> dict[str, Row]:
    """Rows that say nothing any more, in place of visits that were another household's."""
    numbers = dict(
        Household.objects.filter(pk__in=[ref for ref, _ in parted]).values_list(
            "pk", "household_no"
        )
    )
    numbers |= {ref: number for ref, number in _first_numbers().items() if ref in numbers}
    visits = Visit.objects.filter(form=form.form).select_related("act")
    rows: dict[str, Row] = {}
    for ref, row in parted:
        visit = visits.filter(pk=row).first()
        if visit is not None:
            number = f"{numbers[ref]}-{visit.act.on:%Y%m}"
            rows[number] = {
                "visit_no": number,
                "household_no": numbers[ref],
                contract.dated_by: visit.act.on.isoformat(),
            }
    return rows


def _first_numbers() -> dict[int, str]:
    """Of households that have had several numbers the first: what was told under it is told of again."""
    found = ListedNumber.objects.filter(turn=0)
    return dict(found.values_list("household", "household_no"))


def _monitoring(contract: Contract, *, since: date, until: date) -> list[Row]:
    """Times in monitoring that began, ended or were resumed from a day on and by another; and those
    that a joining gave to the household meanwhile."""
    rows: list[Row] = []
    joined = set(_moved(Episode, since=since, until=until)[0])
    first = _first_numbers()
    changed = Episode.objects.select_related("household").order_by("id")
    changed = changed.filter(household__provisional__isnull=True)
    for episode in changed.filter(identified_date__lte=until):
        days = [(episode.identified_date, "monitored"), (episode.rolled_back_date, "monitored")]
        if episode.state == EpisodeState.ELIMINATED:
            days.append((episode.eliminated_date, "eliminated"))
        for day, state in days:
            is_new = day is not None and (since <= day or episode.pk in joined)
            if day is not None and is_new and day <= until:
                number = first.get(episode.household_id, episode.household.household_no)
                rows.append(
                    {
                        "entry_no": f"{number}-{day:%Y%m%d}",
                        "household_no": number,
                        contract.dated_by: day.isoformat(),
                        "state": state,
                    }
                )
    return rows


def _delivered(
    home: Home,
    pack: Pack,
    engine: Engine,
    vault: Vault,
    contract: Contract,
    rows: Iterable[Row],
    as_of: date,
) -> list[Receipt]:
    listed = list(rows)
    if not listed:
        return []
    with tempfile.TemporaryDirectory(dir=home.spill) as folder:
        file = Path(folder) / f"{contract.feed}-{as_of}.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([field.title.zh for field in contract.fields])
            for row in listed:
                writer.writerow(
                    [
                        _written(contract, code, row, pack.header.writing)
                        for code in _codes(contract)
                    ]
                )
        receipt = receive(
            home=home,
            pack=pack,
            feed=contract.feed,
            file=file,
            original_name=file.name,
            received=as_of,
            engine=engine,
            vault=vault,
            only_news=True,
        )
    return [] if receipt.outcome == "already_received" else [receipt]


def _codes(contract: Contract) -> list[str]:
    return [field.field for field in contract.fields]


_TRUTHS = {"true": "yes", "false": "no"}


def _written(contract: Contract, code: str, row: Row, writing: Writing) -> str:
    """A value as the contract's own words and the country write it."""
    field = next(one for one in contract.fields if one.field == code)
    value = row.get(code, "")
    if field.type in ("amount", "number"):
        return writing.figure(value)
    if field.values is None or not value:
        return value
    words = field.values.get(value) or field.values.get(_TRUTHS.get(value, ""), [])
    return words[0] if words else ""
