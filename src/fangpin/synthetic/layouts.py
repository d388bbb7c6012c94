"""How a department lays out its file: format, encoding, header words, dates, title and unit rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Layout:
    """One delivery's outward form; `wording` chooses among a contract's header words.

    With `own_words` a code is written in the word of the truth; else `code_wording` chooses one.
    """

    form: Literal["csv", "xlsx"]
    encoding: str = "utf-8"
    wording: int = 0
    own_words: bool = True
    code_wording: int = 0
    date_style: Literal["dashes", "slashes", "dots", "plain", "chinese"] = "dashes"
    thousands: bool = False
    wrong_share: float = 0.001
    """Share of rows that a clerk got wrong; tables kept by hand have ten times as many."""
    title: str = ""
    unit_row: str = ""

    @property
    def suffix(self) -> str:
        """The file's ending with its dot."""
        return f".{self.form}"
