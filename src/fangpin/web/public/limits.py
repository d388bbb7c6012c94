"""How often one place may knock: counted by keyed digests, by the pack's figures, without puzzles."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from fangpin.casework.declarations.acts import attempts_left
from fangpin.casework.declarations.attempts import note_attempt
from fangpin.values.problem import ProblemError
from fangpin.web.ground.keys import door_keys
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.passwords import address_of

HOURS = "public.hours"
DECLARATIONS = "public.declarations"
VILLAGE_DECLARATIONS = "public.village_declarations"
PHOTOS = "public.photos"
LOOKUPS = "public.lookups"


def source_of(request: HttpRequest, place: str = "") -> str:
    """The digest that stands for an address, apart for each village."""
    return door_keys().digest("source", f"{place}:{address_of(request)}")


def may_declare(request: HttpRequest, village: str, *, at: datetime) -> bool:
    """Whether this source, and its village as a whole, are below their limits."""
    return _left("declare", source_of(request, village), DECLARATIONS, village, at) and _left(
        "declare", _village(village), VILLAGE_DECLARATIONS, village, at
    )


def note_declaration(request: HttpRequest, village: str, *, at: datetime) -> None:
    """A declaration was sent from here."""
    for source in (source_of(request, village), _village(village)):
        note_attempt(kind="declare", source=source, at=at)


def may_send_photo(request: HttpRequest, village: str, *, at: datetime) -> bool:
    """Whether this source may store another photo; the try is noted."""
    source = source_of(request, village)
    is_below = _left("photo", source, PHOTOS, village, at)
    if is_below:
        note_attempt(kind="photo", source=source, at=at)
    return is_below


def may_look_up(request: HttpRequest, receipt_no: str, *, at: datetime) -> bool:
    """Whether this source, and this receipt from wherever, may be tried again; the try is noted.

    A receipt that nobody has is counted like one that somebody has.
    """
    sources = (source_of(request), door_keys().digest("receipt", receipt_no))
    counts = [_left("lookup", source, LOOKUPS, None, at) for source in sources]
    is_below = all(counts)
    if is_below:
        for source in sources:
            note_attempt(kind="lookup", source=source, at=at)
    return is_below


def may_appeal(receipt_no: str, *, at: datetime) -> bool:
    """Whether this receipt may file another appeal; the try is noted."""
    source = door_keys().digest("receipt", receipt_no)
    is_below = _left("appeal", source, DECLARATIONS, None, at)
    if is_below:
        note_attempt(kind="appeal", source=source, at=at)
    return is_below


def _village(village: str) -> str:
    return door_keys().digest("source", f"{village}:all")


def _left(kind: str, source: str, limit: str, village: str | None, at: datetime) -> bool:
    try:
        left = attempts_left(
            pack=installation_pack(),
            kind=kind,
            source=source,
            division=village,
            at=at,
            limit=limit,
            hours=HOURS,
        )
    except ProblemError:  # a pack that states no figure limits nothing
        return True
    return left > 0
