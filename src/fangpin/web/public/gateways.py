"""Ways to send a short message to a household: one small interface, a log, and a real one by HTTP.

A gateway says only whether it took a message. Who is told what, and how often it is tried, is the
matter of `telling.py`.
"""

from __future__ import annotations

import http.client
import json
import logging
import ssl
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from fangpin.values.masks import mask_phone
from fangpin.web.settings.messages import MessageSettings

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
    """The gateway did not take the message; the reason holds no number of a person."""


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

    SMS and WeChat-work differ by the channel alone: what a provider wants more is the matter of the
    county's own message service. Redirects are not followed, for the token would travel with them.
    """

    name: str
    url: str
    token: str = ""
    seconds: float = SECONDS

    def send(self, message: Message) -> None:
        """Post it. Raises NotSent."""
        parts = urlsplit(self.url)
        line = self._line(parts.scheme, parts.netloc)
        told = {
            "channel": self.name,
            "key": message.key,
            "to": message.phone,
            "text": message.text,
        }
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            line.request("POST", path, json.dumps(told, ensure_ascii=False).encode(), headers)
            answer = line.getresponse()
            answer.read(_MOST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise NotSent(type(error).__name__) from error
        finally:
            line.close()
        if not 200 <= answer.status < 300:
            raise NotSent(f"HTTP {answer.status}")

    def _line(self, scheme: str, place: str) -> http.client.HTTPConnection:
        if scheme == "https":
            safe = ssl.create_default_context()
            return http.client.HTTPSConnection(place, timeout=self.seconds, context=safe)
        return http.client.HTTPConnection(place, timeout=self.seconds)


def gateways_of(settings: MessageSettings) -> tuple[Gateway, ...]:
    """The gateways of an installation: the log when no address is set."""
    if not settings.url:
        return (LogGateway(),)
    return tuple(HttpGateway(name, settings.url, settings.token) for name in settings.channels)
