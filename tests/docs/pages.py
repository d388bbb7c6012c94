"""The documentation as the tests read it: pages, their code spans and their fenced blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^(?: {4}|\t).*$", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return self.path.relative_to(REPOSITORY).as_posix()

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """(language, content) of each fenced block."""
        return _FENCE.findall(self.text)

    @property
    def spans(self) -> list[str]:
        """The texts between single backticks outside of blocks."""
        return _SPAN.findall(_FENCE.sub("", self.text))

    @property
    def links(self) -> list[str]:
        """Targets of links inside the repository."""
        return [link for link in _LINK.findall(self.text) if "://" not in link]

    @property
    def commands(self) -> list[str]:
        """Every command line of the page: `fangpin ...` and `make ...` in spans and shell blocks."""
        lines = [
            line
            for language, block in self.blocks
            if language == "sh"
            for line in block.split("\n")
        ]
        found = [line.split("#")[0].strip() for line in [*lines, *self.spans]]
        return [line for line in found if re.match(r"^(fangpin|make) ", line)]


def pages() -> list[Page]:
    """Every page of the documentation: those at the top of the repository and those of docs/."""
    files = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").rglob("*.md"))]
    return [Page(file, file.read_text(encoding="utf-8")) for file in files]
