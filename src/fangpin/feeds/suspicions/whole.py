"""What is strange about a delivery as a whole though its rows pass: a person looks before it counts.

Every line it is judged by is a parameter of the pack (`delivery.…`); a check whose parameter the
pack lacks, or has no value of for the day, is not made. Deliveries of other months of the same feed,
in force on the day of receipt, are what it is compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.cells.check import PROBLEMS
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.feeds.suspicions.another_file import (
    content_of_an_old_month,
    content_of_another_month,
    doubled_content,
    rows_moved,
    strangers,
)
from fangpin.feeds.suspicions.delivered import Delivered, is_cut, percent
from fangpin.feeds.suspicions.renumbered import renumbered_households
from fangpin.feeds.suspicions.shrunken import shrunken_villages
from fangpin.feeds.suspicions.unit_drift import unit_drift
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.pack import Pack

_LOST = (
    "(code IN ('ID_PRECISION_LOST', 'ID_SCIENTIFIC') "
    "OR (code = 'ID_SHAPE' AND length(value_masked) IN (16, 17)))"
)
"""Numbers that were cut: rounded, turned into 4.3E+17, or short of their last digits."""


def suspicions(
    *,
    engine: Engine,
    pack: Pack,
    told: Delivered,
    earlier: Sequence[Arrival],
    waiting: Sequence[Arrival] = (),
) -> list[Finding]:
    """Why this delivery must be held, each reason once; empty: nothing about it is strange.

    `earlier` are the feed's deliveries in force on the day of receipt, in order of arrival; `waiting`
    are those that were held then.
    """
    lines = DeliveryLines(pack, told.received)
    found = [*_lost_numbers(engine, lines, told), *_many_refused(lines, told)]
    if told.is_registry and told.is_part:
        return found
    registry = pack.header.registry
    if told.is_registry and registry is not None:
        found += renumbered_households(
            engine=engine, registry=registry, lines=lines, told=told, earlier=earlier
        )
        return [*found, *shrunken_villages(lines, told, earlier)]
    contract = told.contract
    others = [one for one in earlier if one.month != told.month]
    found += unit_drift(
        engine=engine, lines=lines, contract=contract, profile=told.profile, others=others
    )
    is_first_of_month = all(one.month != told.month for one in earlier)
    of_another = content_of_another_month(engine, lines, told) if is_first_of_month else []
    found += of_another
    if is_first_of_month:
        found += content_of_an_old_month(engine, lines, told, earlier)
        found += _part_beside_another(engine, lines, told, waiting)
    # A file of another month has no rows of its own, which is told already.
    if not of_another and (is_first_of_month or told.is_whole_month):
        found += _volume(engine, lines, told, earlier)
    found += rows_moved(lines, told)
    found += strangers(lines, told, earlier)
    return [*found, *doubled_content(engine, lines, told, earlier)]


def is_correction(*, pack: Pack, told: Delivered, earlier: Sequence[Arrival]) -> bool:
    """Whether a delivery is too small to be its month: those that it came beside make that delivered."""
    low = DeliveryLines(pack, told.received).of("volume_low")
    beside = [one.read for one in earlier if one.month == told.month and not one.confirms]
    if low is None or not beside or told.is_registry or told.is_whole_month:
        return False
    usual = [
        one.read for one in earlier if one.month != told.month and one.makes_its_month_delivered
    ]
    # Beside one that has its rows twice a whole month is small, and a month all the same.
    whole = min(max(beside), median(usual)) if usual else max(beside)
    return told.read < low * Decimal(str(whole))


def _lost_numbers(engine: Engine, lines: DeliveryLines, told: Delivered) -> list[Finding]:
    """Identity columns that a spreadsheet cut: what passes the check digit there does so by chance."""
    share, least = lines.of("lost_numbers_share"), lines.of("least_values")
    if share is None or least is None:
        return []
    rows = engine.rows(
        f"SELECT field, count(DISTINCT row_no) FROM {PROBLEMS} WHERE {_LOST} "
        "GROUP BY field ORDER BY field"
    )
    titles = {one.field: one.title for one in told.contract.fields}
    return [
        finding(
            "ID_COLUMN_TRUNCATED",
            column=field,
            count=count,
            title=titles[field].zh,
            title_en=titles[field].en,
            share=percent(Decimal(count) / told.read),
        )
        for field, count in rows
        if count >= least and count >= share * told.read
    ]


def _many_refused(lines: DeliveryLines, told: Delivered) -> list[Finding]:
    """So many rows set aside that the month is not there though a file came."""
    share, least = lines.of("refused_share"), lines.of("least_refused")
    refused = told.settled.quarantined - told.settled.no_records
    read = told.read - told.settled.no_records
    if share is None or least is None or refused < least or refused < share * read:
        return []
    return [finding("MANY_ROWS_REFUSED", count=refused, share=percent(Decimal(refused) / read))]


def _volume(
    engine: Engine, lines: DeliveryLines, told: Delivered, earlier: Sequence[Arrival]
) -> list[Finding]:
    """A month far smaller or larger than the feed's earlier ones: a cut file, or twice the rows.

    A delivery that is the whole of its month is compared with what it takes the place of as well.
    """
    low, high = lines.of("volume_low"), lines.of("volume_high")
    least, least_lost = lines.of("least_rows"), lines.of("least_lost")
    contract = told.contract
    if contract.volume == "varying" or contract.frequency == "event":
        return []
    if low is None or high is None or least is None or least_lost is None:
        return []
    months: dict[int, int] = defaultdict(int)
    for one in earlier:
        if one.confirms:
            continue
        if told.is_whole_month:
            months[one.month] = one.read
        elif one.month != told.month:
            months[one.month] += one.read - one.repeated
    known = lines.latest("volume_months", sorted(months))
    latest = [months[month] for month in known]
    now = told.read if told.is_whole_month else told.read - told.settled.repeated
    if not latest:
        return []
    usual = Decimal(str(median(latest)))
    # A month that was strange and true once does not make the next cut file an ordinary one.
    strange = {one.month for one in earlier if _had_strange_volume(one)}
    ordinary = [months[month] for month in known if month not in strange]
    # Deaths of a month are five or twenty by chance: how far it has swung before is no cut.
    fallen = max(usual - min(ordinary), Decimal(0)) if ordinary else Decimal(0)
    swing = fallen * (lines.of("volume_swing") or Decimal(1))
    own = now - _rows_of_other_months(engine, told)
    is_small = is_cut(own, usual, low, least_lost) and usual - own > swing
    is_large = now >= least and now > high * usual and now > max(ordinary, default=usual)
    if not (is_small or is_large):
        return []
    count = own if is_small else now
    return [finding("VOLUME_ANOMALY", count=count, usual=f"{usual:f}", months=len(latest))]


def _rows_of_other_months(engine: Engine, told: Delivered) -> int:
    """New rows that state another month than the delivery's: of its own month there are so many fewer.

    Of rows that bear a day some always come late.
    """
    states_months = any(
        one.field == told.contract.dated_by and one.type == "month" for one in told.contract.fields
    )
    if not states_months or told.contract.frequency != "monthly" or told.is_whole_month:
        return 0
    if told.settled.span in (None, (told.month, told.month)):
        return 0
    return int(
        engine.value(
            f"SELECT count(*) FROM settling WHERE month <> {told.month} "
            "AND row_no NOT IN (SELECT row_no FROM standing_rows)"
        )
    )


def _had_strange_volume(one: Arrival) -> bool:
    return any(found["code"] == "VOLUME_ANOMALY" for found in one.suspicions)


def _part_beside_another(
    engine: Engine, lines: DeliveryLines, told: Delivered, waiting: Sequence[Arrival]
) -> list[Finding]:
    """The larger part of a month whose smaller part waits: alone it would pass for the month."""
    least_lost = lines.of("least_lost")
    of_month = [
        one
        for one in waiting
        if one.month == told.month and one.accepted and not one.confirms and one.read < told.read
    ]
    if least_lost is None or not of_month or told.contract.volume == "varying":
        return []
    engine.view_files("waiting_files", [one.facts for one in of_month])
    lacking = int(
        engine.value(
            f"SELECT count(DISTINCT row_key) FROM waiting_files WHERE month = {told.month} "
            "AND row_key NOT IN (SELECT row_key FROM settling)"
        )
    )
    engine.drop("waiting_files")
    if lacking < least_lost:
        return []
    return [finding("MONTH_IN_PARTS", count=lacking, delivery=of_month[-1].delivery)]
