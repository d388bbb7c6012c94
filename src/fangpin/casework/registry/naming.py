"""How people name a household: by its head or its number."""

from __future__ import annotations

from django.db.models import Q

from fangpin.casework.divisions.ranges import begins_with


def named(text: str) -> Q:
    """The condition that the head's name or the number begins with the text.

    Numbers are written in capitals, however they are typed.
    """
    return begins_with("head_name", text) | begins_with("household_no", text.upper())
