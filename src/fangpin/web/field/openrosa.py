"""A submission of ODK Collect read as the visit that it is; anything else in it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest

from fangpin.lake.papers import MOST_BYTES
from fangpin.policy.models.procedures import Form
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.field.bodies import VisitBody

PART = "xml_submission_file"
PICTURES = {"photo": "photo", "signature": "signature"}
"""Question -> kind of attachment."""
MOST_POSTED = 4 * MOST_BYTES
"""Of one submission, pictures included."""
_MOST_XML = 1024 * 1024
_WHERE = "odk submission"
UNREADABLE = Problem(
    "SUBMISSION_UNREADABLE",
    _WHERE,
    "收到的不是一份完整的表单（xml_submission_file）。",
    "What arrived is not a whole form (xml_submission_file).",
    "请在 ODK Collect 中重新发送。",
    "Send it again from ODK Collect.",
)
OTHER_FORM = Problem(
    "FORM_OTHER",
    _WHERE,
    "这不是本系统的入户核实表。",
    "This is not the visit form of this system.",
    "请在 ODK Collect 中重新获取表单。",
    "Get the form anew in ODK Collect.",
)
IN_PARTS = Problem(
    "SUBMISSION_IN_PARTS",
    _WHERE,
    "这份表单被拆成几次发送，暂不接收。",
    "This form was sent in several parts, which is not taken.",
    "请减少照片，或把照片缩小后再发送。",
    "Send fewer or smaller photos.",
)
TOO_LARGE = Problem(
    "PAPER_TOO_LARGE",
    _WHERE,
    "照片太大。",
    "A photo is too large.",
    "请在 ODK Collect 设置中选择较小的照片。",
    "Choose smaller photos in ODK Collect's settings.",
)
PICTURE_MISSING = Problem(
    "PAPER_MISSING",
    _WHERE,
    "表单提到的照片没有一起发来。",
    "A photo that the form names did not come with it.",
    "请在 ODK Collect 中重新发送。",
    "Send it again from ODK Collect.",
)


@dataclass(frozen=True, slots=True)
class Content:
    """A picture of a submission."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Submission:
    """Answers by question, and the pictures that they name."""

    form: Form
    answers: dict[str, str]
    contents: tuple[Content, ...]

    def body(self, *, official: str) -> VisitBody:
        """The visit. Raises pydantic's ValidationError for what is no visit."""
        said, form = self.answers, self.form
        started, ended = _moment(said.get("started_at")), _moment(said.get("ended_at"))
        causes = [said.get("cause", ""), *said.get("more_causes", "").split()]
        place = said.get("place", "").split()
        taken: dict[str, Any] = {
            "key": said.get("instanceID", "").removeprefix("uuid:"),
            "case_no": said.get("case_no", ""),
            "base_version": said.get("case_version") or 0,
            "form": form.form,
            "form_version": form.version,
            "visited_at": started or ended,
            "device_at": ended,
            "verifiers": [official, said.get("second_verifier", "")],
            "is_at_risk": said.get("is_at_risk"),
            "is_in_severe_difficulty": said.get("is_in_severe_difficulty") or False,
            "coping": said.get("coping", ""),
            "judgement": said.get("judgement", ""),
            "causes": [
                {"cause": cause, "note": said.get("cause_note", "")}
                for cause in dict.fromkeys(one for one in causes if one)
            ],
            "answers": dict(self._facts(form)),
            "papers": list(self._papers()),
        }
        if started and ended and ended >= started:
            taken["entry_seconds"] = int((ended - started).total_seconds())
        if len(place) >= 2:
            taken["place"] = {"latitude": place[0], "longitude": place[1]}
            if len(place) == 4:
                taken["place"]["accuracy_m"] = int(float(place[3]))
        return VisitBody.model_validate(taken)

    def _facts(self, form: Form) -> Iterator[tuple[str, dict[str, str]]]:
        for field in form.fields:
            found = self.answers.get(field.field, "")
            if found:
                base = self.answers.get(f"v_{field.field}", "")
                yield field.field, {"found": found, "base": base}

    def _papers(self) -> Iterator[dict[str, str]]:
        by_name = {one.name: one for one in self.contents}
        for question, kind in PICTURES.items():
            name = self.answers.get(question, "")
            if not name:
                continue
            if name not in by_name:
                raise ProblemError(PICTURE_MISSING)
            yield {"kind": kind, "sha256": by_name[name].sha256}


class InMemory(MemoryFileUploadHandler):
    """Keeps pictures in memory whatever their size: none ever lies on the disk in plain form."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002
        META: Any,  # noqa: ARG002
        content_length: int,
        boundary: Any,  # noqa: ARG002
        encoding: Any = None,  # noqa: ARG002
    ) -> None:
        """Refuse what is larger than the address says it takes."""
        if content_length > MOST_POSTED:
            raise ProblemError(TOO_LARGE)
        self.activated = True


def read_submission(request: HttpRequest, *, forms: Mapping[str, Form]) -> Submission:
    """The parts of a submission. Raises ProblemError SUBMISSION_UNREADABLE, FORM_OTHER,
    SUBMISSION_IN_PARTS, PAPER_TOO_LARGE."""
    request.upload_handlers = [InMemory(request)]
    if "*isIncomplete*" in request.POST:
        raise ProblemError(IN_PARTS)
    sent = request.FILES.get(PART)
    if not isinstance(sent, UploadedFile) or (sent.size or 0) > _MOST_XML:
        raise ProblemError(UNREADABLE)
    root = _root(sent.read())
    form = forms.get(root.get("id", ""))
    if form is None:
        raise ProblemError(OTHER_FORM)
    contents = []
    for name, file in request.FILES.items():
        if name != PART and isinstance(file, UploadedFile):
            if (file.size or 0) > MOST_BYTES:
                raise ProblemError(TOO_LARGE)
            contents.append(Content(str(name), file.read()))
    answers = {
        _local(node.tag): (node.text or "").strip() for node in root.iter() if len(node) == 0
    }
    return Submission(form, answers, tuple(contents))


def _root(content: bytes) -> ElementTree.Element:
    # No form needs a document type; without one there are no entities to expand.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ProblemError(UNREADABLE)
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ProblemError(UNREADABLE) from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
