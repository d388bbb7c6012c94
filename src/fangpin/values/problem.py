"""A foreseen problem: what a person meets, where, what was expected and what to do, in zh and en."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One foreseen problem, told in both languages; never holds a name or an identity number.

    `where` is a place a person can open: `file.yaml:12`, `feed yibao.settlement, row 14`.
    `zh`/`en` say what is wrong and what was expected; `fix_zh`/`fix_en` say what to do.
    """

    code: str
    where: str
    zh: str
    en: str
    fix_zh: str = ""
    fix_en: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain values for `--json`."""
        return {
            "code": self.code,
            "where": self.where,
            "message_zh": self.zh,
            "message_en": self.en,
            "repair_zh": self.fix_zh,
            "repair_en": self.fix_en,
            **self.details,
        }

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.code}", f"  {self.zh}", f"  {self.en}"]
        if self.fix_zh or self.fix_en:
            lines.append(f"  → {self.fix_zh}  {self.fix_en}".rstrip())
        return "\n".join(lines)


class ProblemError(Exception):
    """Raised once with every problem that was found; nothing was changed."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not found:
            raise ValueError("a ProblemError needs at least one problem")
        self.problems: tuple[Problem, ...] = found
        super().__init__("\n".join(str(problem) for problem in found))
