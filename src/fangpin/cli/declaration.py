"""`fangpin declaration`: codes for the wall, letters, what came in, and joining it to cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fangpin.cli.output import print_json, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.values.files import machine_problems, published_file
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

app = typer.Typer(no_args_is_help=True, help="农户申报 Declarations.")

Scoped = Annotated[str | None, typer.Option(help="a division code")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
Out = Annotated[Path, typer.Option(help="a file: .html to print, .pdf, or .svg (the code alone)")]
Address = Annotated[
    str | None, typer.Option(help="https address of the installation; else FANGPIN_PUBLIC_URL")
]
Language = Annotated[str, typer.Option(help="zh-hans or en")]


@app.command()
def qr(
    division: Annotated[
        str, typer.Option(help="a village, or a division above: a sheet a village")
    ],
    out: Out,
    address: Address = None,
    language: Language = "zh-hans",
) -> None:
    """The poster of a village, with the code that leads to its door."""
    session = Session()
    session.start_django()
    from django.utils import translation

    from fangpin.casework.divisions.actions import sync_divisions
    from fangpin.web.public.codes import qr_svg, village_address
    from fangpin.web.public.papers import POSTER, posters

    session.pack.divisions.get(division)
    sync_divisions(divisions=session.pack.divisions)
    base = _base(session, address)
    villages = _villages(session, division)
    if out.suffix == ".svg":
        _refuse_many(villages)
        where = village_address(villages[0], base=base)
        _write(out, _whole_svg(qr_svg(where, title=where)).encode())
    else:
        with translation.override(language):
            context = posters(villages, base=base)
            _write_paper(out, POSTER, context, language=language)
    say(f"{out}: {len(villages)}")


@app.command()
def letter(
    receipt: Annotated[str, typer.Option(help="a receipt number")],
    out: Out,
    address: Address = None,
    language: Language = "zh-hans",
    scope: Scoped = None,
) -> None:
    """The letter to a household that declared, in large print."""
    session = Session()
    session.start_django()
    from django.utils import translation

    from fangpin.casework.declarations.models import Declaration
    from fangpin.casework.officials.scope import within
    from fangpin.web.public.papers import LETTER
    from fangpin.web.public.papers import letter as letter_of

    seen = operator_scope(session, scope)
    row = within(Declaration.objects.all(), seen).filter(receipt_no=receipt).first()
    if row is None:
        raise ProblemError(_no_declaration(receipt))
    with translation.override(language):
        context = letter_of(row, on=session.today(), base=_base(session, address))
        _write_paper(out, LETTER, context, language=language)
    say(str(out))


@app.command()
def join(as_json: Json = False) -> None:
    """Let declarations whose person the registry knows open or join their household's case."""
    session = Session()
    session.start_django()
    from fangpin.casework.declarations import queries
    from fangpin.casework.declarations.acts import join_declarations, whole_pack

    by = whole_pack(session.pack)
    joined = join_declarations(pack=session.pack, by=by, at=session.now())
    waiting = len(queries.waiting(by))
    if as_json:
        print_json({"joined": joined, "waiting": waiting})
        return
    say(f"已并入办件 joined: {joined}；待人工认定 waiting for people: {waiting}")


@app.command("list")
def list_declarations(scope: Scoped = None, limit: int = 50, as_json: Json = False) -> None:
    """The latest declarations, without phone or identity number."""
    session = Session()
    session.start_django()
    from fangpin.casework.declarations import queries

    rows = [
        {
            "receipt_no": one.receipt_no,
            "received_at": one.received_at.isoformat(timespec="minutes"),
            "division": one.division,
            "cause": one.cause,
            "state": one.state,
            "case_no": one.case.case_no if one.case else "",
            "photo": bool(one.paper_sha256),
        }
        for one in queries.declarations(operator_scope(session, scope), limit=limit)
    ]
    if as_json:
        print_json({"count": len(rows), "declarations": rows})
        return
    columns = ["receipt_no", "received_at", "division", "cause", "state", "case_no", "photo"]
    print_table("申报 declarations", columns, (list(row.values()) for row in rows))


def _villages(session: Session, division: str) -> list[str]:
    """The divisions at or below this one that hold no other."""
    below = session.pack.divisions.children(division)
    if not below:
        return [division]
    return [code for one in below for code in _villages(session, one.code)]


def _base(session: Session, address: str | None) -> str:
    base = (address or session.environment.public_url).rstrip("/")
    if not base.startswith(("https://", "http://")):
        raise ProblemError(
            Problem(
                code="PUBLIC_ADDRESS_MISSING",
                where="declaration",
                zh="不知道农户用什么网址访问本系统，不能生成二维码。",
                en="The address at which farmers reach the installation is not known; no code is made.",
                fix_zh="请用 --address https://… 指定，或设置 FANGPIN_PUBLIC_URL。",
                fix_en="Give --address https://…, or set FANGPIN_PUBLIC_URL.",
            )
        )
    return base


def _write_paper(out: Path, template: str, context: dict[str, object], *, language: str) -> None:
    from fangpin.web.public.papers import as_pdf, standing_alone

    if out.suffix == ".pdf":
        _write(out, as_pdf(template, context))
    else:
        _write(out, standing_alone(template, context, language=language).encode())


def _write(out: Path, content: bytes) -> None:
    with machine_problems(out), published_file(out) as temporary:
        temporary.write_bytes(content)


def _whole_svg(code: SafeString) -> str:
    return str(code).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _refuse_many(villages: list[str]) -> None:
    if len(villages) > 1:
        raise ProblemError(
            Problem(
                code="QR_ONE_VILLAGE",
                where="declaration",
                zh=f"SVG 文件只能放一个村的二维码，这里有 {len(villages)} 个村。",
                en=f"An SVG file holds the code of one village; here are {len(villages)}.",
                fix_zh="请改用 .html 或 .pdf，一村一页。",
                fix_en="Write .html or .pdf: one sheet a village.",
            )
        )


def _no_declaration(receipt: str) -> Problem:
    return Problem(
        code="DECLARATION_NOT_FOUND",
        where=f"declaration {receipt}",
        zh="数据范围内没有这个回执号。",
        en="There is no such receipt within the scope.",
        fix_zh="用 fangpin declaration list 查看。",
        fix_en="See fangpin declaration list.",
    )
