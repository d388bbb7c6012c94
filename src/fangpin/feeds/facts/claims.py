"""Claims: rows about a person whom their number does not tell, kept with what else they say of them.

Three kinds of rows make claims: accepted rows without a usable number, accepted rows with a number
that the registry lists for several persons, and rows set aside for nothing but their number. Their
facts wait in claims.parquet, in the columns of facts.parquet; the name, the number as written, birth
date, sex and division are sealed in the vault and read by linkage alone.
A claim's `claim_ref` is the same for rows that say the same of the same person, so that what an
official decides of one holds for the next month's too. Rows that give no more than a name never
share one, nor do rows under a made-up number or under what is no name (no_names.py): unless they are one
record of the feed, by its key, that is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fangpin.feeds.cells.check import CHECKED, WAITING
from fangpin.feeds.cells.no_names import is_no_name_sql
from fangpin.feeds.cells.shapes import literal, quoted
from fangpin.feeds.cells.table import RAW, RawTable
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.vault import Vault
from fangpin.policy.models.feeds import Contract
from fangpin.policy.models.header import Registry
from fangpin.values.identifiers import bare_number, tells_one_person
from fangpin.values.text import is_missing, name_key
from fangpin.values.writing import Writing

CLAIMS = "claims.parquet"
EVIDENCE = ("number", "name", "birth", "sex", "division")
"""What a claim may say of its person; NULL where it does not."""

CLAIM_FACTS = "claim_facts"
"""The columns of facts.parquet, `waits` (set aside for its number) and `claim_ref`."""
_SEALED_ROWS = "claims_to_seal"
_BATCH = 100_000


def find_claims(
    *,
    engine: Engine,
    contract: Contract,
    registry: Registry,
    raw: RawTable,
    identifier: str | None,
    vault: Vault,
    accepted: str,
    waiting: str | None,
    writing: Writing,
    shared: Sequence[Path] = (),
) -> int:
    """Make CLAIM_FACTS from the accepted rows and those that wait; returns how many claims there are.

    `accepted` and `waiting` are tables in the columns of facts.parquet, `writing` is the country's,
    `shared` the files of numbers that several persons bear. A file without a column of names makes no claims.
    """
    name = raw.mapping.name_of_subject(contract)
    if name is None:
        return 0
    given = f"checked.{quoted(f'f_{identifier}')} IS NULL" if identifier else "TRUE"
    if shared and identifier:
        engine.view_files("shared_numbers", list(shared))
        given += (
            f" OR checked.{quoted(f'f_{identifier}')} IN (SELECT person_ref FROM shared_numbers)"
        )
    sources: list[tuple[str, str, bool]] = [(WAITING, waiting, True)] if waiting else []
    # Looked at first: mostly every row has its number.
    if engine.value(f"SELECT count(*) FROM {CHECKED} AS checked WHERE {given}"):
        sources.append((CHECKED, accepted, False))
    if not sources:
        return 0
    number = raw.mapping.column(identifier) if identifier else None
    cells = [f"raw.c{name.position} AS name"]
    cells.append(f"raw.c{number.position} AS number" if number else "NULL AS number")
    for field, kind, alias in (
        (registry.birth, "DATE", "birth"),
        (registry.sex, "VARCHAR", "sex"),
        (registry.division, "VARCHAR", "division"),
    ):
        read = raw.mapping.column(field) if field else None
        value = f"checked.{quoted(f'f_{field}')}" if read else "NULL"
        cells.append(f"CAST({value} AS {kind}) AS {alias}")
    engine.make_table(
        "claim_cells",
        " UNION ALL ".join(
            f"SELECT facts.row_no, facts.row_key, {waits} AS waits, {', '.join(cells)} "
            f"FROM {checked} AS checked JOIN {facts} AS facts USING (row_no) "
            f"JOIN {RAW} AS raw ON raw.rowid = checked.position "
            f"WHERE ({given if not waits else 'TRUE'}) AND raw.c{name.position} IS NOT NULL"
            for checked, facts, waits in sources
        ),
    )
    _make_sealed_rows(engine, vault, contract.feed, is_no_name_sql(registry, "texts.name"), writing)
    engine.make_table(
        CLAIM_FACTS,
        " UNION ALL ".join(
            f"SELECT facts.*, claims.waits, claims.claim_ref FROM {facts} AS facts "
            f"JOIN {_SEALED_ROWS} AS claims USING (row_no) WHERE claims.waits = {waits}"
            for _, facts, waits in sources
        ),
    )
    engine.drop("claim_cells")
    return int(engine.value(f"SELECT count(*) FROM {CLAIM_FACTS}"))


def sealed_name(*, feed: str, delivery: str) -> str:
    """Under which name the vault keeps what a delivery's claims say of their persons."""
    return f"claims-{feed}-{delivery}"


def write_claims(*, engine: Engine, vault: Vault, folder: Path, feed: str, delivery: str) -> None:
    """Write the claims that `find_claims` found into a delivery's folder and into the vault."""
    engine.write(f"SELECT * FROM {CLAIM_FACTS} ORDER BY row_no", folder / CLAIMS)
    vault.keep(
        f"SELECT claim_ref, {', '.join(EVIDENCE)} FROM {_SEALED_ROWS} "
        "QUALIFY row_number() OVER (PARTITION BY claim_ref ORDER BY row_no) = 1 ORDER BY claim_ref",
        sealed_name(feed=feed, delivery=delivery),
    )
    engine.drop(CLAIM_FACTS, _SEALED_ROWS)


def _make_sealed_rows(
    engine: Engine, vault: Vault, feed: str, is_no_name: str, writing: Writing
) -> None:
    """The evidence of each claim in the one form that is compared, with its claim_ref."""
    engine.make_empty_table(
        "claim_texts",
        {"row_no": "INTEGER", "name": "VARCHAR", "number": "VARCHAR", "tells": "BOOLEAN"},
    )
    rows = engine.rows("SELECT row_no, name, number FROM claim_cells")
    for start in range(0, len(rows), _BATCH):
        batch = [
            (
                row_no,
                name_key(name),
                bare := bare_number(number, writing=writing),
                tells_one_person(bare),
            )
            for row_no, name, number in rows[start : start + _BATCH]
            if not is_missing(name, words=writing.missing_words)
        ]
        columns = [list(column) for column in zip(*batch, strict=True)] or [[], [], [], []]
        engine.make_table(
            "claim_texts",
            "SELECT * FROM claim_texts UNION ALL SELECT unnest(?), unnest(?), unnest(?), unnest(?)",
            columns,
        )
    # A name, even with a village, may be two people: only a number or a birth date joins rows. Where there
    # is no name twins would be one. What is sent again under its key is the same record all the same.
    own = f"concat_ws(':', {literal(feed)}, CAST(cells.row_key AS VARCHAR))"
    said = (
        "concat_ws(chr(31), texts.name, coalesce(texts.number, ''), "
        "coalesce(CAST(cells.birth AS VARCHAR), ''), coalesce(cells.sex, ''), "
        "coalesce(cells.division, ''), "
        f"CASE WHEN (texts.tells OR cells.birth IS NOT NULL) AND NOT {is_no_name} "
        f"THEN '' ELSE {own} END)"
    )
    engine.make_table(
        _SEALED_ROWS,
        "SELECT cells.row_no, cells.waits, texts.number, texts.name, cells.birth, cells.sex, "
        f"cells.division, {vault.reference_sql('claim', f'({said})')} AS claim_ref "
        "FROM claim_cells AS cells JOIN claim_texts AS texts USING (row_no)",
    )
    engine.drop("claim_texts")


def write_shared(
    *, engine: Engine, registry: Registry, accepted: str, earlier: Sequence[Path], file: Path
) -> None:
    """Write the numbers of a registry's rows that were listed under several names; no file without any.

    In these rows or in those of `earlier` deliveries: other villages come with other files. More than
    are shared today does no harm, for a claim whose number tells its person is joined by it.
    """
    name = quoted(registry.name)
    called = f"SELECT person_ref, lower(replace({name}, ' ', '')) AS called FROM"
    listed = f"{called} {accepted}"
    if earlier:
        engine.view_files("listed_earlier", list(earlier))
        listed += f" UNION ALL {called} listed_earlier SEMI JOIN {accepted} USING (person_ref)"
    engine.make_table(
        "shared_here",
        f"SELECT person_ref FROM ({listed}) GROUP BY person_ref HAVING min(called) <> max(called)",
    )
    if engine.value("SELECT count(*) FROM shared_here"):
        engine.write("SELECT * FROM shared_here ORDER BY person_ref", file)
    engine.drop("shared_here")


def key_if_about(
    contract: Contract, *, facts: str, ref: str, written: str | None = None
) -> str | None:
    """SQL of the row_key that a fact would have if it were about this person or household.

    `written` is the reference under which it came; None: the fact's person_ref. Gives None where the key
    does not tell: then a row that was sent again cannot be recognised.
    """
    kinds = {field.field: field.type for field in contract.fields}
    references = [name for name in contract.key if kinds[name] in ("identifier", "household_no")]
    if contract.subject_field not in references:
        return f"{facts}.row_key"
    if references[0] != contract.subject_field:
        return None
    return f"xor(xor({facts}.row_key, {written or f'{facts}.person_ref'}), {ref})"
