"""The rules and their trials: the answer first, in words, for the official's own households."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from typing import Any

import pytest

from fangpin.backtest import Replay
from fangpin.casework.officials.scope import Scope
from fangpin.runs.known_truth import KnownTruth
from fangpin.runs.threshold_trial import Trial, ladder
from fangpin.values.month import Month
from fangpin.web.console import rules as trials
from fangpin.web.console.feeds import home
from fangpin.web.console.views import rules as pages
from fangpin.web.ground.pack import installation_pack
from tests.web.conftest import SignIn
from tests.web.seed import FOREIGN, LI_ZHUXI, Seed
from tests.web.seed_cases import TO_DELIBERATE

pytestmark = pytest.mark.django_db

PAGE = "/rules/medical_sustained/"
PARAMETER = "medical.monthly_threshold"
FIRST, LAST = Month.parse("2019-12"), Month.parse("2020-11")


def body(response: Any) -> str:
    return response.content.decode()


def replay(value: int | None, *hit: int) -> Replay:
    return Replay(
        rule="medical_sustained",
        parameters={} if value is None else {PARAMETER: Decimal(value)},
        months=(),
        first_hit=dict.fromkeys(hit, int(LAST)),
        true_households=frozenset(hit) & {LI_ZHUXI, FOREIGN},
    )


@pytest.fixture
def trial_of_300(monkeypatch: pytest.MonkeyPatch, prefecture: Seed) -> None:
    """What the replays gave: at 300 Li, another of the village, and one of the foreign county."""
    pack = installation_pack()
    rule = next(one for one in pack.rules if one.rule == "medical_sustained")

    def trial(_scope: Scope, *, present: Decimal, tried: Decimal, **_others: object) -> Trial:
        as_it_is = replay(None, FOREIGN)
        return Trial(
            rule=rule,
            parameter=PARAMETER,
            present=present,
            tried=tried,
            from_month=FIRST,
            to_month=LAST,
            truth=KnownTruth(
                "officials", {LI_ZHUXI: frozenset({int(LAST)}), FOREIGN: frozenset({int(LAST)})}
            ),
            as_it_is=as_it_is,
            by_value=(
                (tried, replay(int(tried), LI_ZHUXI, TO_DELIBERATE, FOREIGN)),
                (present, as_it_is),
            ),
        )

    monkeypatch.setattr(pages, "trial", trial)


def test_a_trial_is_remembered_for_the_scope_that_asked_and_shared_with_no_other(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Decimal] = []

    def try_value(*_homes: object, tried: Decimal, present: Decimal, **_others: object) -> Trial:
        asked.append(tried)
        as_it_is = replay(None, FOREIGN)
        return Trial(
            rule=next(one for one in installation_pack().rules if one.rule == "medical_sustained"),
            parameter=PARAMETER,
            present=present,
            tried=tried,
            from_month=FIRST,
            to_month=LAST,
            truth=KnownTruth("officials", {}),
            as_it_is=as_it_is,
            by_value=((tried, replay(int(tried), LI_ZHUXI)), (present, as_it_is)),
        )

    monkeypatch.setattr(trials, "try_value", try_value)
    trials._trial.cache_clear()
    for username in ("county", "county", "city", "outsider", "city"):
        assert signed_in(username).get(f"{PAGE}?value=301").status_code == 200
    trials._trial.cache_clear()

    assert asked == [Decimal(301)] * 3, "once for each of three scopes"


def test_the_menu_leads_an_analyst_to_the_rules_with_their_thresholds_and_alerts(
    prefecture: Seed, signed_in: SignIn
) -> None:
    text = body(signed_in("county").get("/rules/"))

    assert "规则与试算" in text
    assert "MED-03" in text and "医疗自付连续偏高" in text
    assert "/queue/?rule=medical_sustained" in text
    assert "/rules/" not in body(signed_in("village").get("/queue/"))


def test_the_answer_is_one_sentence_over_the_officials_own_households(
    trial_of_300: None, signed_in: SignIn
) -> None:
    county = body(signed_in("county").get(f"{PAGE}?value=300"))
    city = body(signed_in("city").get(f"{PAGE}?value=300"))

    assert "多预警 2 户，其中多找到真有困难的 1 户。平均每多跑 2.0 户，多找到 1 户。" in county
    assert "预警户数</dt><dd>2 <small>现行 0</small>" in county
    assert "预警户数</dt><dd>3 <small>现行 1</small>" in city
    assert "找到比例</dt><dd>100% <small>现行 0%</small>" in county
    assert "“真有困难”指干部此后识别为监测对象的户。" in county
    assert "虚构" not in county


def test_the_lines_that_put_the_value_into_force_stand_beside_the_answer(
    trial_of_300: None, signed_in: SignIn
) -> None:
    text = body(signed_in("county").get(f"{PAGE}?value=300"))

    assert f"parameter: {PARAMETER}" in text
    assert "from: 2021-01-01, value: 300" in text


@pytest.mark.parametrize("value", ["abc", "-1", "1e99", "NaN", "12;drop", "19,5", "1,00"])
def test_a_value_that_is_no_threshold_is_told_beside_its_field(
    prefecture: Seed, signed_in: SignIn, value: str
) -> None:
    response = signed_in("county").get(PAGE, {"value": value})

    assert response.status_code == 200
    assert "请填一个不小于 0 的数" in body(response)
    assert 'aria-invalid="true"' in body(response)


def test_a_value_may_be_written_with_thousands_separated(
    trial_of_300: None, signed_in: SignIn
) -> None:
    page = body(signed_in("county").get(PAGE, {"value": "1,300"}))

    assert "aria-invalid" not in page
    assert "改为 1,300 元" in page


def test_the_values_of_the_ladder_are_one_replay(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each bar leads to its own trial: it has been computed with the first one."""
    replays: list[Decimal] = []

    def try_value(*_homes: object, tried: Decimal, present: Decimal, **_others: object) -> Trial:
        replays.append(tried)
        as_it_is = replay(None, FOREIGN)
        others = [value for value in ladder(present) if value != present]
        return Trial(
            rule=next(one for one in installation_pack().rules if one.rule == "medical_sustained"),
            parameter=PARAMETER,
            present=present,
            tried=tried,
            from_month=FIRST,
            to_month=LAST,
            truth=KnownTruth("officials", {}),
            as_it_is=as_it_is,
            by_value=tuple(
                sorted(
                    [(present, as_it_is), *((one, replay(int(one), LI_ZHUXI)) for one in others)]
                )
            ),
        )

    monkeypatch.setattr(trials, "try_value", try_value)
    trials._trial.cache_clear()
    client = signed_in("county")
    values = re.findall(
        r'href="\?parameter=[^"]*value=([0-9.]+)"', body(client.get(f"{PAGE}?value=200"))
    )
    for value in values:
        told = "按现行数值" if value == "400" else f"改为 {value} 元"
        assert told in body(client.get(f"{PAGE}?value={value}"))
    trials._trial.cache_clear()

    assert len(values) > 5
    assert len(replays) == 1


def test_where_the_registry_has_just_come_the_page_says_from_which_month_on_it_can_be_tried(
    prefecture: Seed, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "first_possible", lambda *_, **__: Month.parse("2020-12"))
    page = body(signed_in("county").get(f"{PAGE}?value=300"))

    assert "第一份名册是 2020年12月 收到的；一个月过完才能试算，从 2021年1月 起可以。" in page
    assert 'class="sentence"' not in page


def test_a_trial_shorter_than_asked_says_from_when_on_there_was_a_registry(
    trial_of_300: None, signed_in: SignIn
) -> None:
    client = signed_in("county")

    told = "再早没有名册：试算从收到第一份名册的 2019-12 开始。"
    assert told in body(client.get(f"{PAGE}?value=300&months=24"))
    assert told not in body(client.get(f"{PAGE}?value=300&months=12"))


def test_without_deliveries_the_page_says_what_is_missing(
    prefecture: Seed, signed_in: SignIn
) -> None:
    shutil.rmtree(home().deliveries)
    text = body(signed_in("county").get(f"{PAGE}?value=300"))

    assert 'class="wrong" role="alert"' in text
    assert "名册" in text
    assert 'class="sentence"' not in text


@pytest.mark.parametrize(
    "path", ["/rules/no_such_rule/", f"{PAGE}?parameter=income.line", f"{PAGE}?months=5"]
)
def test_what_the_page_does_not_offer_is_not_there(
    prefecture: Seed, signed_in: SignIn, path: str
) -> None:
    assert signed_in("county").get(path).status_code == 404


@pytest.mark.parametrize("username", ["town", "village", "owner", "province"])
def test_whoever_may_not_try_rules_finds_no_such_page(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    for path in ("/rules/", PAGE, f"{PAGE}?value=300"):
        assert signed_in(username).get(path).status_code == 404
