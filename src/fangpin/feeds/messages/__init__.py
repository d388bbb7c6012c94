"""Every finding's words by code, one module a subject.

Placeholders are filled by findings.py: `{title}` and `{title_en}` are the column's, the others are
named by whoever tells the finding.
"""

from __future__ import annotations

from fangpin.feeds.messages.cells import OF_CELLS
from fangpin.feeds.messages.deliveries import OF_DELIVERIES
from fangpin.feeds.messages.files import OF_FILES
from fangpin.feeds.messages.identifiers import OF_IDENTIFIERS
from fangpin.feeds.messages.words import FindingWords

WORDS: dict[str, FindingWords] = dict(**OF_FILES, **OF_DELIVERIES, **OF_IDENTIFIERS, **OF_CELLS)
"""A code that two modules know is a TypeError here."""
