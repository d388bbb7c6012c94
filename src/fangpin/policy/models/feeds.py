"""The shape of feeds/*.yaml: which tables departments send, and what each column means."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from fangpin.policy.models.nodes import Code, DottedCode, Node, Overlay, Sourced, Words

FieldType = Literal[
    "identifier",  # a person's identity number; becomes person_ref before anything reaches the lake
    "name",  # a person's name; kept for linkage and the registry, never in evidence
    "text",
    "code",  # one of `values`
    "amount",  # money, DECIMAL(18,2) in the pack's currency
    "number",
    "count",
    "date",
    "month",
    "year",
    "flag",  # yes / no / true / false words of the pack
    "division",
    "household_no",
    "phone",
]

DATING_TYPES: tuple[FieldType, ...] = ("date", "month", "year")
"""Of the field that places a row in its month."""
SUBJECT_TYPES: dict[str, tuple[FieldType, ...]] = {
    "person": ("identifier",),
    "household": ("household_no", "identifier"),
    "division": ("division",),
}
"""Of the field that names the subject, by what the subject is."""


class ContractField(Node):
    """One column of a feed: its names in the departments' files, type and limits."""

    field: Code
    title: Words
    aliases: list[str] = []
    type: FieldType
    scheme: Code | None = None
    shape: str | None = None
    """Of an opaque identifier: the pattern of its digits and letters, without what stands between them."""
    required: bool = False
    values: dict[str, list[str]] | None = None
    """For code and flag: stored value -> the words departments write for it."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    open_ended: bool = False
    """For dates: 9999-12-31 means 'until further notice'."""


class Contract(Overlay, Sourced):
    """A feed: who sends which table, how often, keyed how, and what each row is about."""

    feed: DottedCode
    title: Words
    subject: Literal["person", "household", "division"]
    subject_field: Code
    """The field that names the subject: an identifier, a household_no or a division."""
    frequency: Literal["monthly", "quarterly", "term", "yearly", "event"]
    due_day: int | None = Field(default=None, ge=1, le=28)
    """Day of the following month by which a monthly delivery is due; None: no due day."""
    absence: Literal["zero", "unknown"]
    """What no row means for a subject in a month that was delivered."""
    key: list[Code] = Field(min_length=1)
    dated_by: Code
    """The date, month or year field that places a row in its month (a year: its January)."""
    restates: Literal["rows", "month"] = "rows"
    """rows: a later row of the same key replaces the earlier one; month: a delivery is moreover the
    whole of its month, so that earlier rows of the month which it lacks are taken back."""
    sheets: list[str] = []
    """Names of the workbook's sheet that is meant where a department's file always has several."""
    volume: Literal["steady", "varying"] = "steady"
    """Whether a month far smaller or larger than the feed's earlier ones is held for a person."""
    use: Literal["screening", "cross_check"] = "screening"
    """cross_check: counter-evidence, read only for applicants, never in mass screening."""
    fields: list[ContractField] = Field(min_length=1)

    @property
    def subject_column(self) -> str:
        """The column of facts that says whose a row is; one about a household may bear a person, too."""
        kind = next(one.type for one in self.fields if one.field == self.subject_field)
        return {"identifier": "person_ref", "household_no": "household_ref"}.get(kind, "division")


class Department(Node):
    """feeds/<department>.yaml: a department and the feeds it owns."""

    department: Code
    title: Words
    short: Words
    feeds: list[Contract] = Field(min_length=1)
