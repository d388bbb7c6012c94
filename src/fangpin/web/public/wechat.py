"""WeChat-work (企业微信): messages of the county's own application to members of its address book.

Three questions: a token for the application, the member who has this telephone, the message. A
telephone that no member has is no error of the line: the message is left, and other channels go on.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fangpin.web.public.gateways import SECONDS, Message, NotSent, call
from fangpin.web.settings.messages import WeChatSettings

NAME = "wechat_work"
_TOKEN_GONE = {40014, 42001}
"""The token is not, or no longer, valid: another one is asked for, once."""
_NOBODY = {40003, 46004, 60103, 60111, 81013}
"""No member has this telephone, or the application does not reach the member."""
_SAME_MESSAGE_SECONDS = 4 * 3600
"""For so long the service itself drops a message that it has taken already: its most."""
_EARLY = 120.0
"""Seconds before its end at which a token is renewed."""


@dataclass(slots=True)
class WeChatWorkGateway:
    """Sends text messages of one application. The token stays in memory, and out of every error."""

    settings: WeChatSettings
    seconds: float = SECONDS
    name: str = NAME
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def send(self, message: Message) -> None:
        """Find the member by telephone and send. Raises NotSent, final where there is no member."""
        member = self._asked("user/getuserid", {"mobile": message.phone}).get("userid")
        if not member:
            raise NotSent("no member", is_final=True)
        told = self._asked(
            "message/send",
            {
                "touser": member,
                "msgtype": "text",
                "agentid": self.settings.agent,
                "text": {"content": message.text},
                "enable_duplicate_check": 1,
                "duplicate_check_interval": _SAME_MESSAGE_SECONDS,
            },
        )
        if told.get("invaliduser"):
            raise NotSent("no member", is_final=True)

    def _asked(self, what: str, told: dict[str, Any]) -> dict[str, Any]:
        answer = self._once(what, told)
        if answer["errcode"] in _TOKEN_GONE:
            self._token = ""
            answer = self._once(what, told)
        return _taken(answer)

    def _once(self, what: str, told: dict[str, Any]) -> dict[str, Any]:
        if not self._token or time.monotonic() >= self._until:
            self._renew()
        address = f"{self.settings.url}/cgi-bin/{what}?{urlencode({'access_token': self._token})}"
        return _read(call(address, told, headers={}, seconds=self.seconds))

    def _renew(self) -> None:
        asked = urlencode({"corpid": self.settings.corp, "corpsecret": self.settings.secret})
        address = f"{self.settings.url}/cgi-bin/gettoken?{asked}"
        told = _taken(_read(call(address, None, headers={}, seconds=self.seconds)))
        self._token = str(told.get("access_token", ""))
        lasts = told.get("expires_in")
        self._until = time.monotonic() + (lasts if isinstance(lasts, int) else 0) - _EARLY


def _read(content: bytes) -> dict[str, Any]:
    """The answer with its `errcode`. Raises NotSent for what is no answer of this service."""
    try:
        told = json.loads(content)
        return {**told, "errcode": int(told.get("errcode", 0))}
    except (ValueError, TypeError, AttributeError) as error:
        raise NotSent("no answer of WeChat-work") from error


def _taken(told: dict[str, Any]) -> dict[str, Any]:
    """The answer itself. Raises NotSent with the service's code, never with its words."""
    code = told["errcode"]
    if code:
        raise NotSent(f"errcode {code}", is_final=code in _NOBODY)
    return told
