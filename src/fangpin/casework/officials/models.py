"""Who acts: officials and the posts they hold over time."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField


class Official(models.Model):
    """A person who acts for the state; signs in through one auth user."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="official"
    )
    name = models.CharField(max_length=60)
    language = models.CharField(max_length=8, blank=True)
    text_size = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A role in one division (and, for data owners, one department) over a half-open period."""

    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    division = DivisionCodeField()
    department = models.CharField(max_length=40, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_date__isnull=True)
                | models.Q(to_date__gt=models.F("from_date")),
                name="post_ends_after_it_begins",
            )
        ]
