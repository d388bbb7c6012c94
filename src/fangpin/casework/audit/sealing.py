"""The one sealer: chains what was written since the last seal. Acts never wait for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from fangpin.casework.audit import copies, rows
from fangpin.casework.audit.findings import Told, told
from fangpin.casework.audit.merkle import leaf, root
from fangpin.casework.audit.models import AuditEntry, Seal
from fangpin.casework.audit.seal_keys import SealKey, seal_key
from fangpin.casework.audit.seals import FIRST, SealBody, chain_hash, ids_of, ranges_of, read_body
from fangpin.values.problem import Problem, ProblemError

ENTRIES_A_SEAL = 4096
LATE_REACH = 10_000
"""How far below the last sealed id a late entry is still looked for: an act that took its id and
then needed longer than those behind it. What appears deeper was slipped in."""
_LOCK = 0x66616E67
"""PostgreSQL's advisory lock of the sealer."""


def seal_all(*, folder: Path, at: datetime) -> int:
    """Seal everything that is safely committed and copy the seals; how many entries were sealed.

    `folder` is the installation's folder of the audit trail. Raises ProblemError AUDIT_SEALS_CUT,
    AUDIT_SEAL_CHANGED or AUDIT_KEY_CHANGED: nothing is sealed over a trail that was changed.
    """
    key = seal_key(folder)
    copy = folder / copies.NAME
    count = 0
    while sealed := _seal_next(key=key, copy=copy, at=at):
        count += sealed
    if copies.last_number(copy) < _last_number():
        copies.catch_up(copy, public=key.reader.public)
    return count


def _seal_next(*, key: SealKey, copy: Path, at: datetime) -> int:
    if not _has_work(key):
        return 0
    with transaction.atomic():
        if not _is_the_only_sealer():
            return 0
        last = _last_seal()
        before = _body_of(last, key=key) if last else None
        _refuse_tampered(before, key=key, copy=copy)
        top = before.top if before else 0
        late = ids_of(before.open) if before else []
        found = rows.safely_committed(above=top, also=late, limit=ENTRIES_A_SEAL)
        if not found:
            return 0
        ids = [id_ for id_, _ in found]
        # A row that was written past the program is sealed as unreadable and so always told.
        leaves = [leaf(content or b"") for _, content in found]
        body = SealBody(
            number=before.number + 1 if before else 1,
            previous=chain_hash(body=last.body, signature=last.signature) if last else FIRST,
            entries=ranges_of(ids),
            count=len(ids),
            root=root(leaves).hex(),
            top=max(top, ids[-1]),
            open=ranges_of(_open(late=late, top=top, ids=ids)),
            sealed_at=at.astimezone(UTC).isoformat(),
            key=key.reader.key_id,
        ).text()
        Seal.objects.create(
            number=before.number + 1 if before else 1,
            body=body,
            signature=key.sign(body),
            leaves=b"".join(leaves),
        )
    return len(ids)


def _has_work(key: SealKey) -> bool:
    """A look without a lock, so that an idle sealer never keeps a writer waiting."""
    last = _last_seal()
    if last is None:
        return AuditEntry.objects.exists()
    body = _body_of(last, key=key)
    if AuditEntry.objects.filter(id__gt=body.top).exists():
        return True
    late = ids_of(body.open)
    return bool(late) and AuditEntry.objects.filter(id__in=late).exists()


def _last_seal() -> Seal | None:
    return Seal.objects.order_by("-number").defer("leaves").first()


def _body_of(seal: Seal, *, key: SealKey) -> SealBody:
    """The body of a seal that this installation signed. Raises ProblemError AUDIT_SEAL_CHANGED."""
    try:
        body = read_body(seal.body)
    except ValueError:
        raise ProblemError(told(Told.SEAL_CHANGED, seal=seal.number)) from None
    is_ours = body.key != key.reader.key_id or key.reader.confirms(
        body=seal.body, signature=seal.signature
    )
    if body.number != seal.number or not is_ours:
        raise ProblemError(told(Told.SEAL_CHANGED, seal=seal.number))
    return body


def _open(*, late: list[int], top: int, ids: list[int]) -> list[int]:
    """Ids up to the new top that no entry has yet."""
    highest = max(top, ids[-1])
    known = set(ids)
    candidates = [*late, *range(max(top, highest - LATE_REACH) + 1, highest + 1)]
    return [id_ for id_ in candidates if id_ not in known and id_ > highest - LATE_REACH]


def _is_the_only_sealer() -> bool:
    """SQLite has one writer anyway; PostgreSQL's lock ends with the transaction."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _last_number() -> int:
    return Seal.objects.aggregate(last=Max("number"))["last"] or 0


def _refuse_tampered(before: SealBody | None, *, key: SealKey, copy: Path) -> None:
    number = before.number if before else 0
    kept = copies.last_number(copy)
    if kept > number:
        raise ProblemError(
            Problem(
                code="AUDIT_SEALS_CUT",
                where=f"audit seal {number + 1}",
                zh=f"数据库只有 {number} 个封存，而存档文件已有 {kept} 个：封存被删除。",
                en=f"The database holds {number} seals but the copy holds {kept}: seals were removed.",
                fix_zh="请保留现场，运行 fangpin audit verify，并与上级保存的封存文件核对。",
                fix_en="Keep everything as it is, run fangpin audit verify, and compare with the "
                "seals that the level above keeps.",
            )
        )
    if before and before.key != key.reader.key_id:
        raise ProblemError(
            Problem(
                code="AUDIT_KEY_CHANGED",
                where=f"audit seal {number}",
                zh="封存密钥与以前的封存不是同一个。",
                en="The key of the audit seals is not the one of the earlier seals.",
                fix_zh="请从备份中恢复 audit/seal.key。",
                fix_en="Restore audit/seal.key from a backup.",
            )
        )
