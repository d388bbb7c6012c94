"""Settings of messages to households, and addresses of the web: read and checked once."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fangpin.values.problem import Problem

CHANNELS = ("sms", "wechat_work")


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """Where messages go: `url` empty means that they are only logged."""

    url: str = ""
    token: str = ""
    channels: tuple[str, ...] = ("sms",)


def message_settings(variables: Mapping[str, str], problems: list[Problem]) -> MessageSettings:
    """The settings of messages; what is wrong is added to `problems`."""
    url = web_address(variables, "FANGPIN_MESSAGES_URL", problems)
    text = variables.get("FANGPIN_MESSAGES_BY") or "sms"
    channels = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    if not channels or not set(channels) <= set(CHANNELS):
        known = ", ".join(CHANNELS)
        problems.append(
            Problem(
                "SETTING_MESSAGES_BY",
                "FANGPIN_MESSAGES_BY",
                f"没有这种发送方式；可用：{known}",
                f"there is no such way to send; known: {known}",
                "改正，或去掉这个变量以使用 sms",
                "correct it, or remove the variable to use sms",
            )
        )
    return MessageSettings(url, variables.get("FANGPIN_MESSAGES_TOKEN", ""), channels)


def web_address(variables: Mapping[str, str], name: str, problems: list[Problem]) -> str:
    """An https address; plain http only on this machine, for tokens and numbers travel there."""
    text = variables.get(name, "").rstrip("/")
    if text and not _is_safe(text):
        problems.append(
            Problem(
                "SETTING_WEB_ADDRESS",
                name,
                "应为 https:// 开头的网址（本机可用 http://）",
                "expected an address that begins with https:// (http:// on this machine only)",
                "改正，或去掉这个变量",
                "correct it, or remove the variable",
            )
        )
    return text


def _is_safe(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        if parts.port == 0 or parts.username is not None:
            return False
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
