"""What the phone may send: nothing else is read, and an unknown field is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fangpin.casework.cases.acts import (
    Answer,
    CauseFound,
    PaperOfAct,
    Place,
    Seen,
    VisitRecord,
)

Short = Annotated[str, StringConstraints(max_length=200)]
Name = Annotated[str, StringConstraints(max_length=60)]
Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9_.-]*$")]
Long = Annotated[str, StringConstraints(max_length=4000)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Body(BaseModel):
    """A body or a part of one; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlaceBody(Body):
    latitude: Annotated[Decimal, Field(ge=-90, le=90)]
    longitude: Annotated[Decimal, Field(ge=-180, le=180)]
    accuracy_m: Annotated[int, Field(ge=0, le=10_000_000)] | None = None

    def as_place(self) -> Place:
        """As the act takes it: six decimals are ten centimetres."""
        fine = Decimal("0.000001")
        return Place(self.latitude.quantize(fine), self.longitude.quantize(fine), self.accuracy_m)


class PaperBody(Body):
    """A content that was put before; the place of a photo stands here, not inside the picture."""

    kind: Code
    sha256: Sha256
    taken_at: datetime | None = None
    place: PlaceBody | None = None


class AnswerBody(Body):
    """One field: what was found, and what the phone had when it went out (`base`)."""

    found: Short
    base: Short = ""
    verdict: Code = ""
    note: Short = ""
    chosen_over: Short | None = None


class CauseBody(Body):
    cause: Code
    note: Short = ""


class ConsentBody(Body):
    """The household's consent that departments are asked, signed at the visit."""

    form: Code
    signed_date: date
    is_read_aloud: bool = False
    papers: list[PaperBody] = []


class VisitBody(Body):
    """A visit. `base_version`: the version of the case that the phone had."""

    key: UUID
    case_no: Annotated[str, StringConstraints(max_length=40)]
    base_version: Annotated[int, Field(ge=0)]
    form: Code = "visit"
    form_version: Annotated[int, Field(ge=1)]
    visited_at: datetime
    device_at: datetime | None = None
    verifiers: list[Name]
    is_household_found: bool = True
    is_at_risk: bool
    is_in_severe_difficulty: bool = False
    coping: Code = ""
    judgement: Long
    causes: list[CauseBody] = []
    answers: dict[Code, AnswerBody] = {}
    papers: list[PaperBody] = []
    place: PlaceBody | None = None
    entry_seconds: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    consent: ConsentBody | None = None

    def seen(self) -> dict[str, Seen]:
        """What the phone had, by field."""
        return {field: Seen(one.base, one.chosen_over) for field, one in self.answers.items()}

    def as_record(self, *, at: datetime, papers: tuple[PaperOfAct, ...]) -> VisitRecord:
        """As the act takes it. A phone's clock may run ahead: no visit is later than its arrival."""
        return VisitRecord(
            visited_at=min(aware(self.visited_at, at), at),
            device_at=aware(self.device_at, at) if self.device_at else None,
            verifiers=tuple(self.verifiers),
            is_at_risk=self.is_at_risk,
            judgement=self.judgement,
            form=self.form,
            is_household_found=self.is_household_found,
            is_in_severe_difficulty=self.is_in_severe_difficulty,
            coping=self.coping,
            causes=tuple(CauseFound(one.cause, one.note) for one in self.causes),
            answers=tuple(
                Answer(field, one.found, one.base, one.verdict, one.note)
                for field, one in self.answers.items()
            ),
            papers=papers,
            place=self.place.as_place() if self.place else None,
            entry_seconds=self.entry_seconds,
        )


class NewHouseholdBody(Body):
    """A household that no registry lists: its village, and the answers to the pack's form.

    `another`: the official has seen the households that may be the same one, and it is none of them.
    """

    village: Annotated[str, StringConstraints(max_length=16)] = ""
    answers: dict[Code, Short]
    another: bool = False


class ClueBody(Body):
    """A household that an inspection came upon: by its number, by its head's name, or as one that no
    registry lists (`new`)."""

    key: UUID
    household_no: Annotated[str, StringConstraints(max_length=40)] = ""
    head_name: Name = ""
    on: date | None = None
    cause: Code = ""
    note: Long
    device_at: datetime | None = None
    new: NewHouseholdBody | None = None


class FollowUpBody(Body):
    """A follow-up of a household in monitoring."""

    key: UUID
    household_ref: Annotated[int, Field(ge=0)]
    visited_at: datetime
    device_at: datetime | None = None
    situation: Code
    note: Long = ""


class SignInBody(Body):
    username: Annotated[str, StringConstraints(max_length=150)]
    password: Annotated[str, StringConstraints(max_length=1024)]
    code: Annotated[str, StringConstraints(max_length=7)] = ""
    """Of the second factor, where the account has one."""


def aware(moment: datetime, like: datetime) -> datetime:
    """A moment with its zone; one without is taken as the installation's own time."""
    return moment if moment.tzinfo else moment.replace(tzinfo=like.tzinfo)


def content_of(body: Body) -> dict[str, Any]:
    """The body as plain values: what tells two posts under one key apart."""
    return body.model_dump(mode="json")
