"""Ways to send a short message to a household: one small interface, a log, and a service by HTTP.

WeChat-work, which speaks a protocol of its own, is in `wechat.py`; `sending.py` chooses.

A gateway says only whether it took a message. Who is told what, and how often it is tried, is the
matter of `telling.py`.
"""

from __future__ import annotations

import http.client
import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from fangpin.values.masks import mask_phone

_log = logging.getLogger("fangpin.messages")
SECONDS = 5.0
"""How long a gateway may take; it is another's machine."""
_MOST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `key` is the same however often it is sent, so that a gateway can tell."""

    key: str
    phone: str
    text: str


class NotSent(Exception):
    """The gateway did not take the message; the reason holds no number of a person.

    `is_final`: it never will, for the channel does not know this recipient.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Gateway(Protocol):
    """What sends messages. `name` is kept with each notification."""

    @property
    def name(self) -> str: ...

    def send(self, message: Message) -> None:
        """Hand the message over. Raises NotSent."""
        ...


@dataclass(frozen=True, slots=True)
class LogGateway:
    """Writes that there was a message, for installations without a gateway; the phone is masked."""

    name: str = "log"

    def send(self, message: Message) -> None:
        """Log it; the text itself holds a receipt and stays out of the log."""
        _log.info("message %s to %s", message.key.partition(":")[2], mask_phone(message.phone))


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """Posts `{channel, key, to, text}` as JSON with a bearer token; any 2xx means taken.

    What a provider wants beyond that is the matter of the county's own message service.
    """

    name: str
    url: str
    token: str = ""
    seconds: float = SECONDS

    def send(self, message: Message) -> None:
        """Post it. Raises NotSent."""
        told = {
            "channel": self.name,
            "key": message.key,
            "to": message.phone,
            "text": message.text,
        }
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        call(self.url, told, headers=headers, seconds=self.seconds)


def call(
    url: str, told: Mapping[str, object] | None, *, headers: Mapping[str, str], seconds: float
) -> bytes:
    """The answer to a post of JSON, or to a question where nothing is told. Raises NotSent.

    Redirects are not followed: what an address or a header holds would travel with them.
    """
    parts = urlsplit(url)
    line = _line(parts.scheme, parts.netloc, seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = None if told is None else json.dumps(told, ensure_ascii=False).encode()
    kind = {} if body is None else {"Content-Type": "application/json; charset=utf-8"}
    try:
        line.request("GET" if body is None else "POST", path, body, {**kind, **headers})
        answer = line.getresponse()
        content = answer.read(_MOST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(type(error).__name__) from error
    finally:
        line.close()
    if not 200 <= answer.status < 300:
        raise NotSent(f"HTTP {answer.status}")
    return content


def _line(scheme: str, place: str, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        safe = ssl.create_default_context()
        return http.client.HTTPSConnection(place, timeout=seconds, context=safe)
    return http.client.HTTPConnection(place, timeout=seconds)
