"""Entries as the database stores them, in one canonical form of bytes: what seals stand on.

Read as stored and not through the model: a change that the model would read over (a space in JSON
text, another spelling of the same moment) changes the bytes here or cannot be read at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.db import connection

from fangpin.casework.audit.triggers import ENTRIES, SEALS

Stored: TypeAlias = tuple[int, bytes | None]
"""An entry's id and its canonical bytes; None where the row holds what the program never writes."""


@dataclass(frozen=True, slots=True)
class StoredSeal:
    """A seal as stored; bytes that are no text are kept as such and so fit no signature."""

    number: int
    body: str
    signature: str
    leaves: bytes


_TEXTS = ("official", "act", "subject_kind", "subject", "division")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
_NOT_A_DAY = datetime(1970, 1, 1, tzinfo=UTC)

_COLUMNS = {
    # SQLite keeps any bytes in any column: the types are read too, and texts as bytes.
    "sqlite": ", ".join(
        ["id"] + [f"typeof({c}), CAST({c} AS BLOB)" for c in ("at", *_TEXTS, "detail")]
    ),
    "postgresql": ", ".join(["id", "EXTRACT(EPOCH FROM at)::text", *_TEXTS, "detail::text"]),
}
_COMMITTED = {
    "sqlite": "",
    # Below the oldest transaction that still runs: nothing older can appear any more, so a batch
    # has holes only where an act was rolled back. `age` counts on past the wrap of the numbers.
    "postgresql": " AND age(xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)",
}


def stored(*, first: int, last: int) -> Iterator[Stored]:
    """The entries whose ids lie in first..last, in the order of the ids."""
    yield from _read(
        f"SELECT {_COLUMNS[connection.vendor]} FROM {ENTRIES} "
        "WHERE id >= %s AND id <= %s ORDER BY id",
        [first, last],
    )


def safely_committed(*, above: int, also: list[int], limit: int) -> list[Stored]:
    """The next entries to seal: those above an id, and late ones among the ids in `also`."""
    late = f" OR id IN ({', '.join(['%s'] * len(also))})" if also else ""
    return list(
        _read(
            f"SELECT {_COLUMNS[connection.vendor]} FROM {ENTRIES} "
            f"WHERE (id > %s{late}){_COMMITTED[connection.vendor]} ORDER BY id LIMIT %s",
            [above, *also, limit],
        )
    )


_SEALS = {
    "sqlite": "SELECT number, CAST(body AS BLOB), CAST(signature AS BLOB), CAST(leaves AS BLOB) "
    f"FROM {SEALS} WHERE typeof(number) = 'integer' AND typeof(leaves) = 'blob' "
    "AND typeof(body) = 'text' AND typeof(signature) = 'text' ORDER BY number",
    "postgresql": f"SELECT number, body, signature, leaves FROM {SEALS} ORDER BY number",
}
"""On SQLite a seal of other types than the program writes is none: its number is then missing."""


def stored_seals() -> Iterator[StoredSeal]:
    """All seals in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALS[connection.vendor])
        while rows := cursor.fetchmany(200):
            for number, body, signature, leaves in rows:
                yield StoredSeal(number, _text(body), _text(signature), bytes(leaves))


def _text(content: Any) -> str:
    if isinstance(content, bytes):
        return content.decode("utf-8", "surrogateescape")
    return str(content)


def _read(statement: str, values: list[int]) -> Iterator[Stored]:
    canonical = _from_sqlite if connection.vendor == "sqlite" else _from_postgresql
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(1000):
            for row in rows:
                yield row[0], canonical(row)


def _from_postgresql(row: tuple[Any, ...]) -> bytes | None:
    id_, moment, *texts, detail = row
    return _canonical([id_, moment, *texts, json.loads(detail, parse_float=_as_written)])


def _from_sqlite(row: tuple[Any, ...]) -> bytes | None:
    kinds, contents = row[1::2], row[2::2]
    if any(kind != "text" for kind in kinds):
        return None
    try:
        at, *texts, detail = [content.decode("utf-8") for content in contents]
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        known = json.loads(detail)
        is_ours = _MOMENT.fullmatch(at) and json.dumps(known) == detail
    except ValueError:
        return None
    if not is_ours:
        return None
    since = moment - _NOT_A_DAY
    seconds = since.days * 86_400 + since.seconds
    return _canonical(
        [
            row[0],
            f"{seconds}.{since.microseconds:06d}",
            *texts,
            json.loads(detail, parse_float=_as_written),
        ]
    )


def _as_written(number: str) -> dict[str, str]:
    return {"number": number}


def _canonical(values: list[Any]) -> bytes:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")
