"""`fangpin link`: the queue, decisions and splits from a terminal."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fangpin.cli import link as link_commands
from fangpin.linkage.claims import scores
from tests.cli.conftest import Fangpin
from tests.linkage.valley import (
    BILLS,
    EARLY,
    REGISTRY,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
)

OLD_CHEN = number("1950-01-02", 11)


@pytest.fixture
def valley(
    fangpin: Fangpin,
    home_folder: Path,
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Valley:
    """A valley in the command's own home, with one claim to decide and one that is linked."""
    pack = valley_pack(repository, tmp_path / "packs")
    monkeypatch.setenv("FANGPIN_PACK", str(tmp_path / "packs" / "hillside"))
    opened = Valley(tmp_path, pack)
    assert opened.home.root == home_folder
    opened.send(
        REGISTRY,
        [
            citizen("A", 1, "李竹喜", "1971-03-08", 33),
            citizen("C", 1, "陈永明", "1950-01-02", 11, village="H02"),
            citizen("D", 1, "陈永明", "1980-01-02", 13, village="H02"),
        ],
        on=EARLY,
    )
    opened.send(
        BILLS,
        [
            claim("1", None, "陈永明", village="H02", day="2020-05-11"),
            claim("2", None, "李竹喜", born="1971-03-08", village="H01", day="2020-05-12"),
            claim("3", None, "赵大", day="2020-05-12"),
        ],
        on=date(2020, 6, 5),
    )
    return opened


def test_status_counts_every_row_of_every_feed(fangpin: Fangpin, valley: Valley) -> None:
    told = fangpin("link", "status", "--json").json

    assert told["feeds"] == [
        {"feed": BILLS, "rows": 3, "linked": {"model": 1}, "in_review": 1, "open": 1}
    ]
    assert told["in_review"] == 1 and told["findings"] == []
    assert "health.bills" in fangpin("link", "status").out


def test_the_queue_shows_masks_and_one_pair_a_candidate(fangpin: Fangpin, valley: Valley) -> None:
    told = fangpin("link", "review", "--json").json

    assert told["in_review"] == 1 and len(told["pairs"]) == 2
    name = next(field for field in told["pairs"][0]["fields"] if field["field"] == "name")
    assert (name["claim"], name["agreement"], name["title_en"]) == ("陈**", "same", "Name")
    shown = fangpin("link", "review", "--reveal-names", "--scope", "H02").out
    assert "陈永明" in shown and OLD_CHEN not in shown
    assert fangpin("link", "review", "--scope", "H01", "--json").json["pairs"] == []


@pytest.mark.django_db
def test_a_pair_is_decided_listed_and_taken_back(fangpin: Fangpin, valley: Valley) -> None:
    pair = fangpin("link", "review", "--json").json["pairs"][0]
    about = ("--claim", pair["claim_ref"], "--person", pair["person_ref"], "--json")

    refused = fangpin("link", "decide", "same", *about, "--reason", " ")
    assert refused.code == 3 and refused.codes == ["LINK_WITHOUT_REASON"]
    said = fangpin("link", "decide", "same", *about, "--reason", "seen", "--by", "fang").json

    assert said["outcome"] == "decided"
    (listed,) = fangpin("link", "decisions", "--json").json["decisions"]
    assert (listed["id"], listed["by"], listed["kind"]) == (said["decision"], "fang", "same")
    assert fangpin("link", "status", "--json").json["in_review"] == 0

    fangpin("link", "undo", said["decision"], "--reason", "not seen after all", "--json")
    assert fangpin("link", "decisions", "--json").json["decisions"] == []
    assert fangpin("link", "status", "--json").json["in_review"] == 1


@pytest.mark.django_db
def test_a_dry_run_of_a_split_lists_what_it_touches_and_changes_nothing(
    fangpin: Fangpin, valley: Valley
) -> None:
    delivery = valley.send(BILLS, [claim("9", OLD_CHEN, "李竹喜")], on=date(2020, 6, 6))
    row = ("--feed", BILLS, "--delivery", delivery, "--row", "2", "--json")

    told = fangpin("link", "split", *row, "--dry-run").json

    assert told["outcome"] == "nothing_changed"
    assert told["households"] == [{"household_ref": valley.ref("C"), "months": ["2020-02"]}]
    assert list(valley.home.decisions.glob("*")) == []
    done = fangpin("link", "split", *row, "--reason", "her bill").json
    assert done["outcome"] == "decided" and done["households"] == told["households"]
    assert fangpin("link", "split", "--claim", "1", "--json").code == 2


def test_without_the_extra_status_and_run_say_what_is_left_out(
    fangpin: Fangpin, valley: Valley, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (scores, link_commands):
        monkeypatch.setattr(module, "has_splink", lambda: False)

    told = fangpin("link", "status", "--json")
    assert told.codes == ["SPLINK_MISSING"]
    assert told.json["feeds"][0]["open"] == 3
    assert fangpin("run", "--no-load", "--json").codes == ["SPLINK_MISSING"]
    assert fangpin("link", "train").code == 3


def test_a_small_training_writes_a_model_that_is_read_again(
    fangpin: Fangpin, tmp_path: Path
) -> None:
    from fangpin.linkage.claims.model import load_model

    file = tmp_path / "small.json"
    small = ("link", "train", "--persons", 1200, "--claims", 2400, "--out", file, "--json")
    assert fangpin(*small).codes == ["VILLAGES_MISSING"], "nobody can live on the hillside"
    told = fangpin(*small, "--pack", "cn_hunan_chenzhou").json

    model = load_model("small", folder=tmp_path)
    assert told["digest"] == model.digest
    assert (model.status, model.trained_on["persons"]) == ("proposed", 1200)
