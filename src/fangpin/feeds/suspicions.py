"""What is strange about a delivery as a whole though its rows pass: a person looks before it counts.

Every line it is judged by is a parameter of the pack (`delivery.…`); a check whose parameter the
pack lacks, or has no value of for the day, is not made. Deliveries of other months of the same feed,
in force on the day of receipt, are what it is compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from fangpin.feeds.arrivals import MONTHS_OF, Arrival, last_of_period
from fangpin.feeds.check import PROBLEMS
from fangpin.feeds.duplicates import restated_month
from fangpin.feeds.facts import ACCEPTED, Settled
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.feeds.profile import Profile, read_profile
from fangpin.feeds.shapes import quoted
from fangpin.feeds.unit_drift import unit_drift
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.feed_models import Contract
from fangpin.policy.pack import Pack

_LOST = (
    "(code IN ('ID_PRECISION_LOST', 'ID_SCIENTIFIC') "
    "OR (code = 'ID_SHAPE' AND length(value_masked) IN (16, 17)))"
)
"""Numbers that were cut: rounded, turned into 4.3E+17, or short of their last digits."""
_MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery on its way in: what the checks of the whole look at."""

    contract: Contract
    month: int
    read: int
    settled: Settled
    profile: Profile
    received: date
    is_registry: bool
    is_part: bool = False
    """Rows of another delivery whose reading was confirmed: never the whole of a month."""

    @property
    def is_whole_month(self) -> bool:
        """Whether it takes back the rows of its month that it lacks."""
        restated = restated_month(
            self.contract,
            month=self.month,
            quarantined=self.settled.quarantined,
            is_part=self.is_part,
        )
        return restated is not None


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
    if told.is_registry:
        return [*found, *_shrunken_villages(lines, told, earlier)]
    contract = told.contract
    others = [one for one in earlier if one.month != told.month]
    found += unit_drift(
        engine=engine, lines=lines, contract=contract, profile=told.profile, others=others
    )
    is_first_of_month = all(one.month != told.month for one in earlier)
    if is_first_of_month:
        found += _content_of_another_month(engine, lines, told)
        found += _part_beside_another(engine, lines, told, waiting)
    if is_first_of_month or told.is_whole_month:
        found += _volume(lines, told, earlier)
    return [*found, *_doubled_content(engine, lines, told, earlier)]


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
            share=_percent(Decimal(count) / told.read),
        )
        for field, count in rows
        if count >= least and count >= share * told.read
    ]


def _many_refused(lines: DeliveryLines, told: Delivered) -> list[Finding]:
    """So many rows set aside that the month is not there though a file came."""
    share, least = lines.of("refused_share"), lines.of("least_refused")
    refused = told.settled.quarantined
    if share is None or least is None or refused < least or refused < share * told.read:
        return []
    return [
        finding("MANY_ROWS_REFUSED", count=refused, share=_percent(Decimal(refused) / told.read))
    ]


def _volume(lines: DeliveryLines, told: Delivered, earlier: Sequence[Arrival]) -> list[Finding]:
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
    latest = [months[month] for month in sorted(months)[-_MONTHS_BACK:]]
    now = told.read if told.is_whole_month else told.read - told.settled.repeated
    if not latest:
        return []
    usual = Decimal(str(median(latest)))
    # A month that was strange and true once does not make the next cut file an ordinary one.
    strange = {one.month for one in earlier if _had_strange_volume(one)}
    ordinary = [months[month] for month in sorted(months)[-_MONTHS_BACK:] if month not in strange]
    # Deaths of a month are five or twenty by chance: how far it has swung before is no cut.
    fallen = max(usual - min(ordinary), Decimal(0)) if ordinary else Decimal(0)
    swing = fallen * (lines.of("volume_swing") or Decimal(1))
    is_small = _is_cut(now, usual, low, least_lost) and usual - now > swing
    is_large = now >= least and now > high * usual and now > max(ordinary, default=usual)
    if not (is_small or is_large):
        return []
    return [finding("VOLUME_ANOMALY", count=now, usual=f"{usual:f}", months=len(latest))]


def _is_cut(now: int, usual: Decimal | int, low: Decimal, least_lost: Decimal) -> bool:
    """Whether so much is missing that no ordinary month, and no family that moved, explains it."""
    return now < low * usual and usual - now >= least_lost


def _had_strange_volume(one: Arrival) -> bool:
    return any(found["code"] == "VOLUME_ANOMALY" for found in one.suspicions)


def _shrunken_villages(
    lines: DeliveryLines, told: Delivered, earlier: Sequence[Arrival]
) -> list[Finding]:
    """A registry file that lists far fewer persons of a village, or of all its villages, than before.

    Whoever it does not list has left, so that one cut village in the file of a county is looked for too.
    """
    low, least_lost = lines.of("registry_low"), lines.of("least_lost")
    if low is None or least_lost is None:
        return []
    latest: dict[str, int] = {}
    for one in earlier:
        profile = None if one.confirms else read_profile(one.profile)
        latest |= profile.divisions if profile else {}
    listed = {
        village: (count, latest[village])
        for village, count in told.profile.divisions.items()
        if village in latest
    }
    shrunken = [
        (count, usual, village)
        for village, (count, usual) in listed.items()
        if _is_cut(count, usual, low, least_lost)
    ]
    if shrunken:
        count, usual, village = min(shrunken, key=lambda one: (one[0] - one[1], one[2]))
        return [
            finding(
                "VILLAGES_SHRUNKEN",
                villages=len(shrunken),
                division=village,
                count=count,
                usual=usual,
            )
        ]
    # Hamlets of so few that one alone cannot lose so many are looked at together.
    hamlets = [one for one in listed.values() if one[1] <= least_lost]
    for villages in (list(listed.values()), hamlets):
        now, usual = sum(one[0] for one in villages), sum(one[1] for one in villages)
        if _is_cut(now, usual, low, least_lost):
            return [finding("VOLUME_ANOMALY", count=now, usual=usual, months=1)]
    return []


def _content_of_another_month(
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


def _doubled_content(
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
    subject = next(name for name in names if name in ("person_ref", "household_ref", "division"))
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


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}%"
