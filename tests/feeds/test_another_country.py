"""A country that writes otherwise than ours is received by its pack alone: sierra/, no line of code.

Each outcome is that of the family in docs/bad-inputs.md: AUTO, PROPOSE, ROW or FILE.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.confirm import confirm_proposals
from fangpin.feeds.receipt import Receipt
from fangpin.lake.vault import Vault
from fangpin.policy import check_pack_thoroughly, load_pack
from fangpin.values.amounts import read_amount
from fangpin.values.text import name_key
from tests.feeds.builders import Desk, xlsx_file
from tests.fresh import fresh_engine
from tests.looking import looker

PACK = Path(__file__).parent / "sierra"
TITLES = {
    "cui": "N.º de CUI", "nombre": "Nombre completo", "mes": "Mes", "salario": "Salario mensual",
    "dias": "Días trabajados", "formal": "Formal", "inicio": "Fecha de inicio", "fin": "Fin",
    "patrono": "Patrono",
}  # fmt: skip
FEED = "trabajo.salarios"


def cui(place: int) -> str:
    """The identity number of the nth person."""
    return f"{1_900_000_000_000 + place * 7_919_101}"


def row(place: int, **changed: str) -> list[str]:
    """A clean row of the nth person, as a clerk there writes it; `changed` by field."""
    told = {
        "cui": cui(place), "nombre": f"José Núñez {place}", "mes": "03/2020",
        "salario": f"1.{200 + place},50", "dias": "22", "formal": "sí", "inicio": "15/01/2020",
        "fin": "indefinido", "patrono": "Panadería Ñandú",
    }  # fmt: skip
    return list({**told, **changed}.values())


def table(*rows: Sequence[str], titles: dict[str, str] | None = None) -> str:
    """A CSV as a spreadsheet of such a country writes it: semicolons between the cells."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([list({**TITLES, **(titles or {})}.values()), *rows])
    return text.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.pack = load_pack(PACK)
    return desk


def receive(
    desk: Desk,
    *rows: Sequence[str],
    titles: dict[str, str] | None = None,
    encoding: str = "cp1252",
) -> Receipt:
    return desk.receive_text(table(*rows, titles=titles), encoding=encoding, feed=FEED)


def facts(desk: Desk, receipt: Receipt, field: str) -> list[Any]:
    return [value for (value,) in desk.facts(receipt, f'"{field}"')]


def test_the_pack_is_sound() -> None:
    assert list(check_pack_thoroughly(load_pack(PACK))) == []


# ── containers and encodings ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8", "utf-8-sig", "utf-16"])
def test_text_files_of_every_age_are_read_to_the_letter(desk: Desk, encoding: str) -> None:
    receipt = desk.receive_text(table(row(1), row(2)), encoding=encoding, feed=FEED)
    assert (receipt.outcome, receipt.accepted) == ("accepted", 2)
    assert facts(desk, receipt, "patrono") == ["Panadería Ñandú"] * 2
    assert facts(desk, receipt, "salario") == [Decimal("1201.50"), Decimal("1202.50")]
    assert facts(desk, receipt, "fin") == [date(9999, 12, 31)] * 2
    assert facts(desk, receipt, "formal") == [True, True]


def test_two_encodings_in_one_file_are_told_with_the_line(desk: Desk) -> None:
    first, second = table(row(1)), table(row(2)).split("\r\n", 1)[1]
    joined = first.encode("cp1252") + second.encode("utf-8")
    receipt = desk.receive_bytes(joined, feed=FEED)
    assert desk.codes(receipt) == {"ENCODING_MIXED"}
    assert "3" in receipt.findings[0].message_en


def test_a_file_that_was_cut_within_a_letter_is_cut_and_not_of_an_old_encoding(desk: Desk) -> None:
    whole = table(*map(row, range(20)))
    cut = whole[: whole.rindex("ú")].encode() + "ú".encode()[:1]
    assert desk.codes(desk.receive_bytes(cut, feed=FEED)) == {"FILE_CORRUPT"}


def test_a_page_of_an_old_system_under_a_spreadsheets_name(desk: Desk) -> None:
    cells = [list(TITLES.values()), row(1)]
    lines = "".join(f"<tr><td>{'</td><td>'.join(line)}</td></tr>" for line in cells)
    receipt = desk.receive_bytes(
        f"<table>{lines}</table>".encode("cp1252"), name="salarios.xls", feed=FEED
    )
    assert (receipt.outcome, receipt.accepted) == ("accepted", 1)
    assert "TYPE_MISMATCH" in desk.codes(receipt)
    assert facts(desk, receipt, "patrono") == ["Panadería Ñandú"]


def test_numbers_that_a_machine_typed_keep_their_fraction(desk: Desk, tmp_path: Path) -> None:
    """A text of 1.234 is twelve hundred and more, a cell of 1.234 is one and a bit."""
    values: list[object] = [1200.5, 1.234, 43891.25, 3]
    rows = [[*row(place)] for place in range(4)]
    cells = [[*one[:3], value, *one[4:]] for one, value in zip(rows, values, strict=True)]
    wanted = [Decimal("1200.50"), Decimal("1.23"), Decimal("43891.25"), Decimal("3.00")]
    file = xlsx_file(tmp_path / "salarios.xlsx", {"Hoja1": [list(TITLES.values()), *cells]})
    assert facts(desk, desk.receive_file(file, feed=FEED), "salario") == wanted

    pushed = "\n".join(
        json.dumps({**dict(zip(TITLES, one, strict=True)), "salario": value, "mes": "2020-02"})
        for one, value in zip(rows, values, strict=True)
    )
    receipt = desk.receive_bytes(pushed.encode(), name="pushed.ndjson", feed=FEED)
    assert facts(desk, receipt, "salario") == wanted

    space = "urn:schemas-microsoft-com:office:spreadsheet"
    lines = "".join(
        "<Row>"
        + "".join(
            f'<Cell><Data ss:Type="{"String" if isinstance(value, str) else "Number"}">{value}'
            "</Data></Cell>"
            for value in line
        )
        + "</Row>"
        for line in [list(TITLES.values()), *([*one[:2], "01/2020", *one[3:]] for one in cells)]
    )
    old = (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="H">'
        f"<Table>{lines}</Table></Worksheet></Workbook>"
    )
    receipt = desk.receive_bytes(old.encode(), name="salarios.xml", feed=FEED)
    assert facts(desk, receipt, "salario") == wanted


@pytest.mark.parametrize("kind", ["ndjson", "parquet"])
def test_whole_numbers_that_a_machine_keeps_as_fractions_are_whole(
    desk: Desk, tmp_path: Path, kind: str
) -> None:
    """A warehouse that lost a number once keeps the whole column as fractions, identity numbers too."""
    told = [
        {"cui": float(cui(place)), "mes": "2020-03", "salario": wage, "dias": 22.0}
        for place, wage in enumerate([1200.5, 3.0, 0.125])
    ]
    file = tmp_path / f"sent.{kind}"
    lines = tmp_path / "lines.ndjson"
    lines.write_text("\n".join(map(json.dumps, told)), encoding="utf-8")
    if kind == "parquet":
        looker().rows(f"COPY (SELECT * FROM read_json_auto('{lines}')) TO '{file}'")
    else:
        file = lines
    receipt = desk.receive_file(file, feed=FEED)
    assert (receipt.accepted, receipt.quarantined) == (3, 0)
    assert facts(desk, receipt, "salario") == [Decimal("1200.50"), Decimal("3.00"), Decimal("0.13")]
    assert facts(desk, receipt, "dias") == [22] * 3
    sent = receive(desk, row(1, mes="02/2020"))
    assert facts(desk, sent, "person_ref") == facts(desk, receipt, "person_ref")[1:2]


# ── identity numbers ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mark", [" ", "-", ".", "\u00a0", "'"])
def test_a_number_is_the_same_however_it_is_parted(desk: Desk, mark: str) -> None:
    number = cui(1)
    parted = mark.join((number[:4], number[4:9], number[9:]))
    receipt = receive(desk, row(1), row(2, cui=parted, mes="02/2020"))
    mine, same = facts(desk, receipt, "person_ref")
    assert mine == same
    assert "ID_NORMALISED" in desk.codes(receipt)


@pytest.mark.parametrize(
    ("text", "code"),
    [(cui(1)[:12], "ID_SHAPE"), (cui(1) + "4", "ID_SHAPE"), ("19O0007919101", "ID_SHAPE"),
     ("1,90001E+12", "ID_SHAPE"), ("1.90001E+12", "ID_SCIENTIFIC"),
     ("1.900007919101E+12", "ID_PRECISION_LOST"), ("1900*****9101", "ID_MASKED"),
     ("de la vecina", "ID_SHAPE"), ("#N/A", "CELL_ERROR")],
)  # fmt: skip
def test_a_number_that_lost_something_sets_its_row_aside(desk: Desk, text: str, code: str) -> None:
    receipt = receive(desk, row(1), row(2, cui=text))
    assert desk.quarantine(receipt) == [(3, code)]


@pytest.mark.parametrize(
    "text", ["sin documento", "No tiene", "EN TRÁMITE", "Indocumentada", "s/d", "", "0000000000000"]
)
def test_who_has_no_number_is_nobody_elses_twin(desk: Desk, text: str) -> None:
    receipt = receive(desk, row(1, cui=text), row(2, cui=text), row(3))
    assert (receipt.accepted, receipt.quarantined) == (3, 0)
    assert len(set(facts(desk, receipt, "person_ref"))) == 3


# ── amounts, counts, days ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.200,50", "1200.50"), ("1200,5", "1200.50"), ("S 1.200,50", "1200.50"), ("S.400", "400"),
     ("400 soles", "400"), ("1 200,50", "1200.50"), ("1\u00a0200,50", "1200.50"), ("-300", "-300"),
     ("(300)", "-300"), ("－300", "-300"), ("0,4 mil", "400"), ("1,2 millones de soles", "1200000"),
     ("1,2 millones", "1200000"), ("1.200.300", "1200300"), (",5", "0.50"), ("１．２００，５０", "1200.50"),
     ("1.200", "1200"), ("1,200", "1.20"),
     ("1,200.50", None), ("1200.50", None), ("1.2", None), ("4OO", None), ("¥400", None),
     ("400元", None), ("0,04万", None)],
)  # fmt: skip
def test_amounts_in_this_countrys_hand(desk: Desk, text: str, value: str | None) -> None:
    receipt = receive(desk, row(1), row(2, salario=text), encoding="utf-8")
    if value is None:
        assert desk.quarantine(receipt) == [(3, "AMOUNT_UNREADABLE")]
    else:
        assert facts(desk, receipt, "salario")[1] == Decimal(value)


@pytest.mark.parametrize("text", ["sin dato", "S/D", "No  sabe", "--", "n/a", "ninguno"])
def test_what_this_country_says_for_nothing_is_missing_and_not_zero(desk: Desk, text: str) -> None:
    receipt = receive(desk, row(1), row(2, salario=text, dias=text, patrono=text, inicio=text))
    assert (receipt.accepted, receipt.quarantined) == (2, 0)
    told = desk.facts(receipt, "salario, dias, patrono, inicio")
    assert told[1] == (None, None, None, None)


@pytest.mark.parametrize("text", ["无", "暂无", "不详"])
def test_another_countrys_words_are_no_words_here(desk: Desk, text: str) -> None:
    receipt = receive(desk, row(1), row(2, salario=text), encoding="utf-8")
    assert desk.quarantine(receipt) == [(3, "AMOUNT_UNREADABLE")]


@pytest.mark.parametrize(
    "title",
    ["Salario mensual (miles de soles)", "Salario mensual, en miles de soles",
     "SALARIO MENSUAL (en miles de soles)", "Salario mensual [Unidad: miles de soles]"],
)  # fmt: skip
def test_a_title_in_thousands_multiplies_and_says_so(desk: Desk, title: str) -> None:
    receipt = receive(desk, row(1, salario="1,25"), titles={"salario": title})
    assert facts(desk, receipt, "salario") == [Decimal("1250.00")]
    told = next(one for one in receipt.findings if one.code == "COLUMN_SCALED")
    assert "miles de soles" in told.message_en


def test_a_unit_of_another_currency_is_another_column(desk: Desk) -> None:
    receipt = receive(desk, row(1), titles={"salario": "Salario mensual (miles de USD)"})
    assert {"COLUMN_ABSENT", "COLUMN_EXTRA"} <= desk.codes(receipt)


def test_a_row_of_units_below_the_titles_multiplies_as_well(desk: Desk) -> None:
    units = ["", "", "", "miles de soles", "días", "", "", "", ""]
    receipt = receive(desk, units, row(1, salario="1,25"))
    assert facts(desk, receipt, "salario") == [Decimal("1250.00")]
    assert {"UNIT_ROW_SKIPPED", "COLUMN_SCALED"} <= desk.codes(receipt)


@pytest.mark.parametrize(
    "title", ["Fecha de inicio (dd/mm/aaaa)", "Fecha de inicio (obligatorio)",
              "Fecha de inicio (formato: dd/mm/aaaa)"],
)  # fmt: skip
def test_what_a_form_prints_behind_a_title_is_a_note(desk: Desk, title: str) -> None:
    receipt = receive(desk, row(1), titles={"inicio": title, "cui": "N.º de CUI (13 dígitos)"})
    assert facts(desk, receipt, "inicio") == [date(2020, 1, 15)]


@pytest.mark.parametrize(
    ("text", "day"),
    [("15/03/2020", date(2020, 3, 15)), ("5/3/2020", date(2020, 3, 5)), ("05.03.2020", date(2020, 3, 5)),
     ("2020-03-05", date(2020, 3, 5)), ("5 de marzo de 2020", date(2020, 3, 5)),
     ("05-mar-2020", date(2020, 3, 5)), ("05/ENE/2020", date(2020, 1, 5)),
     ("5 de set. de 2020", date(2020, 9, 5)), ("5/3/2020 14:30", date(2020, 3, 5))],
)  # fmt: skip
def test_days_with_the_day_first(desk: Desk, text: str, day: date) -> None:
    receipt = receive(desk, row(1), row(2, inicio=text))
    assert facts(desk, receipt, "inicio") == [date(2020, 1, 15), day]
    assert receipt.quarantined == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [("30/02/2020", "DATE_INVALID"), ("5 de brumario de 2020", "DATE_INVALID"),
     ("05/03/20", "DATE_UNREADABLE"), ("pronto", "DATE_UNREADABLE")],
)  # fmt: skip
def test_days_that_are_none(desk: Desk, text: str, code: str) -> None:
    assert desk.quarantine(receive(desk, row(1), row(2, inicio=text))) == [(3, code)]


def test_a_column_with_the_month_first_is_asked_about_as_a_whole(desk: Desk) -> None:
    """Of one that says 3/25/2020 nobody may say that its 3/4/2020 is the third of April."""
    receipt = receive(desk, row(1, inicio="03/25/2020"), row(2, inicio="3/4/2020"))
    assert {code for _, code in desk.quarantine(receipt)} == {"DATE_ORDER_UNKNOWN"}
    told = next(one for one in receipt.findings if one.code == "DATE_ORDER")
    assert "month/day/year" in told.message_en


@pytest.mark.parametrize(
    "text", ["marzo 2020", "marzo de 2020", "mar-2020", "03/2020", "01/03/2020"]
)
def test_months(desk: Desk, text: str) -> None:
    receipt = receive(desk, row(1, mes=text))
    assert facts(desk, receipt, "month") == [2020 * 12 + 2]


def test_a_reading_that_is_confirmed_is_written_in_the_same_hand(desk: Desk) -> None:
    receipt = receive(desk, row(1), row(2, salario="1,2505E+03"))
    assert receipt.delivery is not None
    with fresh_engine(threads=1, spill=desk.home.spill) as engine:
        confirmed = confirm_proposals(
            desk.home,
            pack=desk.pack,
            engine=engine,
            vault=Vault(home=desk.home, engine=engine),
            delivery=receipt.delivery,
            choices={"salario": "as_proposed"},
            by="ana",
            at=datetime(2020, 4, 5, 12, tzinfo=UTC),
        )
    assert facts(desk, confirmed, "salario") == [Decimal("1250.50")]


# ── rows that are no records; names ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "Total general",
        "TOTAL",
        "Subtotal:",
        "Suma",
        "Elaborado por: Ana Pérez",
        "Fecha de elaboración: 3/4",
    ],
)
def test_totals_and_signatures_are_nobodys_wage(desk: Desk, text: str) -> None:
    blank = dict.fromkeys(TITLES, "")
    foot = list({**blank, "cui": text, "salario": "2.403,00"}.values())
    receipt = receive(desk, row(1), row(2), foot)
    assert desk.quarantine(receipt) == [(4, "ROW_IS_FOOTER")]


def test_one_name_in_every_spelling() -> None:
    assert (
        len(
            {
                name_key(text)
                for text in (
                    "José  Núñez",
                    "JOSÉ NÚÑEZ",
                    "Jose\u0301 Nu\u0301n\u0303ez",
                    "José\u00a0Núñez",
                )
            }
        )
        == 1
    )


def test_statement_and_truth_agree_in_this_hand(desk: Desk) -> None:
    """What the statement reads of many rows is what the slow truth reads of each text."""
    texts = ["1.200,50", "1200,50", "1200", "-1.200,5", "12.345.678,9", "0,5"]
    rows = [row(place, salario=texts[place % len(texts)]) for place in range(60)]
    receipt = receive(desk, *rows)
    writing = desk.pack.header.writing
    assert facts(desk, receipt, "salario") == [
        read_amount(texts[place % len(texts)], writing=writing).value for place in range(60)
    ]
