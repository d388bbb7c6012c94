"""A reported death that others contradict, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.queries import names_of
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household, Member
from fangpin.linkage.decisions import Decision
from fangpin.runs.acts.deaths import answers_of
from fangpin.runs.parts.deaths import Conflict, held_rules
from fangpin.web.console.feeds import home
from fangpin.web.console.pairs import feed_title
from fangpin.web.ground.figures import place
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

SHOWN_ROWS = 6


@dataclass(frozen=True, slots=True)
class RowSaid:
    """A row that tells something of the person on a day, or in a month."""

    feed: str
    feed_title: str
    delivery: str
    row_no: int
    on: str


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One person: who says what, and what was answered."""

    conflict: Conflict
    name: str
    masked_id: str
    household: Household | None
    place: str
    died: date
    told: list[RowSaid]
    rows: list[RowSaid]
    count_of_rows: int
    held: list[str]
    """Titles of the rules whose hits wait for the answer."""
    answer: Decision | None
    answered_by: str

    @property
    def waits(self) -> bool:
        """Nobody has answered yet."""
        return self.answer is None


def conflict_lines(
    scope: Scope, conflicts: Sequence[Conflict], *, run_folder: Path
) -> list[ConflictLine]:
    """The conflicts of the scope, those that wait first, of these the latest death."""
    seen = [one for one in conflicts if one.division and scope.covers(one.division)]
    households = within(Household.objects.all(), scope).in_bulk({one.household_ref for one in seen})
    members = within(Member.objects.all(), scope, "household__division").in_bulk(
        {one.person_ref for one in seen}
    )
    answers = answers_of(home())
    names = names_of({one.by for one in answers.values()})
    held = held_rules(run_folder, households)
    paths = divisions.paths({one.division for one in seen})
    lines = []
    for one in seen:
        member = members.get(one.person_ref)
        answer = answers.get(one.person_ref)
        lines.append(
            ConflictLine(
                conflict=one,
                name=member.name if member else "",
                masked_id=member.masked_id if member else "",
                household=households.get(one.household_ref),
                place=place(paths.get(one.division, ())[-2:]),
                died=one.told[0].died,
                told=[
                    RowSaid(
                        told.feed,
                        feed_title(told.feed),
                        told.delivery,
                        told.row_no,
                        told.died.isoformat(),
                    )
                    for told in one.told
                ],
                rows=[
                    RowSaid(
                        row.feed,
                        feed_title(row.feed),
                        row.delivery,
                        row.row_no,
                        str(row.happened_on or row.month),
                    )
                    for row in one.rows[:SHOWN_ROWS]
                ],
                count_of_rows=len(one.rows),
                held=[_rule_title(rule) for rule in held.get(one.household_ref, ())],
                answer=answer,
                answered_by=names.get(answer.by, answer.by) if answer else "",
            )
        )
    return sorted(lines, key=lambda line: (not line.waits, -line.died.toordinal()))


def _rule_title(code: str) -> str:
    found = [rule for rule in installation_pack().rules if rule.rule == code]
    return said(found[-1].title) if found else code
