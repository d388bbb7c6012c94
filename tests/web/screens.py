"""A page seen on one screen after the other, though it was loaded once.

Loading it again for each screen costs as much as looking at it. No page asks how wide its screen is
when it is loaded: what it shows on each is the style sheet's alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.barriers import barriers


@dataclass(frozen=True, slots=True)
class Screen:
    """Pixels, and whether it is a phone's or paper."""

    width: int
    height: int = 844
    is_phone: bool = False
    is_paper: bool = False


DESK = Screen(1300)
PHONE = Screen(390, is_phone=True)
PAPER = Screen(672, 960, is_paper=True)
"""An A4 page between its margins."""

SIDEWAYS = """() => {
  document.querySelectorAll("main details").forEach((one) => { one.open = true; });
  return [...document.querySelectorAll(".scroll")]
    .filter((one) => one.getClientRects().length && one.scrollWidth > one.clientWidth)
    .map((one) => `${one.querySelector("th")?.textContent} ${one.scrollWidth}`);
}"""
"""Opens whatever is folded; tables that are wider than their place, by their first heading."""

CUT = """(width) => [...document.querySelectorAll("main *")]
  .filter((one) => one.getClientRects().length && !one.closest(".unseen"))
  .filter((one) => one.getBoundingClientRect().right > width + 1)
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 20)}`).slice(0, 4)"""
"""What reaches beyond the paper."""

Found = dict[str, list[Any]]
"""Path -> what is wrong there; a page where nothing is has no entry."""


class Stand:
    """Where a page is seen from."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.browser = page.context.new_cdp_session(page)

    def before(self, screen: Screen) -> None:
        """The page as this screen shows it."""
        self.page.emulate_media(media="print" if screen.is_paper else "screen")
        self.browser.send(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": screen.width,
                "height": screen.height,
                "deviceScaleFactor": 1,
                "mobile": screen.is_phone,
            },
        )


@dataclass(slots=True)
class InChinese:
    """What is wrong with pages on each screen."""

    complaints: Found = field(default_factory=dict)
    wide: dict[Screen, Found] = field(default_factory=lambda: {DESK: {}, PHONE: {}})
    barred: dict[Screen, Found] = field(default_factory=lambda: {DESK: {}, PHONE: {}})


def in_chinese(visit: Any, paths: list[str]) -> InChinese:
    """Looks at the pages of a visit at a desk and on a phone."""
    seen, stand = InChinese(), Stand(visit.page)
    for path in paths:
        stand.before(DESK)
        heard = len(visit.complaints)
        page = visit.open(path)
        for screen in (DESK, PHONE):
            stand.before(screen)
            _note(seen.wide[screen], path, _wider(page, screen))
            _note(
                seen.barred[screen],
                path,
                [
                    (violation["id"], [node["target"] for node in violation["nodes"]][:4])
                    for violation in barriers(page)
                ],
            )
        _note(seen.complaints, path, visit.complaints[heard:])
    return seen


@dataclass(slots=True)
class InEnglish:
    """What is wrong with pages in the language of the longer words."""

    complaints: Found = field(default_factory=dict)
    wide: Found = field(default_factory=dict)
    cut: Found = field(default_factory=dict)


def in_english(visit: Any, paths: list[str]) -> InEnglish:
    """Looks at the pages of a visit on paper and on a phone."""
    cookie = {"name": "fangpin_language", "value": "en", "url": visit.address}
    visit.context.add_cookies([cookie])
    seen, stand = InEnglish(), Stand(visit.page)
    for path in paths:
        stand.before(DESK)
        heard = len(visit.complaints)
        page = visit.open(path)
        assert page.evaluate("document.documentElement.lang") == "en", path
        stand.before(PAPER)
        _note(seen.cut, path, page.evaluate(CUT, PAPER.width))
        stand.before(PHONE)
        _note(seen.wide, path, _wider(page, PHONE))
        _note(seen.complaints, path, visit.complaints[heard:])
    return seen


def _wider(page: Any, screen: Screen) -> list[str]:
    """The page if it is wider than its screen; on a phone every table, unfolded, that is."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    told = [f"page {wide}"] if wide > screen.width else []
    return [*told, *(page.evaluate(SIDEWAYS) if screen.is_phone else [])]


def _note(found: Found, path: str, told: list[Any]) -> None:
    if told:
        found[path] = told
