"""`fangpin feed pull` and `fangpin feed contract`, as a person gives them."""

from __future__ import annotations

from pathlib import Path

from fangpin.policy import load_pack
from tests.cli.conftest import Fangpin
from tests.ledger.village import bill, write_csv

OK, REFUSED = 0, 3


def test_sources_are_pulled_and_one_that_is_away_keeps_no_other_waiting(
    fangpin: Fangpin, home_folder: Path, tmp_path: Path, repository: Path
) -> None:
    pack = load_pack(repository / "tests" / "rules" / "hillside")
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    write_csv(incoming / "bills.csv", pack, "health.bills", [bill("1", "ann", "2020-05-10", "5")])
    (home_folder / "sources.yaml").write_text(
        "sources:\n"
        "  - {source: away, feed: health.bills, kind: folder, url: /no/such/folder}\n"
        f'  - {{source: bills, feed: health.bills, kind: folder, url: "{incoming}"}}\n',
        encoding="utf-8",
    )

    answer = fangpin("feed", "pull", "--json")
    assert answer.code == REFUSED and answer.codes == ["SOURCE_FOLDER_MISSING"]
    (receipt,) = answer.json["receipts"]
    assert (receipt["source"], receipt["accepted"]) == ("bills", 1)

    again = fangpin("feed", "pull", "bills", "--json")
    assert (again.code, again.json["receipts"]) == (OK, [])
    unknown = fangpin("feed", "pull", "bill", "--json")
    assert (unknown.code, unknown.codes) == (REFUSED, ["SOURCE_UNKNOWN"])


def test_a_contract_goes_out_and_comes_back(fangpin: Fangpin, tmp_path: Path) -> None:
    file, entry = tmp_path / "contract.yaml", tmp_path / "entry.yaml"
    assert fangpin("feed", "contract", "export", "health.bills", "--output", file).code == OK
    assert fangpin("feed", "contract", "import", file, "--output", entry).code == OK
    assert "feed: health.bills" in entry.read_text(encoding="utf-8")
    unknown = fangpin("feed", "contract", "export", "health.bill")
    assert unknown.code == REFUSED and "CONTRACT_UNKNOWN" in unknown.err
