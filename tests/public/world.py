"""A farmer at the door: what the pages ask, one after another. All numbers are made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fangpin.casework.cases.models import Case
from fangpin.casework.declarations.models import Declaration
from tests.casework.cases_world import DAY, Office, pack
from tests.cast import Cast

PHONE = "13874510266"
ROUNDS = (*range(66), 255, 256, 257, 299)
"""Minutes of the rounds that send messages: each one past the last try, then when a sixth would come."""
PHOTO = b"\xff\xd8\xff\xe0" + b"a bill of the hospital" * 40
ANSWERS = {
    "name": "李某",
    "identity": "",
    "phone": PHONE,
    "cause": "illness",
    "text": "妻子三月住院，花了两万三千多，家里没有别的收入。",
}


def with_check_digit(first_17: str) -> str:
    """An identity number whose last sign is right."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first_17, weights, strict=True))
    return first_17 + "10X98765432"[total % 11]


KNOWN = with_check_digit("43102219650312001")
UNKNOWN = with_check_digit("43102219710804002")
ANSWERS["identity"] = KNOWN


@dataclass(frozen=True)
class Village:
    """The village, the letters of its code, and its offices."""

    code: str
    check: str
    cast: Cast

    @property
    def address(self) -> str:
        return f"/declare/{self.code}/{self.check}/"

    @property
    def office(self) -> Office:
        return Office(self.cast, pack())

    def farmer(self, *, language: str = "zh-hans", source: str = "10.0.0.1") -> Farmer:
        """Someone with a phone, at an address of the network."""
        client = Client(REMOTE_ADDR=source)
        client.cookies["fangpin_language"] = language
        return Farmer(self, client)

    def visited(self, row: Declaration) -> Office:
        """Officials joined the declaration, assigned the visit and came."""
        from fangpin.casework.declarations.acts import join_declarations, whole_pack
        from tests.casework.cases_world import moment

        join_declarations(pack=pack(), by=whole_pack(pack()), at=moment(DAY))
        office = self.office.on(Case.objects.get(declarations=row))
        office.act("assign", self.cast.reviewer)
        there = office.later(1)
        there.visit()
        return there


@dataclass(frozen=True)
class Farmer:
    """Someone who goes through the pages."""

    village: Village
    client: Client

    def answer(self, question: str, **given: Any) -> Any:
        """Send one answer."""
        return self.client.post(f"{self.village.address}{question}/", given)

    def fill(self, photo: bytes = b"", **changes: str) -> Farmer:
        """Answer all six questions."""
        for question, text in {**ANSWERS, **changes}.items():
            answer = self.answer(question, **{question: text})
            assert answer.status_code == 302, (question, answer.content.decode())
        sent = {"photo": SimpleUploadedFile("x.jpg", photo)} if photo else {}
        assert self.answer("photo", **sent).status_code == 302
        return self

    def send(self) -> Any:
        """Send the declaration."""
        return self.client.post(f"{self.village.address}check/")

    def declare(self, **changes: str) -> Declaration:
        """Fill, send; the declaration that came of it."""
        last = Declaration.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        assert self.fill(**changes).send().status_code == 302
        return Declaration.objects.get(pk__gt=last)

    def look_up(self, receipt: str, phone: str = PHONE[-4:]) -> Any:
        """Try a receipt with four digits."""
        return self.client.post("/declare/progress/", {"receipt": receipt, "phone": phone})

    def progress(self) -> str:
        """The page of what was opened."""
        return self.client.get("/declare/progress/").content.decode()
