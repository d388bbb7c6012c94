"""Amounts in another unit than the feed's own earlier months: fen, yuan, ten thousand yuan.

A column is compared as a whole, and then by whoever its rows come from (a hospital, a bank): of many
senders one may have changed its unit and move no figure of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.cells.shapes import quoted
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.feeds.suspicions.profile import AmountProfile, Profile, read_profile
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract, ContractField

TYPICAL = "typical"
"""delivery.typical.<feed>.<field>: the middle of a column's amounts, as the pack expects it."""
_LOOKED_AT = 200_000
"""Of a larger file every nth row is compared by group."""
_MANY_GROUPS = 500
"""A column of so many texts names no senders."""


def unit_drift(
    *,
    engine: Engine,
    lines: DeliveryLines,
    contract: Contract,
    profile: Profile,
    others: Sequence[Arrival],
) -> list[Finding]:
    """The amounts of the table `settling` whose sizes are not those of `others`, the other months'."""
    drift, least, enough = lines.of("unit_drift"), lines.of("least_values"), lines.of("least_rows")
    if drift is None or least is None or enough is None:
        return []
    known = _profiles(lines.latest("unit_compared", others))
    whole = dict(_whole_columns(contract, profile, known, drift, least, enough))
    whole |= dict(_unusual_columns(lines, contract, profile, known, drift, least))
    fields = [
        field
        for field in contract.fields
        if field.type == "amount" and field.field in profile.amounts and field.field not in whole
    ]
    before = [one.facts for one in lines.latest("senders_compared", others) if one.accepted]
    in_part: dict[str, Finding] = {}
    if fields and before and profile.rows >= enough:
        engine.view_files("unit_files", before)
        step = max(1, profile.rows // _LOOKED_AT)
        for by in _senders(engine, contract, "settling", "unit_files", enough=int(enough)):
            # One sender may stand under its name and its code: it is told of once.
            left = [field for field in fields if field.field not in in_part]
            in_part |= dict(_in_part(engine, by, left, drift, int(enough), step))
        engine.drop("unit_files")
    left = [field for field in fields if field.field not in in_part]
    in_part |= dict(_unusual_in_part(engine, lines, contract, profile, known, left))
    return [*whole.values(), *in_part.values()]


def _whole_columns(
    contract: Contract,
    profile: Profile,
    known: Sequence[Profile],
    drift: Decimal,
    least: Decimal,
    enough: Decimal,
) -> Iterator[tuple[str, Finding]]:
    for field in contract.fields:
        now = profile.amounts.get(field.field)
        before = [one.amounts[field.field] for one in known if field.field in one.amounts]
        counted = sum(one.count for one in before)
        if now is None or now.count < least or counted < least:
            continue
        # Few values have no tails worth comparing.
        places = (0, 1, 2) if now.count >= enough and counted >= enough else (1,)
        ratio = _farthest(now, before, places)
        if max(ratio, 1 / ratio) < drift:
            continue
        yield (
            field.field,
            finding(
                "AMOUNT_UNIT_DRIFT",
                column=field.field,
                title=field.title.zh,
                title_en=field.title.en,
                now=f"{now.quantiles[1]:f}",
                before=f"{_middle([one.quantiles[1] for one in before]):f}",
                times=_times(ratio),
            ),
        )


def _unusual_columns(
    lines: DeliveryLines,
    contract: Contract,
    profile: Profile,
    known: Sequence[Profile],
    drift: Decimal,
    least: Decimal,
) -> Iterator[tuple[str, Finding]]:
    """Columns that have no earlier months, beside what the pack says is typical of them."""
    for field in contract.fields:
        now = profile.amounts.get(field.field)
        typical = lines.of(f"{TYPICAL}.{contract.feed}.{field.field}")
        if now is None or now.count < least or not typical or _has_history(field, known, least):
            continue
        ratio = now.quantiles[1] / typical
        if max(ratio, 1 / ratio) < drift:
            continue
        yield (
            field.field,
            finding(
                "AMOUNT_UNIT_UNUSUAL",
                column=field.field,
                title=field.title.zh,
                title_en=field.title.en,
                now=f"{now.quantiles[1]:f}",
                usual=f"{typical:f}",
                times=_times(ratio),
            ),
        )


def _has_history(field: ContractField, known: Sequence[Profile], least: Decimal) -> bool:
    """Whether a column has earlier amounts enough to be compared with."""
    counted = sum(one.amounts[field.field].count for one in known if field.field in one.amounts)
    return counted >= least


def _unusual_in_part(
    engine: Engine,
    lines: DeliveryLines,
    contract: Contract,
    profile: Profile,
    known: Sequence[Profile],
    fields: Sequence[ContractField],
) -> Iterator[tuple[str, Finding]]:
    """By field, one finding where a first file has senders that are far from what is typical.

    They must be as far from the file's own middle: a hospital's bills are larger than a clinic's.
    """
    drift, least, enough = lines.of("unit_drift"), lines.of("least_values"), lines.of("least_rows")
    assert drift is not None and least is not None and enough is not None
    step = max(1, profile.rows // _LOOKED_AT)
    for field in fields:
        typical = lines.of(f"{TYPICAL}.{contract.feed}.{field.field}")
        if not typical or _has_history(field, known, least):
            continue
        middle = profile.amounts[field.field].quantiles[1]
        size = f"CASE WHEN {quoted(field.field)} <> 0 THEN abs({quoted(field.field)}) END"
        for by in _senders(engine, contract, "settling", enough=int(enough)):
            groups = engine.rows(
                f"SELECT min(row_no), quantile_disc({size}, 0.5) FROM settling "
                f"WHERE row_no % {step} = 0 AND {quoted(by.field)} IS NOT NULL "
                f"GROUP BY {quoted(by.field)} HAVING count({size}) >= {int(enough)} ORDER BY 1"
            )
            far = [
                (row, own)
                for row, own in groups
                if min(own / typical, own / middle) >= drift
                or max(own / typical, own / middle) * drift <= 1
            ]
            if far:
                row, own = far[0]
                where = _where(field, by, row=row, count=len(far), now=own, usual=typical)
                told = finding("AMOUNT_UNIT_UNUSUAL_IN_PART", usual=f"{typical:f}", **where)
                yield field.field, told
                break


def _farthest(
    now: AmountProfile, before: Sequence[AmountProfile], places: Sequence[int]
) -> Decimal:
    """The ratio that is farthest from one, of the sizes at these places."""
    ratios = [
        now.quantiles[place] / _middle([one.quantiles[place] for one in before]) for place in places
    ]
    return max(ratios, key=lambda ratio: abs(ratio.ln()))


def _senders(
    engine: Engine, contract: Contract, *tables: str, enough: int
) -> Iterator[ContractField]:
    """The columns of few texts, that all tables have and that neither name a row nor its subject.

    One of their texts at least stands in `enough` rows of the delivery.
    """
    held = set.intersection(*(set(engine.columns(f"SELECT * FROM {name}")) for name in tables))
    named = {contract.subject_field, contract.dated_by, *contract.key}
    fields = [
        field
        for field in contract.fields
        if field.type in ("text", "code") and field.field not in named and field.field in held
    ]
    if not fields:
        return
    counts = ", ".join(f"approx_count_distinct({quoted(one.field)})" for one in fields)
    texts = engine.rows(f"SELECT {counts} FROM settling")[0]
    for field, count in zip(fields, texts, strict=True):
        if count > _MANY_GROUPS:
            continue
        largest = engine.value(
            f"SELECT max(rows) FROM (SELECT count(*) AS rows FROM settling "
            f"WHERE {quoted(field.field)} IS NOT NULL GROUP BY {quoted(field.field)})"
        )
        if largest is not None and largest >= enough:
            yield field


def _in_part(
    engine: Engine,
    by: ContractField,
    fields: Sequence[ContractField],
    drift: Decimal,
    enough: int,
    step: int,
) -> Iterator[tuple[str, Finding]]:
    """By field, one finding where the rows of some texts of `by` are not of their earlier size."""
    known = set(engine.columns("SELECT * FROM unit_files"))
    fields = [field for field in fields if field.field in known]
    if not fields:
        return
    sizes = [
        f"CASE WHEN {quoted(one.field)} <> 0 THEN abs({quoted(one.field)}) END" for one in fields
    ]
    middles = ", ".join(
        f"CASE WHEN count({size}) >= {enough} THEN quantile_disc({size}, 0.5) END AS middle_{place}"
        for place, size in enumerate(sizes)
    )
    now, before = (
        f"SELECT {quoted(by.field)} AS sender, min(row_no) AS first_row, {middles} FROM {name} "
        f"WHERE row_no % {step} = 0 AND {quoted(by.field)} IS NOT NULL GROUP BY 1"
        for name in ("settling", "unit_files")
    )
    pairs = ", ".join(f"now.middle_{place}, before.middle_{place}" for place in range(len(fields)))
    groups = engine.rows(
        f"SELECT now.first_row, {pairs} FROM ({now}) AS now JOIN ({before}) AS before USING (sender) "
        "ORDER BY now.first_row"
    )
    for place, field in enumerate(fields):
        drifted = [
            (first_row, middle, usual)
            for first_row, *both in groups
            for middle, usual in [both[2 * place : 2 * place + 2]]
            if middle and usual and max(middle / usual, usual / middle) >= drift
        ]
        if not drifted:
            continue
        first_row, middle, usual = drifted[0]
        where = _where(field, by, row=first_row, count=len(drifted), now=middle, usual=usual)
        yield field.field, finding("AMOUNT_UNIT_DRIFT_IN_PART", before=f"{usual:f}", **where)


def _where(
    field: ContractField, by: ContractField, *, row: int, count: int, now: Decimal, usual: Decimal
) -> dict[str, Any]:
    """What is said of a column and of its senders whose amounts are far from the usual."""
    return {
        "row": row,
        "column": field.field,
        "count": count,
        "title": field.title.zh,
        "title_en": field.title.en,
        "by": by.title.zh,
        "by_en": by.title.en,
        "now": f"{now:f}",
        "times": _times(now / usual),
    }


def _times(ratio: Decimal) -> str:
    power = Decimal(10) ** int(ratio.log10().to_integral_value())
    return f"{power:f}" if power > 1 else f"1/{1 / power:f}"


def _profiles(found: Sequence[Arrival]) -> list[Profile]:
    """The profiles of the deliveries that have one."""
    profiles = [read_profile(one.profile) for one in found]
    return [one for one in profiles if one is not None]


def _middle(sizes: Sequence[Decimal]) -> Decimal:
    return sorted(sizes)[len(sizes) // 2]
