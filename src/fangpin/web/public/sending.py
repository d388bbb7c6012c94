"""Which gateways an installation sends by."""

from __future__ import annotations

from functools import cache

from fangpin.web.public.gateways import Gateway, HttpGateway, LogGateway
from fangpin.web.public.wechat import NAME, WeChatWorkGateway
from fangpin.web.settings.messages import MessageSettings, WeChatSettings


def gateways_of(settings: MessageSettings) -> tuple[Gateway, ...]:
    """One a channel: WeChat-work's own where its application is set, else the county's message
    service; a channel that has neither is only logged."""
    found: list[Gateway] = []
    for channel in settings.channels:
        if channel == NAME and settings.wechat.corp:
            found.append(_wechat(settings.wechat))
        elif settings.url:
            found.append(HttpGateway(channel, settings.url, settings.token))
    return tuple(found) or (LogGateway(),)


@cache
def _wechat(settings: WeChatSettings) -> WeChatWorkGateway:
    """The same one each round: it holds a token that is good for hours."""
    return WeChatWorkGateway(settings)
