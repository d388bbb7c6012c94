"""Receives one file of one feed: read, check, set aside, accept; whole or not at all.

The single commit is the rename of the delivery's folder. Whatever fails before it leaves nothing
that a reader can see. Rows read = accepted + set aside + duplicates, always.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import date, tzinfo
from pathlib import Path
from typing import Any, Literal

from fangpin.feeds.arrivals import (
    CONFIRMS,
    DELIVERY,
    FACTS,
    PROPOSED,
    QUARANTINE,
    REPEATED,
    SHARED,
    SUPERSEDED,
    UNREAD,
    Arrival,
    arrivals,
)
from fangpin.feeds.cells.check import PROBLEMS, check
from fangpin.feeds.cells.clean_cells import NEW_IDENTITIES
from fangpin.feeds.cells.headers import read_columns
from fangpin.feeds.cells.table import RAW
from fangpin.feeds.facts.accepted import ACCEPTED, UNREAD_ROWS, Settled, settle_rows
from fangpin.feeds.facts.claims import write_claims, write_shared
from fangpin.feeds.facts.fact_shape import FactShape
from fangpin.feeds.facts.replay import replay
from fangpin.feeds.findings import FileRefused, Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.feeds.proposals import PROPOSED_CELLS, keep_proposed_cells
from fangpin.feeds.quarantine import write_quarantine
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.readers.opening import digest_of, read_file, workplace_of
from fangpin.feeds.readers.sniff import Container
from fangpin.feeds.receipt import Receipt, already_received, refused
from fangpin.feeds.suspicions.delivered import Delivered
from fangpin.feeds.suspicions.profile import take_profile
from fangpin.feeds.suspicions.whole import is_correction, suspicions
from fangpin.lake.engine import EngineRefused
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy.models.feeds import Contract
from fangpin.policy.pack import Pack
from fangpin.policy.reading.nearest import advice
from fangpin.values.files import TEMPORARY, one_at_a_time, published_folder
from fangpin.values.masks import mask_file_name
from fangpin.values.month import Month

Step = Literal["reading", "checking", "comparing", "judging", "storing"]
"""What receiving does one after the other, for whoever looks on."""


class _Overtaken(Exception):
    """Another delivery of the feed came since this one was compared with those before."""


def receive(
    *,
    home: Home,
    pack: Pack,
    feed: str,
    file: Path,
    original_name: str,
    received: date,
    month: Month | None = None,
    engine: Engine,
    vault: Vault,
    limits: Limits | None = None,
    sheet: str | None = None,
    container: Container | None = None,
    zone: tzinfo | None = None,
    origin: dict[str, Any] | None = None,
    only_news: bool = False,
    progress: Callable[[Step], None] = lambda _step: None,
) -> Receipt:
    """Receive a file as one delivery of a feed; the same bytes again change nothing, nor, with
    `only_news`, do other bytes of which every row stands already.

    `sheet` names the sheet of a workbook that has several; `container` is what the file is where that
    was agreed on, otherwise its content tells; `zone` is the installation's, in which a moment in UTC
    is a day; `origin` is kept with the delivery and tells where its rows came from; `progress` is told
    of each step that begins. A file that cannot be loaded gives a receipt `refused` with its findings.
    Raises ProblemError only for the machine: DISK_FULL, HOME_NOT_WRITABLE, FILE_UNREADABLE.
    """
    limits = limits or Limits()
    if (contract := pack.contracts.get(feed)) is None:
        return refused(feed, [_unknown_feed(feed, pack)])
    sha256 = digest_of(file)
    try:
        while True:
            earlier = arrivals(home, feed=feed)
            same = next(
                (one for one in earlier if one.sha256 == sha256 and _is_said(one, month, sheet)),
                None,
            )
            if same is not None:
                return Receipt(
                    outcome="already_received",
                    feed=feed,
                    delivery=same.delivery,
                    findings=already_received(same),
                    month=same.month,
                )
            with workplace_of(home) as workplace, suppress(_Overtaken):
                return _receive(
                    home=home,
                    pack=pack,
                    contract=contract,
                    file=file,
                    original_name=original_name,
                    received=received,
                    month=month,
                    engine=engine,
                    vault=vault,
                    limits=limits,
                    sheet=sheet,
                    container=container,
                    zone=zone,
                    origin=origin or {},
                    only_news=only_news,
                    sha256=sha256,
                    earlier=earlier,
                    workplace=workplace,
                    progress=progress,
                )
    except FileRefused as refusal:
        return refused(feed, refusal.findings)
    except EngineRefused as error:
        # The statement holds the installation's key and its error may quote a cell: neither goes on.
        kind = str(error).partition(":")[0][:60]
        raise EngineRefused(f"{feed}: a statement of receiving failed ({kind})") from None


def _receive(
    *,
    home: Home,
    pack: Pack,
    contract: Contract,
    file: Path,
    original_name: str,
    received: date,
    month: Month | None,
    engine: Engine,
    vault: Vault,
    limits: Limits,
    sheet: str | None,
    container: Container | None,
    zone: tzinfo | None,
    origin: dict[str, Any],
    only_news: bool,
    sha256: str,
    earlier: Sequence[Arrival],
    workplace: Path,
    progress: Callable[[Step], None],
) -> Receipt:
    findings: list[Finding] = []
    lines = DeliveryLines(pack, received)
    earliest = lines.earliest_month()
    if month is not None and earliest is not None and month < earliest:
        raise FileRefused(finding("MONTH_LONG_AGO", month=str(month), earliest=str(earliest)))
    progress("reading")
    raw = read_file(
        file,
        original_name=original_name,
        contract=contract,
        writing=pack.header.writing,
        engine=engine,
        limits=limits,
        workplace=workplace,
        sheet=sheet,
        known=container,
        findings=findings,
    )
    findings += [*raw.findings, *raw.mapping.findings]
    columns = read_columns(
        raw.mapping.columns,
        keeps_names=_is_registry(pack, contract),
        zone=zone,
        dated_by=contract.dated_by,
        latest=lines.latest_month(),
        earliest=earliest,
    )
    cells = ", ".join(f"c{column.position}" for column in columns)
    if not engine.value(f"SELECT count(coalesce({cells})) FROM {RAW}"):
        raise FileRefused([finding("NO_ROWS"), *findings])
    shape = FactShape(pack=pack, contract=contract, columns=columns, vault=vault, sha256=sha256)
    progress("checking")
    checked = check(
        engine=engine,
        raw=raw,
        columns=columns,
        contract=contract,
        vault=vault,
        today=received,
        number_of=shape.number_of,
        keeps_set_aside=_is_registry(pack, contract),
        least_names=None if _is_registry(pack, contract) else lines.least_names(),
        words=pack.header.tables,
    )
    progress("comparing")
    in_force = replay(home=home, pack=pack, engine=engine, found=earlier, as_of=received)
    settled = settle_rows(
        engine=engine,
        pack=pack,
        shape=shape,
        received=received,
        month=None if month is None else int(month),
        earlier=in_force,
        raw=raw,
        waiting=checked.waiting,
        shared=_shared_numbers(home, pack),
        is_part=CONFIRMS in origin,
        confirmed=next((one for one in earlier if one.delivery == origin.get(CONFIRMS)), None),
    )
    findings += [*checked.findings, *settled.findings, *_known_rows(settled, checked.read)]
    accepted = settled.accepted
    if only_news and settled.duplicate == checked.read and not settled.superseded:
        return Receipt(outcome="already_received", feed=contract.feed, findings=tuple(findings))
    if checked.read != accepted + settled.quarantined + settled.duplicate:
        raise AssertionError(
            f"rows read {checked.read} are not {accepted} accepted + {settled.quarantined} set "
            f"aside + {settled.duplicate} duplicates"
        )
    proposed = keep_proposed_cells(engine=engine, raw=raw, columns=columns)
    engine.drop(RAW)
    is_registry = _is_registry(pack, contract)
    delivered_month = int(month) if month is not None else settled.month
    if delivered_month is None:
        delivered_month = int(Month.last_complete(received))
    profile = take_profile(
        engine=engine,
        contract=contract,
        names=settled.names,
        rows=checked.read,
        division=pack.header.registry.division if is_registry and pack.header.registry else None,
        before=lines.latest(
            "known_looked_in", [one for one in in_force if one.month != delivered_month]
        ),
    )
    vault.register(NEW_IDENTITIES)
    delivery = f"{received.isoformat()}-{sha256[:12]}"
    taken = {one.delivery for one in earlier}
    if delivery in taken:
        # The same bytes on the same day: another sheet, or refused then for the month they were sent for.
        delivery += f"-{Month(delivered_month)}"
    if delivery in taken:
        delivery = next(
            name for n in itertools.count(2) if (name := f"{delivery}-{n}") not in taken
        )
    progress("judging")
    delivered = Delivered(
        contract=contract,
        month=delivered_month,
        read=checked.read,
        settled=settled,
        profile=profile,
        received=received,
        is_registry=is_registry,
        is_part=CONFIRMS in origin,
    )
    come = [one for one in earlier if one.received <= received]
    waiting = [one for one in come if one.standing_on(received) == "held"]
    doubts = suspicions(engine=engine, pack=pack, told=delivered, earlier=in_force, waiting=waiting)
    findings = [*doubts, *findings]
    first, last = settled.months or (delivered_month, delivered_month)
    final = home.deliveries / contract.feed / delivery
    progress("storing")
    with ExitStack() as alone, published_folder(final) as folder:
        engine.write(f"SELECT * FROM {ACCEPTED}", folder / FACTS)
        if settled.claims:
            write_claims(
                engine=engine, vault=vault, folder=folder, feed=contract.feed, delivery=delivery
            )
        if pack.header.registry is not None and _is_registry(pack, contract):
            write_shared(
                engine=engine,
                registry=pack.header.registry,
                accepted=ACCEPTED,
                earlier=[one.facts for one in in_force],
                file=folder / SHARED,
            )
            if settled.quarantined:
                engine.write(
                    f"SELECT * FROM {UNREAD_ROWS} ORDER BY person_ref, household_ref, division",
                    folder / UNREAD,
                )
        rows = write_quarantine(
            engine=engine,
            contract=contract,
            writing=pack.header.writing,
            file=folder / QUARANTINE,
            limit=limits.findings_shown,
        )
        if settled.superseded:
            engine.write(
                "SELECT delivery, row_no FROM superseded_rows ORDER BY delivery, row_no",
                folder / SUPERSEDED,
            )
        if settled.repeated:
            engine.write(
                "SELECT * FROM settling WHERE row_no IN (SELECT row_no FROM standing_rows) "
                "ORDER BY row_no",
                folder / REPEATED,
            )
        if proposed:
            vault.seal(f"SELECT * FROM {PROPOSED_CELLS} ORDER BY row_no", folder / PROPOSED)
        counts = _counts(engine, findings)
        told = {
            "delivery": delivery,
            "feed": contract.feed,
            "department": pack.owners[contract.feed],
            "received": received.isoformat(),
            "month": str(Month(delivered_month)),
            "months": [str(Month(first)), str(Month(last))],
            "sha256": sha256,
            "sheet": sheet or "",
            "original_name": mask_file_name(original_name)[:500],
            "read": checked.read,
            "accepted": accepted,
            "quarantined": settled.quarantined,
            "duplicate": settled.duplicate,
            "counts_by_code": counts,
            "findings": [finding.as_dict() for finding in findings],
            "contract": contract_digest(contract),
            "order": len(earlier),
            "is_registry": is_registry,
            "is_correction": is_correction(pack=pack, told=delivered, earlier=in_force),
            "profile": profile.as_dict(),
            "suspicions": [doubt.as_dict() for doubt in doubts],
            "superseded": settled.superseded,
            "claims": settled.claims,
            "repeated": settled.repeated,
            "span": None if settled.span is None else [str(Month(one)) for one in settled.span],
            "context": settled.context,
            "origin": origin,
            "proposed": proposed,
        }
        (folder / DELIVERY).write_text(
            json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8"
        )
        # Until its name is there, and no longer: a process that stalls keeps no other one waiting.
        alone.enter_context(one_at_a_time(home.root / "deliveries.lock"))
        if {one.delivery for one in arrivals(home, feed=contract.feed)} != taken:
            raise _Overtaken
    return Receipt(
        outcome="held" if doubts else "accepted",
        feed=contract.feed,
        delivery=delivery,
        read=checked.read,
        accepted=accepted,
        quarantined=settled.quarantined,
        duplicate=settled.duplicate,
        findings=(*findings, *rows),
        counts_by_code=counts,
        month=delivered_month,
    )


def _known_rows(settled: Settled, read: int) -> list[Finding]:
    """What there is to say of rows that earlier deliveries brought, alike or otherwise."""
    told = []
    if settled.corrected:
        told.append(finding("ROWS_CORRECTED", count=settled.corrected))
    is_overtaken = any(one.code == "ROWS_OVERTAKEN" for one in settled.findings)
    if settled.repeated and settled.duplicate == read and not is_overtaken:
        told.append(finding("CONTENT_RECEIVED", count=settled.repeated))
    return told


def _is_said(one: Arrival, month: Month | None, sheet: str | None) -> bool:
    """Whether a delivery of the same bytes stands for them.

    One of another sheet does not, nor one that a person refused where they come for another month: that
    is how a wrong month is put right.
    """
    if sheet and one.sheet and sheet != one.sheet:
        return False
    is_for_another = month is not None and int(month) != one.month
    return not (is_for_another and one.standing_on(None) == "refused")


def contract_digest(contract: Contract) -> str:
    """Changes exactly when the contract does."""
    return hashlib.sha256(contract.model_dump_json().encode()).hexdigest()[:12]


def _is_registry(pack: Pack, contract: Contract) -> bool:
    return pack.header.registry is not None and pack.header.registry.feed == contract.feed


def _shared_numbers(home: Home, pack: Pack) -> list[Path]:
    """What the registry's deliveries tell of numbers that several persons bear."""
    if pack.header.registry is None:
        return []
    found = (home.deliveries / pack.header.registry.feed).glob(f"*/{SHARED}")
    return sorted(file for file in found if not file.parent.name.startswith(TEMPORARY))


def _counts(engine: Engine, findings: Sequence[Finding]) -> dict[str, int]:
    counts = Counter[str]()
    for found in findings:
        counts[found.code] += found.count or 1
    for code, count in engine.rows(
        f"SELECT code, count(DISTINCT row_no) FROM {PROBLEMS} GROUP BY code"
    ):
        counts[code] += count
    return dict(sorted(counts.items()))


def _unknown_feed(feed: str, pack: Pack) -> Finding:
    near_zh, near_en = advice(written=feed, valid=pack.contracts)
    return finding("UNKNOWN_FEED", feed=feed[:80], near_zh=near_zh, near_en=near_en)
