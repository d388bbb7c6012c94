"""Many phones on a bad line, and a slow obvious account of what must come of it.

The hypothesis machine in `test_many_phones.py` drives a fleet step by step; `python -m bench.fleet`
drives a large one by chance alone.
"""

from __future__ import annotations

import copy
import json
import random
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from fangpin.casework.cases.models import Case, CaseAct, Visit
from fangpin.casework.registry.models import Household
from fangpin.web.field.entrance import HEADER
from tests.field.world import visit_body

FIELDS = ("members", "workers", "savings")
VALUES = {"members": "2345", "workers": "0123", "savings": ("none", "under_three", "three_or_more")}
PHOTO = b"\xff\xd8\xff\xe0 a picture of "


@dataclass
class Record:
    """A visit in a phone's outbox, as `store.js` keeps it."""

    body: dict[str, Any]
    photo: bytes | None = None
    is_stored: bool = False
    is_refused: bool = False
    chosen: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Field -> (mine, theirs) as they were when the official chose."""


@dataclass
class Phone:
    """What one phone knows and what it has to send."""

    client: Client
    cases: list[Case]
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    since: str = ""
    outbox: list[Record] = field(default_factory=list)


class Fleet:
    """Phones, the line between, and the server; every operation may be told how the line fails."""

    def __init__(self, crews: Iterable[tuple[Any, list[Case]]]) -> None:
        """`crews`: who has a phone, and the cases of that official's village."""
        self.phones = []
        for user, cases in crews:
            client = Client()
            client.force_login(user)
            self.phones.append(Phone(client, cases))
        self.written: list[Record] = []
        self.in_the_air: list[tuple[Client, str, bytes]] = []
        """Copies of posts that the line may still deliver, late and in any order."""
        self.answers: Counter[int] = Counter()

    # ── what people do ──────────────────────────────────────────────────────────────────────────

    def refresh(self, at: int) -> None:
        """A phone takes its list, as far as it has changed."""
        phone = self.phones[at]
        told = phone.client.get("/field/tasks", {"since": phone.since}).json()
        if told["whole"]:
            phone.tasks = {}
        for one in told["gone"]:
            phone.tasks.pop(one, None)
        phone.tasks |= {one["id"]: one for one in told["tasks"]}
        phone.since = told["since"]

    def write(self, at: int, case_no: str, found: dict[str, str], *, photo: bool) -> None:
        """An official writes a visit from what the phone knew; nothing is sent yet."""
        phone = self.phones[at]
        known = phone.tasks.get(case_no, {}).get("values", {})
        key = str(uuid.uuid4())
        body = visit_body(
            case_no,
            key=key,
            judgement=f"我看到的：{key}",
            answers={
                one: {"found": value, "base": known.get(one, "")} for one, value in found.items()
            },
        )
        record = Record(body, PHOTO + key.encode() if photo else None)
        if record.photo is not None:
            import hashlib

            sha = hashlib.sha256(record.photo).hexdigest()
            body["papers"] = [{"kind": "photo", "sha256": sha}]
        phone.outbox.append(record)
        self.written.append(record)

    def register(self, ref: int, members: int) -> None:
        """The registry of a later month says another number of members."""
        household = Household.objects.get(pk=ref)
        household.attributes = {**household.attributes, "members": members}
        household.save()

    # ── the line ────────────────────────────────────────────────────────────────────────────────

    def send(self, at: int, *, line: str = "good", prefer_mine: bool = True) -> None:
        """A phone sends its first waiting record. `line`: good, lost (on the way), unheard (the
        answer is lost), twice (the post arrives twice), late (a copy arrives some time later)."""
        phone = self.phones[at]
        record = next(
            (one for one in phone.outbox if not one.is_stored and not one.is_refused), None
        )
        if record is None:
            return
        if record.photo is not None and not self._put(phone, record, line):
            return
        content = json.dumps(record.body).encode()
        if line == "lost":
            return
        if line == "late":
            self.in_the_air.append((phone.client, "visits", content))
            return
        status, told = self._post(phone.client, content)
        if line == "twice":
            status, told = self._post(phone.client, content)
        if line == "unheard":
            return
        self._heard(record, status, told, prefer_mine=prefer_mine)

    def deliver_late(self, which: int) -> None:
        """A copy from the air arrives; nobody hears the answer."""
        client, _, content = self.in_the_air.pop(which % len(self.in_the_air))
        self._post(client, content)

    def drain(self) -> None:
        """The line is good again: everything is sent, the air is empty."""
        while self.in_the_air:
            self.deliver_late(0)
        for at, phone in enumerate(self.phones):
            for _ in range(len(phone.outbox) * 6):
                self.send(at)
            assert all(one.is_stored or one.is_refused for one in phone.outbox), "nothing waits"

    def _put(self, phone: Phone, record: Record, line: str) -> bool:
        assert record.photo is not None
        sha = record.body["papers"][0]["sha256"]
        half = len(record.photo) // 2
        here = int(phone.client.head(f"/field/blobs/{sha}")["Upload-Offset"])
        while here < len(record.photo):
            end = half if here < half else len(record.photo)
            answer = phone.client.put(
                f"/field/blobs/{sha}",
                data=record.photo[here:end],
                content_type="application/octet-stream",
                headers={
                    "Content-Range": f"bytes {here}-{end - 1}/{len(record.photo)}",
                    HEADER: "1",
                },
            )
            assert answer.status_code in (201, 202), answer.content
            here = int(answer["Upload-Offset"])
            if line == "lost":
                return False
        return True

    def _post(self, client: Client, content: bytes) -> tuple[int, dict[str, Any]]:
        answer = client.post(
            "/field/visits", data=content, content_type="application/json", headers={HEADER: "1"}
        )
        self.answers[answer.status_code] += 1
        assert answer.status_code < 500, answer.content
        return answer.status_code, answer.json()

    def _heard(
        self, record: Record, status: int, told: dict[str, Any], *, prefer_mine: bool
    ) -> None:
        if status in (200, 201):
            record.is_stored = True
            return
        assert status == 409, told
        if "fields" not in told:
            # A stale copy was stored while its owner chose: the first answer stands.
            assert told["code"] == "KEY_USED", told
            record.is_refused = True
            return
        record.body = copy.deepcopy(record.body)
        for name, (mine, theirs) in told["fields"].items():
            answer = record.body["answers"][name]
            record.chosen.setdefault(name, []).append((mine, theirs))
            answer["found"] = mine if prefer_mine else theirs
            answer["chosen_over"] = theirs

    # ── the account ─────────────────────────────────────────────────────────────────────────────

    def check(self) -> dict[str, int]:
        """Nothing lost, nothing doubled, nothing silently overwritten. Raises AssertionError."""
        acts = list(
            CaseAct.objects.filter(act__in=("record_visit", "supplement_visit")).order_by(
                "case_id", "seq"
            )
        )
        keys = Counter(act.key for act in acts)
        written = {record.body["key"]: record for record in self.written}
        assert set(keys) == set(written), "every visit that was written is there, and no other"
        assert max(keys.values(), default=1) == 1, "and once"
        values: dict[tuple[int, str], str] = {}
        overwritten = 0
        for act in acts:
            visit = Visit.objects.get(act=act)
            record = written[act.key]
            assert visit.judgement == record.body["judgement"], "the verdict is its owner's"
            photos = {one.sha256 for one in act.attachments.all()}
            assert photos == {one["sha256"] for one in record.body.get("papers", [])}
            found = {one.field: one for one in visit.answers.all()}
            for name, answer in found.items():
                before = values.get((act.case_id, name))
                overwritten += self._account(record, name, answer, before)
                values[act.case_id, name] = answer.found_value
            lost = {
                name
                for case_id, name in values
                if case_id == act.case_id and name in FIELDS and name not in found
            }
            assert not lost, "what an earlier visit found is still there"
        return {
            "visits": len(acts),
            "photos": sum(bool(one.photo) for one in self.written),
            "chosen": sum(len(one.chosen) for one in self.written),
            "overwritten knowingly": overwritten,
        }

    @staticmethod
    def _account(record: Record, name: str, answer: Any, before: str | None) -> int:
        """1 when this visit replaced another's finding; its owner must have known that one."""
        if before is None or answer.found_value == before:
            return 0
        given = record.body["answers"].get(name)
        assert given is not None, f"{name} changed by a visit that says nothing of it"
        seen = {given["base"], given.get("chosen_over")}
        assert before in seen, f"{name}: {before} was overwritten unseen by {answer.found_value}"
        assert answer.found_value == given["found"]
        return 1


def drive(fleet: Fleet, *, visits: int, seed: int, refs: list[int]) -> None:
    """Chance drives the fleet until so many visits are written, then everything is sent."""
    chance = random.Random(seed)
    lines = ("good", "good", "good", "lost", "unheard", "twice", "late")
    for at in range(len(fleet.phones)):
        fleet.refresh(at)
    while len(fleet.written) < visits:
        at = chance.randrange(len(fleet.phones))
        case = chance.choice(fleet.phones[at].cases)
        names = chance.sample(FIELDS, chance.randint(1, len(FIELDS)))
        found = {name: chance.choice(VALUES[name]) for name in names}
        fleet.write(at, case.case_no, found, photo=chance.random() < 0.15)
        for _ in range(chance.randint(1, 2)):
            sender = chance.randrange(len(fleet.phones))
            fleet.send(sender, line=chance.choice(lines), prefer_mine=chance.random() < 0.5)
        if fleet.in_the_air and chance.random() < 0.25:
            fleet.deliver_late(chance.randrange(len(fleet.in_the_air)))
        if chance.random() < 0.05:
            fleet.register(chance.choice(refs), chance.randint(2, 5))
        if chance.random() < 0.03:
            fleet.refresh(chance.randrange(len(fleet.phones)))
    fleet.drain()
