"""Settings of messages to households, and addresses of the web: read and checked once."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fangpin.values.problem import Problem

CHANNELS = ("sms", "wechat_work")


WECHAT_WORK = "https://qyapi.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """An application of WeChat-work; `corp` empty: there is none."""

    url: str = WECHAT_WORK
    corp: str = ""
    agent: int = 0
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """Where messages go: without `url` and WeChat-work they are only logged."""

    url: str = ""
    token: str = field(default="", repr=False)
    channels: tuple[str, ...] = ("sms",)
    wechat: WeChatSettings = WeChatSettings()


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
    wechat = _wechat_settings(variables, problems)
    return MessageSettings(url, variables.get("FANGPIN_MESSAGES_TOKEN", ""), channels, wechat)


def _wechat_settings(variables: Mapping[str, str], problems: list[Problem]) -> WeChatSettings:
    names = ("FANGPIN_WECHAT_CORP", "FANGPIN_WECHAT_AGENT", "FANGPIN_WECHAT_SECRET")
    corp, agent, secret = (variables.get(name, "").strip() for name in names)
    url = web_address(variables, "FANGPIN_WECHAT_URL", problems) or WECHAT_WORK
    if not (corp or agent or secret):
        return WeChatSettings(url)
    is_number = agent.isascii() and agent.isdigit()
    if not (corp and secret and is_number):
        problems.append(
            Problem(
                "SETTING_WECHAT",
                "FANGPIN_WECHAT_AGENT" if not is_number else "FANGPIN_WECHAT_CORP",
                "企业微信要同时设置企业 ID、应用编号（数字）和应用密钥",
                "WeChat-work needs the corp's id, the application's number and its secret together",
                "补齐这三个变量，或都去掉",
                "set all three variables, or none",
            )
        )
        return WeChatSettings(url)
    return WeChatSettings(url, corp, int(agent), secret)


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
