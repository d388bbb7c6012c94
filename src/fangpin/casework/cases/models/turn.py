"""Whose turn it is: kept by the acts, so that a list over many cases asks one index."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import Case
from fangpin.casework.divisions.fields import DivisionCodeField


class Turn(models.Model):
    """A role that may complete an open step of a case under way. Grain: case, role.

    It follows from the case's log and its procedure (`turns_kept.roles_in_turn`); division and due
    date repeat the case's, the latest date there is where no clock runs.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="turns", db_index=False)
    role = models.CharField(max_length=40)
    division = DivisionCodeField()
    due_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "role"], name="one_turn_a_case_and_role")
        ]
        indexes = [
            models.Index(fields=["role", "division", "due_date", "case"]),
            models.Index(fields=["role", "due_date", "case", "division"]),
        ]


class TurnEdition(models.Model):
    """By which steps and roles the turns were worked out; one row."""

    edition = models.CharField(max_length=64)
