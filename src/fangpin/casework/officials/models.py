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
    must_change_password = models.BooleanField(default=False)
    """Someone else knows the password: nothing opens before the official has chosen another."""
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    """Wrong passwords since the last right one."""
    locked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class SecondFactor(models.Model):
    """An official's authenticator; asked for at sign-in once it is confirmed."""

    official = models.OneToOneField(
        Official, on_delete=models.CASCADE, related_name="second_factor"
    )
    sealed_secret = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    """The step of the last code that was accepted: no code counts twice."""


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


class Delegation(models.Model):
    """A post handed to another official for a half-open period; the post stays its holder's.

    In force on a day of the period until it is revoked, while the post itself is in force.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="delegated")
    from_date = models.DateField()
    to_date = models.DateField()
    delegated_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_date__gt=models.F("from_date")),
                name="delegation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by="")
                | models.Q(revoked_at__isnull=False) & ~models.Q(revoked_by=""),
                name="delegation_is_revoked_by_someone",
            ),
        ]
