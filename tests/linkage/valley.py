"""A valley: the hillside's rules, with citizens' numbers and bills that bear a name."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from fangpin.lake.vault import Vault, reference
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.synthetic.chenzhou.identity_numbers import identity_number
from tests.fresh import fresh_engine
from tests.ledger.village import KEY, Lake

REGISTRY, BILLS, WAGES = "registry.people", "health.bills", "work.wages"
EARLY, RECEIVED, LATER = date(2020, 1, 5), date(2020, 3, 5), date(2020, 12, 1)

_NAME = "      - {field: patient_name, title: {zh: 姓名, en: Name}, type: name}\n"
_BIRTH = "      - {field: birth_date, title: {zh: 出生日期, en: Date of birth}, type: date}\n"
_VILLAGE = "      - {field: village, title: {zh: 村, en: Village}, type: division}\n"
_LINES = """parameters:
  - parameter: delivery.names_of_a_number
    title: {zh: 姓名数, en: Names of a number}
    unit: 个
    values:
      - {from: 2018-01-01, value: 3, source: hill_law, status: published}
"""


def valley_pack(repository: Path, folder: Path) -> Pack:
    """The hillside pack with the scheme of citizens' numbers; bills bear name, birth and village,
    wages a name alone."""
    place = folder / "hillside"
    if not place.exists():
        shutil.copytree(repository / "tests" / "rules" / "hillside", place)
        for file in (place / "feeds").glob("*.yaml"):
            text = file.read_text(encoding="utf-8").replace("scheme: opaque", "scheme: gb11643")
            for first, more in (
                ("      - {field: bill_no,", _NAME + _BIRTH + _VILLAGE),
                ("      - {field: wage,", _NAME.replace("patient_", "worker_")),
            ):
                text = text.replace(first, more + first, 1)
            file.write_text(text, encoding="utf-8")
        (place / "parameters" / "deliveries.yaml").write_text(_LINES, encoding="utf-8")
    return load_pack(place)


def number(born: str, serial: int) -> str:
    """A citizen's number of the valley."""
    return identity_number(division="431022", birth=date.fromisoformat(born), serial=serial)


def with_wrong_digit(right: str, place: int) -> str:
    """The number with another digit at a place (0 is the first)."""
    return right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]


def citizen(
    household: str, place: int, name: str, born: str, serial: int | None, **more: Any
) -> dict[str, Any]:
    """A row of the registry."""
    return {
        "household_no": household,
        "person_no": place,
        "name": name,
        "id_number": "" if serial is None else number(born, serial),
        "relation": "head" if place == 1 else "other",
        "village": "H01",
        "birth_date": born,
        "trade": "",
        "month": "2020-01",
    } | more


def claim(
    bill_no: str,
    written: str | None,
    name: str,
    *,
    born: str = "",
    village: str = "",
    day: str = "2020-02-10",
    own_share: str = "100",
) -> dict[str, Any]:
    """A row of the bills as an office wrote it."""
    return {
        "patient_name": name,
        "birth_date": born,
        "village": village,
        "bill_no": bill_no,
        "id_number": written or "",
        "paid_date": day,
        "own_share": own_share,
        "visit": "outpatient",
    }


class Valley(Lake):
    """One installation of the valley; rows may be set aside."""

    def person(self, right: str) -> int:
        """The reference of a citizen's number."""
        return reference(KEY, "person", right)

    def send(self, feed: str, rows: list[dict[str, Any]], *, on: date = RECEIVED) -> str:
        """Receive rows though some of them be refused; returns the delivery."""
        from fangpin.feeds.receive import receive
        from tests.ledger.village import write_csv

        self.count += 1
        self.households |= {row["household_no"] for row in rows if "household_no" in row}
        file = write_csv(self.root / f"{self.count:03}-{feed}.csv", self.pack, feed, rows)
        with fresh_engine(spill=self.home.spill) as engine:
            receipt = receive(
                home=self.home,
                pack=self.pack,
                feed=feed,
                file=file,
                original_name=file.name,
                received=on,
                engine=engine,
                vault=Vault(home=self.home, engine=engine),
            )
        assert receipt.outcome == "accepted", receipt.findings
        assert receipt.delivery
        return receipt.delivery

    def bills(self, household: str, *, as_of: date = LATER) -> dict[str, int]:
        """Month -> own share of a household's bills."""
        return {
            month: int(amount)
            for (home, month, item), amount in self.amounts(as_of).items()
            if home == household and item == "bills"
        }
