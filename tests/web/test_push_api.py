"""The push API: one body, one delivery, whatever the line does; nothing for anybody else's token."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import get_resolver

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.scope import Scope
from fangpin.casework.uploads.models import DepartmentToken, Upload
from fangpin.casework.uploads.tokens import create_token, revoke_token, scope_of_token, tokens
from fangpin.feeds.readers.limits import Limits
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from fangpin.web.api.views import deliveries
from tests.looking import looker
from tests.web.conftest import SignIn
from tests.web.seed import Seed
from tests.web.work import number, work

FEED = "medical.settlement"
PATH = f"/api/feeds/{FEED}/deliveries"
AT = datetime(2020, 12, 14, 4, tzinfo=UTC)
ADMINISTRATOR = Scope(
    official="operator", divisions=("4310",), may=frozenset({"manage_tokens", "manage_accounts"})
)


def body(count: int = 6, **changed: Any) -> str:
    """Bills as a system writes them: field codes as keys, numbers as numbers."""
    lines = []
    for place in range(count):
        row = {"row_id": f"B{place}", "id_number": number(place), "month": "2020-11"}
        row |= {"amount": 100.5, **(changed if place == 0 else {})}
        lines.append(json.dumps(row, ensure_ascii=False))
    return "\n".join(lines) + "\n"


@pytest.fixture
def home(prefecture: Seed, installation: Path) -> Path:
    shutil.rmtree(installation / "deliveries" / FEED, ignore_errors=True)
    return installation


def made(prefecture: Seed, department: str = "medical", **more: Any) -> str:
    """The text of a new token."""
    _, text = create_token(
        pack=prefecture.pack,
        department=department,
        division="431022",
        name="HIS",
        by=ADMINISTRATOR,
        at=AT,
        **more,
    )
    return text


def push(token: str, content: str | bytes, *, key: str = "key-0001", path: str = PATH, **more: Any):
    return Client().post(
        path,
        content,
        content_type=more.pop("media", "application/x-ndjson"),
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key, **more},
    )


def look(token: str, path: str) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    told = json.loads(response.content)
    assert (response.status_code, told["code"]) == (status, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert all(told[word] for word in ("title", "detail", "zh", "en", "fix_zh", "fix_en"))
    assert told["status"] == status
    return told


def test_a_body_becomes_one_delivery_and_tells_its_rows(prefecture: Seed, home: Path) -> None:
    token = made(prefecture)
    response = push(token, body(6, amount="4OO"), path=f"{PATH}?month=2020-11")
    assert response.status_code == 202
    where = response.headers["Location"]
    assert response.json() == {"upload": where.rsplit("/", 1)[1], "feed": FEED, "href": where}
    waiting = look(token, where)
    assert waiting.json()["state"] == "checking"
    assert waiting.headers["Retry-After"] == "2"
    assert work(home) == 1
    told = look(token, where).json()
    assert told["state"] == "accepted"
    counts = [told[name] for name in ("read", "accepted", "quarantined", "duplicate")]
    assert counts == [6, 5, 1, 0]
    assert told["month"] == "2020-11"
    [row] = told["rows"]
    assert (row["row_no"], row["code"], row["column"]) == (1, "AMOUNT_UNREADABLE", "amount")
    assert row["message_zh"] and row["message_en"] and row["repair_zh"]
    assert look(token, f"{where}?offset=1").json()["rows"] == []
    upload = Upload.objects.get()
    assert (upload.channel, upload.sender) == (
        "push",
        f"token:{DepartmentToken.objects.get().token_no}",
    )
    entry = AuditEntry.objects.get(act="submit_upload")
    assert entry.official == upload.sender


def test_the_same_key_and_body_are_answered_alike_and_received_once(
    prefecture: Seed, home: Path
) -> None:
    token = made(prefecture)
    answers = [push(token, body()) for _ in range(3)]
    work(home)
    answers += [push(token, body()) for _ in range(3)]
    assert {(one.status_code, one.content, one.headers["Location"]) for one in answers} == {
        (202, answers[0].content, answers[0].headers["Location"])
    }
    assert Upload.objects.count() == 1
    assert work(home) == 0
    assert len(list((home / "deliveries" / FEED).glob("*/delivery.json"))) == 1
    assert list((home / "uploads").iterdir()) == []


def test_the_same_key_with_another_body_is_a_conflict(prefecture: Seed, home: Path) -> None:
    token = made(prefecture)
    push(token, body())
    problem(push(token, body(7)), 409, "IDEMPOTENCY_KEY_USED")
    problem(push(token, body(), path=f"{PATH}?month=2020-10"), 409, "IDEMPOTENCY_KEY_USED")
    assert Upload.objects.count() == 1
    assert len(list((home / "uploads").iterdir())) == 1


def test_keys_of_two_tokens_do_not_meet(prefecture: Seed, home: Path) -> None:
    first, second = made(prefecture), made(prefecture)
    assert push(first, body()).status_code == push(second, body(7)).status_code == 202
    assert Upload.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "more", "status", "code"),
    [
        (body(), {"media": "text/csv"}, 415, "MEDIA_TYPE_UNSUPPORTED"),
        (body(), {"key": ""}, 400, "IDEMPOTENCY_KEY_MISSING"),
        (body(), {"key": "short"}, 400, "IDEMPOTENCY_KEY_MISSING"),
        (body(), {"path": f"{PATH}?month=soon"}, 422, "MONTH_UNREADABLE"),
        (body(), {"path": f"{PATH}?month=2021-01"}, 422, "MONTH_AHEAD"),
        (body(), {"path": f"{PATH}?month=9999-12"}, 422, "MONTH_AHEAD"),
        (body(), {"path": f"{PATH}?month=2020-13"}, 422, "MONTH_UNREADABLE"),
        (body(), {"path": f"{PATH}?month=0000-01"}, 422, "MONTH_UNREADABLE"),
        (body(), {"path": f"{PATH}?month=%00"}, 422, "MONTH_UNREADABLE"),
        (body(), {"path": f"{PATH}?month=2020-10&month=2020-11"}, 422, "MONTH_UNREADABLE"),
        (body(), {"path": f"{PATH}?mounth=2020-10"}, 400, "PARAMETER_UNKNOWN"),
        (body(), {"path": f"{PATH}?month=2020-10&dry_run=1"}, 400, "PARAMETER_UNKNOWN"),
        (body(), {"path": f"{PATH}?431022198503071234="}, 400, "PARAMETER_UNKNOWN"),
        (body(), {"Content-Encoding": "gzip"}, 415, "CONTENT_ENCODING_UNSUPPORTED"),
        (body(), {"path": "/api/feeds/medical.unknown/deliveries"}, 404, "FEED_UNKNOWN"),
        (body(), {"path": "/api/feeds/finance.card/deliveries"}, 404, "FEED_UNKNOWN"),
    ],
)
def test_what_is_wrong_with_a_request_is_a_problem_in_both_languages(
    prefecture: Seed, home: Path, content: str, more: dict[str, Any], status: int, code: str
) -> None:
    problem(push(made(prefecture), content, **more), status, code)
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [("ofset=10", "PARAMETER_UNKNOWN"), ("limit=many", "PARAMETER_UNREADABLE"),
     ("limit=-1", "PARAMETER_UNREADABLE"), ("offset=1&offset=2", "PARAMETER_UNREADABLE"),
     ("offset=", "PARAMETER_UNREADABLE")],
)  # fmt: skip
def test_a_page_of_refused_rows_that_cannot_be_given_is_not_another_page(
    prefecture: Seed, home: Path, query: str, code: str
) -> None:
    """Whoever asks for `ofset=100` would read the first rows for ever."""
    token = made(prefecture)
    where = push(token, body()).headers["Location"]
    problem(look(token, f"{where}?{query}"), 400, code)


@pytest.mark.parametrize(
    ("length", "code", "status"),
    [
        ("0", "FILE_EMPTY", 422),
        ("", "LENGTH_MISSING", 411),
        ("²", "LENGTH_MISSING", 411),
        ("9" * 5000, "LENGTH_MISSING", 411),
    ],
)
def test_a_body_without_content_or_length_is_told(
    prefecture: Seed, home: Path, length: str, code: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {made(prefecture)}", "Idempotency-Key": "key-0001"}
    told = {"CONTENT_TYPE": "application/x-ndjson", "CONTENT_LENGTH": length}
    problem(Client().generic("POST", PATH, b"", headers=headers, **told), status, code)


def test_a_body_above_the_limit_is_refused_by_its_length(
    prefecture: Seed, home: Path, settings: Any
) -> None:
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, limits=Limits(file_bytes=100))
    problem(push(made(prefecture), body()), 413, "BODY_TOO_LARGE")
    assert not (home / "uploads").exists()


def test_a_body_that_was_cut_leaves_nothing(prefecture: Seed, home: Path) -> None:
    token = made(prefecture)
    request = RequestFactory().post(
        PATH,
        body(),
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "key-0001"},
    )
    request.META["CONTENT_LENGTH"] = str(int(request.META["CONTENT_LENGTH"]) + 40)
    request._stream = io.BytesIO(body().encode())
    request.at, request.today, request.scope = AT, AT.date(), scope_of_token(token, on=AT.date())
    problem(deliveries(request, FEED), 400, "BODY_CUT")
    assert Upload.objects.count() == 0
    assert list((home / "uploads").iterdir()) == []
    assert push(token, body()).status_code == 202, "under the same key"


@pytest.mark.parametrize("content", ["not json\n", body() + '{"row_id": "B9", "id_nu', "[1, 2]\n"])
def test_a_body_that_is_no_ndjson_is_refused_as_a_whole(
    prefecture: Seed, home: Path, content: str
) -> None:
    token = made(prefecture)
    where = push(token, content).headers["Location"]
    work(home)
    told = look(token, where).json()
    assert (told["state"], told["read"], told["rows"]) == ("refused", 0, [])
    assert told["findings"][0]["message_zh"] and told["findings"][0]["message_en"]
    assert not (home / "deliveries" / FEED).exists()


@pytest.mark.parametrize(
    "first",
    [
        '{"row_id": "B9", "id_nu',
        "row_id,id_number,month,amount",
        '{"姓名": "李竹喜"}'.encode("gb18030"),
        b"\x1f\x8b\x08\x00",
        b"PK\x03\x04",
        "<html>502 Bad Gateway</html>",
        "[",
    ],
)
def test_a_first_line_that_is_no_object_is_told_as_such(
    prefecture: Seed, home: Path, first: str | bytes
) -> None:
    """What was agreed on is NDJSON: a body is not taken for a spreadsheet, nor called one."""
    token = made(prefecture)
    content = (first.encode() if isinstance(first, str) else first) + b"\n" + body().encode()
    where = push(token, content).headers["Location"]
    work(home)
    told = look(token, where).json()
    assert told["state"] == "refused"
    assert [(one["code"], one["row"]) for one in told["findings"]] == [("JSON_LINE_UNREADABLE", 1)]
    assert "李竹喜" not in str(told)


def test_a_moment_in_utc_is_read_in_the_installations_zone(prefecture: Seed, home: Path) -> None:
    """What a program makes of midnight of the first of November."""
    token = made(prefecture)
    where = push(token, body(month="2020-10-31T16:00:00.000Z")).headers["Location"]
    assert work(home) == 1
    told = look(token, where).json()
    assert (told["state"], told["accepted"]) == ("accepted", 6)
    assert {"DATE_FROM_UTC"} <= {one["code"] for one in told["findings"]}
    (facts,) = (home / "deliveries" / FEED).glob("*/facts.parquet")
    assert looker().rows("SELECT DISTINCT month FROM read_parquet(?)", [str(facts)]) == [
        (int(Month.parse("2020-11")),)
    ]


def test_half_a_character_in_a_body_costs_its_row_alone(prefecture: Seed, home: Path) -> None:
    token = made(prefecture)
    where = push(token, body(3).replace('"B0"', '"B0", "note": "\\ud83d"')).headers["Location"]
    work(home)
    told = look(token, where).json()
    assert (told["state"], told["accepted"], told["quarantined"]) == ("accepted", 2, 1)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_a_problem_that_names_the_right_ones(
    prefecture: Seed, home: Path, method: str
) -> None:
    headers = {"Authorization": f"Bearer {made(prefecture)}"}
    response = Client().generic(method, PATH, b"", headers=headers)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    if method != "HEAD":
        problem(response, 405, "METHOD_NOT_ALLOWED")
    there = Client().generic("POST", f"{PATH}/0123456789ab", b"", headers=headers)
    assert problem(there, 405, "METHOD_NOT_ALLOWED")
    assert there.headers["Allow"] == "GET, HEAD"


def test_what_was_not_foreseen_is_a_problem_without_its_words(
    prefecture: Seed, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("geheim")

    monkeypatch.setattr("fangpin.web.api.views.submit", broken)
    client = Client(raise_request_exception=False)
    response = client.post(
        PATH,
        body(),
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {made(prefecture)}", "Idempotency-Key": "key-0001"},
    )
    problem(response, 500, "SERVER_BROKEN")
    assert "geheim" not in response.content.decode()
    assert list((home / "uploads").iterdir()) == []


# ── who ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_address_of_the_api_asks_for_a_token(prefecture: Seed, home: Path) -> None:
    for pattern in get_resolver("fangpin.web.api.urls").url_patterns:
        assert hasattr(pattern.callback, "entrance"), pattern.name  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["none", "misspelt", "foreign", "revoked", "expired", "session"])
def test_nobody_else_sends_or_sees_anything(
    prefecture: Seed, home: Path, signed_in: SignIn, kind: str
) -> None:
    own = made(prefecture)
    where = push(own, body()).headers["Location"]
    client, token = Client(), ""
    if kind == "misspelt":
        token = own[:-1] + ("a" if own[-1] != "a" else "b")
    elif kind == "foreign":
        token = made(prefecture, "finance")
    elif kind == "revoked":
        token = own
        revoke_token(token_no=own.split("_")[1], by=ADMINISTRATOR, at=AT)
    elif kind == "expired":
        token = made(prefecture, expires_on=date(2020, 12, 14))
    elif kind == "session":
        client = signed_in("owner")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    expected = (404, "NOT_FOUND") if kind == "foreign" else (401, "TOKEN_REFUSED")
    seen = client.get(where, headers=headers)
    told = problem(seen, *expected)
    assert FEED not in str(told)
    sent = client.post(
        PATH,
        body(3),
        content_type="application/x-ndjson",
        headers={**headers, "Idempotency-Key": "key-0002"},
    )
    problem(sent, expected[0], "FEED_UNKNOWN" if kind == "foreign" else "TOKEN_REFUSED")
    if expected[0] == 401:
        assert seen.headers["WWW-Authenticate"].startswith("Bearer")
    assert Upload.objects.count() == 1


def test_an_upload_under_another_feed_s_address_is_not_there(prefecture: Seed, home: Path) -> None:
    token = made(prefecture)
    where = push(token, body()).headers["Location"]
    problem(look(token, where.replace(FEED, "medical.insured")), 404, "NOT_FOUND")
    problem(look(token, "/api/nothing"), 404, "NOT_FOUND")


def test_a_token_opens_no_page_of_the_console(prefecture: Seed, home: Path) -> None:
    token = made(prefecture)
    for path in ("/feeds/", "/uploads/", "/overview/", "/field/tasks"):
        assert look(token, path).status_code in (302, 401)


def test_tokens_are_made_and_revoked_on_the_record_and_kept_as_digests(
    prefecture: Seed, home: Path
) -> None:
    text = made(prefecture)
    token = DepartmentToken.objects.get()
    secret = text.split("_", 2)[2]
    assert secret not in str(DepartmentToken.objects.values())
    revoke_token(token_no=token.token_no, by=ADMINISTRATOR, at=AT)
    revoke_token(token_no=token.token_no, by=ADMINISTRATOR, at=AT)
    acts = AuditEntry.objects.filter(subject_kind="token").order_by("id")
    assert [(one.act, one.official, one.subject) for one in acts] == [
        ("create_token", "operator", token.token_no),
        ("revoke_token", "operator", token.token_no),
    ]
    assert [one.revoked_by for one in tokens(ADMINISTRATOR)] == ["operator"]


@pytest.mark.parametrize(
    "by",
    [
        dataclasses.replace(ADMINISTRATOR, may=frozenset({"see_feeds"})),
        dataclasses.replace(ADMINISTRATOR, divisions=("4304",)),
        dataclasses.replace(ADMINISTRATOR, divisions=()),
    ],
)
def test_only_who_may_and_only_within_the_scope_makes_and_revokes_tokens(
    prefecture: Seed, home: Path, by: Scope
) -> None:
    made(prefecture)
    [token] = tokens(ADMINISTRATOR)
    with pytest.raises(ProblemError):
        create_token(
            pack=prefecture.pack,
            department="medical",
            division="431022",
            name="x",
            by=by,
            at=AT,
        )
    with pytest.raises(ProblemError):
        revoke_token(token_no=token.token_no, by=by, at=AT)
    token.refresh_from_db()
    assert token.revoked_at is None
    assert DepartmentToken.objects.count() == 1


def test_a_department_that_the_pack_does_not_know_gets_no_token(
    prefecture: Seed, home: Path
) -> None:
    with pytest.raises(ProblemError, match="DEPARTMENT_UNKNOWN"):
        made(prefecture, "hospital")
