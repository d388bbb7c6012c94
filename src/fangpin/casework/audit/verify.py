"""Whether the trail is what was sealed: every change, gap, swap and cut is told with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fangpin.casework.audit import copies, rows
from fangpin.casework.audit.findings import Told, told
from fangpin.casework.audit.merkle import leaf, root, split
from fangpin.casework.audit.models import AuditEntry, Seal
from fangpin.casework.audit.seal_keys import SealReader, seal_reader
from fangpin.casework.audit.seals import FIRST, SealBody, chain_hash, ids_of, pairs_of, read_body
from fangpin.values.problem import Problem


@dataclass(slots=True)
class Verification:
    """What was found. `entries_verified` counts entries that are as their seal says, no others."""

    seals: int = 0
    entries_verified: int = 0
    entries_unsealed: int = 0
    """Written and not sealed yet: nothing can be said of them."""
    findings: list[Problem] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.findings

    def tell(self, kind: Told, *, seal: int, entry: int | None = None, where: str = "") -> None:
        """Add a finding about a seal, one of its entries, or a line of a file."""
        self.findings.append(told(kind, seal=seal, entry=entry, where=where))


def verify(*, folder: Path, kept: Path | None = None) -> Verification:
    """Compare entries, seals and their copies.

    `folder` is the installation's folder of the audit trail; `kept` the file of seals that the
    level above keeps. Raises ProblemError SEAL_KEY_UNREADABLE or SEALS_FILE_UNREADABLE.
    """
    found = Verification()
    reader = seal_reader(folder)
    # Before the database: a seal is written there first, so what the copy holds must be there.
    own = _lines(folder / copies.NAME)
    if reader is None and Seal.objects.exists():
        found.tell(Told.KEY_MISSING, seal=1, where=str(folder))
    covered = _Covered()
    chain: dict[int, tuple[str, str]] = {}
    for seal, body in _chained(found, reader, chain):
        found.seals += 1
        if body is not None:
            covered.add(body)
            _compare_entries(found, seal, body)
    _look_between(found, covered)
    if own is None:
        if chain:
            found.tell(Told.COPY_MISSING, seal=max(chain), where=str(folder / copies.NAME))
    else:
        _compare_copy(found, folder / copies.NAME, own, reader=reader, chain=chain, is_own=True)
    if kept is not None:
        lines = list(copies.kept_seals(kept))
        _compare_copy(found, kept, lines, reader=reader, chain=chain, is_own=False)
    return found


def _lines(file: Path) -> list[copies.KeptSeal] | None:
    return list(copies.kept_seals(file)) if file.exists() else None


def _chained(
    found: Verification, reader: SealReader | None, chain: dict[int, tuple[str, str]]
) -> Iterator[tuple[rows.StoredSeal, SealBody | None]]:
    """Each seal, with its body where it can be trusted."""
    expected, previous = 1, FIRST
    for seal in rows.stored_seals():
        while expected < seal.number:
            # A few numbers are named one by one; a long gap is one finding.
            found.tell(Told.SEAL_MISSING, seal=expected)
            expected = expected + 1 if seal.number - expected < 100 else seal.number
        body = _body(seal)
        is_signed = (
            body is not None
            and reader is not None
            and body.number == seal.number
            and body.key == reader.key_id
            and reader.confirms(body=seal.body, signature=seal.signature)
        )
        if not is_signed:
            found.tell(Told.SEAL_CHANGED, seal=seal.number)
        elif body is not None and seal.number == expected and body.previous != previous:
            found.tell(Told.CHAIN_BROKEN, seal=seal.number)
        chain[seal.number] = (seal.body, seal.signature)
        expected = seal.number + 1
        previous = chain_hash(body=seal.body, signature=seal.signature)
        yield seal, body if is_signed else None


def _body(seal: rows.StoredSeal) -> SealBody | None:
    try:
        return read_body(seal.body)
    except (ValueError, TypeError):
        return None


def _compare_entries(found: Verification, seal: rows.StoredSeal, body: SealBody) -> None:
    ids = ids_of(body.entries)
    leaves = split(seal.leaves)
    if len(leaves) != len(ids) or root(leaves).hex() != body.root:
        found.tell(Told.LEAVES_CHANGED, seal=seal.number)
        # Without its list of hashes a batch is judged as a whole.
        contents = dict(_stored(ids))
        present = [contents.get(id_) for id_ in ids]
        if any(content is None for content in present) or (
            root([leaf(content or b"") for content in present]).hex() != body.root
        ):
            found.tell(Told.BATCH_CHANGED, seal=seal.number)
        return
    contents = dict(_stored(ids))
    for id_, expected in zip(ids, leaves, strict=True):
        if id_ not in contents:
            found.tell(Told.ENTRY_MISSING, seal=seal.number, entry=id_)
            continue
        content = contents[id_]
        if content is None or leaf(content) != expected:
            found.tell(Told.ENTRY_CHANGED, seal=seal.number, entry=id_)
        else:
            found.entries_verified += 1


def _stored(ids: list[int]) -> Iterator[rows.Stored]:
    wanted = set(ids)
    for id_, content in rows.stored(first=ids[0], last=ids[-1]):
        if id_ in wanted:
            yield id_, content


class _Covered:
    """The ids that seals hold, and those that the last one left open."""

    def __init__(self) -> None:
        self.pairs: list[tuple[int, int]] = []
        self.open: set[int] = set()
        self.last_seal = 0
        self.top = 0

    def add(self, body: SealBody) -> None:
        """Take in the next seal."""
        self.pairs += pairs_of(body.entries)
        self.open = set(ids_of(body.open))
        self.last_seal, self.top = body.number, max(self.top, body.top)

    def gaps(self) -> Iterator[tuple[int, int]]:
        """(first, last) of what lies below the top and in no seal."""
        following = None
        for low, high in sorted(self.pairs):
            if following is not None and low > following:
                yield following, low - 1
            elif following is None:
                # Ids may be any whole number once someone writes past the program.
                yield -(2**63), low - 1
            following = max(following or high + 1, high + 1)
        if following is not None and following <= self.top:
            yield following, self.top


def _look_between(found: Verification, covered: _Covered) -> None:
    """Count what is not sealed yet; tell of entries that stand where none can come any more."""
    found.entries_unsealed = AuditEntry.objects.filter(id__gt=covered.top).count()
    for low, high in covered.gaps():
        for id_ in AuditEntry.objects.filter(id__gte=low, id__lte=high).values_list(
            "id", flat=True
        ):
            if id_ in covered.open:
                found.entries_unsealed += 1
            else:
                found.tell(Told.ENTRY_SLIPPED_IN, seal=covered.last_seal, entry=id_)


def _compare_copy(
    found: Verification,
    file: Path,
    lines: list[copies.KeptSeal],
    *,
    reader: SealReader | None,
    chain: dict[int, tuple[str, str]],
    is_own: bool,
) -> None:
    """Compare a file of seals with the database; `is_own` is the one that the sealer writes."""
    highest = max(chain, default=0)
    expected = 1
    for line in lines:
        where = f"{file}:{line.line_no}"
        if not line.is_readable or not SealReader(line.public).confirms(
            body=line.body, signature=line.signature
        ):
            found.tell(Told.LINE_UNREADABLE, seal=line.number, where=where)
            expected += 1
            continue
        if reader is not None and line.public != reader.public:
            found.tell(Told.KEY_DIFFERS, seal=line.number, where=where)
        if is_own and line.number != expected:
            found.tell(Told.COPY_GAP, seal=expected, where=where)
        expected = line.number + 1
        if line.number > highest:
            found.tell(Told.SEALS_CUT, seal=line.number, where=where)
        elif chain.get(line.number, (line.body, line.signature)) != (line.body, line.signature):
            found.tell(Told.SEAL_DIFFERS, seal=line.number, where=where)
