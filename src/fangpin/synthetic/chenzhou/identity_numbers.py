"""Citizen identity numbers by GB 11643-1999: division, birth date, serial with sex, check digit."""

from __future__ import annotations

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character that belongs to the first seventeen digits."""
    total = sum(
        int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True)
    )
    return _CHECKS[total % 11]


def identity_number(*, division: str, birth: date, serial: int) -> str:
    """An 18-character number; an odd serial (0..999) is a man's, an even one a woman's."""
    body = f"{division[:6]}{birth:%Y%m%d}{serial:03d}"
    return body + check_digit(body)


def with_wrong_check_digit(number: str) -> str:
    """The same number with another last character, as a slip of the pen leaves it."""
    place = _CHECKS.index(number[-1])
    return number[:-1] + _CHECKS[(place + 4) % 11]


class Numbers:
    """Hands out identity numbers; no two persons get the same one."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, *, division: str, birth: date, sex: str, wish: int) -> str:
        """A free number near the wished serial. Raises ValueError when a day's serials are gone."""
        start = wish % 500
        for step in range(500):
            serial = (start + step) % 500 * 2 + (0 if sex == "女" else 1)
            number = identity_number(division=division, birth=birth, serial=serial)
            if number not in self._taken:
                self._taken.add(number)
                return number
        raise ValueError(f"no serial left for births of {birth} in {division[:6]}")
