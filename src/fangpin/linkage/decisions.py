"""What officials decided about claims: append-only files in the lake, replayed on every rebuild.

One file a decision, named by its moment and content, never changed and never removed; an undo is a
decision of its own. What is in force on a day is a function of the files whose moment lies on or
before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.values.files import TEMPORARY, published_file
from fangpin.values.problem import Problem, ProblemError

IN_FORCE = "decisions_in_force"
"""kind (same, different, unknown), claim_ref, feed, delivery, row_no, person_ref, the day `said_on`, and
`turn`: later ones have a higher."""

Kind = Literal["same", "different", "unknown", "alive", "dead", "undo"]
LINKING = ("same", "different")
"""Kinds that move rows."""
OF_A_PAIR = (*LINKING, "unknown")
OF_A_DEATH = ("alive", "dead")


@dataclass(frozen=True, slots=True)
class Decision:
    """`same`: this claim is about this person; `different`: it is not; `unknown`: someone looked and
    could not tell, so nobody is asked again; `undo`: forget an earlier one.

    It speaks of a claim (`claim_ref`: every row that says the same, in every month) or of one row of
    a delivery that its number alone had joined to a person, and of the same record under that number
    whenever it is sent again. `of` is the undone decision's id.
    `alive` and `dead` speak of a person whom a feed reports dead.
    """

    kind: Kind
    at: datetime
    by: str
    reason: str
    person_ref: int | None = None
    claim_ref: int | None = None
    feed: str | None = None
    delivery: str | None = None
    row_no: int | None = None
    of: str | None = None
    order: int = 0
    """How many decisions there were before: a clock may stand still."""

    @property
    def id(self) -> str:
        """Names the decision."""
        return hashlib.sha256(self._text().encode()).hexdigest()[:12]

    def _text(self) -> str:
        told = asdict(self) | {"at": self.at.isoformat()}
        return json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1)

    @property
    def target(self) -> tuple[str, int | None, str | None, str | None, int | None]:
        """What it speaks of: a death, a claim or a row."""
        of = "death" if self.kind in OF_A_DEATH else "link"
        return of, self.claim_ref, self.feed, self.delivery, self.row_no


def append(home: Home, decision: Decision) -> Decision:
    """Write one decision; returns it as written, with its place in the order.

    Raises ProblemError: LINK_WITHOUT_REASON, LINK_DECISION_UNKNOWN (an undo of what is not in force).
    """
    if not decision.reason.strip() or not decision.by.strip():
        raise ProblemError(
            Problem(
                code="LINK_WITHOUT_REASON",
                where="link",
                zh="归人决定必须写明决定人和理由。",
                en="A decision on linkage needs its author and a reason.",
                fix_zh="请补充理由后再提交。",
                fix_en="Give a reason and submit again.",
            )
        )
    earlier = all_decisions(home)
    if decision.kind == "undo" and decision.of not in {one.id for one in standing(earlier)}:
        raise ProblemError(_unknown(decision.of or ""))
    decision = replace(decision, order=len(earlier))
    stamp = decision.at.strftime("%Y%m%dT%H%M%S%f")
    with published_file(home.decisions / f"{stamp}-{decision.id}.json") as temporary:
        temporary.write_text(decision._text() + "\n", encoding="utf-8")
    return decision


def all_decisions(home: Home, *, as_of: date | None = None) -> list[Decision]:
    """Every decision made by the end of a day (or ever), in the order of their moments."""
    found = []
    for file in sorted(home.decisions.glob("*.json")):
        if file.name.startswith(TEMPORARY):
            continue
        told = json.loads(file.read_text(encoding="utf-8"))
        told["at"] = datetime.fromisoformat(told["at"])
        decision = Decision(**told)
        if as_of is None or decision.at.date() <= as_of:
            found.append(decision)
    return sorted(found, key=lambda one: (one.at, one.order, one.id))


def person_of(decision: Decision, present: Mapping[int, int]) -> int | None:
    """Of whom a decision speaks; `present` gives a former reference's person of now.

    What was decided of a row speaks of the reference that the row bears.
    """
    if decision.feed is not None or decision.person_ref is None:
        return decision.person_ref
    return present.get(decision.person_ref, decision.person_ref)


def standing(
    decisions: Iterable[Decision], *, present: Mapping[int, int] = MappingProxyType({})
) -> list[Decision]:
    """Those in force: undone ones are gone, and of one claim the latest `same` is the only one.

    A later decision on the same claim and person replaces the earlier, under whatever number the person
    was known then (`present`: former reference -> the one of now).
    """
    kept: dict[str, Decision] = {}
    for decision in decisions:
        if decision.kind == "undo":
            kept.pop(decision.of or "", None)
            continue
        replaced = [
            name
            for name, earlier in kept.items()
            if earlier.target == decision.target
            and (
                person_of(earlier, present) == person_of(decision, present)
                or (earlier.kind == decision.kind == "same")
            )
        ]
        for name in replaced:
            del kept[name]
        kept[decision.id] = decision
    return list(kept.values())


def digest_of(decisions: Sequence[Decision]) -> str:
    """Changes exactly when what is in force does."""
    text = "\n".join(sorted(decision.id for decision in decisions))
    return hashlib.sha256(text.encode()).hexdigest()[:12] if decisions else "none"


def make_table(
    engine: Engine, decisions: Sequence[Decision], *, present: Mapping[int, int]
) -> None:
    """Make IN_FORCE of those decisions in force that speak of a pair, each of its person of now."""
    engine.make_empty_table(
        IN_FORCE,
        {
            "kind": "VARCHAR",
            "claim_ref": "BIGINT",
            "feed": "VARCHAR",
            "delivery": "VARCHAR",
            "row_no": "INTEGER",
            "person_ref": "BIGINT",
            "said_on": "DATE",
            "turn": "INTEGER",
        },
    )
    engine.insert(
        IN_FORCE,
        [
            (
                one.kind,
                one.claim_ref,
                one.feed,
                one.delivery,
                one.row_no,
                person_of(one, present),
                one.at.date(),
                turn,
            )
            for turn, one in enumerate(decisions)
            if one.kind in OF_A_PAIR
        ],
    )


def _unknown(decision: str) -> Problem:
    return Problem(
        code="LINK_DECISION_UNKNOWN",
        where=decision[:40],
        zh="没有这条生效中的归人决定，无法撤销。",
        en="No decision of this id is in force, so it cannot be undone.",
        fix_zh="请用 fangpin link decisions 查看生效中的决定。",
        fix_en="See fangpin link decisions for those in force.",
    )
