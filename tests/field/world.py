"""Households to visit, and a phone that speaks to the server as ours does."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.test import Client

from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.web.field.entrance import HEADER
from tests.casework.cases_world import DAY, Office, build_alert, build_household, moment, pack
from tests.cast import NEXT_VILLAGE, VILLAGE, Cast, Person, build_cast, build_divisions

PHOTO = b"\xff\xd8\xff\xe0" + b"a picture of a house" * 50
PASSWORD = "correct horse"


@dataclass(frozen=True)
class Field:
    """The county, its offices and the cases to visit."""

    office: Office
    case: Case
    foreign: Case
    """Of the next village."""
    home: Path = Path()
    """Of the test's installation."""

    @property
    def cast(self) -> Cast:
        return self.office.cast

    def phone(self, person: Person | None = None) -> Phone:
        """A phone on which someone is signed in; the cadre's."""
        client = Client()
        client.force_login((person or self.cast.cadre).user)
        return Phone(client)


@dataclass(frozen=True)
class Phone:
    """What our pages do, without the pages."""

    client: Client

    def tasks(self, since: str = "") -> dict[str, Any]:
        answer = self.client.get("/field/tasks", {"since": since})
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def put(self, content: bytes, *, first: int = 0, last: int | None = None) -> Any:
        """Put a piece of a content, or the whole."""
        sha = hashlib.sha256(content).hexdigest()
        end = len(content) - 1 if last is None else last
        return self.client.put(
            f"/field/blobs/{sha}",
            data=content[first : end + 1],
            content_type="application/octet-stream",
            headers={"Content-Range": f"bytes {first}-{end}/{len(content)}", HEADER: "1"},
        )

    def post(self, what: str, body: dict[str, Any]) -> Any:
        return self.client.post(
            f"/field/{what}",
            data=json.dumps(body),
            content_type="application/json",
            headers={HEADER: "1"},
        )


def visit_body(case_no: str, **changes: Any) -> dict[str, Any]:
    """A visit by two that found the household at risk of illness."""
    return {
        "key": str(uuid.uuid4()),
        "case_no": case_no,
        "base_version": 1,
        "form": "visit",
        "form_version": pack().forms["visit"].version,
        "visited_at": f"{DAY}T09:30:00+08:00",
        "device_at": f"{DAY}T09:31:00+08:00",
        "verifiers": ["cadre", "王村医"],
        "is_at_risk": True,
        "judgement": "户主长期服药，收入只有低保和零工。",
        "causes": [{"cause": "illness"}],
        "answers": {"unsafe_house": {"found": "false"}},
        **changes,
    }


def build_field() -> Field:
    """See `conftest.field`."""
    build_divisions()
    cast = build_cast()
    cast.cadre.user.set_password(PASSWORD)
    cast.cadre.user.save()
    office = Office(cast, pack())
    case = open_case(office, 1, division=VILLAGE)
    foreign = open_case(office, 2, division=NEXT_VILLAGE)
    return Field(office.on(case), case, foreign)


def open_case(
    office: Office,
    ref: int,
    *,
    division: str = VILLAGE,
    is_assigned: bool = True,
    **attributes: Any,
) -> Case:
    """A household with an alert, its case opened and the visit assigned to the village."""
    alert = build_alert(build_household(ref, division=division, **attributes))
    by = office.scope(office.cast.reviewer)
    case = acts.report_clue(
        pack=office.pack,
        household_ref=alert.household_id,
        by=by,
        at=moment(DAY),
        channel="rule",
        cause="illness",
        alert_no=alert.alert_no,
    )
    if is_assigned:
        replace(office, case_no=case.case_no).act("assign", office.cast.reviewer)
    case.refresh_from_db()
    return case
