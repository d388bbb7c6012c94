"""Photos that were sent and never became part of anything are cleared away; nothing else is."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.declarations.acts import Declared, new_receipt, receive_declaration
from fangpin.cli.main import main
from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from fangpin.runs.papers import DAYS, sweep_papers
from tests.casework.cases_world import pack
from tests.cast import VILLAGE
from tests.field.world import PHOTO, Field, visit_body

NOW = datetime(2026, 5, 10, 4, tzinfo=UTC)
BILL = b"\xff\xd8\xff\xe0" + b"a bill" * 40
LOST = b"\xff\xd8\xff\xe0" + b"never sent" * 40
FRESH = b"\xff\xd8\xff\xe0" + b"of today" * 40
HALF = b"\xff\xd8\xff\xe0" + b"half" * 40


def name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def store(field: Field) -> Papers:
    """A photo of a visit, a bill of a declaration, one that nothing names, one of today, a half."""
    phone, kept = field.phone(), Papers(Home(field.home))
    for content in (PHOTO, BILL, LOST, FRESH):
        assert phone.put(content).status_code == 201
    assert phone.put(HALF, last=20).status_code == 202
    papers = [{"kind": "photo", "sha256": name(PHOTO)}]
    assert phone.post("visits", visit_body(field.case.case_no, papers=papers)).status_code == 201
    receive_declaration(
        pack=pack(),
        declared=Declared(
            VILLAGE, "李某", "138****0000", "d", b"p", None, b"i", "illness", "住院", name(BILL)
        ),
        receipt_no=new_receipt(),
        at=NOW,
    )
    days = int(pack().parameter(DAYS, at=NOW.date(), division=None).number)
    then = (NOW - timedelta(days=days, hours=1)).timestamp()
    fresh = (NOW - timedelta(days=days) + timedelta(hours=1)).timestamp()
    for path in (field.home / "papers").glob("**/*"):
        os.utime(path, (fresh, fresh) if path.stem == name(FRESH) else (then, then))
    return kept


def test_only_what_nothing_names_is_swept_after_the_packs_days(field: Field, store: Papers) -> None:
    swept = sweep_papers(home=Home(field.home), pack=pack(), at=NOW)

    assert (swept.days, swept.contents, swept.unfinished) == (30, 1, 1)
    assert not store.has(name(LOST))
    assert all(store.has(name(one)) for one in (PHOTO, BILL, FRESH))
    assert store.state(name(HALF), sender="cadre").received == 0
    assert AuditEntry.objects.get(act="sweep_papers").detail == {
        "days": 30,
        "contents": 1,
        "unfinished": 1,
    }
    assert sweep_papers(home=Home(field.home), pack=pack(), at=NOW).contents == 0


def test_what_someone_is_about_to_name_is_not_swept(field: Field, store: Papers) -> None:
    assert store.hold(name(LOST)), "a visit that names it is on its way"
    assert not store.drop(name(LOST), before=NOW.timestamp() - 1)
    assert store.has(name(LOST))


def test_a_record_that_names_a_swept_photo_is_told_and_sends_it_again(
    field: Field, store: Papers
) -> None:
    sweep_papers(home=Home(field.home), pack=pack(), at=NOW)
    phone = field.phone()
    body = visit_body(field.case.case_no, papers=[{"kind": "photo", "sha256": name(LOST)}])
    told = phone.post("visits", body)
    assert (told.status_code, told.json()["code"]) == (422, "PAPER_MISSING")
    assert phone.put(LOST).status_code == 201
    assert phone.post("visits", body).status_code == 201


def test_the_command_tells_what_it_removed(
    field: Field, store: Papers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fangpin.cli.session.Session.now", lambda _: NOW)
    monkeypatch.setattr("fangpin.cli.session.Session.start_django", lambda _: None)
    monkeypatch.setenv("FANGPIN_HOME", str(field.home))
    monkeypatch.setattr("sys.argv", ["fangpin", "paper", "sweep", "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    told = json.loads(capsys.readouterr().out)
    assert told == {"days": 30, "contents": 1, "unfinished": 1}
    assert Path(field.home).exists()
