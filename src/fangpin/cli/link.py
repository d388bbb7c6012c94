"""`fangpin link`: whom rows are about; the queue of pairs that a person decides; the stored model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, cast

import typer

from fangpin.cli.output import errors, print_json, print_table, say
from fangpin.cli.scope import operator_scope
from fangpin.cli.session import Session
from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.engines.splink import has_splink, splink_missing
from fangpin.linkage.claims.model import MODELS, PERSONS, load_model, write_model
from fangpin.linkage.claims.scores import parent_sql
from fangpin.linkage.claims.training import train_persons
from fangpin.linkage.decisions import OF_A_PAIR, Decision
from fangpin.linkage.review.desk import Desk, open_desk
from fangpin.linkage.review.queue import Pair, count_of_queue, counts, queue
from fangpin.linkage.review.split import (
    RestingRow,
    households_and_months,
    resting_on_claim,
    resting_on_number,
)
from fangpin.synthetic.chenzhou.bench_linkage import (
    CLAIMS_TABLE,
    PEOPLE_TABLE,
    TRUTH_TABLE,
    Errors,
    make_linkage_truth,
)
from fangpin.values.problem import ProblemError

app = typer.Typer(no_args_is_help=True, help="归人与核对 Linkage and its review.")

Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
PackName = Annotated[str | None, typer.Option("--pack")]
AsOf = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="as known at the end of that day")
]
Reason = Annotated[str, typer.Option(help="why; it stays on record")]
By = Annotated[str, typer.Option(help="who decides; it stays on record")]


@app.command()
def train(
    persons: Annotated[int, typer.Option(help="persons of the invented registry")] = 60_000,
    claims: Annotated[int, typer.Option(help="rows of the invented feed")] = 120_000,
    seed: Annotated[int, typer.Option()] = 11,
    out: Annotated[
        Path | None, typer.Option(help="file to write; the shipped model if absent")
    ] = None,
    pack: PackName = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Train the model of persons anew on invented truth, in the villages of a pack.

    The same pack and numbers give the same model.
    """
    if not has_splink():
        raise ProblemError(splink_missing())
    villages = Session(pack=pack).pack
    file = out or MODELS / f"{PERSONS}.json"
    edition = load_model().edition + 1 if out is None and file.exists() else 1
    # Moves and slips of sex happen, though rarely: without them the model would trust both blindly.
    errors = Errors(wrong_village=20, wrong_sex=3)
    with TemporaryDirectory() as folder, connect(memory_limit="2GB", spill=Path(folder)) as engine:
        make_linkage_truth(
            engine, pack=villages, persons=persons, claims=claims, seed=seed, errors=errors
        )
        parent = parent_sql(villages)
        for table in (PEOPLE_TABLE, CLAIMS_TABLE):
            engine.make_table(table, f"SELECT *, {parent} AS parent FROM {table}")
        model = train_persons(
            engine=engine,
            claims=CLAIMS_TABLE,
            people=PEOPLE_TABLE,
            truth=TRUTH_TABLE,
            edition=edition,
            source="fangpin link train",
            trained_on={
                "generator": "synthetic/chenzhou/bench_linkage",
                "pack": villages.id,
                "persons": persons,
                "claims": claims,
                "seed": seed,
                "splink": version("splink"),
                "duckdb": version("duckdb"),
            },
        )
    write_model(model, file)
    told = {"file": file.name, "edition": model.edition, "digest": model.digest}
    if as_json:
        print_json(told)
    else:
        say(f"{file}: edition {model.edition}, {model.digest}")


@app.command()
def status(as_of: AsOf = None, pack: PackName = None, as_json: Json = False) -> None:
    """How the rows without a usable number stand, feed by feed."""
    with _desk(pack, as_of) as (_, desk):
        told = [asdict(one) for one in counts(desk=desk)]
        waiting = count_of_queue(desk=desk)
        is_whole = desk.scores.is_whole
        model = f"{desk.model.model} {desk.model.edition} {desk.model.digest}"
    findings = [] if is_whole else [splink_missing().as_dict()]
    if as_json:
        print_json({"feeds": told, "in_review": waiting, "model": model, "findings": findings})
        return
    print_table(
        f"待归人的数据行 claims · 待核对 to review {waiting} · {model}",
        ["feed", "rows", "linked", "in_review", "open"],
        (
            [
                one["feed"],
                one["rows"],
                " ".join(f"{step}:{count}" for step, count in one["linked"].items()),
                one["in_review"],
                one["open"],
            ]
            for one in told
        ),
    )
    if not is_whole:
        errors.print(str(splink_missing()), soft_wrap=True, markup=False)


@app.command()
def review(
    limit: Annotated[int, typer.Option()] = 20,
    offset: Annotated[int, typer.Option()] = 0,
    scope: Annotated[str | None, typer.Option(help="a division code")] = None,
    reveal_names: Annotated[bool, typer.Option(help="show names in full")] = False,
    as_of: AsOf = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """The pairs that wait for a decision: what each side says, and what tells for one person."""
    with _desk(pack, as_of) as (session, desk):
        if scope is not None:
            session.pack.divisions.get(scope)
        divisions = None if scope is None else [scope]
        pairs = queue(
            desk=desk, divisions=divisions, limit=limit, offset=offset, reveal_names=reveal_names
        )
        waiting = count_of_queue(desk=desk, divisions=divisions)
    if as_json:
        print_json({"in_review": waiting, "pairs": [_pair_as_dict(one) for one in pairs]})
        return
    say(f"待核对 to review {waiting}")
    for one in pairs:
        feed, delivery, row_no = one.row
        print_table(
            f"claim {one.claim_ref} · person {one.person_ref} · {one.chance:.3f} · "
            f"{one.count_of_rows} 行 rows {one.first_month}..{one.last_month} · "
            f"{feed} {delivery} {row_no}",
            ["field", "claim", "person", "agreement", "weight"],
            (
                [
                    f"{told.title.zh} {told.title.en}",
                    told.claim,
                    told.person,
                    told.agreement,
                    told.weight,
                ]
                for told in one.fields
            ),
        )


@app.command()
def decide(
    kind: Annotated[str, typer.Argument(help="same, different or unknown")],
    claim: Annotated[int, typer.Option(help="the claim's reference")],
    person: Annotated[int, typer.Option(help="the person's reference")],
    reason: Reason,
    by: By = "operator",
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Decide that a claim is about a person, is not, or that nobody can tell; the next run follows."""
    if kind not in OF_A_PAIR:
        raise typer.BadParameter(", ".join(OF_A_PAIR), param_hint="kind")
    with _desk(pack, None, django=True) as (session, desk):
        from fangpin.runs.acts.links import PairKind, decide_link

        said = decide_link(
            desk=desk,
            kind=cast(PairKind, kind),
            claim_ref=claim,
            person_ref=person,
            by=_who(session, by),
            at=session.now(),
            reason=reason,
        )
        touched = (
            resting_on_claim(desk=desk, claim_ref=claim, person_ref=person)
            if kind == "different"
            else []
        )
        _tell_decided(session, desk, said, touched, as_json=as_json)


@app.command()
def undo(
    decision: str,
    reason: Reason,
    by: By = "operator",
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Take a decision back; both stay on record."""
    with _desk(pack, None, django=True) as (session, desk):
        from fangpin.runs.acts.links import undo_link

        said = undo_link(
            desk=desk, decision=decision, by=_who(session, by), at=session.now(), reason=reason
        )
        _tell_decided(session, desk, said, [], as_json=as_json)


@app.command()
def decisions(as_of: AsOf = None, pack: PackName = None, as_json: Json = False) -> None:
    """The decisions in force."""
    with _desk(pack, as_of) as (_, desk):
        rows = [{**asdict(one), "id": one.id, "at": one.at.isoformat()} for one in desk.decisions]
    if as_json:
        print_json({"decisions": rows})
        return
    columns = ["id", "kind", "claim_ref", "feed", "delivery", "row_no", "person_ref", "by", "at"]
    print_table(
        "", [*columns, "reason"], ([row[name] for name in [*columns, "reason"]] for row in rows)
    )


@app.command()
def split(
    claim: Annotated[int | None, typer.Option(help="the claim's reference")] = None,
    person: Annotated[int | None, typer.Option(help="from whom the claim is taken")] = None,
    feed: Annotated[str | None, typer.Option(help="of a row that its number joined")] = None,
    delivery: Annotated[str | None, typer.Option()] = None,
    row: Annotated[int | None, typer.Option(help="its row number")] = None,
    belongs_to: Annotated[int | None, typer.Option(help="the person it belongs to")] = None,
    reason: Annotated[str, typer.Option(help="why; it stays on record")] = "",
    by: By = "operator",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only list what it touches")] = False,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Split a wrong merge: lists the households, months and alerts that rest on it."""
    by_claim = claim is not None and person is not None
    by_row = feed is not None and delivery is not None and row is not None
    if by_claim == by_row:
        raise typer.BadParameter("--claim --person | --feed --delivery --row")
    with _desk(pack, None, django=not dry_run) as (session, desk):
        if claim is not None and person is not None:
            touched = resting_on_claim(desk=desk, claim_ref=claim, person_ref=person)
        else:
            assert feed and delivery and row is not None
            touched = [resting_on_number(desk=desk, feed=feed, delivery=delivery, row_no=row)]
        said: Decision | None = None
        if not dry_run:
            from fangpin.runs.acts.links import decide_link, split_link

            who, at = _who(session, by), session.now()
            if claim is not None and person is not None:
                said = decide_link(
                    desk=desk,
                    kind="different",
                    claim_ref=claim,
                    person_ref=person,
                    by=who,
                    at=at,
                    reason=reason,
                )
            else:
                assert feed and delivery and row is not None
                _, said = split_link(
                    desk=desk,
                    feed=feed,
                    delivery=delivery,
                    row_no=row,
                    by=who,
                    at=at,
                    reason=reason,
                    belongs_to=belongs_to,
                )
        _tell_decided(session, desk, said, touched, as_json=as_json)


@contextmanager
def _desk(
    pack: str | None, as_of: datetime | None, *, django: bool = False
) -> Iterator[tuple[Session, Desk]]:
    session = Session(pack=pack)
    day = session.day(as_of)
    if django:
        session.start_django()
    session.home.prepare()
    with open_desk(
        home=session.home, pack=session.pack, arrivals=arrivals(session.home), as_of=day
    ) as desk:
        yield session, desk


def _who(session: Session, by: str) -> Any:
    """The whole installation's scope under the name of whoever decides."""
    from fangpin.runs.acts.links import DECIDE_LINKS

    return replace(operator_scope(session, None), official=by, may=frozenset({DECIDE_LINKS}))


def _tell_decided(
    session: Session,
    desk: Desk,
    said: Decision | None,
    touched: list[RestingRow],
    *,
    as_json: bool,
) -> None:
    from fangpin.runs.acts.evidence_rows import alerts_resting_on, latest_run_folder

    folder = latest_run_folder(session.home)
    hits = (
        alerts_resting_on(engine=desk.engine, run_folder=folder, rows=touched)
        if folder is not None and touched
        else []
    )
    homes = households_and_months(touched)
    answer = {
        "outcome": "decided" if said else "nothing_changed",
        "decision": said.id if said else None,
        "rows": [asdict(one) for one in touched],
        "households": [
            {"household_ref": household, "months": months} for household, months in homes.items()
        ],
        "alerts": [{"household_ref": household, "rule": rule} for household, rule in hits],
    }
    if as_json:
        print_json(answer)
        return
    if said:
        say(f"已决定 decided {said.id}")
    print_table(
        f"涉及 rests on it: {len(touched)} 行 rows",
        ["household_ref", "months"],
        ([household, " ".join(months)] for household, months in homes.items()),
    )
    if hits:
        print_table("预警 alerts", ["household_ref", "rule"], hits)
    if said:
        say("下次运行时重新计算。 The next run recomputes it.")


def _pair_as_dict(one: Pair) -> dict[str, Any]:
    told = asdict(one)
    told["fields"] = [
        {**asdict(field), "title_zh": field.title.zh, "title_en": field.title.en, "title": None}
        for field in one.fields
    ]
    for field in told["fields"]:
        del field["title"]
    return told
