"""What rests on a link: the rows, households and months that change when two people are parted.

A wrong merge is split by a decision (`different`); the next run then makes the feed's linked facts
and ledger anew. Here is what that touches, before and after it is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.linkage.decisions import Decision, append, person_of
from fangpin.linkage.registry.present import present_of
from fangpin.linkage.review.desk import ROWS, Desk
from fangpin.policy.expressions.sql import quoted
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class RestingRow:
    """A fact row that a link puts, or had put, into a household's month."""

    feed: str
    delivery: str
    row_no: int
    month: str
    person_ref: int
    household_ref: int | None


def resting_on_claim(*, desk: Desk, claim_ref: int, person_ref: int) -> list[RestingRow]:
    """The rows of a claim that count for a person, or would without the decision against it."""
    present = present_of(desk.engine, (person_ref, *(one.person_ref for one in desk.decisions)))
    person_ref = present.get(person_ref, person_ref)
    desk.choose(
        [
            one
            for one in desk.decisions
            if not (
                one.kind == "different"
                and one.claim_ref == claim_ref
                and person_of(one, present) == person_ref
            )
        ]
    )
    rows = (
        f"SELECT rows.feed, rows.delivery, rows.row_no, rows.month, chosen.person_ref FROM {ROWS} "
        "AS rows JOIN chosen_links AS chosen USING (claim_ref) "
        f"WHERE claim_ref = {int(claim_ref)} AND chosen.person_ref = {int(person_ref)}"
    )
    found = _at_home(desk, rows)
    desk.choose(desk.decisions)
    return found


def resting_on_number(*, desk: Desk, feed: str, delivery: str, row_no: int) -> RestingRow:
    """A row that its identity number joined to a person. Raises ProblemError ROW_UNKNOWN."""
    arrival = next(
        (one for one in desk.known if one.feed == feed and one.delivery == delivery), None
    )
    if arrival is not None:
        view_live_facts(
            engine=desk.engine,
            name="split_facts",
            arrivals=[arrival],
            beside=[one for one in desk.known if one.feed == feed],
        )
        found = _at_home(
            desk,
            f"SELECT {quoted(feed)} AS feed, delivery, row_no, month, person_ref FROM split_facts "
            f"WHERE row_no = {int(row_no)} AND person_ref IN (SELECT person_ref FROM membership)",
        )
        if found:
            return found[0]
    raise ProblemError(
        Problem(
            code="ROW_UNKNOWN",
            where=f"{feed} {delivery} {row_no}"[:80],
            zh="这一行不存在，或者没有按证件号码归到任何人。",
            en="There is no such row, or its number joined it to nobody.",
            fix_zh="请核对数据源、批次和行号。",
            fix_en="Check the feed, the delivery and the row number.",
        )
    )


def row_of_number(
    *, arrivals: Sequence[Arrival], feed: str, delivery: str, row_no: int
) -> RestingRow | None:
    """A row that names its person by number, read from its delivery alone; of no household.

    None for a row that is not there, was replaced, or is about no person.
    """
    of_feed = [one for one in arrivals if one.feed == feed]
    arrival = next((one for one in of_feed if one.delivery == delivery), None)
    if arrival is None or not arrival.facts.exists():
        return None
    with connect(threads=1) as engine:
        view_live_facts(engine=engine, name="fact_rows", arrivals=[arrival], beside=of_feed)
        if "person_ref" not in engine.columns("SELECT * FROM fact_rows"):
            return None
        found = engine.rows(
            "SELECT month, person_ref FROM fact_rows WHERE row_no = ? AND person_ref IS NOT NULL",
            [row_no],
        )
    if not found:
        return None
    (month, person_ref), *_ = found
    return RestingRow(feed, delivery, row_no, str(Month(month)), person_ref, None)


def resting_on(*, desk: Desk, decisions: Sequence[Decision]) -> dict[str, list[RestingRow]]:
    """Decision id -> the rows that it took from a household, of decisions that part two people."""
    found: dict[str, list[RestingRow]] = {}
    for decision in decisions:
        if decision.kind != "different" or decision.person_ref is None:
            continue
        if decision.claim_ref is not None:
            rows = resting_on_claim(
                desk=desk, claim_ref=decision.claim_ref, person_ref=decision.person_ref
            )
        else:
            rows = [
                resting_on_number(
                    desk=desk,
                    feed=decision.feed or "",
                    delivery=decision.delivery or "",
                    row_no=decision.row_no or 0,
                )
            ]
        if rows:
            found[decision.id] = rows
    return found


def split_row(
    *,
    home: Home,
    row: RestingRow,
    by: str,
    at: datetime,
    reason: str,
    belongs_to: int | None = None,
) -> Decision:
    """Take a row from the person to whom its number joined it, and give it to another if known.

    Raises ProblemError LINK_WITHOUT_REASON.
    """

    def said(kind: Literal["same", "different"], person_ref: int) -> Decision:
        return Decision(
            kind=kind,
            at=at,
            by=by,
            reason=reason,
            person_ref=person_ref,
            feed=row.feed,
            delivery=row.delivery,
            row_no=row.row_no,
        )

    parted = append(home, said("different", row.person_ref))
    if belongs_to is not None:
        append(home, said("same", belongs_to))
    return parted


def households_and_months(rows: Sequence[RestingRow]) -> dict[int, list[str]]:
    """Household -> its months that rest on these rows, in order."""
    found: dict[int, set[str]] = {}
    for row in rows:
        if row.household_ref is not None:
            found.setdefault(row.household_ref, set()).add(row.month)
    return {household: sorted(months) for household, months in sorted(found.items())}


def _at_home(desk: Desk, rows: str) -> list[RestingRow]:
    return [
        RestingRow(feed, delivery, row_no, str(Month(month)), person_ref, household_ref)
        for feed, delivery, row_no, month, person_ref, household_ref in desk.engine.rows(
            "SELECT rows.feed, rows.delivery, rows.row_no, rows.month, rows.person_ref, "
            f"member.household_ref FROM ({rows}) AS rows LEFT JOIN membership AS member "
            "ON member.person_ref = rows.person_ref AND rows.month >= member.from_month "
            "AND rows.month < member.to_month ORDER BY feed, month, delivery, row_no"
        )
    ]
