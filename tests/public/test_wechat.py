"""WeChat-work against a stub of its own protocol: token, member, message; nothing personal aloud."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fangpin.casework.declarations.models import Notification
from fangpin.web.ground.keys import door_keys
from fangpin.web.public.gateways import HttpGateway, LogGateway, Message, NotSent
from fangpin.web.public.sending import gateways_of
from fangpin.web.public.telling import MOST_TRIES, tell_households
from fangpin.web.public.wechat import WeChatWorkGateway
from fangpin.web.settings.environment import Environment
from fangpin.web.settings.messages import WECHAT_WORK, MessageSettings, WeChatSettings
from tests.casework.cases_world import DAY, moment, pack
from tests.public.world import PHONE, ROUNDS, Village

MESSAGE = Message("k", PHONE, "已收到。")


@dataclass
class Corp:
    """The service as this machine plays it: its members, its tokens, what it was asked."""

    members: dict[str, str] = field(default_factory=lambda: {PHONE: "li.mou"})
    valid: str = ""
    tokens: int = 0
    lasts: int = 7200
    refuses: dict[str, int] = field(default_factory=dict)
    """What is asked -> the code with which it is refused."""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    unreached: str = ""
    garbled: bool = False
    address: str = ""

    def answer(self, what: str, query: dict[str, list[str]], told: Any) -> dict[str, Any]:
        self.asked.append((what, told))
        if what in self.refuses:
            return {"errcode": self.refuses[what], "errmsg": f"no {PHONE}"}
        if what == "gettoken":
            if query["corpsecret"] != ["secret"] or query["corpid"] != ["ww1"]:
                return {"errcode": 40001, "errmsg": "invalid credential"}
            self.tokens += 1
            self.valid = f"token-{self.tokens}"
            return {"errcode": 0, "access_token": self.valid, "expires_in": self.lasts}
        if query["access_token"] != [self.valid]:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if what == "user/getuserid":
            member = self.members.get(told["mobile"])
            return {"errcode": 0, "userid": member} if member else {"errcode": 46004}
        return {"errcode": 0, "errmsg": "ok", "invaliduser": self.unreached}


@pytest.fixture
def corp() -> Iterator[Corp]:
    made = Corp()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(None)

        def do_POST(self) -> None:
            self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def reply(self, told: Any) -> None:
            parts = urlsplit(self.path)
            what = parts.path.removeprefix("/cgi-bin/")
            answer = json.dumps(made.answer(what, parse_qs(parts.query), told)).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>" if made.garbled else answer)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def gateway_of(corp: Corp) -> WeChatWorkGateway:
    return WeChatWorkGateway(WeChatSettings(corp.address, "ww1", 1000002, "secret"))


def sent(corp: Corp) -> list[dict[str, Any]]:
    return [told for what, told in corp.asked if what == "message/send"]


def test_the_member_who_has_the_telephone_gets_the_packs_words_once(
    village: Village, corp: Corp
) -> None:
    gateway, row = gateway_of(corp), village.farmer().declare()
    for _ in range(2):
        tell_households(pack=pack(), keys=door_keys(), gateways=(gateway,), at=moment(DAY))
    (told,) = sent(corp)
    assert (told["touser"], told["agentid"], told["msgtype"]) == ("li.mou", 1000002, "text")
    assert told["text"]["content"].startswith("【困难申报】已收到您的申报。")
    assert row.receipt_no in told["text"]["content"] and "{" not in told["text"]["content"]
    assert told["enable_duplicate_check"] == 1
    assert "李某" not in str(corp.asked)


def test_one_token_serves_many_messages_and_is_renewed_when_it_ends(corp: Corp) -> None:
    gateway = gateway_of(corp)
    for _ in range(3):
        gateway.send(MESSAGE)
    assert corp.tokens == 1
    corp.valid = "withdrawn"
    gateway.send(MESSAGE)
    assert (corp.tokens, len(sent(corp))) == (2, 4)
    corp.lasts = 60
    corp.valid = "withdrawn"
    gateway.send(MESSAGE)
    gateway.send(MESSAGE)
    assert corp.tokens > 3, "one that ends within two minutes is asked for anew"


def test_a_telephone_that_no_member_has_is_left_at_once_and_sms_goes_on(
    village: Village, corp: Corp
) -> None:
    corp.members.clear()
    village.farmer().declare()
    log = LogGateway()
    for minutes in (0, 1, 4, 16, 64, 256):
        tell_households(
            pack=pack(),
            keys=door_keys(),
            gateways=(gateway_of(corp), log),
            at=moment(DAY) + timedelta(minutes=minutes),
        )
    row = Notification.objects.get(gateway="wechat_work")
    assert (row.count_of_tries, row.failure, row.sent_at) == (MOST_TRIES, "errcode 46004", None)
    assert [what for what, _ in corp.asked].count("user/getuserid") == 1
    assert Notification.objects.get(gateway="log").sent_at is not None


def test_a_member_whom_the_application_does_not_reach_is_left_too(corp: Corp) -> None:
    corp.unreached = "li.mou"
    with pytest.raises(NotSent) as failed:
        gateway_of(corp).send(MESSAGE)
    assert failed.value.is_final


@pytest.mark.parametrize(
    ("what", "code"), [("message/send", 45009), ("user/getuserid", -1), ("gettoken", 40001)]
)
def test_trouble_is_tried_again_with_pauses_and_told_by_its_code_alone(
    village: Village, corp: Corp, what: str, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    corp.refuses[what] = code
    gateway = gateway_of(corp)
    village.farmer().declare()
    tries = []
    with caplog.at_level(logging.DEBUG):
        for minutes in ROUNDS:
            before = len(corp.asked)
            tell_households(
                pack=pack(),
                keys=door_keys(),
                gateways=(gateway,),
                at=moment(DAY) + timedelta(minutes=minutes),
            )
            tries += [minutes] if len(corp.asked) > before else []
    assert tries == [0, 1, 4, 16, 64]
    row = Notification.objects.get()
    assert (row.failure, row.sent_at) == (f"errcode {code}", None)
    for secret in (PHONE, PHONE[-4:], "secret", "token-", "李某"):
        assert secret not in caplog.text and secret not in repr(gateway), secret


def test_an_answer_of_something_else_is_no_answer(corp: Corp) -> None:
    corp.garbled = True
    with pytest.raises(NotSent, match="no answer of WeChat-work") as failed:
        gateway_of(corp).send(MESSAGE)
    assert not failed.value.is_final


def test_which_gateway_a_channel_has() -> None:
    wechat = WeChatSettings(corp="ww1", agent=1, secret="s")
    both = ("sms", "wechat_work")
    assert [type(one) for one in gateways_of(MessageSettings(channels=both))] == [LogGateway]
    by_service = gateways_of(MessageSettings("https://a.example", channels=both))
    assert [(type(one), one.name) for one in by_service] == [
        (HttpGateway, "sms"),
        (HttpGateway, "wechat_work"),
    ]
    own = gateways_of(MessageSettings("https://a.example", channels=both, wechat=wechat))
    assert [type(one) for one in own] == [HttpGateway, WeChatWorkGateway]
    alone = MessageSettings(channels=("wechat_work",), wechat=wechat)
    assert gateways_of(alone)[0] is gateways_of(alone)[0], "its token is kept between rounds"


def test_its_settings_come_together_and_are_not_shown() -> None:
    read = Environment.read(
        {
            "FANGPIN_WECHAT_CORP": "ww1",
            "FANGPIN_WECHAT_AGENT": "1000002",
            "FANGPIN_WECHAT_SECRET": "top",
        }
    ).messages.wechat
    assert (read.url, read.corp, read.agent, read.secret) == (WECHAT_WORK, "ww1", 1000002, "top")
    assert "top" not in repr(read)
