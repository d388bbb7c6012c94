"""Photos, signatures and papers of an act: taken with the form, kept encrypted, opened on record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Attachment
from fangpin.lake.home import Home
from fangpin.lake.papers import Papers


class SeveralFiles(forms.FileInput):
    """A file input that takes more than one."""

    allow_multiple_selected = True


class PapersField(forms.FileField):
    """None, one or several files."""

    def __init__(self, **given: Any) -> None:
        accept = "image/jpeg,image/png,image/webp,application/pdf"
        widget = SeveralFiles(attrs={"accept": accept, "multiple": True})
        super().__init__(required=False, widget=widget, **given)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        several = data if isinstance(data, list | tuple) else [data]
        found = [forms.FileField.clean(self, one, initial) for one in several if one]
        return [one for one in found if isinstance(one, UploadedFile)]


def papers() -> Papers:
    """Where this installation keeps contents, encrypted."""
    return Papers(Home(settings.FANGPIN.home))


def stored(kind: str, files: Iterable[UploadedFile], *, sender: str) -> list[acts.PaperOfAct]:
    """Keep each content under its hash; what an act then names.

    Raises ProblemError PAPER_TOO_LARGE, PAPER_KIND.
    """
    kept = []
    for file in files:
        content = file.read()
        name = hashlib.sha256(content).hexdigest()
        papers().put(name, content, offset=0, total=len(content), sender=sender)
        kept.append(acts.PaperOfAct(kind, name, papers().kind(name), len(content)))
    return kept


def attachment_of(found: Sequence[Attachment], sha256: str) -> Attachment | None:
    """The attachment of this name among those of a case; None for none."""
    return next((one for one in found if one.sha256 == sha256), None)
