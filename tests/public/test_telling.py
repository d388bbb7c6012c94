"""Households are told when something happened: once, with bounded tries, never aloud."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fangpin.casework.declarations.models import Declaration, DeclarationState, Notification
from fangpin.values.problem import ProblemError
from fangpin.web import joining
from fangpin.web.ground.keys import door_keys
from fangpin.web.public.gateways import (
    Gateway,
    HttpGateway,
    LogGateway,
    Message,
    NotSent,
)
from fangpin.web.public.sending import gateways_of
from fangpin.web.public.telling import MOST_TRIES, tell_households
from fangpin.web.settings.environment import Environment
from fangpin.web.settings.messages import MessageSettings
from tests.casework.cases_world import DAY, moment, pack
from tests.public.world import PHONE, ROUNDS, UNKNOWN, Village


@dataclass
class Provider:
    """A message service on this machine: what it answers next, and what it was sent."""

    status: int = 200
    wait: threading.Event | None = None
    sent: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if made.wait is not None:
                made.wait.wait(5)
            made.sent.append(json.loads(body))
            made.tokens.append(self.headers["Authorization"] or "")
            self.send_response(made.status)
            if made.status == 302:
                self.send_header("Location", made.address + "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}/send"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    if made.wait is not None:
        made.wait.set()
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Recorder:
    """A gateway that keeps what it was given."""

    name: str = "recorder"
    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        self.sent.append(message)


def tell(gateway: Gateway, minutes: int = 0) -> int:
    at = moment(DAY) + timedelta(minutes=minutes)
    return tell_households(pack=pack(), keys=door_keys(), gateways=(gateway,), at=at)


def test_a_household_is_told_when_it_was_received_visited_and_decided(village: Village) -> None:
    gateway = Recorder()
    row = village.farmer().declare()
    assert tell(gateway) == 1 and tell(gateway) == 0
    there = village.visited(row)
    assert tell(gateway) == 1
    there.act("find_not_at_risk", village.cast.reviewer, reason="income_stable", note="收入稳定")
    assert tell(gateway) == 1 and tell(gateway) == 0
    words = [message.key.partition(":")[2] for message in gateway.sent]
    assert words == ["message.received", "message.visited", "message.decided"]
    assert all(
        message.phone == PHONE and row.receipt_no in message.text for message in gateway.sent
    )
    assert "李某" not in str(gateway.sent)


def test_whoever_wrote_down_a_neighbours_number_is_not_told_of_the_neighbours_case(
    village: Village,
) -> None:
    first = village.farmer().declare()
    there = village.visited(first)
    there.act("find_not_at_risk", village.cast.reviewer, reason="income_stable", note="收入稳定")
    gateway = Recorder()
    tell(gateway)
    gateway.sent.clear()
    stranger = village.farmer().declare()
    Declaration.objects.filter(pk=stranger.pk).update(
        received_at=moment(there.later(3).day), state=DeclarationState.IN_CASE, case=there.case()
    )
    tell(gateway)
    assert [message.key for message in gateway.sent] == [f"{stranger.receipt_no}:message.received"]


def test_the_log_never_holds_a_phone_number(
    village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    row = village.farmer().declare()
    with caplog.at_level(logging.INFO, logger="fangpin.messages"):
        assert tell(LogGateway()) == 1
    assert "message.received" in caplog.text and "138" in caplog.text
    assert PHONE not in caplog.text and PHONE[-4:] not in caplog.text
    assert row.receipt_no not in caplog.text


def test_a_real_gateway_gets_channel_key_phone_and_words_with_its_token(
    village: Village, provider: Provider
) -> None:
    settings = MessageSettings(provider.address, "secret", ("sms", "wechat_work"))
    row = village.farmer().declare()
    sent = tell_households(
        pack=pack(), keys=door_keys(), gateways=gateways_of(settings), at=moment(DAY)
    )
    assert sent == 2 and provider.tokens == ["Bearer secret"] * 2
    assert sorted(one["channel"] for one in provider.sent) == ["sms", "wechat_work"]
    assert {one["to"] for one in provider.sent} == {PHONE}
    assert {one["key"] for one in provider.sent} == {f"{row.receipt_no}:message.received"}
    assert "已收到" in provider.sent[0]["text"]


def test_a_gateway_that_refuses_is_tried_later_and_at_last_left(
    village: Village, provider: Provider
) -> None:
    provider.status = 503
    gateway = HttpGateway("sms", provider.address)
    village.farmer().declare()
    tries = [minute for minute in ROUNDS if _tried(gateway, provider, minute)]
    assert tries == [0, 1, 4, 16, 64] and len(tries) == MOST_TRIES
    row = Notification.objects.get()
    assert (row.count_of_tries, row.sent_at, row.failure) == (MOST_TRIES, None, "HTTP 503")


def test_a_gateway_that_recovers_gets_the_message_once(
    village: Village, provider: Provider
) -> None:
    provider.status = 500
    gateway = HttpGateway("sms", provider.address)
    village.farmer().declare()
    assert tell(gateway) == 0
    provider.status = 204
    assert [tell(gateway, minutes) for minutes in (0, 1, 5)] == [0, 1, 0]
    row = Notification.objects.get()
    assert (row.count_of_tries, row.failure) == (2, "") and row.sent_at is not None


@pytest.mark.parametrize("status", [302, 401])
def test_the_token_goes_nowhere_else(provider: Provider, status: int) -> None:
    provider.status = status
    with pytest.raises(NotSent, match=str(status)):
        HttpGateway("sms", provider.address, "secret").send(Message("k", PHONE, "t"))
    assert len(provider.sent) == 1


def test_a_gateway_that_hangs_or_is_not_there_is_given_up(provider: Provider) -> None:
    provider.wait = threading.Event()
    slow = HttpGateway("sms", provider.address, seconds=0.1)
    with pytest.raises(NotSent, match="TimeoutError"):
        slow.send(Message("k", PHONE, "t"))
    provider.wait.set()
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        HttpGateway("sms", "http://127.0.0.1:9/").send(Message("k", PHONE, "t"))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("FANGPIN_MESSAGES_URL", "http://sms.example.com/send", "SETTING_WEB_ADDRESS"),
        ("FANGPIN_PUBLIC_URL", "fangpin.example.com", "SETTING_WEB_ADDRESS"),
        ("FANGPIN_PUBLIC_URL", "https://a:b@c.example", "SETTING_WEB_ADDRESS"),
        ("FANGPIN_MESSAGES_BY", "sms,pigeon", "SETTING_MESSAGES_BY"),
        ("FANGPIN_WECHAT_CORP", "ww1", "SETTING_WECHAT"),
        ("FANGPIN_WECHAT_URL", "http://wechat.example.com", "SETTING_WEB_ADDRESS"),
    ],
)
def test_a_setting_that_would_send_numbers_in_plain_is_refused(
    name: str, value: str, code: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        Environment.read({name: value})
    assert [problem.code for problem in refused.value.problems] == [code]


def test_the_serving_process_joins_and_tells_and_goes_on_when_it_cannot(
    village: Village, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(joining, "close_old_connections", lambda: None)
    monkeypatch.setattr(joining.connection, "close", lambda: None)
    known, unknown = village.farmer().declare(), village.farmer().declare(identity=UNKNOWN)
    assert joining.join_once()
    known.refresh_from_db()
    unknown.refresh_from_db()
    assert (known.state, unknown.state) == ("in_case", "received")
    assert known.case is not None and known.case.first_clue_date == DAY
    assert Notification.objects.exclude(sent_at=None).count() == 2

    def stumble(**_: object) -> int:
        raise OSError("a row: " + PHONE)

    monkeypatch.setattr(joining, "join_declarations", stumble)
    assert not joining.join_once()
    assert "OSError" in caplog.text and PHONE not in caplog.text


def _tried(gateway: Gateway, provider: Provider, minute: int) -> bool:
    before = len(provider.sent)
    tell(gateway, minute)
    return len(provider.sent) > before
