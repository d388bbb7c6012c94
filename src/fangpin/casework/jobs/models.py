"""Work that is done apart from the page that asked for it."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import ByteOrderedField


class JobState(models.TextChoices):
    """waiting: nobody has it; running: a worker holds a lease; done, given_up: it has ended."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    GIVEN_UP = "given_up"


class Job(models.Model):
    """One piece of work. Grain: kind and subject; what it is about stands in the subject's own row.

    Times are the machine's own: a demonstration's clock stands still, a lease must not.
    """

    kind = models.CharField(max_length=40)
    subject = ByteOrderedField(max_length=64)
    lane = models.CharField(max_length=80, blank=True)
    """Of jobs that bear the same lane one runs at a time."""
    state = models.CharField(max_length=20, choices=JobState, default=JobState.WAITING)
    step = models.CharField(max_length=40, blank=True)
    """How far the worker has come: a code of the job's kind, for whoever looks on."""
    fence = models.PositiveIntegerField(default=0)
    """Counts how often the job was taken; a worker with an older number writes nothing any more."""
    count_of_tries = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    """A job that was put back rests until then."""
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="one_job_a_subject"),
            models.UniqueConstraint(
                fields=["lane"],
                condition=models.Q(state="running") & ~models.Q(lane=""),
                name="one_job_of_a_lane_runs",
            ),
            models.CheckConstraint(
                condition=models.Q(state="running", leased_until__isnull=False)
                | ~models.Q(state="running") & models.Q(leased_until__isnull=True),
                name="a_running_job_has_a_lease",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "given_up"], ended_at__isnull=False)
                | models.Q(state__in=["waiting", "running"], ended_at__isnull=True),
                name="an_ended_job_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="jobs_that_have_not_ended",
            )
        ]
