"""Reported dead and still on record: whoever may answers it once, everyone who sees the household is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.measures.models import Measure
from fangpin.lake.home import Home
from fangpin.linkage.decisions import all_decisions, standing
from fangpin.runs.acts.deaths import answers_of
from tests.web.seed import FOREIGN_NAME, LI_ZHUXI, Seed
from tests.web.seed_links import STRANGER, WIFE

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
ANSWER = f"/deaths/{WIFE}/"


@pytest.fixture
def county(prefecture: Seed, signed_in: SignIn) -> Client:
    return signed_in("county")


def text_of(client: Client, path: str = "/deaths/") -> str:
    return client.get(path).content.decode()


def test_who_reports_the_death_and_who_goes_on_stand_side_by_side(county: Client) -> None:
    text = text_of(county)

    assert "1 人要去核实" in text
    assert "李桂香" in text and "431022********0002" in text
    assert text.index("2020-09-02") < text.index("2020-11-12") < text.index("2020-10</b>")
    assert "等答复期间暂缓的预警：" in text
    assert FOREIGN_NAME not in text and str(STRANGER) + "/" not in text


@pytest.mark.parametrize("username", ["county", "town", "village"])
def test_whoever_sees_the_household_is_told_to_look(
    prefecture: Seed, signed_in: SignIn, username: str
) -> None:
    text = text_of(signed_in(username), f"/households/{LI_ZHUXI}/")

    assert "李桂香：有部门报了去世，别的部门还有记录，请入户核实" in text
    assert "核实之前什么待遇都不变。" in text
    assert ("去答复" in text) == (username == "county")


@pytest.mark.parametrize(("answer", "words"), [("alive", "人还在"), ("dead", "确已去世")])
def test_it_is_answered_once_with_a_reason_and_nothing_else_changes(
    county: Client, installation: Path, answer: str, words: str
) -> None:
    before = (list(Alert.objects.values()), list(Measure.objects.values()))

    assert county.post(ANSWER, {"answer": answer, "reason": " "}).status_code == 409
    for _ in range(2):
        done = county.post(ANSWER, {"answer": answer, "reason": "入户见到本人"})
        assert (done.status_code, done.headers["Location"]) == (
            302,
            f"/deaths/?done=death_{answer}",
        )

    (said,) = all_decisions(Home(installation))
    assert (said.kind, said.person_ref, said.by) == (answer, WIFE, "county")
    entry = AuditEntry.objects.get(act=f"death_{answer}")
    assert entry.detail == {"household_ref": "101", "died": ["2020-09-02"], "rows": 2}
    text = text_of(county)
    assert "0 人要去核实" in text and words in text and "入户见到本人" in text
    assert "请入户核实" not in text_of(county, f"/households/{LI_ZHUXI}/")
    assert (list(Alert.objects.values()), list(Measure.objects.values())) == before


def test_a_second_official_must_take_the_answer_back_first(
    county: Client, installation: Path
) -> None:
    county.post(ANSWER, {"answer": "dead", "reason": "看过火化证"})

    other = county.post(ANSWER, {"answer": "alive", "reason": "入户见到本人"})
    assert other.status_code == 409
    assert "别人刚刚已经作出决定" in other.content.decode()

    for _ in range(2):
        assert county.post(ANSWER, {"answer": "undo", "reason": "看错人"}).status_code == 302
    assert answers_of(Home(installation)) == {}
    assert AuditEntry.objects.filter(act="death_undo").count() == 1
    assert county.post(ANSWER, {"answer": "alive", "reason": "入户见到本人"}).status_code == 302
    assert [one.kind for one in standing(all_decisions(Home(installation)))] == ["alive"]


@pytest.mark.parametrize("username", ["outsider", "town", "village", "city", "owner", "province"])
def test_nobody_else_answers_it(
    prefecture: Seed, signed_in: SignIn, installation: Path, username: str
) -> None:
    answer = signed_in(username).post(ANSWER, {"answer": "dead", "reason": "听说"})

    assert answer.status_code == 404
    assert not all_decisions(Home(installation))


@pytest.mark.parametrize(
    ("person_ref", "answer"), [(STRANGER, "dead"), (777, "dead"), (WIFE, "same"), (WIFE, "")]
)
def test_what_is_not_there_is_404(county: Client, person_ref: int, answer: str) -> None:
    path = f"/deaths/{person_ref}/"
    assert county.post(path, {"answer": answer, "reason": "入户核实过"}).status_code == 404


def test_without_conflicts_the_page_says_so(county: Client, installation: Path) -> None:
    for file in installation.glob("runs/*/deaths.parquet"):
        file.unlink()

    assert "没有要核实的" in text_of(county)


def test_a_household_shows_who_is_registered_elsewhere_and_names_nobody_of_a_foreign_one(
    county: Client,
) -> None:
    text = text_of(county, f"/households/{LI_ZHUXI}/")

    assert "户籍与居住" in text and "人在户不在" in text and "户在人不在" in text
    assert "人口和收支算在这一户" in text
    assert "人口和收支没有算在任何一户，请核实" in text
    assert text.count("名册上没有的人") == 2, "one is nobody's, one is of a foreign household"
    assert FOREIGN_NAME not in text


def test_people_in_no_household_are_counted_by_place_and_traced_to_their_rows(
    county: Client, signed_in: SignIn
) -> None:
    text = text_of(county, "/unlisted/")

    assert "2 人登记在这里，没有哪一户的名册列了他" in text
    assert "第 21 行" in text and "第 22 行" in text and "4,242" not in text
    empty = text_of(signed_in("outsider"), "/unlisted/")
    assert "登记在这里的人，都有一户的名册列着" in empty
