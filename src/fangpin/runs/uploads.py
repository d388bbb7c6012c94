"""The check of what a department sent: received once, whatever happens to the worker.

The delivery appears by the rename of its folder, the outcome in the end of the job. A worker that is
killed between the two leaves a delivery that names its upload; the next worker finds it there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from fangpin.casework.uploads.actions import Ended
from fangpin.casework.uploads.models import Channel, Outcome, Upload
from fangpin.feeds.arrivals import DELIVERY, Arrival, arrivals
from fangpin.feeds.confirm import confirm_proposals
from fangpin.feeds.findings import Finding
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.receipt import Receipt, already_received
from fangpin.feeds.receive import Step, receive
from fangpin.lake.ciphers import GcmCipher
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.lake.home import Home
from fangpin.lake.spool import Spool
from fangpin.lake.vault import Vault
from fangpin.policy import Pack
from fangpin.values.files import MACHINE_CODES
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

_MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a worker stands on. `now` is the installation's clock, `machine` the machine's own."""

    home: Home
    pack: Pack
    cipher: GcmCipher
    limits: Limits
    now: Callable[[], datetime]
    machine: Callable[[], datetime]


def check_upload(workshop: Workshop, row: Upload, *, progress: Callable[[Step], None]) -> Ended:
    """Receive what was sent, or find it received; the outcome, to be written with the job's end.

    Raises ProblemError of the machine alone (MACHINE_CODES); what else is wrong is an outcome.
    """
    home = workshop.home
    home.prepare()
    file = Spool(home).file(row.upload_no)
    if row.channel != Channel.READINGS and not file.is_file():
        return ended_by(Outcome.FAILED, [_file_is_gone(row)])
    with connect(spill=home.spill) as engine:
        vault = Vault(home=home, engine=engine, cipher=workshop.cipher)
        try:
            if row.channel == Channel.READINGS:
                receipt = _confirm(workshop, row, engine, vault, progress)
            else:
                receipt = receive(
                    home=home,
                    pack=workshop.pack,
                    feed=row.feed,
                    file=file,
                    original_name=row.original_name,
                    received=row.received_on,
                    month=None if row.month is None else Month(row.month),
                    engine=engine,
                    vault=vault,
                    limits=workshop.limits,
                    sheet=row.sheet or None,
                    container="ndjson" if row.channel == Channel.PUSH else None,
                    zone=timezone.get_default_timezone(),
                    origin=_origin(row),
                    progress=progress,
                )
        except ProblemError as error:
            if any(one.code in MACHINE_CODES for one in error.problems):
                raise
            return ended_by(Outcome.REFUSED, error.problems)
    return _ended(home, row, receipt)


def ended_by(outcome: Outcome, problems: Iterable[Problem]) -> Ended:
    """The end of an upload of which nothing was received."""
    return Ended(
        outcome, findings=[{**one.as_dict(), "severity": "file", "row": None} for one in problems]
    )


def _confirm(
    workshop: Workshop,
    row: Upload,
    engine: Engine,
    vault: Vault,
    progress: Callable[[Step], None],
) -> Receipt:
    return confirm_proposals(
        workshop.home,
        pack=workshop.pack,
        engine=engine,
        vault=vault,
        delivery=row.confirms,
        choices=row.choices,
        by=row.sender,
        at=row.received_at,
        received=row.received_on,
        feed=row.feed,
        limits=workshop.limits,
        zone=timezone.get_default_timezone(),
        origin=_origin(row),
        progress=progress,
    )


def _origin(row: Upload) -> dict[str, Any]:
    return {"upload": row.upload_no, "by": row.sender, "at": row.received_at.isoformat()}


def _ended(home: Home, row: Upload, receipt: Receipt) -> Ended:
    if receipt.outcome == "refused" or receipt.delivery is None:
        return Ended(Outcome.REFUSED, findings=_of_the_file(receipt.findings))
    found = next(one for one in arrivals(home, feed=row.feed) if one.delivery == receipt.delivery)
    if found.origin.get("upload") != row.upload_no:
        # Another upload of the same bytes, perhaps one of this very moment, was first.
        return Ended(
            Outcome.ALREADY_RECEIVED,
            delivery=found.delivery,
            findings=_of_the_file(already_received(found)),
        )
    return Ended(
        Outcome.HELD if found.suspicions else Outcome.ACCEPTED,
        delivery=found.delivery,
        read=found.read,
        accepted=found.accepted,
        quarantined=found.quarantined,
        duplicate=found.duplicate,
        findings=_told_of(found),
    )


def _told_of(found: Arrival) -> list[dict[str, Any]]:
    told = json.loads((found.folder / DELIVERY).read_text(encoding="utf-8"))
    return list(told["findings"][:_MOST_FINDINGS])


def _of_the_file(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [asdict(one) for one in findings][:_MOST_FINDINGS]


def _file_is_gone(row: Upload) -> Problem:
    return Problem(
        code="UPLOAD_FILE_GONE",
        where=f"upload {row.upload_no}",
        zh="待检查的文件已不在服务器上，没有载入任何数据。",
        en="The file that was to be checked is no longer on the server; nothing was loaded.",
        fix_zh="请重新上传。",
        fix_en="Upload it again.",
    )
