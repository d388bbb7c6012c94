"""Which household a household's number stands for, seen by a clerk in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass
class HouseNumbers:
    """The numbers that a register has used, after each of its files."""

    stands: dict[str, list[str]] = field(default_factory=dict)
    """Household (its first number) -> the numbers that stand for it, in their order."""
    last_home: dict[str, str] = field(default_factory=dict)
    """Whoever was ever listed -> the household of the last listing."""
    ever: set[str] = field(default_factory=set)
    """Every number ever listed."""

    def household(self, written: str) -> str:
        """The household for which a number stands: one that follows none stands for itself."""
        return next((of for of, numbers in self.stands.items() if written in numbers), written)

    def restate(self, under: dict[str, str], told: Collection[str]) -> dict[str, str]:
        """Of everyone who is listed after a file: the household.

        `under` is the number of each; who stays in a household that has another number since gets it.
        `told` are the numbers that the file lists someone under.
        """
        home = {name: self.household(written) for name, written in under.items()}
        said = {self.household(written) for written in told}
        came = {name: self.last_home[name] for name in under if name in self.last_home}
        following = {}
        for fresh in set(under.values()) - self.ever:
            known = Counter(came[name] for name in came if under[name] == fresh)
            for of, count in known.items():
                still = [name for name in came if came[name] == of]
                if 2 * count > max(len(still), known.total()) and of not in said:
                    following[fresh] = of
        for fresh, of in following.items():
            self.stands.setdefault(of, [of]).append(fresh)
            under |= dict.fromkeys([name for name in under if home[name] == of], fresh)
        for numbers in self.stands.values():
            oldest = next((at for at, one in enumerate(numbers) if one in told), len(numbers))
            for younger in [one for one in numbers[oldest + 1 :] if one in under.values()]:
                numbers.remove(younger)
        self.ever |= set(under.values())
        found = {name: self.household(written) for name, written in under.items()}
        self.last_home |= found
        return found
