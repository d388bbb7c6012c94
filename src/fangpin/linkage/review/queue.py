"""The queue of pairs that a person decides: a claim and someone it may be about, side by side.

Functions for a page and for the command line; what they return holds masks, and names only where
the caller asks for them. Deciding writes an append-only file and nothing else: the next run and the
next look at the queue follow it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from fangpin.lake.home import Home
from fangpin.linkage.decisions import IN_FORCE, Decision, append
from fangpin.linkage.review.desk import ROWS, Desk
from fangpin.policy.models.feeds import ContractField
from fangpin.policy.models.nodes import Words
from fangpin.values.masks import mask_identifier, mask_name
from fangpin.values.month import Month

Agreement = Literal["same", "close", "different", "unknown"]

AGREEMENTS: dict[Agreement, Words] = {
    "same": Words(zh="一致", en="agrees"),
    "close": Words(zh="相近", en="close"),
    "different": Words(zh="不一致", en="differs"),
    "unknown": Words(zh="没有可比的内容", en="nothing to compare"),
}
_TITLES = {
    "number": Words(zh="证件号码", en="Identity number"),
    "name": Words(zh="姓名", en="Name"),
    "birth": Words(zh="出生日期", en="Date of birth"),
    "sex": Words(zh="性别", en="Sex"),
    "division": Words(zh="行政区划", en="Division"),
}
"""Of the comparisons, where the pack's registry has no such field."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of both sides: what each says (numbers masked), whether they agree, and how much
    that tells for (above 0) or against (below 0) one person, in powers of two."""

    field: str
    title: Words
    claim: str | None
    person: str | None
    agreement: Agreement
    weight: float
    differs_at: tuple[int, ...] = ()
    """Of two texts of one length, the places (from 1) at which they differ."""


Known = Mapping[tuple[int, int], Sequence[Compared]]
"""(claim, person) -> the fields of the pair as an earlier look found them, names in full."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and a candidate. `chance` is that of this candidate among all of the claim's."""

    claim_ref: int
    person_ref: int
    household_ref: int | None
    division: str | None
    chance: float
    weight: float | None
    """All that tells for this candidate, in powers of two; None where no model was asked."""
    fields: tuple[Compared, ...]
    count_of_rows: int
    feeds: tuple[str, ...]
    first_month: str
    last_month: str
    count_of_candidates: int
    row: tuple[str, str, int]
    """Feed, delivery and row number of one of the claim's rows."""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One row of a claim."""

    feed: str
    delivery: str
    row_no: int
    month: int


@dataclass(frozen=True, slots=True)
class ClaimCounts:
    """How many rows with claims of one feed stand how."""

    feed: str
    rows: int
    linked: dict[str, int]
    """Step -> rows."""
    in_review: int
    open: int
    """Rows of which nothing is known that would join them to anyone."""


def queue(
    *,
    desk: Desk,
    divisions: Sequence[str] | None = None,
    limit: int = 50,
    offset: int = 0,
    reveal_names: bool = False,
    known: Known = MappingProxyType({}),
) -> list[Pair]:
    """The pairs to decide: the claim of most rows first, its candidates by their chance.

    `divisions` limits candidates to those below one of these codes (None: no limit), as an
    official's scope does. Numbers are always masked, names unless `reveal_names`. Of pairs that are
    `known` as they stand nothing is unsealed.
    """
    return _pairs(
        desk,
        _open_candidates(desk),
        divisions,
        limit=limit,
        offset=offset,
        reveal=reveal_names,
        known=known,
    )


def pair(
    *,
    desk: Desk,
    claim_ref: int,
    person_ref: int,
    divisions: Sequence[str] | None = None,
    reveal_names: bool = False,
) -> Pair | None:
    """One pair, whether it is open, linked or decided; None outside the divisions or unknown."""
    candidates = (
        "SELECT * FROM candidates "
        f"WHERE claim_ref = {int(claim_ref)} AND person_ref = {int(person_ref)}"
    )
    found = _pairs(desk, candidates, divisions, limit=1, offset=0, reveal=reveal_names)
    return found[0] if found else None


def decided_pairs(
    *, desk: Desk, decisions: Sequence[Decision], known: Known = MappingProxyType({})
) -> list[Pair]:
    """The pairs that these decisions speak of, as they stood before anything was decided.

    Names are shown in full. A pair that the present registry no longer proposes is left out. Of pairs
    that are `known` as they stand nothing is unsealed.
    """
    named = {
        (one.claim_ref, one.person_ref)
        for one in decisions
        if one.claim_ref is not None and one.person_ref is not None
    }
    if not named:
        return []
    desk.choose([])
    desk.engine.make_empty_table("decided_pairs", {"claim_ref": "BIGINT", "person_ref": "BIGINT"})
    desk.engine.insert("decided_pairs", sorted(named))
    found = _pairs(
        desk,
        "SELECT * FROM candidates SEMI JOIN decided_pairs USING (claim_ref, person_ref)",
        None,
        limit=len(named),
        offset=0,
        reveal=True,
        known=known,
    )
    desk.choose(desk.decisions)
    return found


def rows_of(*, desk: Desk, claims: Sequence[int], most: int) -> dict[int, list[ClaimRow]]:
    """Claim -> its rows, the latest month first, at most `most` of each."""
    if not claims:
        return {}
    desk.engine.make_empty_table("asked_claims", {"claim_ref": "BIGINT"})
    desk.engine.insert("asked_claims", [(one,) for one in sorted(set(claims))])
    found: dict[int, list[ClaimRow]] = {}
    for claim_ref, *row in desk.engine.rows(
        f"SELECT claim_ref, feed, delivery, row_no, month FROM {ROWS} "
        "SEMI JOIN asked_claims USING (claim_ref) QUALIFY row_number() OVER ("
        "PARTITION BY claim_ref ORDER BY month DESC, feed, delivery, row_no) "
        f"<= {int(most)} ORDER BY claim_ref, month DESC, feed, delivery, row_no"
    ):
        found.setdefault(int(claim_ref), []).append(ClaimRow(*row))
    return found


def count_of_queue(*, desk: Desk, divisions: Sequence[str] | None = None) -> int:
    """How many claims wait for a decision."""
    return int(
        desk.engine.value(
            f"SELECT count(DISTINCT claim_ref) FROM ({_open_candidates(desk)}) AS open "
            f"JOIN linkage_people AS person USING (person_ref) WHERE {_within(divisions)}"
        )
    )


def counts(*, desk: Desk) -> list[ClaimCounts]:
    """How the claims of each feed stand, in rows."""
    found = desk.engine.rows(
        f"SELECT feed, coalesce(chosen.link_step, CASE WHEN open.claim_ref IS NOT NULL "
        f"THEN '' END), count(*) FROM {ROWS} AS rows LEFT JOIN chosen_links AS chosen "
        f"USING (claim_ref) LEFT JOIN (SELECT DISTINCT claim_ref FROM ({_open_candidates(desk)})) "
        "AS open ON open.claim_ref = rows.claim_ref GROUP BY ALL ORDER BY ALL"
    )
    feeds = sorted({feed for feed, _, _ in found})
    told = []
    for feed in feeds:
        own = {step: count for name, step, count in found if name == feed}
        told.append(
            ClaimCounts(
                feed=feed,
                rows=sum(own.values()),
                linked={step: count for step, count in own.items() if step},
                in_review=own.get("", 0),
                open=own.get(None, 0),
            )
        )
    return told


def decide(
    *,
    home: Home,
    kind: Literal["same", "different", "unknown"],
    claim_ref: int,
    person_ref: int,
    by: str,
    at: datetime,
    reason: str,
) -> Decision:
    """Write that a claim is about a person, is not, or that nobody can tell; it holds for every row
    of the claim.

    Raises ProblemError LINK_WITHOUT_REASON.
    """
    decision = Decision(
        kind=kind, at=at, by=by, reason=reason, claim_ref=claim_ref, person_ref=person_ref
    )
    return append(home, decision)


def undo(*, home: Home, decision: str, by: str, at: datetime, reason: str) -> Decision:
    """Take a decision back; it stays on record. Raises ProblemError: LINK_DECISION_UNKNOWN,
    LINK_WITHOUT_REASON."""
    return append(home, Decision(kind="undo", at=at, by=by, reason=reason, of=decision))


def _open_candidates(desk: Desk) -> str:
    """Candidates worth a look of claims that are linked to nobody."""
    return (
        "SELECT * FROM candidates WHERE claim_ref NOT IN (SELECT claim_ref FROM chosen_links) "
        f"AND claim_ref IN (SELECT claim_ref FROM {ROWS}) "
        f"AND chance >= {desk.model.thresholds.review} "
        f"AND NOT EXISTS (SELECT 1 FROM {IN_FORCE} AS said WHERE said.kind = 'unknown' "
        "AND said.claim_ref = candidates.claim_ref AND said.person_ref = candidates.person_ref)"
    )


def _within(divisions: Sequence[str] | None) -> str:
    if divisions is None:
        return "TRUE"
    codes = [code for code in divisions if code.isalnum()]
    return " OR ".join(f"starts_with(person.division, '{code}')" for code in codes) or "FALSE"


def _pairs(
    desk: Desk,
    candidates: str,
    divisions: Sequence[str] | None,
    *,
    limit: int,
    offset: int,
    reveal: bool,
    known: Known = MappingProxyType({}),
) -> list[Pair]:
    compared = [name for name in desk.model.compared if name in _TITLES]
    has_levels = desk.scores.is_whole and bool(desk.scores.files)
    levels = ", ".join(
        f"open.level_{name}, open.weight_{name}" if has_levels else "NULL, NULL"
        for name in compared
    )
    sides = ", ".join(f"person.{name}" for name in compared)
    rows = desk.engine.rows(
        f"""
        WITH open AS ({candidates}), told AS (
            SELECT claim_ref, count(*) AS rows, list_sort(list(DISTINCT feed)) AS feeds,
                min(month) AS first_month, max(month) AS last_month,
                min_by(struct_pack(feed := feed, delivery := delivery, row_no := row_no),
                    (feed, delivery, row_no)) AS one
            FROM {ROWS} WHERE claim_ref IN (SELECT claim_ref FROM open) GROUP BY claim_ref
        ), homes AS (
            SELECT person_ref, arg_max(household_ref, from_month) AS household_ref
            FROM membership WHERE person_ref IN (SELECT person_ref FROM open) GROUP BY person_ref
        )
        SELECT open.claim_ref, open.person_ref, homes.household_ref, person.division, open.chance,
            open.weight, told.rows, told.feeds, told.first_month, told.last_month,
            told.one.feed, told.one.delivery, told.one.row_no,
            count(*) OVER (PARTITION BY open.claim_ref) AS candidates, {levels}, {sides}
        FROM open JOIN told USING (claim_ref)
        JOIN linkage_people AS person ON person.person_ref = open.person_ref
        LEFT JOIN homes ON homes.person_ref = open.person_ref
        WHERE {_within(divisions)}
        ORDER BY told.rows DESC, open.claim_ref, open.chance DESC, open.person_ref
        LIMIT {int(limit)} OFFSET {int(offset)}
        """
    )
    titles = _titles(desk)
    unsure = {row[0] for row in rows if not _is_known(row, compared, known, reveal)}
    evidence = desk.evidence_of(unsure)
    found = []
    for row in rows:
        head, tail = row[:14], row[14:]
        scored, of_person = tail[: 2 * len(compared)], tail[2 * len(compared) :]
        fields = (
            tuple(
                _compared(
                    name,
                    titles[name],
                    left=evidence[head[0]][name],
                    right=of_person[place],
                    level=scored[2 * place],
                    weight=scored[2 * place + 1],
                    reveal=reveal,
                )
                for place, name in enumerate(compared)
            )
            if head[0] in unsure
            else tuple(replace(one, title=titles[one.field]) for one in known[head[0], head[1]])
        )
        found.append(
            Pair(
                claim_ref=head[0],
                person_ref=head[1],
                household_ref=head[2],
                division=head[3],
                chance=float(head[4]),
                weight=None if head[5] is None else float(head[5]),
                fields=fields,
                count_of_rows=head[6],
                feeds=tuple(head[7]),
                first_month=str(Month(head[8])),
                last_month=str(Month(head[9])),
                row=(head[10], head[11], head[12]),
                count_of_candidates=head[13],
            )
        )
    return found


def _is_known(row: tuple[Any, ...], compared: Sequence[str], known: Known, reveal: bool) -> bool:
    """Whether a pair's person and weights are those of an earlier look: what its claim says never changes."""
    before = known.get((row[0], row[1]), ())
    scored = row[14 : 14 + 2 * len(compared)]
    now = [
        (name, _shown(name, side, reveal), _weight(scored[2 * place + 1]))
        for place, (name, side) in enumerate(
            zip(compared, row[14 + 2 * len(compared) :], strict=True)
        )
    ]
    return now == [(one.field, one.person, one.weight) for one in before]


def _weight(weight: float | None) -> float:
    return round(float(weight or 0), 2)


def _compared(
    name: str,
    title: Words,
    *,
    left: object,
    right: object,
    level: int | None,
    weight: float | None,
    reveal: bool,
) -> Compared:
    agreement: Agreement
    if left is None or right is None:
        agreement = "unknown"
    elif left == right:
        agreement = "same"
    elif level is not None and level > 0:
        agreement = "close"
    else:
        agreement = "different"
    return Compared(
        field=name,
        title=title,
        claim=_shown(name, left, reveal),
        person=_shown(name, right, reveal),
        agreement=agreement,
        weight=_weight(weight),
        differs_at=_differing(left, right) if name in ("number", "name") else (),
    )


def _shown(name: str, value: object, reveal: bool) -> str | None:
    if value is None:
        return None
    if name == "number":
        return mask_identifier(str(value))
    if name == "name" and not reveal:
        return mask_name(str(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _differing(left: object, right: object) -> tuple[int, ...]:
    if not isinstance(left, str) or not isinstance(right, str) or len(left) != len(right):
        return ()
    return tuple(
        place for place, (a, b) in enumerate(zip(left, right, strict=True), start=1) if a != b
    )


def _titles(desk: Desk) -> dict[str, Words]:
    """The registry's own titles of the fields that are compared."""
    registry = desk.pack.header.registry
    if registry is None:
        return _TITLES
    fields: dict[str, ContractField] = {
        field.field: field for field in desk.pack.contracts[registry.feed].fields
    }
    own = {
        "number": registry.identifier,
        "name": registry.name,
        "birth": registry.birth,
        "sex": registry.sex,
        "division": registry.division,
    }
    return {
        name: fields[code].title if code and code in fields else _TITLES[name]
        for name, code in own.items()
    }
