"""Households and their members as the registry of the latest run knows them."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import ByteOrderedField, DivisionCodeField


class Household(models.Model):
    """An economic unit: lives and eats together, has one head. Grain: household_ref."""

    household_ref = models.BigIntegerField(primary_key=True)
    household_no = ByteOrderedField(max_length=40, unique=True)
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
