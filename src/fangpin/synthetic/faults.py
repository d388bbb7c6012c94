"""What goes wrong in offices: some rows are wrong, about as many are only oddly written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from fangpin.synthetic.chance import Weighted

ODD_SHARE = 0.012
REPEATED_SHARE = 0.0006

_WRONG = Weighted({"check_digit": 30, "no_identifier": 20, "name": 15, "amount": 25, "date": 10})
_ODD = Weighted({"full_width": 50, "spaced_name": 30, "unit_in_amount": 20})
_TO_FULL_WIDTH = str.maketrans("0123456789X.", "０１２３４５６７８９Ｘ．")

Slip = Callable[[str], str]


class Faults:
    """Spoils the cells of some rows of one delivery; counts what it did by kind.

    `slips` are the place's own: a wrong check digit, a mistyped name.
    """

    def __init__(
        self,
        *,
        chance: Random,
        wrong_share: float,
        types: Sequence[str],
        identifier_slip: Slip,
        name_slip: Slip,
    ) -> None:
        self._chance = chance
        self._wrong_share = wrong_share
        self._identifier_slip = identifier_slip
        self._name_slip = name_slip
        self._places = {
            kind: [at for at, found in enumerate(types) if found == kind]
            for kind in ("identifier", "name", "amount", "date")
        }
        self.counts: dict[str, int] = {}

    def spoil(self, cells: list[str]) -> bool:
        """Maybe change this row's cells in place; true when the clerk pastes the row twice."""
        draw = self._chance.random()
        if draw > self._wrong_share + ODD_SHARE + REPEATED_SHARE:
            return False
        if draw < self._wrong_share:
            self._make_wrong(cells, _WRONG.pick(self._chance))
        elif draw < self._wrong_share + ODD_SHARE:
            self._make_odd(cells, _ODD.pick(self._chance))
        else:
            self._count("repeated")
            return True
        return False

    def _make_wrong(self, cells: list[str], kind: str) -> None:
        if kind == "check_digit":
            self._change("identifier", cells, self._identifier_slip, kind)
        elif kind == "no_identifier":
            self._change("identifier", cells, lambda _: "", kind)
        elif kind == "name":
            self._change("name", cells, self._name_slip, kind)
        elif kind == "amount":
            self._change("amount", cells, _unreadable, kind)
        else:
            self._change("date", cells, lambda text: f"{text[:4]}-02-30", kind)

    def _make_odd(self, cells: list[str], kind: str) -> None:
        if kind == "full_width":
            place = "identifier" if self._chance.random() < 0.5 else "amount"
            self._change(place, cells, lambda text: text.translate(_TO_FULL_WIDTH), kind)
        elif kind == "spaced_name":
            self._change("name", cells, lambda text: f"{text[:1]} {text[1:]}　", kind)
        else:
            self._change("amount", cells, lambda text: f"{text}元", kind)

    def _change(self, column: str, cells: list[str], slip: Slip, kind: str) -> None:
        places = self._places[column]
        if not places or not cells[places[0]]:
            return
        at = places[0]
        changed = slip(cells[at])
        if changed != cells[at]:
            cells[at] = changed
            self._count(kind)

    def _count(self, kind: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1


def _unreadable(text: str) -> str:
    """A letter O for a nought, or a second decimal point, as fast typing leaves it."""
    return text.replace("0", "O", 1) if "0" in text[:-3] else text.replace(".", ".,", 1)
