"""What departments send by themselves: files at the desk, bodies of the push API, and its tokens."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import ByteOrderedField, DivisionCodeField
from fangpin.casework.jobs.models import Job


class Channel(models.TextChoices):
    """desk: a file at the console; push: a body of the API; readings: the proposed readings of a
    delivery that someone confirmed or turned down, without a file."""

    DESK = "desk"
    PUSH = "push"
    READINGS = "readings"


class Outcome(models.TextChoices):
    """What became of an upload. The first four are the outcomes of receiving; failed: the machine
    could not check it; declined: proposed readings stay unread."""

    ACCEPTED = "accepted"
    HELD = "held"
    ALREADY_RECEIVED = "already_received"
    REFUSED = "refused"
    FAILED = "failed"
    DECLINED = "declined"


class Upload(models.Model):
    """One thing sent for one feed. Its file lies in the spool until the job has ended.

    The original name is data of whoever sent it: shown to that department alone, never a path.
    """

    upload_no = ByteOrderedField(max_length=20, unique=True)
    """Drawn at random: it cannot be guessed or counted."""
    channel = models.CharField(max_length=20, choices=Channel)
    feed = models.CharField(max_length=60)
    department = models.CharField(max_length=40)
    division = DivisionCodeField()
    """Where the sender serves: for the audit trail."""
    month = models.IntegerField(null=True, blank=True)
    """The month that the sender stated (year * 12 + month - 1); none: the rows tell it."""
    sheet = models.CharField(max_length=100, blank=True)
    original_name = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    sender = models.CharField(max_length=150)
    """The account, or `token:` and the number of the token."""
    received_at = models.DateTimeField()
    received_on = models.DateField()
    """The day of receipt, fixed when it came: a check that is repeated makes the same delivery."""
    confirms = models.CharField(max_length=60, blank=True)
    """The delivery whose proposed readings this confirms or turns down."""
    choices = models.JSONField(default=dict)
    """Field -> the reading that was confirmed."""
    job = models.OneToOneField(
        Job, null=True, blank=True, on_delete=models.PROTECT, related_name="upload"
    )
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    """Empty while the check goes on."""
    ended_at = models.DateTimeField(null=True, blank=True)
    delivery = models.CharField(max_length=60, blank=True)
    read = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list)
    """What there is to say of the file as a whole; rows are found with the delivery."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="", ended_at__isnull=True)
                | models.Q(outcome__in=Outcome.values, ended_at__isnull=False),
                name="an_upload_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    read=models.F("accepted") + models.F("quarantined") + models.F("duplicate")
                ),
                name="rows_read_are_accepted_set_aside_or_known",
            ),
        ]
        indexes = [
            models.Index(fields=["department", "-id"]),
            models.Index(fields=["feed", "confirms"]),
        ]


class DepartmentToken(models.Model):
    """What a department's own system signs its deliveries with. The secret is kept as a digest."""

    token_no = ByteOrderedField(max_length=20, unique=True)
    department = models.CharField(max_length=40)
    division = DivisionCodeField()
    name = models.CharField(max_length=60)
    """What it is for, in the words of whoever made it."""
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    expires_on = models.DateField(null=True, blank=True)
    """The first day on which it opens nothing any more."""
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by="")
                | models.Q(revoked_at__isnull=False) & ~models.Q(revoked_by=""),
                name="a_token_is_revoked_by_someone",
            )
        ]
