"""What a household declared at its own door, and the receipt by which it follows the matter."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models import Case
from fangpin.casework.divisions.fields import ByteOrderedField, DivisionCodeField


class DeclarationState(models.TextChoices):
    """received: nobody has found the household yet; in_case: it opened or joined a case;
    answered: a human answered otherwise, in words."""

    RECEIVED = "received"
    IN_CASE = "in_case"
    ANSWERED = "answered"


class Declaration(models.Model):
    """One declaration. The identity number is sealed; only the vault can open it."""

    receipt_no = ByteOrderedField(max_length=20, unique=True)
    """Drawn at random: it cannot be guessed or counted."""
    division = DivisionCodeField()
    """The village of the QR code."""
    received_at = models.DateTimeField()
    name = models.CharField(max_length=60)
    masked_phone = models.CharField(max_length=30)
    phone_digest = models.CharField(max_length=64)
    """A keyed digest of the receipt and the phone's last four: with it the receipt is opened."""
    sealed_phone = models.BinaryField()
    identity_ref = models.BigIntegerField(null=True, blank=True)
    """The reference that this identity number has in the registry; none: it could not be read."""
    sealed_identity = models.BinaryField()
    cause = models.CharField(max_length=40)
    text = models.TextField()
    paper_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=20, choices=DeclarationState, default=DeclarationState.RECEIVED
    )
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="declarations"
    )
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="a_declaration_is_made_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="received", case__isnull=True)
                | models.Q(state="in_case", case__isnull=False)
                | models.Q(state="answered", answered_at__isnull=False) & ~models.Q(answer=""),
                name="a_declaration_is_in_a_case_or_answered_in_words",
            ),
        ]
        indexes = [models.Index(fields=["division", "state", "received_at"])]


class Attempt(models.Model):
    """A try at the door, by digests alone: for limits that ask nobody to solve a puzzle."""

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "source", "at"])]


class Notification(models.Model):
    """A message to a household through a gateway: what was to be said, whether it went out."""

    declaration = models.ForeignKey(
        Declaration, on_delete=models.PROTECT, related_name="notifications"
    )
    gateway = models.CharField(max_length=40)
    words = models.CharField(max_length=60)
    """A word of the pack (`message.…`)."""
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    count_of_tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "gateway", "words"], name="a_message_is_sent_once"
            )
        ]
