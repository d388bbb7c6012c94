"""The second pack on its real input: the platform's answers agree with a plain count of the survey.

The oracle reads the archives with pandas and counts rounds by hand; nothing of the platform is in it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.receive import receive
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy import load_pack
from fangpin.runs.monthly import RunResult, run_month
from fangpin.synthetic.recipes import write_recipe_deliveries

pytestmark = pytest.mark.real_data

ROUNDS_OF_FOOD = {"UGA": [1, 2, 3, 4, 5, 6], "NGA": [2, 4], "ETH": [2, 3, 4, 5, 6]}
LATELY = {"UGA": [5, 6], "NGA": [], "ETH": []}
"""Rounds of food insecurity within the last four months before each demonstration's clock."""


@pytest.fixture(scope="module", params=["UGA", "NGA", "ETH"])
def country(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def households(country: str, real_data: Path) -> Any:
    """The survey's own household table, one row a household."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    (archive,) = (real_data / "worldbank_hfps").glob(f"{country}_*.zip")
    with zipfile.ZipFile(archive) as opened, opened.open(f"{country.lower()}_hh.dta") as table:
        return pandas.read_stata(table, convert_categoricals=False)


@pytest.fixture(scope="module")
def run(
    country: str, repository: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> RunResult:
    """The run at the demonstration's clock after every delivery of the recipe was received."""
    folder = tmp_path_factory.mktemp(country)
    pack = load_pack(repository / "packs" / "wb_hfps")
    recipe = pack.demos[country]
    planned = write_recipe_deliveries(
        recipe=recipe, real_data=real_data, folder=folder / "incoming"
    )
    home = Home(folder / "home")
    home.prepare()
    with connect(spill=home.spill) as engine:
        vault = Vault(home=home, engine=engine)
        for delivery in planned:
            receipt = receive(
                home=home,
                pack=pack,
                feed=delivery.feed,
                file=delivery.file,
                original_name=delivery.original_name,
                received=delivery.received,
                month=delivery.month,
                engine=engine,
                vault=vault,
            )
            assert receipt.outcome == "accepted", (delivery.original_name, receipt.findings)
            assert receipt.read == receipt.accepted + receipt.quarantined + receipt.duplicate
        return run_month(home=home, pack=pack, engine=engine, as_of=recipe.clock)


def insecure(households: Any, rounds: list[int], kind: str = "mod") -> Any:
    """How many of these rounds a household was food insecure in."""
    return (households[[f"fies_{kind}_r{number}" for number in rounds]] == 1).sum(axis=1)


def test_repeated_food_insecurity_is_what_a_plain_count_of_rounds_gives(
    country: str, households: Any, run: RunResult
) -> None:
    repeated = insecure(households, ROUNDS_OF_FOOD[country]) >= 2
    lately = households[[f"fies_mod_r{number}" for number in LATELY[country]]]
    recovered = lately.notna().any(axis=1) & (lately.fillna(0) == 0).all(axis=1)

    outcome = run.outcomes["repeated_food_insecurity"]

    assert outcome["hit"] == int((repeated & ~recovered).sum())
    assert outcome["suppressed"] == int((repeated & recovered).sum())


def test_every_household_of_the_registry_gets_one_answer_of_every_rule(run: RunResult) -> None:
    for rule, outcome in run.outcomes.items():
        assert sum(outcome.values()) == run.count_of_households, rule


def test_lost_contact_is_what_the_call_records_say(
    country: str, households: Any, run: RunResult
) -> None:
    calls = [name for name in households if name.startswith("contact_r")]
    phoned = households
    if country == "ETH":  # its registry is the roster of round 1
        phoned = households[households["interview_r1"] == 1]
    answers = phoned[calls]
    latest = answers.ffill(axis=1).iloc[:, -1]
    lost = ((answers == 1).any(axis=1)) & ((answers == 0).sum(axis=1) >= 2) & (latest == 0)

    assert run.outcomes["lost_contact"]["hit"] == int(lost.sum())


def test_food_insecurity_that_was_never_asked_is_not_security(
    country: str, households: Any, run: RunResult
) -> None:
    asked = households[[f"fies_mod_r{number}" for number in ROUNDS_OF_FOOD[country]]]
    answered = int(asked.notna().any(axis=1).sum())

    outcome = run.outcomes["repeated_food_insecurity"]

    assert outcome["cannot_tell"] == run.count_of_households - answered
