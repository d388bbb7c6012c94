"""The policy pack of this installation, loaded once a process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from fangpin.policy import Pack, load_pack
from fangpin.policy.models.lists import Severity


def installation_pack() -> Pack:
    """The loaded pack that the settings name. Raises ProblemError when it cannot be loaded."""
    return _load(settings.FANGPIN.pack_directory)


@lru_cache(maxsize=4)
def _load(directory: Path) -> Pack:
    return load_pack(directory)


def severity_of(code: str) -> Severity | None:
    """The pack's severity of a code; None when the pack no longer has it."""
    return next((one for one in installation_pack().severities if one.severity == code), None)
