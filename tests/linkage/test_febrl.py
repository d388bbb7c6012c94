"""Other people's records: febrl's fourth set, 5,000 persons and a corrupted copy of each.

Nothing of it was seen by us: the comparisons say which columns there are, and the model learns its
figures from the records alone, without their truth.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.linkage.claims.comparisons import comparison, date_comparison
from fangpin.linkage.claims.model import Model, Thresholds
from fangpin.linkage.claims.probable import SCORED, score
from fangpin.linkage.claims.sides import Sides
from fangpin.linkage.claims.training import trained_settings

pytestmark = pytest.mark.real_data

COLUMNS = (
    "rec_id",
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
)


def close(column: str) -> tuple[tuple[str, str], ...]:
    return (
        (f"{column}_l = {column}_r", "same"),
        (f"damerau_levenshtein({column}_l, {column}_r) <= 2", "two slips"),
    )


COMPARISONS = [
    comparison("given_name", *close("given_name"), frequency_of="given_name"),
    comparison("surname", *close("surname"), frequency_of="surname"),
    date_comparison("birth"),
    comparison("soc_sec_id", *close("soc_sec_id")),
    comparison("postcode", *close("postcode")),
    comparison("suburb", *close("suburb")),
    comparison("address_1", *close("address_1")),
    comparison("state", ("state_l = state_r", "same")),
]
BLOCKS = [
    ["soc_sec_id"],
    ["given_name", "surname"],
    ["birth", "surname"],
    ["birth", "given_name"],
    ["postcode", "surname"],
    ["postcode", "given_name"],
    ["birth", "postcode"],
    ["address_1", "suburb"],
    ["given_name", "suburb"],
    ["surname", "suburb"],
    ["birth", "suburb"],
    ["birth", "address_1"],
    ["address_1", "postcode"],
]


def read(engine: Engine, file: Path, name: str, key: str) -> None:
    """The records of one file; the number inside rec_id tells the truth and is the key."""
    engine.load_csv(f"{name}_cells", file, delimiter=",", skip_lines=1)
    cells = ", ".join(
        f"nullif(trim(column{place:02}), '') AS {column}" for place, column in enumerate(COLUMNS)
    )
    engine.make_table(
        name,
        f"SELECT CAST(regexp_extract(rec_id, '[0-9]+') AS BIGINT) AS {key}, given_name, surname, "
        "address_1, suburb, postcode, state, soc_sec_id, "
        "CAST(try_strptime(date_of_birth, '%Y%m%d') AS DATE) AS birth "
        f"FROM (SELECT {cells} FROM {name}_cells)",
    )


def test_f1_is_at_least_99_percent(real_data: Path) -> None:
    with connect() as engine:
        read(engine, real_data / "linkage" / "dataset4b.csv", "claims", "claim")
        read(engine, real_data / "linkage" / "dataset4a.csv", "people", "person_ref")
        settings = trained_settings(
            engine=engine,
            claims="claims",
            people="people",
            comparisons=COMPARISONS,
            learn_on=[
                "l.soc_sec_id = r.soc_sec_id",
                "l.given_name = r.given_name AND l.surname = r.surname",
                "l.birth = r.birth",
            ],
        )
        model = Model(
            model="febrl",
            edition=1,
            status="proposed",
            source="febrl 4",
            trained_on={},
            listed_share=0.99,
            thresholds=Thresholds(accept=0.9, review=0.1),
            blocks=BLOCKS,
            most_in_a_block=200,
            settings=settings,
        )
        score(sides=Sides(engine), people="people", model=model, claims="claims", near=None)
        right, made = engine.rows(
            f"SELECT count(*) FILTER (WHERE claim = person_ref), count(*) FROM {SCORED} "
            f"WHERE place = 1 AND chance >= {model.thresholds.accept}"
        )[0]

    precision, recall = right / made, right / 5000
    f1 = 2 * precision * recall / (precision + recall)
    assert f1 >= 0.99, f"precision {precision:.5f}, recall {recall:.5f}, F1 {f1:.5f}"
