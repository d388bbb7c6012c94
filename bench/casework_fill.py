"""A database of many households and cases in every state, made by bulk: seconds, not minutes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

DAY = date(2020, 5, 11)
AT = datetime(2020, 5, 11, 2, tzinfo=UTC)
COUNTY = "431022"
VILLAGE = "431022202204"
PROCEDURE = "identification"
SHARE_ENDED = 0.25
STEPS = (
    ("assignment", "assign"),
    ("visit", "record_visit"),
    ("consent", "record_consent"),
    ("comparison", "close_comparison"),
    ("deliberation", "hold_deliberation"),
    ("notice", "post_notice"),
    ("notice_end", "end_notice"),
    ("review", "review_at_township"),
    ("approval", "approve_at_county"),
    ("announcement", "announce"),
    ("plan", "make_plan"),
    ("help", "deliver_measure"),
)
"""The way of a case in the pack of the bench; a case of `version` n has done the first n."""
DAYS_OF_DUE = 200


def fill(cases: int, acts: int) -> list[str]:
    """So many cases in the villages of one county, a quarter of them ended, with logs and clues.

    Answers with the numbers of `acts` further cases, just opened, every other one by an alert.
    """
    from django.db import connection, transaction

    from fangpin.casework.cases.acts import report_clue
    from fangpin.casework.divisions.actions import sync_divisions
    from fangpin.casework.divisions.bulk import Target, put_rows, room_for_many_rows, run_statement
    from fangpin.casework.registry.actions import HOUSEHOLDS
    from fangpin.web.ground.pack import installation_pack

    pack = installation_pack()
    sync_divisions(divisions=pack.divisions)
    villages = [
        row.code for row in pack.divisions if row.level == "village" and row.code.startswith(COUNTY)
    ]
    columns = (
        *("case_no", "household_id", "division", "procedure", "procedure_from", "kind", "state"),
        *("outcome", "channel", "first_clue_date", "opened_at", "opened_by", "assigned_to"),
        *("is_green", "category", "severity", "severity_rank", "step", "due_date", "version"),
        *("ended_at", "ended_by", "end_reason"),
    )
    with transaction.atomic(), room_for_many_rows():
        if connection.vendor == "postgresql":
            # Keys point where they should by construction: they are not looked up a million times.
            run_statement("SET LOCAL session_replication_role = replica")
        put_rows(HOUSEHOLDS, _households(acts, cases, villages))
        put_rows(Target("cases_case", columns), _cases(acts, cases, villages))
        run_statement(
            'INSERT INTO cases_clue (case_id, channel, "on", cause, note, recorded_at, recorded_by)'
            " SELECT id, channel, first_clue_date, 'illness', '', opened_at, '' FROM cases_case"
        )
        for place, (step, act) in enumerate(STEPS, start=1):
            run_statement(
                'INSERT INTO cases_caseact (case_id, seq, act, step, at, "on", by, role, reason,'
                " note, is_undone, key) SELECT id, %s, %s, %s, opened_at, first_clue_date, 'a',"
                " 'village_cadre', '', '', false, '' FROM cases_case WHERE version >= %s",
                [place, act, step, place],
            )
        _turns(pack)
        numbers = _alerts(acts)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    by = scope("township_reviewer")
    return [
        report_clue(
            pack=pack,
            household_ref=ref,
            by=by,
            at=AT,
            channel="rule" if ref in numbers else "inspection",
            cause="illness",
            alert_no=numbers.get(ref, ""),
        ).case_no
        for ref in range(1, acts + 1)
    ]


def _turns(pack: Any) -> None:
    """Whose turn each case is, as a server finds it out before its first page."""
    from fangpin.casework.cases.turns_kept import keep_turns

    keep_turns(pack)


def scope(role: str) -> Any:
    """What an official of the county may see and do in a role of the pack."""
    from fangpin.casework.officials.scope import Scope
    from fangpin.web.ground.pack import installation_pack

    return Scope(
        official=role,
        role=role,
        divisions=(COUNTY,),
        may=frozenset(installation_pack().roles[role].may),
    )


def _households(acts: int, cases: int, villages: list[str]) -> Iterator[tuple[Any, ...]]:
    draw = random.Random(7)
    attributes = '{"members": 3, "is_former_poor": true, "labour_count": 1}'
    for ref in range(1, acts + cases + 1):
        village = VILLAGE if ref <= acts else draw.choice(villages)
        yield (ref, f"H{ref:08d}", village, "某", "", "", 3, attributes, True)


def _cases(acts: int, cases: int, villages: list[str]) -> Iterator[tuple[Any, ...]]:
    from django.db import connection

    at = connection.ops.adapt_datetimefield_value(AT)
    draw, fate = random.Random(7), random.Random(8)
    for ref in range(acts + 1, acts + cases + 1):
        village = draw.choice(villages)
        is_ended = fate.random() < SHARE_ENDED
        version = len(STEPS) if is_ended else fate.randrange(len(STEPS))
        due = DAY + timedelta(days=fate.randrange(DAYS_OF_DUE) - DAYS_OF_DUE // 4)
        yield (
            f"C20-{ref:08d}",
            ref,
            village,
            PROCEDURE,
            date(2020, 3, 20),
            PROCEDURE,
            "ended" if is_ended else "open",
            "identified" if version > 8 else "",
            "inspection",
            DAY,
            at,
            "",
            "",
            False,
            "",
            "yellow",
            3,
            "" if is_ended else STEPS[version][0],
            None if is_ended else due,
            version,
            at if is_ended else None,
            "a" if is_ended else "",
            "",
        )


def _alerts(acts: int) -> dict[int, str]:
    """Household -> number of its alert, for every other household whose case is acted on."""
    from fangpin.casework.alerts.models import Alert, Run

    month = DAY.year * 12 + DAY.month - 2
    run = Run.objects.create(
        as_of=DAY, month=month, folder="-", key="-", pack="-", loaded_at=AT, count_of_households=1
    )
    numbers = {ref: f"A-{ref:08d}" for ref in range(1, acts + 1, 2)}
    Alert.objects.bulk_create(
        (
            Alert(
                alert_no=number,
                household_id=ref,
                division=VILLAGE,
                severity="red",
                severity_rank=1,
                cause="illness",
                raised_date=DAY,
                raised_month=month,
                updated_month=month,
                due_date=DAY + timedelta(days=3),
                first_run=run,
                last_run=run,
            )
            for ref, number in numbers.items()
        ),
        batch_size=1_000,
    )
    return numbers
