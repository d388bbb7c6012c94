"""Papers: the poster on the wall, the letter in large print, and the commands that make them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.divisions.actions import sync_divisions
from fangpin.cli.main import main
from fangpin.values.problem import ProblemError
from fangpin.web.ground import pdf
from fangpin.web.public.codes import qr_svg, village_address
from fangpin.web.public.papers import LETTER, POSTER, as_pdf, letter, posters, standing_alone
from tests.casework.cases_world import DAY, pack
from tests.cast import Person
from tests.public.world import PHONE, Village

Command = Callable[..., tuple[int, str]]
BASE = "https://fangpin.example"


@pytest.fixture
def row(village: Village) -> Declaration:
    return village.farmer().declare()


def test_a_poster_leads_to_the_village_and_stands_alone(village: Village) -> None:
    made = posters([village.code], base=BASE)
    page = standing_alone(POSTER, made, language="zh-hans")
    assert f"{BASE}{village.address}" in page and "扫码" in page and "12345" in page
    assert "<style>" in page and "<link" not in page and "<script" not in page
    english = standing_alone(POSTER, made, language="en")
    assert "Scan and give six answers" in english


def test_the_code_on_the_wall_holds_the_address(village: Village) -> None:
    import segno

    address = village_address(village.code, base=BASE)
    drawn = qr_svg(address, title="t")
    again = segno.make(address, error="m", micro=False).svg_inline(border=2, omitsize=True)
    path = re.compile(r' d="([^"]+)"')
    assert path.search(drawn)[1] == path.search(again)[1]  # type: ignore[index]
    assert "style=" not in drawn, "the policy refuses it"


def test_the_letter_tells_the_matter_and_no_number_of_a_person(row: Declaration) -> None:
    page = standing_alone(LETTER, letter(row, on=DAY, base=BASE), language="zh-hans")
    assert row.receipt_no in page and "最迟 2020-05-25" in page and "申诉" in page
    assert PHONE not in page and row.masked_phone not in page


def test_the_letter_as_pdf_says_loudly_when_the_font_is_missing(
    row: Declaration, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "has_chinese_font", lambda: False)
    with pytest.raises(ProblemError) as refused:
        as_pdf(LETTER, letter(row, on=DAY, base=BASE))
    assert refused.value.problems[0].code == "PDF_FONT_MISSING"
    farmer = village.farmer()
    farmer.look_up(row.receipt_no)
    answer = farmer.client.get("/declare/progress/letter.pdf")
    assert answer.status_code == 409 and "fonts-noto-cjk" in answer.content.decode()


def test_the_letter_is_a_pdf(row: Declaration) -> None:
    if not pdf.has_chinese_font():
        pytest.skip("no Chinese font is installed")
    assert as_pdf(LETTER, letter(row, on=DAY, base=BASE)).startswith(b"%PDF-")


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_an_official_prints_the_letter_of_a_household_without_a_phone_and_it_is_on_record(
    row: Declaration, village: Village
) -> None:
    client = signed_in(village.cast.reviewer)
    page = client.get(f"/declare/letters/{row.receipt_no}/").content.decode()
    assert row.receipt_no in page and "李某户" in page and row.masked_phone not in page
    assert f"/declare/letters/{row.receipt_no}/letter.pdf" in page
    entry = AuditEntry.objects.get(act="view_declaration")
    assert (entry.subject, entry.detail["role"]) == (row.receipt_no, "township_reviewer")
    if pdf.has_chinese_font():
        made = client.get(f"/declare/letters/{row.receipt_no}/letter.pdf").content
        assert made.startswith(b"%PDF-")


def test_a_letter_that_the_official_printed_tells_no_more_than_the_farmers_own(
    row: Declaration, village: Village
) -> None:
    farmer = village.farmer()
    farmer.look_up(row.receipt_no)
    sheet = re.compile(r"<section.*</section>", re.S)
    own = sheet.search(farmer.client.get("/declare/progress/letter/").content.decode())
    client = signed_in(village.cast.reviewer)
    printed = sheet.search(client.get(f"/declare/letters/{row.receipt_no}/").content.decode())
    assert own and printed and own[0] == printed[0]


def test_a_township_prints_the_codes_of_its_villages_and_no_others(village: Village) -> None:
    sync_divisions(divisions=pack().divisions)
    client = signed_in(village.cast.reviewer)
    page = client.get("/declare/posters/431022202/").content.decode()
    assert page.count('class="sheet poster"') > 1 and village.address in page
    assert client.get("/declare/posters/431023/").status_code == 404
    assert client.get("/declare/posters/9/").status_code == 404


@pytest.mark.parametrize("path", ["letters/{receipt}/", "letters/{receipt}/letter.pdf"])
def test_nobody_else_opens_a_letter_without_the_receipt(
    row: Declaration, village: Village, path: str
) -> None:
    address = "/declare/" + path.format(receipt=row.receipt_no)
    assert signed_in(village.cast.outsider).get(address).status_code == 404
    assert Client().get(address).status_code == 302, "to the sign-in"
    assert not AuditEntry.objects.filter(act="view_declaration").exists()


@pytest.fixture
def command(
    installation: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a `fangpin declaration …` in this process: exit code and what it said."""
    monkeypatch.setenv("FANGPIN_HOME", str(installation))
    monkeypatch.setenv("FANGPIN_PACK", "cn_hunan_chenzhou")
    monkeypatch.setenv("FANGPIN_CLOCK", DAY.isoformat())
    monkeypatch.setenv("FANGPIN_PUBLIC_URL", BASE)
    monkeypatch.setattr("fangpin.cli.session.Session.start_django", lambda _session: None)

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["fangpin", "declaration", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0), capsys.readouterr().out
        return 0, capsys.readouterr().out

    return run


def test_commands_tell_what_came_in_and_join_it(row: Declaration, command: Command) -> None:
    assert json.loads(command("join", "--json")[1]) == {"joined": 1, "waiting": 0}
    code, told = command("list", "--json")
    (listed,) = json.loads(told)["declarations"]
    assert (code, listed["receipt_no"], listed["state"]) == (0, row.receipt_no, "in_case")
    assert PHONE not in told and "李某" not in told
    assert json.loads(command("list", "--scope", "431023", "--json")[1])["count"] == 0


def test_commands_make_a_sheet_a_village_a_code_and_a_letter(
    row: Declaration, command: Command, tmp_path: Path
) -> None:
    page, code, letter_file = (tmp_path / name for name in ("all.html", "one.svg", "l.html"))
    assert command("qr", "--division", "431022202", "--out", page)[0] == 0
    text = page.read_text(encoding="utf-8")
    assert text.count('class="sheet poster"') > 1 and BASE in text
    assert command("qr", "--division", row.division, "--out", code)[0] == 0
    assert code.read_text(encoding="utf-8").startswith("<svg xmlns=")
    assert command("letter", "--receipt", row.receipt_no, "--out", letter_file)[0] == 0
    assert row.receipt_no in letter_file.read_text(encoding="utf-8")


def test_commands_refuse_what_they_cannot_make(
    row: Declaration, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = tmp_path / "none.svg"
    assert command("qr", "--division", "431022202", "--out", none)[0] == 3
    assert command("letter", "--receipt", "0000-0000-0000", "--out", none)[0] == 3
    outside = ("letter", "--receipt", row.receipt_no, "--scope", "431023", "--out", none)
    assert command(*outside)[0] == 3
    monkeypatch.delenv("FANGPIN_PUBLIC_URL")
    assert command("qr", "--division", row.division, "--out", none)[0] == 3
    assert not none.exists()
