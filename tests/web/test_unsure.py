"""Rules that cannot tell: counted within the viewer's scope, and guarded for who may not see rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.officials.scope import NOTHING
from fangpin.runs.parts.cannot_tell import cannot_tell
from fangpin.values.withheld import is_withheld
from fangpin.web.ground.pack import installation_pack
from tests.web.conftest import SignIn
from tests.web.pages import text_of
from tests.web.seed import Seed
from tests.web.seed_unsure import HOUSEHOLDS_A_VILLAGE, unsure_rows

SMALLEST = 5
RULES = ("disaster_loss", "medical_sustained")


def truth(seed: Seed, code: str) -> Counter[str | None]:
    """Rule -> households of a division, counted by hand."""
    found: Counter[str | None] = Counter()
    for village, rule, count in unsure_rows(seed.pack):
        found[rule] += count if village.startswith(code) else 0
    return found


def lines_of(response: Any) -> dict[str, int]:
    """Rule -> count, as the page shows it."""
    rules = installation_pack().rules_in_force(response.context["run"].as_of)
    named = {rule.code: rule.rule for rule in rules}
    return {named[line.code]: line.count for line in response.context["unsure"].lines}


@pytest.mark.parametrize(
    ("username", "code"), [("city", "4310"), ("county", "431022"), ("town", "431022202")]
)
def test_a_county_is_told_of_its_own_households_alone(
    prefecture: Seed, signed_in: SignIn, username: str, code: str
) -> None:
    response = signed_in(username).get("/overview/")
    true = truth(prefecture, code)
    assert lines_of(response) == {rule: true[rule] for rule in RULES if true[rule]}
    unsure = text_of(response).partition("还说不准的规则")[2]
    assert f"这里共 {true[None]} 户" in unsure
    assert f"灾情登记且无保险赔付 {true['disaster_loss']}" in unsure


def test_whoever_stands_outside_is_told_of_nobody_here(
    prefecture: Seed, signed_in: SignIn, installation: Path
) -> None:
    client = signed_in("outsider")
    assert client.get("/overview/?division=431022").status_code == 404
    own = truth(prefecture, "431027")
    assert lines_of(client.get("/overview/")) == {rule: own[rule] for rule in RULES}
    folder = installation / "runs" / prefecture.runs[-1].folder
    assert cannot_tell(NOTHING, run_folder=folder, width=1) == {}
    assert cannot_tell(prefecture.scope("outsider"), run_folder=folder, width=6) == {
        "431027": {"": own[None], **{rule: own[rule] for rule in RULES}}
    }


def test_a_run_that_kept_nothing_of_places_says_so_and_not_that_all_is_known(
    prefecture: Seed, signed_in: SignIn
) -> None:
    response = signed_in("county").get("/overview/?month=2020-02")
    assert response.context["unsure"] is None
    text = text_of(response)
    assert "没有按地方记下哪些规则说不准" in text
    assert "每条规则对每一户都有数据" not in text


def test_no_small_count_is_shown_to_who_sees_no_rows_and_none_follows_from_the_pages_below(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("province")
    codes = {
        village[:width] for village, _, _ in unsure_rows(prefecture.pack) for width in (4, 6, 9, 12)
    }
    shown = {code: lines_of(client.get(f"/overview/?division={code}")) for code in codes | {"43"}}
    kinds: Counter[str] = Counter()
    for code, lines in shown.items():
        true = truth(prefecture, code)
        below = [
            one
            for one in codes
            if one.startswith(code)
            and len(one) == min({4, 6, 9, 12, 15} - set(range(len(code) + 1)))
        ]
        for rule in RULES:
            told = lines.get(rule, 0)
            assert is_withheld(told) or (told == true[rule] and not 0 < told < SMALLEST), (
                code,
                rule,
            )
            hidden = [one for one in below if is_withheld(shown[one].get(rule, 0))]
            kinds["withheld" if is_withheld(told) else "told"] += 1
            if hidden and not is_withheld(told):
                missing = sum(truth(prefecture, one)[rule] for one in hidden)
                assert len(hidden) > 1 and missing >= SMALLEST, (code, rule, hidden)
    assert kinds["withheld"] > 10 and kinds["told"] > 10, kinds
    assert HOUSEHOLDS_A_VILLAGE > SMALLEST
