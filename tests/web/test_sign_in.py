"""Signing in: locked after wrong tries, resting ends a session, first passwords are changed."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case
from fangpin.casework.officials.models import Delegation, Official, Post
from fangpin.policy.models.demos import DemoOfficial, DemoRecipe
from fangpin.web.console.views import sign_in
from fangpin.web.ground import access
from tests.casework.test_second_factor import phone
from tests.web.conftest import SignIn
from tests.web.pages import form_of, text_of
from tests.web.seed import CLOCK, FOREIGN, LI_ZHUXI, PASSWORD, Seed
from tests.web.seed_cases import ON_NOTICE

NOW = datetime(2020, 12, 14, 4, tzinfo=UTC)
WAIT = "输错次数太多，请等 15 分钟再试。"


@pytest.fixture
def now(prefecture: Seed, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """An installation that is no demonstration; its moment is the one item of this list."""
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, clock=None, demo=False)
    present = [NOW]
    monkeypatch.setattr(access, "moment", lambda: present[0])
    return present


def try_to_sign_in(username: str, password: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/sign-in/", {"username": username, "password": password})


def test_an_account_is_locked_after_five_wrong_passwords_and_opens_again(
    now: list[datetime],
) -> None:
    for _ in range(5):
        assert try_to_sign_in("county", "wrong")[1].status_code == 400
    locked = try_to_sign_in("county", PASSWORD)[1]
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
    assert WAIT in locked.content.decode()
    assert AuditEntry.objects.get(act="lock_account").detail == {"tries": 5, "minutes": 15}
    now[0] += timedelta(minutes=14)
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 429
    now[0] += timedelta(minutes=2)
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 302
    assert Official.objects.get(user__username="county").locked_until is None


def test_a_name_that_nobody_has_waits_like_an_account(now: list[datetime]) -> None:
    def answers(name: str) -> list[tuple[int, str | None, bool]]:
        told = []
        for minutes in (0, 0, 0, 0, 0, 0, 5, 11, 0):
            now[0] += timedelta(minutes=minutes)
            answer = try_to_sign_in(name, "wrong")[1]
            text = answer.content.decode()
            told.append((answer.status_code, answer.headers.get("Retry-After"), "次数太多" in text))
        return told

    known, unknown = answers("county"), answers("nobody-at-all")
    assert known == unknown
    assert [code for code, _, _ in known] == [400] * 5 + [429, 429, 400, 400]


def test_a_place_that_tries_many_names_waits_whichever_name_comes_next(
    now: list[datetime],
) -> None:
    for each in range(50):
        assert try_to_sign_in(f"guess-{each}", "wrong")[1].status_code == 400
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    signed = elsewhere.post("/sign-in/", {"username": "county", "password": PASSWORD})
    assert signed.status_code == 302
    now[0] += timedelta(minutes=16)
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 302


def test_a_right_password_begins_the_count_anew(now: list[datetime]) -> None:
    for _ in range(3):
        for _ in range(4):
            try_to_sign_in("county", "wrong")
        assert try_to_sign_in("county", PASSWORD)[1].status_code == 302
    assert AuditEntry.objects.filter(act="sign_in").count() == 3


def test_a_session_that_rests_too_long_ends(now: list[datetime], signed_in: SignIn) -> None:
    client = signed_in("county")
    for _ in range(4):
        now[0] += timedelta(minutes=29)
        assert client.get("/overview/").status_code == 200
    now[0] += timedelta(minutes=31)
    ended = client.get("/overview/")
    assert (ended.status_code, ended.headers["Location"]) == (302, "/sign-in/?next=/overview/")
    assert client.get("/overview/").status_code == 302


def test_nothing_opens_before_a_first_password_is_changed(now: list[datetime]) -> None:
    Official.objects.filter(user__username="county").update(must_change_password=True)
    client, _ = try_to_sign_in("county", PASSWORD)
    for path in ("/overview/", f"/households/{LI_ZHUXI}/"):
        assert client.get(path).headers["Location"] == "/password/"

    def change(old: str, new: str, again: str | None = None) -> Any:
        return client.post("/password/", {"old": old, "new": new, "again": again or new})

    fine = "slow-river-42"
    for refused in (
        change("wrong", fine),
        change(PASSWORD, fine, "another"),
        change(PASSWORD, PASSWORD),
        change(PASSWORD, "12345678"),
        change(PASSWORD, "short"),
    ):
        assert refused.status_code == 400
    assert client.get("/overview/").headers["Location"] == "/password/"
    assert change(PASSWORD, fine).status_code == 302
    assert client.get("/overview/").status_code == 200, "and the session goes on"
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 400
    assert try_to_sign_in("county", fine)[0].get("/overview/").status_code == 200
    assert AuditEntry.objects.filter(act="change_password").count() == 1


def test_with_a_second_factor_the_password_alone_opens_nothing(
    now: list[datetime], signed_in: SignIn
) -> None:
    client = signed_in("county")
    assert "没有开启" in client.get("/second-factor/").content.decode()
    page = client.post("/second-factor/", {"act": "begin"}).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret is not None
    wrong = client.post("/second-factor/", {"act": "confirm", "code": "000000"})
    assert wrong.status_code == 400
    first = {"act": "confirm", "code": phone(secret[1], now[0])}
    assert "已经开启" in client.post("/second-factor/", first).content.decode()

    now[0] += timedelta(minutes=5)
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 400
    again = {"username": "county", "password": PASSWORD, "code": phone(secret[1], now[0])}
    assert Client().post("/sign-in/", again).status_code == 302
    assert Client().post("/sign-in/", again).status_code == 400, "a code counts once"
    for _ in range(4):
        try_to_sign_in("county", PASSWORD)
    now[0] += timedelta(minutes=5)
    again["code"] = phone(secret[1], now[0])
    assert Client().post("/sign-in/", again).status_code == 429, "codes cannot be guessed for long"

    now[0] += timedelta(minutes=15)
    gone = {"act": "remove", "code": phone(secret[1], now[0])}
    assert "没有开启" in client.post("/second-factor/", gone).content.decode()
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 302


def test_a_demonstrations_clock_locks_nobody_out(prefecture: Seed) -> None:
    for _ in range(6):
        try_to_sign_in("county", "wrong")
    assert try_to_sign_in("county", PASSWORD)[1].status_code == 302


def test_a_delegate_chooses_the_post_in_which_to_act(prefecture: Seed, signed_in: SignIn) -> None:
    post = Post.objects.get(official__user__username="town")
    Delegation.objects.create(
        post=post,
        delegate=Official.objects.get(user__username="village"),
        from_date=CLOCK,
        to_date=date(2020, 12, 20),
        delegated_at=NOW,
    )
    client = signed_in("village")
    assert client.get("/overview/").status_code == 404
    assert "代 town 任乡镇审核人" in client.get("/queue/").content.decode()
    assert client.post("/acting/", {"scope": "county_approver:town"}).status_code == 404
    assert client.post("/acting/", {"scope": "township_reviewer:town"}).status_code == 302
    assert "代 town 办理" in client.get("/overview/").content.decode()
    client.get(f"/households/{LI_ZHUXI}/")
    entry = AuditEntry.objects.filter(act="view_household").latest("id")
    assert (entry.official, entry.detail) == (
        "village",
        {"role": "township_reviewer", "on_behalf_of": "town"},
    )
    Delegation.objects.update(revoked_at=NOW, revoked_by="town")
    assert client.get("/overview/").status_code == 404, "back in the own post"


@pytest.mark.parametrize(
    ("path", "kind", "subject"),
    [
        (f"/households/{FOREIGN}/", "household", str(FOREIGN)),
        (f"/households/{FOREIGN + 1}/", "household", str(FOREIGN + 1)),
        ("/queue/?division=431026101201", "queue", "431026101201"),
        ("/feeds/medical.settlement/", "feed", "medical.settlement"),
        ("/feeds/431022198503071234/", "feed", ""),
        ("/overview/?division=431026", "overview", "431026"),
    ],
)
def test_a_page_one_has_no_business_with_is_404_and_on_the_record(
    prefecture: Seed, signed_in: SignIn, path: str, kind: str, subject: str
) -> None:
    assert signed_in("village").get(path).status_code == 404
    [entry] = AuditEntry.objects.filter(act="refuse_view")
    assert (entry.official, entry.subject_kind, entry.subject) == ("village", kind, subject)
    assert entry.division == "431022202204", "where the official serves, not where the thing lies"


def test_an_act_on_a_foreign_alert_is_404_and_on_the_record(
    prefecture: Seed, signed_in: SignIn
) -> None:
    path = "/alerts/A202012-FOREIGN/end/"
    assert signed_in("county").post(path, {"reason": "alert_end.resolved"}).status_code == 404
    entry = AuditEntry.objects.get(act="refuse_view")
    assert (entry.subject_kind, entry.subject) == ("end-alert", "A202012-FOREIGN")


def test_an_address_of_nothing_leaves_no_trace(prefecture: Seed, signed_in: SignIn) -> None:
    assert signed_in("village").get("/no-such-page/").status_code == 404
    assert not AuditEntry.objects.filter(act="refuse_view").exists()
    assert get_user_model().objects.filter(username="village").exists()


def test_a_demonstration_lists_the_accounts_of_its_recipe_however_many_officials_there_are(
    prefecture: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tour's cadre stood behind dozens of invented officials, where the list had ended."""
    for number in range(30):
        user = get_user_model().objects.create(username=f"invented_{number:02}")
        Post.objects.create(
            official=Official.objects.create(user=user, name="某人"),
            role="village_cadre",
            division="431022101201",
            from_date=date(2019, 1, 1),
        )
    accounts = [
        DemoOfficial(username=name, name="-", role="village_cadre", division="-")
        for name in ("county", "village", "nobody")
    ]
    recipe = DemoRecipe.model_construct(accounts=accounts)
    monkeypatch.setattr(sign_in, "demo_recipe", lambda: recipe)
    page = Client().get("/sign-in/").content.decode()

    assert re.findall(r"<code>(\w+)</code>", page) == ["county", "village"]


def test_what_was_typed_when_the_session_had_ended_comes_through_the_sign_in(
    prefecture: Seed, signed_in: SignIn
) -> None:
    case = Case.objects.get(household=ON_NOTICE)
    path = f"/cases/{case.case_no}/return_for_correction/"
    words = "三月住院后不能外出打工，<家里> 只靠低保。"
    client = Client()
    asked = client.post(path, {"note": words, "causes": ["illness", "job"]})
    assert asked.status_code == 401
    assert "您填的都还在" in asked.content.decode()

    address, values = form_of(asked.content.decode(), "/sign-in/")
    wrong = client.post(address, values | {"username": ["town"], "password": ["wrong"]})
    assert wrong.status_code == 400
    address, values = form_of(wrong.content.decode(), "/sign-in/")
    right = client.post(address, values | {"username": ["town"], "password": [PASSWORD]})
    assert right.status_code == 200
    address, values = form_of(right.content.decode(), path)
    assert (values["note"], values["causes"]) == ([words], ["illness", "job"])
    assert client.get("/queue/").status_code == 200, "the official is signed in"


def test_nothing_is_carried_to_another_server_nor_a_password_that_was_to_be_changed(
    prefecture: Seed,
) -> None:
    credentials = {"username": "town", "password": PASSWORD}
    away = {"typed-to": "//evil.example/", "typed:note": "x", **credentials}
    assert Client().post("/sign-in/", away).status_code == 302
    changed = Client().post("/password/", {"old": PASSWORD, "new": "new-secret-words"})
    assert changed.status_code == 302
    forged = Client(enforce_csrf_checks=True).post("/cases/C20-X/assign/", {"note": "x"})
    assert forged.status_code == 403, "no other site's form is carried"


def test_what_was_typed_into_a_page_that_became_too_old_is_sent_once_more(
    prefecture: Seed, signed_in: SignIn
) -> None:
    """A sign-in in another window gives every form of the browser another token."""
    case = Case.objects.get(household=ON_NOTICE)
    path = f"/cases/{case.case_no}/return_for_correction/"
    client = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    client.force_login(get_user_model().objects.get(username="town"))
    client.get(f"/cases/{case.case_no}/")
    words = {"note": "会议纪要 <没有> 写明", "key": "k1", "csrfmiddlewaretoken": "x" * 64}
    told = client.post(path, words)
    assert told.status_code == 403
    assert "页面放得太久了，您填的都还在" in told.content.decode()
    address, values = form_of(told.content.decode(), path)
    assert (values["note"], values["key"]) == ([words["note"]], ["k1"])
    assert values["csrfmiddlewaretoken"] != [words["csrfmiddlewaretoken"]]
    assert client.post(address, values).status_code != 403, "its token is of today"

    client.logout()
    signed_out = client.post(path, words)
    address, values = form_of(signed_out.content.decode(), "/sign-in/")
    assert values["typed:note"] == [words["note"]], "through the sign-in, as when a session ended"
    stale = values | {
        "csrfmiddlewaretoken": ["x" * 64],
        "username": ["town"],
        "password": ["secret"],
    }
    again = client.post(address, stale)
    assert form_of(again.content.decode(), "/sign-in/")[1]["typed:note"] == [words["note"]]
    assert "secret" not in again.content.decode()


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
def test_nothing_of_a_foreign_pages_form_is_offered_to_be_sent(
    prefecture: Seed, origin: str | None
) -> None:
    case = Case.objects.get(household=ON_NOTICE)
    headers = {"origin": origin} if origin else {}
    client = Client(enforce_csrf_checks=True, headers=headers)
    client.force_login(get_user_model().objects.get(username="town"))
    client.get("/queue/")
    told = client.post(f"/cases/{case.case_no}/assign/", {"note": "as they wish"})
    assert told.status_code == 403
    assert "as they wish" not in told.content.decode()
    assert "<form" not in told.content.decode()


def test_the_address_of_an_act_says_in_words_that_it_has_no_page(
    prefecture: Seed, signed_in: SignIn
) -> None:
    answer = signed_in("county").get("/alerts/A202012-0001/end/")
    assert answer.status_code == 405
    assert "这一步没有自己的页面" in answer.content.decode()


def test_signing_in_and_out(prefecture: Seed) -> None:
    client = Client()
    page = text_of(client.get("/sign-in/"))
    assert "演示账号" in page
    wrong = client.post("/sign-in/", {"username": "city", "password": "no"})
    assert wrong.status_code == 400
    assert "账号、密码或验证码不对" in text_of(wrong)
    right = client.post("/sign-in/", {"username": "city", "password": PASSWORD, "next": "/queue/"})
    assert right.headers["Location"] == "/queue/"
    assert client.get("/queue/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/queue/").status_code == 302


def test_demonstration_accounts_are_listed_in_a_demonstration_only(
    prefecture: Seed, settings: Any
) -> None:
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, demo=False, clock=None)
    page = text_of(Client().get("/sign-in/"))
    assert "演示账号" not in page
    assert "曹丽" not in page
    assert "演示时钟" not in page
