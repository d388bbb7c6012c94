"""The whole chain over invented persons, in a process of its own: `python -m tests.canary.chain OUT`.

FANGPIN_HOME, TMPDIR and the rest come from the environment. Files are received, a run is made and
loaded, every role looks at every page, exports are downloaded, mistakes are made. Answers of the
console go to OUT, one file each; commands print to this process's output.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fangpin.cli.session import Session
from fangpin.feeds.receive import receive
from fangpin.lake.vault import Vault
from fangpin.policy import load_pack
from fangpin.synthetic.build import build_world, write_deliveries
from fangpin.synthetic.deliveries import PlannedDelivery
from fangpin.synthetic.world import World
from fangpin.values.month import Month
from fangpin.web.settings.environment import shipped_packs

SPOILT_FEED = "yibao.settlement"
PACK = "cn_hunan_chenzhou"
FIRST, LAST = Month.of(2020, 9), Month.of(2020, 11)
CLOCK = "2020-12-14"
_NAMES = "龘靐齉爩龗鱻麤鸞"
"""Characters that no word of policy and no page holds."""


@dataclass(frozen=True, slots=True)
class Canaries:
    """What must not fly about: full identity numbers, names, telephone numbers."""

    numbers: tuple[str, ...]
    names: tuple[str, ...]
    phones: tuple[str, ...]


def world_with_canaries() -> tuple[World, Canaries]:
    """A few households whose people have names and telephones of their own."""
    pack = load_pack(shipped_packs() / PACK)
    world = build_world(pack=pack, households=8, seed=7)
    people = [person for household in world.households for person in household.members]
    for at, person in enumerate(people):
        person.name = _NAMES[at % 8] + _NAMES[at // 8 % 8] + _NAMES[(at // 64) % 8]
        if person.phone:
            person.phone = f"1999{7_000_000 + at * 13:07d}"
    return world, Canaries(
        numbers=tuple(person.identifier for person in people if person.identifier),
        names=tuple(person.name for person in people),
        phones=tuple(person.phone for person in people if person.phone),
    )


def main(answers: Path) -> None:
    """Go the whole way."""
    world, canaries = world_with_canaries()
    incoming = Path(os.environ["TMPDIR"]) / "incoming"
    planned = write_deliveries(world=world, folder=incoming, from_month=FIRST, to_month=LAST)
    receive_all(planned)
    spoilt = write_spoilt(incoming / "spoilt.csv", canaries)
    command("feed", "receive", SPOILT_FEED, spoilt, "--month", LAST)
    command("feed", "receive", planned[0].feed, spoilt)
    command("feed", "receive", "no.such.feed", spoilt)
    shutil.rmtree(incoming)
    command("run", "--as-of", "2020-12-10")
    command("alert", "list")
    command("feed", "status")
    command("feed", "errors", SPOILT_FEED, "--json")
    look_at_pages(answers, canaries)
    command("audit", "seal")
    command("vault", "rotate")


def receive_all(planned: list[PlannedDelivery]) -> None:
    """The departments' files, as a demonstration receives them."""
    session = Session()
    with session.engine() as engine:
        vault = Vault(home=session.home, engine=engine)
        for delivery in planned:
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
            )
            sys.stdout.write(json.dumps(receipt.as_dict(), ensure_ascii=False, default=str) + "\n")


def write_spoilt(file: Path, canaries: Canaries) -> Path:
    """A file whose columns slipped: numbers, names and telephones stand where amounts should."""
    number, name, phone = canaries.numbers[1], canaries.names[1], canaries.phones[1]
    good = {
        "结算编号": "S1",
        "患者姓名": name,
        "身份证号码": number,
        "结算日期": "2020-11-05",
        "医疗类别": "门诊",
        "合规自付": "120.00",
        "政策外自费": "0",
        "医疗机构名称": f"县医院，本人{number}，代办人{canaries.numbers[2]}",
    }
    rows = [
        good,
        {**good, "结算编号": "S2", "合规自付": number},
        {**good, "结算编号": "S3", "合规自付": name},
        {**good, "结算编号": "S4", "结算日期": phone},
        {**good, "结算编号": "S5", "患者姓名": number, "身份证号码": name},
        {**good, "结算编号": "S6", "身份证号码": number[:17] + ("0" if number[17] != "0" else "1")},
        {**good, "结算编号": "S7", "身份证号码": f"{number} {phone}", "政策外自费": "很多"},
    ]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(good))
        writer.writeheader()
        writer.writerows(rows)
    return file


def command(*arguments: object) -> None:
    """One command of `fangpin`, whatever it answers."""
    from fangpin.cli.main import main as fangpin

    sys.argv = ["fangpin", *map(str, arguments)]
    try:
        fangpin()
    except SystemExit as stop:
        sys.stdout.write(f"[{arguments[0]} {arguments[1]}: {stop.code}]\n")


def look_at_pages(answers: Path, canaries: Canaries) -> None:
    """Every page, as every role, and searches for canaries."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from fangpin.casework.registry.models import Household
    from fangpin.values.clock import now

    session = Session()
    recipe = next(iter(session.pack.demos.values()))
    _appoint(session, recipe, now(os.environ))
    answers.mkdir()
    households = [household.household_ref for household in Household.objects.all()]
    for account in recipe.accounts:
        client = Client(raise_request_exception=False)
        client.force_login(get_user_model().objects.get(username=account.username))
        for place, path in enumerate(_paths(session, canaries, households)):
            response = client.get(path, headers={"host": "localhost"})
            content = (
                b"".join(response.streaming_content) if response.streaming else response.content
            )
            head = json.dumps({"path": path, "status": response.status_code, **response.headers})
            (answers / f"{account.username}-{place}").write_bytes(head.encode() + b"\n" + content)


def _appoint(session: Any, recipe: Any, at: Any) -> None:
    from fangpin.casework.officials.demo import DemoAccount, create_demo_officials

    create_demo_officials(
        accounts=[
            DemoAccount(one.username, one.name, one.role, one.division, one.department)
            for one in recipe.accounts
        ],
        roles=session.pack.roles,
        at=at,
        password="canaries-sing",
    )


def _paths(session: Any, canaries: Canaries, households: list[int]) -> Iterator[str]:
    from urllib.parse import quote

    yield from ("/overview/", "/queue/", "/households/", "/feeds/", "/nothing-here/")
    for reference in households:
        yield f"/households/{reference}/"
    arrivals = sorted(session.home.deliveries.glob("*/*/delivery.json"))
    spoilt = [one for one in arrivals if one.parent.parent.name == SPOILT_FEED]
    for arrival in [*arrivals[::9], *spoilt]:
        feed, delivery = arrival.parent.parent.name, arrival.parent.name
        yield f"/feeds/{feed}/"
        yield f"/feeds/{feed}/{delivery}/"
        yield f"/feeds/{feed}/{delivery}/rejects.xlsx"
    yield f"/households/?q={quote(canaries.names[0][:1])}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
