"""Deterministic chance: every purpose draws from its own stream, so one draw never shifts another.

The same seed and purpose give the same draws on every machine and in every order of calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, *purpose: object) -> Random:
    """A stream of chance of its own for a purpose, such as a feed and a month."""
    return Random("/".join(str(part) for part in (seed, *purpose)))


def pick(chance: Random, choices: Sequence[T]) -> T:
    """One of the choices, each as likely as the others."""
    return choices[int(chance.random() * len(choices))]


def between(chance: Random, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return low + int(chance.random() * (high - low + 1))


class Weighted:
    """Choices with weights; the weights need not sum to one."""

    __slots__ = ("_bounds", "_choices", "_total")

    def __init__(self, weights: dict[str, float]) -> None:
        self._choices = tuple(weights)
        self._bounds = tuple(accumulate(weights.values()))
        self._total = self._bounds[-1]

    def pick(self, chance: Random) -> str:
        """One of the choices, as likely as its weight."""
        point = chance.random() * self._total
        for choice, bound in zip(self._choices, self._bounds, strict=True):
            if point < bound:
                return choice
        return self._choices[-1]
