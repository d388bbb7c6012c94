"""A finished run's folder into the case database: registry, alerts, reasons, evidence.

Everything happens in one transaction, so the console shows the earlier run until this one is there
in full. The registry and the months that did not change since the run loaded last are not written
again: the two folders are compared first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from django.db import transaction

from fangpin.casework.alerts import actions as alerts
from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.audit.actions import record
from fangpin.casework.divisions.bulk import hold_table, room_for_many_rows
from fangpin.casework.registry import actions as registry
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.lake.home import Home
from fangpin.lake.pieces import pieces
from fangpin.policy import Pack
from fangpin.policy.calendar import WorkingCalendar
from fangpin.rules.evaluate import reason_order
from fangpin.runs.loading.corrections import end_alerts_of_corrected_rows
from fangpin.runs.parts.months import months_to_copy
from fangpin.values.problem import Problem, ProblemError

_ROWS_AT_ONCE = 50_000
MEMBERS_AT_ONCE = 2_000_000
"""So many members are held against those of the run before in one pass: more may not fit."""

_COLUMNS = {
    "households": """household_ref, household_no, division, coalesce(head_name, '') AS head_name,
        coalesce(address, '') AS address, coalesce(phone_masked, '') AS phone_masked,
        count_of_members, coalesce(CAST(attributes AS VARCHAR), '{}') AS attributes""",
    "members": """person_ref, household_ref, coalesce(name, '') AS name,
        coalesce(relation, '') AS relation, coalesce(is_head, false) AS is_head,
        coalesce(sex, '') AS sex, CAST(birth_date AS VARCHAR) AS birth_date,
        coalesce(masked_id, '') AS masked_id,
        coalesce(CAST(attributes AS VARCHAR), '{}') AS attributes""",
    "hits": """household_ref, rule, code, kind, edition, severity, severity_rank,
        coalesce(cause, '') AS cause, coalesce(category, '') AS category, month,
        sentence_zh, sentence_en, coalesce(CAST(figures AS VARCHAR), '{}') AS figures,
        coalesce(CAST(thresholds AS VARCHAR), '{}') AS thresholds""",
    "evidence": """household_ref, rule, item, feed, delivery, row_no, month,
        CAST(CAST(amount AS DECIMAL(18, 2)) AS VARCHAR) AS amount,
        coalesce(CAST(detail AS VARCHAR), '{}') AS detail, event""",
}
"""What is read of each file of a run folder; equal rows are equal texts."""
NUMBERS = {"household_ref": "BIGINT", "household_no": "VARCHAR", "turn": "INTEGER"}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `unchanged`: the same run had been loaded and nothing was touched."""

    as_of: date
    outcome: Literal["loaded", "replaced", "unchanged"]
    alerts_open: int = 0
    alerts_raised: int = 0
    alerts_updated: int = 0
    """Alerts that hit in this run, the newly raised included."""
    reasons: int = 0
    evidence_rows: int = 0
    alerts_corrected: int = 0
    """Alerts that ended because every row they rested on was taken back."""
    households_changed: int = 0
    members_changed: int = 0
    months_changed: int = 0


@dataclass(frozen=True, slots=True)
class _Facts:
    """run.json."""

    as_of: date
    month: int
    pack: str
    pack_digest: str
    key: str
    registry_key: str
    count_of_households: int
    outcomes: dict[str, Any]
    coverage: dict[str, list[int]]

    def shows_registry_of(self, run: Run) -> bool:
        """Whether the households are those of a loaded run; a pack decides their attributes."""
        mine = (self.registry_key, self.pack_digest)
        return bool(self.registry_key) and mine == (run.registry_key, run.pack_digest)


def load_run(
    *, run_folder: Path, pack: Pack, calendar: WorkingCalendar, at: datetime
) -> LoadReport:
    """Load the run that a folder holds; loading it again changes nothing.

    A run of the same as-of date with other content replaces that run's reasons. Raises ProblemError
    RUN_NOT_FOUND, RUN_IS_OLDER, RUN_SEVERITY_UNKNOWN or RUN_HOUSEHOLD_UNLISTED; nothing is loaded
    then.
    """
    facts = _read_facts(run_folder)
    with connect(spill=Home(run_folder.parent.parent).spill) as engine:
        _read_files(engine, run_folder, pack)
        due_dates = _due_dates(engine, run_folder, facts, pack, calendar)
        _refuse_unlisted_households(engine, run_folder)
        with room_for_many_rows(), transaction.atomic():
            hold_table(Run._meta.db_table)
            latest = Run.objects.order_by("-as_of").first()
            _refuse_older(run_folder, facts, latest)
            if latest and (latest.as_of, latest.key) == (facts.as_of, facts.key):
                return LoadReport(as_of=facts.as_of, outcome="unchanged", alerts_open=_count_open())
            return _load(engine, run_folder, pack, facts, latest, due_dates, at)


def _load(
    engine: Engine,
    run_folder: Path,
    pack: Pack,
    facts: _Facts,
    latest: Run | None,
    due_dates: dict[str, date],
    at: datetime,
) -> LoadReport:
    is_repeated = latest is not None and latest.as_of == facts.as_of
    earlier = _read_earlier_files(engine, run_folder, latest)
    is_registry_same = latest is not None and facts.shows_registry_of(latest)
    households, members = (0, 0) if is_registry_same else _load_registry(engine, latest)
    run, _ = Run.objects.update_or_create(
        as_of=facts.as_of,
        defaults={
            "month": facts.month,
            "folder": run_folder.name,
            "key": facts.key,
            "registry_key": facts.registry_key,
            "pack": facts.pack,
            "pack_digest": facts.pack_digest,
            "loaded_at": at,
            "count_of_households": facts.count_of_households,
            "outcomes": facts.outcomes,
            "coverage": facts.coverage,
        },
    )
    alert_of, raised = alerts.raise_alerts(
        run=run,
        hits=_urgent_hits(engine),
        ranks=engine.rows("SELECT household_ref, rule, severity_rank FROM hits"),
        events=_event_rows(engine, pack),
        due_dates=due_dates,
    )
    reasons = alerts.put_reasons(run=run, rows=_reason_rows(engine, run, alert_of, due_dates))
    updated = alerts.update_alerts(run=run, is_repeated=is_repeated)
    evidence = alerts.put_evidence(
        run=run, rows=_evidence_rows(engine, run, alert_of), is_repeated=is_repeated
    )
    if not is_registry_same:
        alerts.follow_households()
    corrected = end_alerts_of_corrected_rows(engine=engine, run=run, run_folder=run_folder, at=at)
    report = LoadReport(
        as_of=facts.as_of,
        outcome="replaced" if is_repeated else "loaded",
        alerts_open=_count_open(),
        alerts_raised=raised,
        alerts_updated=updated,
        reasons=reasons,
        evidence_rows=evidence,
        alerts_corrected=corrected,
        households_changed=households,
        members_changed=members,
        months_changed=_load_months(engine, run_folder, pack, earlier),
    )
    record(
        act="load_run",
        official="",
        subject_kind="run",
        subject=facts.as_of.isoformat(),
        division="",
        at=at,
        detail={**asdict(report), "as_of": facts.as_of.isoformat(), "key": facts.key},
    )
    return report


# ── the folder ──────────────────────────────────────────────────────────────────────────────────


def _read_facts(run_folder: Path) -> _Facts:
    try:
        written = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProblemError(
            Problem(
                code="RUN_NOT_FOUND",
                where=str(run_folder),
                zh="这里没有完整的运行结果（缺少 run.json）",
                en="there is no finished run here (run.json is missing)",
                fix_zh="先执行 fangpin run --as-of 日期",
                fix_en="make one with: fangpin run --as-of DATE",
            )
        ) from None
    return _Facts(
        as_of=date.fromisoformat(written["as_of"]),
        month=int(written["month"]),
        pack=str(written["pack"]),
        pack_digest=str(written.get("pack_digest", "")),
        key=str(written["key"]),
        registry_key=str(written.get("registry_key", "")),
        count_of_households=int(written["count_of_households"]),
        outcomes=written["outcomes"],
        coverage=written.get("coverage", {}),
    )


def _read_files(engine: Engine, run_folder: Path, pack: Pack) -> None:
    engine.make_empty_table("places", {"rule": "VARCHAR", "place": "INTEGER"})
    engine.insert("places", [(code, place) for place, code in enumerate(reason_order(pack))])
    for name, columns in _COLUMNS.items():
        engine.view_files(f"{name}_file", [run_folder / f"{name}.parquet"])
        source = f"{name}_file"
        if name == "evidence" and "event" not in engine.columns(f"SELECT * FROM {source}"):
            # Written before runs told of it: an event is then known by its source row alone.
            source = f"(SELECT *, CAST(NULL AS BIGINT) AS event FROM {source}) AS without_events"
        engine.make_view(name, f"SELECT {columns} FROM {source}")
    numbers = run_folder / "numbers.parquet"
    if numbers.exists():
        engine.view_files("numbers", [numbers])
    else:
        # Written before households kept their history under another number.
        engine.make_empty_table("numbers", NUMBERS)
    engine.make_view(
        "hits_in_place",
        "SELECT hits.*, coalesce(places.place, 0) AS place FROM hits LEFT JOIN places USING (rule)",
    )


def _read_earlier_files(engine: Engine, run_folder: Path, latest: Run | None) -> Path | None:
    """`earlier_<name>`: what the run loaded last had; empty when there is none or it is gone.

    Returns that run's folder. The database holds at least these rows, so that only what differs
    must be written.
    """
    folder = run_folder.parent / latest.folder if latest else None
    if folder is not None and not (folder / "run.json").is_file():
        folder = None
    for name in ("households", "members"):
        if folder is None:
            engine.make_table(f"earlier_{name}", f"SELECT * FROM {name} LIMIT 0")
        else:
            engine.view_files(f"earlier_{name}_file", [folder / f"{name}.parquet"])
            engine.make_view(f"earlier_{name}", f"SELECT {_COLUMNS[name]} FROM earlier_{name}_file")
    return folder


def _rows(engine: Engine, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, held in the engine and handed over some thousand at a time."""
    engine.make_table("handed_over", query)
    start = 0
    while batch := engine.rows(
        "SELECT * FROM handed_over WHERE rowid >= ? AND rowid < ? ORDER BY rowid",
        (start, start + _ROWS_AT_ONCE),
    ):
        yield from batch
        start += _ROWS_AT_ONCE


# ── what is refused ─────────────────────────────────────────────────────────────────────────────


def _refuse_older(run_folder: Path, facts: _Facts, latest: Run | None) -> None:
    if latest is None or facts.as_of >= latest.as_of:
        return
    raise ProblemError(
        Problem(
            code="RUN_IS_OLDER",
            where=run_folder.name,
            zh=f"已载入 {latest.as_of} 的运行结果，不再载入更早的 {facts.as_of}",
            en=f"the run of {latest.as_of} is loaded already; the earlier {facts.as_of} is not",
            fix_zh="结果仍保存在运行目录中，可用 --json 查看；要更新预警，请运行更晚的日期",
            fix_en="its folder remains to be read; to update alerts, run a later date",
            details={"as_of": facts.as_of.isoformat(), "loaded": latest.as_of.isoformat()},
        )
    )


def _refuse_unlisted_households(engine: Engine, run_folder: Path) -> None:
    count = engine.value(
        "SELECT count(DISTINCT household_ref) FROM hits ANTI JOIN households USING (household_ref)"
    )
    if not count:
        return
    raise ProblemError(
        Problem(
            code="RUN_HOUSEHOLD_UNLISTED",
            where=f"{run_folder.name}/hits.parquet",
            zh=f"{count} 户有命中但不在 households.parquet 中",
            en=f"{count} households hit a rule but are not in households.parquet",
            fix_zh="运行目录不完整，请重新执行该日期的运行",
            fix_en="the run's folder is not whole; run that date again",
            details={"count": count},
        )
    )


def _due_dates(
    engine: Engine, run_folder: Path, facts: _Facts, pack: Pack, calendar: WorkingCalendar
) -> dict[str, date]:
    """Severity -> the day by which it asks for a visit, counted from the as-of date."""
    known = {severity.severity: severity for severity in pack.severities}
    used = [row[0] for row in engine.rows("SELECT DISTINCT severity FROM hits ORDER BY severity")]
    unknown = [code for code in used if code not in known]
    if unknown:
        names = ", ".join(known)
        raise ProblemError(
            Problem(
                code="RUN_SEVERITY_UNKNOWN",
                where=f"{run_folder.name}/hits.parquet",
                zh=f"级别 {', '.join(unknown)} 不在政策包 {pack.id} 中；已有级别：{names}",
                en=f"severity {', '.join(unknown)} is not in the pack {pack.id}; it has: {names}",
                fix_zh="用当前政策包重新运行该日期",
                fix_en="run that date again with the present pack",
            )
        )
    return {
        code: calendar.after(
            facts.as_of, known[code].due_days, working_days=known[code].working_days
        )
        for code in used
    }


# ── what is loaded ──────────────────────────────────────────────────────────────────────────────


def _load_registry(engine: Engine, latest: Run | None) -> tuple[int, int]:
    """Households and members that changed; how many of each were written."""
    if latest is not None and engine.value("SELECT count(*) FROM earlier_households") == 0:
        registry.unlist_households(None)
    gone = "SELECT household_ref FROM earlier_households ANTI JOIN households USING (household_ref)"
    registry.unlist_households(row[0] for row in _rows(engine, f"{gone} ORDER BY household_ref"))
    numbers = engine.rows("SELECT household_ref, household_no, turn FROM numbers")
    registry.part_numbers(numbers)
    count = int(engine.value("SELECT count(*) FROM members"))
    put = [_load_some(engine, within) for within in pieces(1 + count // MEMBERS_AT_ONCE)]
    registry.put_numbers(numbers)
    registry.recount()
    return sum(households for households, _ in put), sum(members for _, members in put)


def _load_some(engine: Engine, within: str) -> tuple[int, int]:
    """Of some households, those that changed and their members; how many of each were written."""
    now = {name: f"SELECT * FROM {name} WHERE {within}" for name in ("households", "members")}
    before = {name: f"SELECT * FROM earlier_{name} WHERE {within}" for name in now}
    households = registry.put_households(
        (*row, True)
        for row in _rows(
            engine,
            f"SELECT * FROM ({now['households']} EXCEPT {before['households']}) "
            "ORDER BY household_ref",
        )
    )
    engine.make_table(
        "touched",
        f"""
        SELECT DISTINCT household_ref FROM (
            SELECT household_ref FROM ({now["members"]} EXCEPT {before["members"]})
            UNION ALL
            SELECT household_ref FROM ({before["members"]} EXCEPT {now["members"]})
            UNION ALL
            SELECT household_ref FROM ({now["households"]})
            ANTI JOIN ({before["households"]}) AS earlier USING (household_ref)
        ) SEMI JOIN ({now["households"]}) AS listed USING (household_ref)
        """,
    )
    members = registry.put_members(
        households=[row[0] for row in engine.rows("SELECT household_ref FROM touched ORDER BY 1")],
        rows=_rows(
            engine,
            f"SELECT * FROM ({now['members']}) SEMI JOIN touched USING (household_ref) "
            "ORDER BY household_ref, person_ref",
        ),
    )
    return households, members


def _load_months(engine: Engine, run_folder: Path, pack: Pack, earlier: Path | None) -> int:
    """Months of the ledger that changed; those that corrections took away are removed."""
    copied = months_to_copy(
        engine=engine,
        home=Home(run_folder.parent.parent),
        pack=pack,
        run_folder=run_folder,
        earlier_folder=earlier,
    )
    registry.remove_months(copied.gone)
    registry.forget_months(households=sorted(copied.whole), since=copied.first)
    return registry.put_months(copied.rows)


def _urgent_hits(engine: Engine) -> list[alerts.UrgentHit]:
    rows = engine.rows(
        """
        SELECT DISTINCT ON (household_ref)
            household_ref, division, severity, severity_rank, cause, category
        FROM hits_in_place JOIN households USING (household_ref)
        ORDER BY household_ref, severity_rank, place, rule
        """
    )
    return [alerts.UrgentHit(*row) for row in rows]


def _event_rows(engine: Engine, pack: Pack) -> list[alerts.EventRow]:
    """The evidence that is single events: rows of items that count, not of monthly amounts."""
    counting = [item.item for item in pack.items.values() if item.kind == "count"]
    rows = engine.rows(
        "SELECT household_ref, rule, item, feed, delivery, row_no, event FROM evidence "
        "SEMI JOIN hits USING (household_ref, rule) WHERE list_contains(?, item)",
        [counting],
    )
    return [alerts.EventRow(*row) for row in rows]


def _reason_rows(
    engine: Engine, run: Run, alert_of: dict[int, int], due_dates: dict[str, date]
) -> Iterator[tuple[Any, ...]]:
    due_texts = {severity: due.isoformat() for severity, due in due_dates.items()}
    query = "SELECT * FROM hits_in_place ORDER BY household_ref, severity_rank, place, rule"
    for household_ref, rule, code, kind, edition, severity, *more in _rows(engine, query):
        rank, cause, category, month, zh, en, figures, thresholds, place = more
        yield (
            alert_of[household_ref],
            run.pk,
            rule,
            code,
            kind,
            edition,
            severity,
            rank,
            place,
            cause,
            category,
            month,
            due_texts[severity],
            zh,
            en,
            figures,
            thresholds,
            False,
        )


def _evidence_rows(engine: Engine, run: Run, alert_of: dict[int, int]) -> Iterator[tuple[Any, ...]]:
    query = """
        SELECT DISTINCT ON (household_ref, rule, item, feed, delivery, row_no) *
        FROM evidence SEMI JOIN hits USING (household_ref, rule)
        ORDER BY household_ref, rule, item, feed, delivery, row_no, month
    """
    for household_ref, *proof in _rows(engine, query):
        yield (alert_of[household_ref], *proof, run.pk)


def _count_open() -> int:
    return Alert.objects.filter(state=AlertState.OPEN).count()
