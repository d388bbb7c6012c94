"""`fangpin demo`: a living installation in minutes, from generated or real deliveries."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from fangpin.cli.demo_runs import MonthlyRuns
from fangpin.cli.output import print_json, print_table, progress_bars, say
from fangpin.cli.serve import refuse_busy_port, start_server
from fangpin.cli.session import Session, remember_demo
from fangpin.feeds.receive import receive
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.vault import Vault, write_installation_key
from fangpin.policy import Pack
from fangpin.policy.models.demos import DemoRecipe
from fangpin.policy.reading.nearest import advice
from fangpin.synthetic.build import build_world, write_deliveries
from fangpin.synthetic.deliveries import PlannedDelivery
from fangpin.synthetic.recipes import write_recipe_deliveries
from fangpin.synthetic.truth_file import write_truth
from fangpin.values.files import machine_problems
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

_DEMO_KEY = bytes(range(32))
"""A demonstration's people are invented: one key for all, so that two demonstrations agree."""
_KIND = "demo.kind"
"""In FANGPIN_HOME: which demonstration it holds, from its first moment on."""
_OTHER_FOLDER = (
    "请用 FANGPIN_HOME 为演示指定一个新目录。",
    "Point FANGPIN_HOME at a new folder for the demonstration.",
)
_DONE = "demo.done"
"""In FANGPIN_HOME: the demonstration was built to its end."""


def demo(
    serve: Annotated[bool, typer.Option(help="serve the console at the end")] = True,
    households: Annotated[int | None, typer.Option(help="of the generated county")] = None,
    pack: Annotated[str | None, typer.Option("--pack", help="cn_hunan_chenzhou, wb_hfps")] = None,
    country: Annotated[
        str | None, typer.Option(help="which of the pack's demonstrations, e.g. UGA")
    ] = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Build the demonstration in FANGPIN_HOME, or go on where it was stopped; then serve it."""
    if serve:
        # Said before minutes of work, not after them.
        refuse_busy_port(host, port)
    session = Session(pack=pack)
    recipe = _recipe(session.pack, country)
    settings = {
        "FANGPIN_PACK": session.environment.pack,
        "FANGPIN_CLOCK": recipe.clock.isoformat(),
        "FANGPIN_DEMO": "1",
    }
    os.environ.update(settings)
    session = Session()
    _refuse_other_home(session, recipe, households)
    session.home.prepare()
    with machine_problems(session.home.root):
        (session.home.root / _KIND).write_text(_kind(recipe, households), encoding="utf-8")
        remember_demo(session.home.root, settings)
    write_installation_key(session.home, _DEMO_KEY)
    session.start_django()
    done = session.home.root / _DONE
    if not done.exists():
        _appoint(session, recipe)
        with progress_bars(is_shown=not as_json) as bars:
            _build(session, recipe, households, bars)
        with machine_problems(done):
            done.touch()
    _finish(session, recipe, as_json=as_json, address=f"http://{host}:{port}/" if serve else None)
    if serve:
        start_server(host=host, port=port, threads=4)


def _build(session: Session, recipe: DemoRecipe, households: int | None, bars: Progress) -> None:
    # The files hold identity numbers in plain text: they are gone as soon as they are received.
    incoming = session.home.root / "incoming"
    step = bars.add_task("写出部门文件 writing departments' files", total=1)
    try:
        with machine_problems(incoming):
            planned = _deliveries(session, recipe, households, incoming)
        bars.update(step, completed=1)
        receiving = bars.add_task("接收数据 receiving deliveries", total=len(planned))
        days = run_days(recipe, planned)
        running = bars.add_task("逐月预警 monthly runs", total=len(days))
        with (
            session.engine() as engine,
            MonthlyRuns(recipe=recipe, days=days, done=lambda: bars.advance(running)) as runs,
        ):
            vault = Vault(home=session.home, engine=engine, cipher=session.environment.cipher)
            for delivery in planned:
                runs.received_up_to(delivery.received)
                _receive(session, engine, vault, delivery)
                bars.advance(receiving)
            runs.finish()
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def _deliveries(
    session: Session, recipe: DemoRecipe, households: int | None, folder: Path
) -> Sequence[PlannedDelivery]:
    generator = recipe.generator
    if generator is None:
        return write_recipe_deliveries(recipe=recipe, real_data=real_data(), folder=folder)
    first, last = Month.parse(generator.from_month), Month.parse(generator.to_month)
    world = build_world(
        pack=session.pack,
        households=households or generator.households,
        seed=generator.seed,
        from_month=first,
        to_month=last,
    )
    write_truth(world, session.home.root / "truth")
    return write_deliveries(world=world, folder=folder, from_month=first, to_month=last)


def real_data() -> Path:
    """Where real survey files lie: FANGPIN_REAL_DATA, or beside the checkout."""
    import fangpin

    beside = Path(fangpin.__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("FANGPIN_REAL_DATA") or beside)


def _receive(session: Session, engine: Engine, vault: Vault, delivery: PlannedDelivery) -> None:
    receipt = receive(
        home=session.home,
        pack=session.pack,
        feed=delivery.feed,
        file=delivery.file,
        original_name=delivery.original_name,
        received=delivery.received,
        month=delivery.month,
        engine=engine,
        vault=vault,
        zone=session.zone,
    )
    if receipt.outcome == "refused":
        raise ProblemError(_refused(delivery, receipt.as_dict()["findings"]))


def run_days(recipe: DemoRecipe, planned: Sequence[PlannedDelivery]) -> list[date]:
    """The day of each monthly run: from the first delivered month to the demonstration's clock."""
    registry = min(delivery.received for delivery in planned)
    months = sorted({int(delivery.month) for delivery in planned})
    days = []
    for number in range(months[0], months[-1] + 1):
        day = Month(number).plus(1).first_day.replace(day=recipe.run_day)
        if registry <= day <= (recipe.until or recipe.clock):
            days.append(day)
    return days


def _appoint(session: Session, recipe: DemoRecipe) -> None:
    """Divisions, accounts and places of help: what officials stand on before the first run."""
    from fangpin.casework.divisions.actions import sync_divisions
    from fangpin.casework.officials.demo import DemoAccount, create_demo_officials
    from fangpin.runs.demo.demonstration import PASSWORD, offer_places

    sync_divisions(divisions=session.pack.divisions)
    # The posts are older than the demonstration's first delivery.
    first_day = recipe.clock.replace(year=recipe.clock.year - 3, month=1, day=1)
    create_demo_officials(
        accounts=[
            DemoAccount(
                username=account.username,
                name=account.name,
                role=account.role,
                division=account.division,
                department=account.department,
                from_date=first_day,
            )
            for account in recipe.accounts
        ],
        roles=session.pack.roles,
        at=session.now(),
        password=PASSWORD,
    )
    offer_places(pack=session.pack, recipe=recipe)


def _finish(session: Session, recipe: DemoRecipe, *, as_json: bool, address: str | None) -> None:
    from fangpin.casework.audit.sealing import seal_all
    from fangpin.runs.demo.demonstration import PASSWORD, tell_present

    tell_present(home=session.home, pack=session.pack, recipe=recipe)
    with machine_problems(session.home.audit):
        seal_all(folder=session.home.audit, at=session.now())
    rows = [
        {
            "username": account.username,
            "password": PASSWORD,
            "name": account.name,
            "role": session.pack.roles[account.role].title.zh,
            "role_en": session.pack.roles[account.role].title.en,
            "division": account.division,
        }
        for account in recipe.accounts
    ]
    if as_json:
        print_json({"outcome": "ready", "address": address, "accounts": rows})
        return
    print_accounts(recipe, session.pack)
    say(f"\n密码 Password: {PASSWORD}   （所有账号相同 the same for all）")
    if address:
        say(f"控制台 Console: {address}   （Ctrl-C 停止 stops）")
    else:
        say("已就绪；执行 fangpin serve 打开控制台。 Ready; fangpin serve opens the console.")


def print_accounts(recipe: DemoRecipe, pack: Pack) -> None:
    """The accounts as a table that fits a terminal of 80 columns; their password is one for all."""
    print_table(
        f"{recipe.title.zh} {recipe.title.en}",
        ["username", "name", "role", "division"],
        (
            [one.username, one.name, f"{title.zh}\n{title.en}", one.division]
            for one in recipe.accounts
            for title in [pack.roles[one.role].title]
        ),
    )


def _recipe(pack: Pack, country: str | None) -> DemoRecipe:
    by_name = {name.lower(): recipe for name, recipe in pack.demos.items()}
    if country is None and len(by_name) >= 1:
        return next(iter(by_name.values()))
    found = by_name.get((country or "").lower())
    if found is None:
        fix_zh, fix_en = advice(written=country or "", valid=pack.demos)
        raise ProblemError(
            Problem(
                code="DEMO_UNKNOWN",
                where=f"pack {pack.id}",
                zh=f"政策包 {pack.id} 没有演示“{country or ''}”。",
                en=f"The pack {pack.id} has no demonstration '{country or ''}'.",
                fix_zh=fix_zh,
                fix_en=fix_en,
            )
        )
    return found


def _kind(recipe: DemoRecipe, households: int | None) -> str:
    size = households or (recipe.generator.households if recipe.generator else 0)
    return f"{recipe.name} {size}"


def _refuse_other_home(session: Session, recipe: DemoRecipe, households: int | None) -> None:
    """A home holds one demonstration, or real households: neither is mixed with another.

    Raises ProblemError DEMO_OTHER or DEMO_REAL_HOME; nothing was written then.
    """
    kind = session.home.root / _KIND
    if not kind.exists() and session.home.secret_key.exists():
        raise ProblemError(
            Problem(
                code="DEMO_REAL_HOME",
                where=str(session.home.root),
                zh="这个目录属于正式使用的系统，演示数据不能写进去。",
                en="This folder belongs to a real installation; invented households stay out of it.",
                fix_zh=_OTHER_FOLDER[0],
                fix_en=_OTHER_FOLDER[1],
            )
        )
    if kind.exists() and kind.read_text(encoding="utf-8") != _kind(recipe, households):
        raise ProblemError(
            Problem(
                code="DEMO_OTHER",
                where=str(session.home.root),
                zh="这个目录里已有另一个演示（政策包或规模不同）。",
                en="This folder holds another demonstration (another pack or size).",
                fix_zh=_OTHER_FOLDER[0],
                fix_en=_OTHER_FOLDER[1],
            )
        )


def _refused(delivery: PlannedDelivery, findings: list[dict[str, object]]) -> Problem:
    first = findings[0] if findings else {}
    return Problem(
        code="DEMO_DELIVERY_REFUSED",
        where=f"feed {delivery.feed}, {delivery.original_name}",
        zh=f"演示数据被退回：{first.get('message_zh', '')}",
        en=f"A delivery of the demonstration was refused: {first.get('message_en', '')}",
        fix_zh="请核对政策包中该数据源的约定。",
        fix_en="Check the feed's contract in the pack.",
    )
