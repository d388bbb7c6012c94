"""A second belt on PostgreSQL: the database itself shows a request the rows of its scope alone.

The first belt is `within`. Should a query ever forget it, this one answers with nothing instead of
everything: requests that read do so as the role `fangpin_reader`, for which the tables below show
the divisions of the session's setting `fangpin.ranges` and no others. The owner of the tables, who
loads the months and does the acts, is not held.

To protect a new table, list it here: by its division column, or by the listed table it belongs to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction

from fangpin.casework.officials.scope import Scope

READER = "fangpin_reader"
SETTING = "fangpin.ranges"
_LOCK = 0x66616E72


@dataclass(frozen=True, slots=True)
class Protected:
    """A table of rows that belong to a place."""

    table: str
    division: str = ""
    """Its column of division codes; or else:"""
    column: str = ""
    """the column that names a row of a protected table,"""
    parent: str = ""
    key: str = "id"

    @property
    def condition(self) -> str:
        """What must hold for a row to be seen."""
        if self.division:
            # One range, as nearly always, is worked out once a query and compared a row; written as
            # a CASE so that the planner expects half of the rows to pass, not next to none: it would
            # sort whole counties.
            return (
                "CASE WHEN (SELECT fangpin_is_one()) "
                f"THEN {self.division} >= (SELECT fangpin_end(0)) "
                f"AND {self.division} < (SELECT fangpin_end(1)) "
                f"ELSE fangpin_sees({self.division}) END"
            )
        # The parent is protected itself: whoever does not see it does not see this row either.
        return (
            f"EXISTS (SELECT 1 FROM {self.parent} AS parent "
            f"WHERE parent.{self.key} = {self.table}.{self.column})"
        )


def _of(parent: str, column: str, *tables: str, key: str = "id") -> list[Protected]:
    return [Protected(table, column=column, parent=parent, key=key) for table in tables]


PROTECTED: tuple[Protected, ...] = (
    Protected("registry_household", "division"),
    Protected("registry_divisioncount", "division"),
    *_of(
        "registry_household",
        "household_id",
        "registry_member",
        "registry_householdmonth",
        "registry_listednumber",
        key="household_ref",
    ),
    Protected("registry_provisional", "division"),
    *_of("registry_provisional", "provisional_id", "registry_householdjoin", key="household_id"),
    *_of("registry_householdjoin", "join_id", "registry_movedrow"),
    Protected("alerts_alert", "division"),
    *_of("alerts_alert", "alert_id", "alerts_alertreason", "alerts_evidencerow"),
    Protected("claims_candidate", "division"),
    Protected("cases_case", "division"),
    Protected("cases_turn", "division"),
    Protected("cases_appeal", "division"),
    Protected("cases_meeting", "division"),
    Protected("cases_episode", "division"),
    *_of("cases_case", "case_id", "cases_clue", "cases_caseact", "cases_comparison"),
    *_of("cases_comparison", "comparison_id", "cases_counterevidence"),
    *_of(
        "cases_caseact",
        "act_id",
        *("cases_decision", "cases_publicnotice", "cases_visit", "cases_consent"),
        "cases_attachment",
    ),
    *_of("cases_decision", "decision_id", "cases_decisioncause"),
    *_of("cases_meeting", "meeting_id", "cases_deliberationitem"),
    *_of("cases_episode", "episode_id", "cases_episodecause"),
    *_of("cases_publicnotice", "notice_id", "cases_objection"),
    *_of(
        "cases_visit",
        "visit_id",
        *("cases_verifier", "cases_visitanswer", "cases_visitcause", "cases_correction"),
    ),
    Protected("declarations_declaration", "division"),
    *_of("declarations_declaration", "declaration_id", "declarations_notification"),
    Protected("measures_measure", "division"),
    *_of("measures_measure", "measure_id", "measures_measuredelivery"),
    Protected("followup_assistancecontact", "division"),
    Protected("followup_followup", "division"),
)

OPEN_TABLES = frozenset(
    {
        "alerts_run",
        "cases_turnedition",
        "declarations_attempt",
        "measures_resource",
        "followup_supervisionvisit",
        "receipts_receipt",
        "jobs_job",
        "uploads_upload",
        "uploads_departmenttoken",
    }
)
"""Tables of casework that tell of no household: runs, wrong codes, places of help, supervision,
answers that are found by the key of whoever sent the thing alone, and departments' uploads."""

_RANGES = "coalesce(nullif(current_setting('fangpin.ranges', true), ''), '[]')::jsonb"
_FUNCTIONS = (
    f"""
CREATE OR REPLACE FUNCTION fangpin_sees(code text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1
    FROM jsonb_array_elements({_RANGES}) AS one
    WHERE code COLLATE "C" >= (one ->> 0) COLLATE "C" AND code COLLATE "C" < (one ->> 1) COLLATE "C"
  )
$$
""",
    f"""
CREATE OR REPLACE FUNCTION fangpin_end(which integer) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE which WHEN 0 THEN {_RANGES} -> 0 ->> 0 ELSE {_RANGES} -> -1 ->> 1 END
$$
""",
    f"""
CREATE OR REPLACE FUNCTION fangpin_is_one() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT jsonb_array_length({_RANGES}) = 1
$$
""",
)
"""Whether a division lies in the session's ranges; where they begin and end; whether it is but one."""
_WRITES_WHILE_READING = {
    "audit_auditentry": "INSERT",
    "django_session": "INSERT, UPDATE, DELETE",
}
"""What a request that only looks writes all the same: who looked, and the session."""


def install(**_: Any) -> None:
    """Make role, function and policies as listed; nothing where they are so already, or on SQLite.

    Runs after the migrations, so that a table is protected by being listed. Where the account may
    make no role, the policies stand and only the role is missing (`hold_to` then says so).
    """
    if connection.vendor != "postgresql":
        return
    existing = set(connection.introspection.table_names())
    tables = [one for one in PROTECTED if one.table in existing]
    if not tables:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        has_role = _make_role(cursor)
        digest = _digest(tables, has_role)
        cursor.execute("SELECT obj_description(to_regprocedure('fangpin_sees(text)'), 'pg_proc')")
        if cursor.fetchone()[0] == digest:
            return
        for function in _FUNCTIONS:
            cursor.execute(function)
        for one in tables:
            cursor.execute(f"ALTER TABLE {one.table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"DROP POLICY IF EXISTS fangpin_scope ON {one.table}")
            cursor.execute(f"CREATE POLICY fangpin_scope ON {one.table} USING ({one.condition})")
        if has_role:
            _grant(cursor, existing)
        cursor.execute(f"COMMENT ON FUNCTION fangpin_sees(text) IS '{digest}'")


def _make_role(cursor: Any) -> bool:
    """Whether the role is there and this account may take it on."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER])
    if cursor.fetchone() is None:
        try:
            with transaction.atomic():
                cursor.execute(f"CREATE ROLE {READER} NOLOGIN")
                cursor.execute(f"GRANT {READER} TO CURRENT_USER")
        except DatabaseError:
            return False
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [READER])
    return bool(cursor.fetchone()[0])


def _grant(cursor: Any, existing: set[str]) -> None:
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {READER}")
    cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}")
    cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {READER}")
    for table, acts in _WRITES_WHILE_READING.items():
        if table in existing:
            cursor.execute(f"GRANT {acts} ON {table} TO {READER}")


def _digest(tables: list[Protected], has_role: bool) -> str:
    text = json.dumps([_FUNCTIONS, has_role, [(one.table, one.condition) for one in tables]])
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def held_to(scope: Scope) -> Iterator[None]:
    """Within the block this connection reads as `fangpin_reader` and sees the scope's rows alone."""
    hold_to(scope)
    try:
        yield
    finally:
        release()


def hold_to(scope: Scope) -> None:
    """Hold this connection to a scope until `release`. Raises DatabaseError without the role."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(%s, %s, false), set_config('role', %s, false)",
            [SETTING, json.dumps(sorted(scope.ranges)), READER],
        )


def release() -> None:
    """Let the connection go. One that cannot be let go is closed, never handed to another request."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('role', 'none', false), set_config(%s, '', false)", [SETTING]
            )
    except DatabaseError:
        connection.close()
