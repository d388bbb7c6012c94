"""Administrative divisions as the pack lists them; a code begins with the code of its parent."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField


class Division(models.Model):
    """One administrative division; grain: division code."""

    code = DivisionCodeField(primary_key=True)
    level = models.CharField(max_length=32)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"
