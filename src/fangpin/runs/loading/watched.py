"""What a run brings to households under way: their months for figures, and their new clues.

The run copies the months of households that hit; those with an open case or in monitoring need
theirs as well, hit or not.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.cases.acts import join_alerts
from fangpin.casework.cases.models import Case, Episode
from fangpin.casework.cases.states import CaseState, EpisodeState
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import actions as registry
from fangpin.lake.home import Home
from fangpin.policy import Pack
from fangpin.runs.parts.months import first_shown, has_timeline, months_of_households


def follow_watched(*, home: Home, pack: Pack, run_folder: Path, at: datetime) -> int:
    """Renew the months of every household under way and join its new alerts to its case.

    How many alerts joined. Opening a case stays with people.
    """
    refs = set(Case.objects.filter(state=CaseState.OPEN).values_list("household_id", flat=True))
    refs |= set(
        Episode.objects.filter(state=EpisodeState.MONITORED).values_list("household_id", flat=True)
    )
    bring_months(home=home, pack=pack, run_folder=run_folder, household_refs=sorted(refs))
    roots = tuple(row.code for row in pack.divisions.children(None))
    system = Scope(role="system", divisions=roots)
    return join_alerts(pack=pack, by=system, at=at)


def bring_months(*, home: Home, pack: Pack, run_folder: Path, household_refs: list[int]) -> int:
    """Make households' months in the case database what a run knew of them; how many rows."""
    if not household_refs:
        return 0
    rows = months_of_households(
        home=home, pack=pack, run_folder=run_folder, household_refs=household_refs
    )
    with transaction.atomic():
        # What was taken back since the last copy counts no longer.
        registry.forget_months(households=household_refs, since=first_shown(run_folder))
        return registry.put_months(rows)


def bring_of_latest_run(*, pack: Pack, household_ref: int) -> None:
    """Bring one household's months of the run loaded last; for the case that opens before the next.

    Of a household that hit in it the load has brought them. What the run's folder lacks is not there.
    """
    run = Run.objects.order_by("-as_of").first()
    if run is None or Alert.objects.filter(household=household_ref, last_run=run).exists():
        return
    home = Home(settings.FANGPIN.home)
    folder = home.runs / run.folder
    if has_timeline(home, folder):
        bring_months(home=home, pack=pack, run_folder=folder, household_refs=[household_ref])
