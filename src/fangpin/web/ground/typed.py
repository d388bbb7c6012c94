"""What was typed into a form whose session had ended: it goes along through the sign-in and back.

Nothing of it is stored: the pages carry it. Files cannot be carried; whoever sent some is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

_KEPT = "typed:"
_TO, _FILES = "typed-to", "typed-files"
_NOT_CARRIED = {"csrfmiddlewaretoken"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent: its address, the fields by name, and whether files were with it."""

    to: str
    fields: tuple[tuple[str, str], ...]
    has_files: bool

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """The fields by which a sign-in page carries it."""
        yield _TO, self.to
        yield _FILES, "1" if self.has_files else ""
        yield from ((f"{_KEPT}{name}", value) for name, value in self.fields)


def typed_into(request: HttpRequest) -> Typed | None:
    """What a request to act was to send; None for one that looks, and for one about passwords."""
    view = request.resolver_match.func if request.resolver_match else None
    if request.method != "POST" or getattr(view, "needs_no_post", False):
        return None
    fields = tuple(
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_CARRIED
        for value in values
    )
    return Typed(request.get_full_path(), fields, bool(request.FILES))


def carried_by(request: HttpRequest) -> Typed | None:
    """What a sign-in carries; None for nothing, and for an address that is not of this server."""
    to = request.POST.get(_TO, "")
    if not to.startswith("/") or not url_has_allowed_host_and_scheme(to, {request.get_host()}):
        return None
    fields = tuple(
        (name.removeprefix(_KEPT), value)
        for name, values in request.POST.lists()
        if name.startswith(_KEPT)
        for value in values
    )
    return Typed(to, fields, bool(request.POST.get(_FILES)))
