"""Households and their members as the registry of the latest run knows them."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import ByteOrderedField, DivisionCodeField


class Household(models.Model):
    """An economic unit: lives and eats together, has one head. Grain: household_ref."""

    household_ref = models.BigIntegerField(primary_key=True)
    household_no = ByteOrderedField(max_length=40, db_index=True)
    """The number of now; of a household that is listed no longer, the last."""
    division = DivisionCodeField()
    head_name = ByteOrderedField(max_length=80)
    address = models.CharField(max_length=200, blank=True)
    masked_phone = models.CharField(max_length=30, blank=True)
    count_of_members = models.PositiveSmallIntegerField()
    attributes = models.JSONField(default=dict)
    """Household attributes of the pack by code; for display only, never queried."""
    is_listed = models.BooleanField(default=True)
    """False once the registry no longer lists it; the household stays, as its history does."""

    class Meta:
        indexes = [
            models.Index(fields=["head_name"]),
            models.Index(fields=["division", "household_no"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household_no"],
                condition=models.Q(is_listed=True),
                name="a_number_is_of_one_listed_household",
            )
        ]


class ListedNumber(models.Model):
    """A number that stands for a household which has had several. Grain: household, number."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="numbers")
    household_no = ByteOrderedField(max_length=40, db_index=True)
    turn = models.PositiveSmallIntegerField()
    """Its place among them; 0 is the first."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "turn"], name="a_household_has_one_number_a_turn"
            )
        ]


class Member(models.Model):
    """A person's place in a household as of the latest run. Grain: person_ref."""

    person_ref = models.BigIntegerField(primary_key=True)
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")
    name = models.CharField(max_length=80)
    relation = models.CharField(max_length=40)
    is_head = models.BooleanField(default=False)
    sex = models.CharField(max_length=20, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    masked_id = models.CharField(max_length=30, blank=True)
    attributes = models.JSONField(default=dict)


class HouseholdMonth(models.Model):
    """The ledger of one household in one month, copied for display. Grain: household, month."""

    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, related_name="months", db_index=False
    )
    month = models.IntegerField()
    amounts = models.JSONField(default=dict)
    """Ledger item code -> decimal as text; a missing item is unknown, not zero."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "month"], name="one_row_a_household_month")
        ]


class DivisionCount(models.Model):
    """How many listed households and members a village has; renewed with the registry.

    Kept so that no page counts the whole registry. Grain: division of households (the lowest).
    """

    division = DivisionCodeField(primary_key=True)
    count_of_households = models.IntegerField()
    count_of_members = models.IntegerField()


class Provisional(models.Model):
    """A household that officials met before any registry listed it. Grain: household.

    Its household row is like any other, unlisted; cases, visits and help hang on it until the
    registry's household arrives and an official joins the two.
    """

    household = models.OneToOneField(
        Household, on_delete=models.PROTECT, primary_key=True, related_name="provisional"
    )
    division = DivisionCodeField(db_index=True)
    """The household's own: lists and counts of the few do not look among the many."""
    form = models.CharField(max_length=60)
    form_version = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=dict)
    """Answers of the pack's form that are no column of the household; for display only."""
    identity_ref = models.BigIntegerField(null=True, blank=True, db_index=True)
    """The reference that the head's identity number has in the registry; none was given."""
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=150)


class HouseholdJoin(models.Model):
    """A provisional household was found to be one of the registry's, by an official."""

    provisional = models.ForeignKey(Provisional, on_delete=models.PROTECT, related_name="joins")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="joined")
    """The registry's."""
    joined_at = models.DateTimeField()
    joined_by = models.CharField(max_length=150)
    note = models.TextField()
    """How it is known that they are one."""
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True)
    undone_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provisional"],
                condition=models.Q(undone_at__isnull=True),
                name="a_provisional_household_is_joined_to_one",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True)
                | ~models.Q(undone_by="") & ~models.Q(undone_note=""),
                name="a_joining_is_undone_by_someone_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["joined_at"])]


class MovedRow(models.Model):
    """A row that named the provisional household and names the registry's since a joining."""

    join = models.ForeignKey(HouseholdJoin, on_delete=models.CASCADE, related_name="moved")
    table = models.CharField(max_length=60)
    """Its model, as `app.model`."""
    row = models.BigIntegerField()
    former_division = models.CharField(max_length=16, blank=True)
    """Where it belonged before, if it has a place of its own."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["join", "table", "row"], name="a_row_moves_once_a_joining"
            )
        ]
        indexes = [models.Index(fields=["table", "row"])]
