"""A case, the clues that opened it, and the log of its acts."""

from __future__ import annotations

from django.db import models

from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases.states import CaseState
from fangpin.casework.divisions.fields import ByteOrderedField, DivisionCodeField
from fangpin.casework.registry.models import Household


class Case(models.Model):
    """One way of one household through a procedure; a household has one open case at a time.

    What was done is told by its acts (`CaseAct`); the columns `step`, `due_date` and `is_late`
    repeat what follows from them, for lists.
    """

    case_no = ByteOrderedField(max_length=40, unique=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="cases")
    division = DivisionCodeField()
    procedure = models.CharField(max_length=60)
    procedure_from = models.DateField()
    """The edition: the procedure's first day, fixed when the case was opened."""
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=CaseState, default=CaseState.OPEN)
    outcome = models.CharField(max_length=40, blank=True)
    """What was decided; set by the approval or by an exit, a word of the pack (`outcome.…`)."""
    channel = models.CharField(max_length=40)
    """Of the first clue."""
    first_clue_date = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=150, blank=True)
    assigned_to = models.CharField(max_length=150, blank=True)
    """Account of the village official whose visit it is; empty: whoever is in charge there."""
    is_green = models.BooleanField(default=False)
    """Help first, procedure after."""
    category = models.CharField(max_length=40, blank=True)
    severity = models.CharField(max_length=20, blank=True)
    severity_rank = models.PositiveSmallIntegerField(default=9)
    step = models.CharField(max_length=40, blank=True)
    """The first open step."""
    due_date = models.DateField(null=True, blank=True)
    """The earliest deadline of a clock that runs."""
    version = models.PositiveIntegerField(default=0)
    """Counts the acts; an act may name the version it was decided on."""
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    end_reason = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(state="open"),
                name="one_open_case_a_household",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "ended"]), name="case_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | models.Q(state="ended", ended_at__isnull=False)
                & ~models.Q(ended_by="")
                & ~models.Q(outcome=""),
                name="case_is_ended_by_someone_with_an_outcome",
            ),
        ]
        indexes = [
            # Of a place, whole: few cases are counted and sorted.
            models.Index(fields=["state", "division", "due_date", "id"]),
            # In the order of the list: many cases are walked until a page is full.
            models.Index(fields=["state", "due_date", "id", "division"]),
            models.Index(fields=["state", "ended_at", "id", "division"]),
            models.Index(fields=["division", "step", "due_date"]),
        ]


class Clue(models.Model):
    """A reason to look at a household, from any channel; later ones join its open case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clues")
    channel = models.CharField(max_length=40)
    on = models.DateField()
    """The day on which it was first known: the clocks run from the earliest of a case."""
    alert = models.ForeignKey(
        Alert, null=True, blank=True, on_delete=models.PROTECT, related_name="clues"
    )
    cause = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "alert"],
                condition=models.Q(alert__isnull=False),
                name="an_alert_is_one_clue_of_a_case",
            )
        ]
        indexes = [models.Index(fields=["case", "on"])]


class CaseAct(models.Model):
    """One act on a case, in order; never changed but for `is_undone`. Grain: case, seq."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="log")
    seq = models.PositiveIntegerField()
    act = models.CharField(max_length=60)
    step = models.CharField(max_length=40, blank=True)
    """The step that it completed; empty for an act within a step."""
    at = models.DateTimeField()
    on = models.DateField()
    """The day of `at` where the installation stands."""
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=40)
    reason = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    is_undone = models.BooleanField(default=False)
    """The case was returned to this step or an earlier one: it has to be done again."""
    key = models.CharField(max_length=64, blank=True)
    """The sender's own key: the same act sent again is answered, not done twice."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="one_act_a_place"),
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="an_act_is_done_once"
            ),
        ]
        indexes = [models.Index(fields=["act", "on"])]
