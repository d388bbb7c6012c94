"""ODK Collect as a second client: the same form, the same act."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import shutil
import uuid
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fangpin.casework.cases.models import Visit
from fangpin.web.field.xlsform import write_xlsform
from tests.casework.cases_world import pack
from tests.field.world import PASSWORD, PHOTO, Field

FORMS = ("visit", "elimination_visit")


def basic(username: str, password: str) -> dict[str, str]:
    told = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {told}"}


@pytest.fixture
def collect(field: Field) -> Client:
    """ODK Collect with the cadre's account."""
    return Client(**basic("cadre", PASSWORD))


def filled(case_no: str, *, key: str, **changes: str) -> bytes:
    """A submission as Collect writes it."""
    answers = {
        "started_at": "2020-05-10T09:00:00.000+08:00",
        "ended_at": "2020-05-10T09:06:00.000+08:00",
        "case_no": case_no,
        "case_version": "1",
        "is_at_risk": "true",
        "cause": "illness",
        "more_causes": "disability",
        "is_in_severe_difficulty": "true",
        "judgement": "户主长期服药。",
        "second_verifier": "王村医",
        "photo": "1.jpg",
        "place": "25.398123 112.941234 210.0 8.5",
        **changes,
    }
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in answers.items() if value)
    return (
        "<?xml version='1.0' ?><data xmlns:orx='http://openrosa.org/xforms' id='visit' version='1'>"
        f"{inner}<block_clue><v_members/></block_clue><block_income><v_members>3</v_members>"
        "<members>4</members></block_income><block_difficulties><unsafe_house>false</unsafe_house>"
        f"</block_difficulties><orx:meta><orx:instanceID>uuid:{key}</orx:instanceID></orx:meta></data>"
    ).encode()


def send(collect: Client, xml: bytes, **pictures: bytes) -> Any:
    parts = {"xml_submission_file": SimpleUploadedFile("f.xml", xml, "text/xml")}
    parts |= {
        name.replace("_", "."): SimpleUploadedFile(name.replace("_", "."), content, "image/jpeg")
        for name, content in pictures.items()
    }
    return collect.post("/field/odk/submission", parts)


@pytest.mark.parametrize("name", FORMS)
def test_odk_validate_accepts_the_form(tmp_path: Path, name: str) -> None:
    if shutil.which("java") is None:
        pytest.skip("ODK Validate needs java, which is not on this machine")
    from pyxform.xls2xform import convert

    file = tmp_path / f"{name}.xlsx"
    write_xlsform(pack(), pack().forms[name], file)
    told = convert(file, validate=True)
    assert not [one for one in told.warnings if "ODK Validate" in one]
    assert "<h:html" in told.xform


@pytest.mark.parametrize("name", FORMS)
def test_every_field_of_the_pack_is_asked_in_both_languages(tmp_path: Path, name: str) -> None:
    from fangpin.web.field.xform import convert

    file = tmp_path / f"{name}.xlsx"
    write_xlsform(pack(), pack().forms[name], file)
    xml = convert(file)
    for one in pack().forms[name].fields:
        assert f'/{one.field}"' in xml
        assert one.title.zh.translate({0x201C: '"', 0x201D: '"'}) in xml, (
            "pyxform writes plain quotes"
        )


def test_collect_finds_the_form_the_list_of_cases_and_nothing_of_others(
    field: Field, collect: Client
) -> None:
    listed = collect.get("/field/odk/formList")
    assert listed.headers["X-OpenRosa-Version"] == "1.0"
    names = [node.text for node in ElementTree.fromstring(listed.content).iter() if node.text]
    assert "visit" in names

    manifest = collect.get("/field/odk/forms/visit/manifest").content.decode()
    cases = collect.get("/field/odk/forms/visit/cases.csv").content
    assert hashlib.md5(cases, usedforsecurity=False).hexdigest() in manifest
    rows = list(csv.DictReader(io.StringIO(cases.decode())))
    assert [row["name"] for row in rows] == [field.case.case_no]
    assert (rows[0]["v_members"], rows[0]["a_members"], rows[0]["a_unsafe_house"]) == (
        "3",
        "0",
        "1",
    )

    xml = collect.get("/field/odk/forms/visit.xml").content.decode()
    assert "jr://file-csv/cases.csv" in xml or "jr://file/cases.csv" in xml


def test_a_submission_becomes_the_same_act_once(field: Field, collect: Client) -> None:
    head = collect.head("/field/odk/submission")
    assert (head.status_code, head.headers["X-OpenRosa-Version"]) == (204, "1.0")
    key = str(uuid.uuid4())
    xml = filled(field.case.case_no, key=key)

    first, second = send(collect, xml, **{"1_jpg": PHOTO}), send(collect, xml, **{"1_jpg": PHOTO})

    assert (first.status_code, second.status_code) == (201, 201)
    visit = Visit.objects.get()
    assert (visit.act.act, visit.act.by, visit.act.key) == ("record_visit", "cadre", key)
    assert [one.cause for one in visit.causes.order_by("place")] == ["illness", "disability"]
    assert (visit.entry_seconds, visit.is_in_severe_difficulty) == (360, True)
    assert (str(visit.latitude), visit.accuracy_m) == ("25.398123", 8)
    found = {one.field: (one.system_value, one.found_value) for one in visit.answers.all()}
    assert found == {"members": ("3", "4"), "unsafe_house": ("", "false")}
    assert visit.act.attachments.get().sha256 == hashlib.sha256(PHOTO).hexdigest()


def test_a_wrong_password_and_a_session_alone_open_nothing(field: Field) -> None:
    for client in (Client(**basic("cadre", "wrong")), field.phone().client):
        answer = client.get("/field/odk/formList")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_submission_for_the_next_village_is_refused(field: Field, collect: Client) -> None:
    xml = filled(field.foreign.case_no, key=str(uuid.uuid4()), photo="")
    assert send(collect, xml).status_code == 404
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<data id='visit'>", "SUBMISSION_UNREADABLE"),
        (
            b"<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><data id='visit'>&a;</data>",
            "SUBMISSION_UNREADABLE",
        ),
        (b"<data id='another'/>", "FORM_OTHER"),
        (b"<data id='visit'/>", "FIELDS_UNREADABLE"),
    ],
)
def test_what_is_no_visit_is_refused_in_words(
    field: Field, collect: Client, xml: bytes, code: str
) -> None:
    answer = send(collect, xml)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_picture_that_did_not_come_along_is_missed(field: Field, collect: Client) -> None:
    answer = send(collect, filled(field.case.case_no, key=str(uuid.uuid4())))
    assert (answer.status_code, answer.json()["code"]) == (422, "PAPER_MISSING")


def test_a_large_picture_never_lies_on_the_disk_in_plain_form(
    field: Field, collect: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refused)
    large = PHOTO + b"\0" * 3_000_000
    xml = filled(field.case.case_no, key=str(uuid.uuid4()))
    assert send(collect, xml, **{"1_jpg": large}).status_code == 201
    assert Visit.objects.get().act.attachments.get().size == len(large)
