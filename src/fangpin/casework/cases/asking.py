"""What a form asks of a case: the system's value of every field, and which are missing or doubtful.

The value of a field is what the visit that stands found, else what its `prefill` says of the
household today; an empty text is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fangpin.casework.cases.assessment import facts_of, latest_visit
from fangpin.casework.cases.models import Case, Visit
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.policy.expressions.evaluate import truth_of, value_of
from fangpin.policy.expressions.facts import Facts, Value
from fangpin.policy.models.procedures import Form, FormField
from fangpin.values.problem import ProblemError


@dataclass(frozen=True, slots=True)
class Question:
    """A field of a form for one case: what the system says, and whether people must answer."""

    field: FormField
    system: str
    is_asked: bool


def form_of(pack: Pack, case: Case, *, act: str) -> Form | None:
    """The pack's form of an act on a case of this kind; None where it has none."""
    forms = pack.forms.values()
    return next((form for form in forms if (form.act, form.kind) == (act, case.kind)), None)


def questions(pack: Pack, form: Form, case: Case, *, on: date) -> list[Question]:
    """Every field of a form for a case on a day, in the form's order."""
    return questions_of(pack, form, case.household, visit=latest_visit(case), on=on)


def questions_of(
    pack: Pack, form: Form, household: Household, *, visit: Visit | None, on: date
) -> list[Question]:
    """The same for a household: `visit` is the one that stands, None before one."""
    facts = facts_of(pack, household, at=on, visit=visit)
    found = (
        {one.field: one.found_value for one in visit.answers.all()}
        if visit is not None and visit.form == form.form
        else {}
    )
    return [_question(field, facts, found.get(field.field, "")) for field in form.fields]


def _question(field: FormField, facts: Facts, found: str) -> Question:
    system = found or text_of(_value(field.prefill, facts))
    match field.ask:
        case "always":
            asked = True
        case "unknown":
            asked = not system
        case "doubtful":
            # Without a condition of its own, a doubtful field is one that the system does not know.
            doubt = field.doubtful_when
            asked = not system if doubt is None else _holds(doubt, facts)
    return Question(field, system, asked)


def text_of(value: Value | None) -> str:
    """A value as answers are written: `true`, `12.5`, `2020-05-10`, a code; empty for unknown."""
    match value:
        case None | frozenset():
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal() | int():
            # Answers are written by hand: cents are the finest that a form speaks of.
            rounded = Decimal(value).quantize(Decimal("0.01"))
            return f"{rounded:f}".rstrip("0").rstrip(".")
        case date():
            return value.isoformat()
    return str(value)


def _value(expression: str | None, facts: Facts) -> Value | None:
    if expression is None:
        return None
    try:
        return value_of(expression, facts)
    except ProblemError:
        return None


def _holds(condition: str, facts: Facts) -> bool:
    """Whether a doubt holds; a doubt of which nothing is known is none."""
    try:
        return truth_of(condition, facts) is True
    except ProblemError:
        return False
