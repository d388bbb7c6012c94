"""The farmer's door in a real browser: without JavaScript, on a small screen, for every eye."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.barriers import barriers
from tests.chromium import chromium, in_chromium
from tests.public.served import Served, serving
from tests.public.world import ANSWERS, KNOWN, PHONE, PHOTO

SCREENS = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
TARGET = 60

pytestmark = in_chromium

Look = Callable[[Any, str], None]


@pytest.fixture(scope="module")
def served(repository: Path) -> Iterator[Served]:
    """The door, served by a process of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(repository, Path(folder) / "home") as made,
    ):
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


def walk(page: Any, served: Served, look: Look) -> None:
    """Go through every page of the door, with a mistake and back, and look at each."""
    base = served.address + served.door
    page.goto(base)
    look(page, "start")
    page.click(".button.main")
    for question, text in ANSWERS.items():
        page.wait_for_selector(f"[name={question}]")
        look(page, question)
        page.click("button.main")
        page.wait_for_selector(".error-summary")
        look(page, f"{question}-error")
        if question == "cause":
            page.check(f"[name=cause][value={text}]")
        else:
            page.fill(f"[name={question}]", text)
        page.click("button.main")
    page.wait_for_selector("[name=photo]")
    page.set_input_files(
        "[name=photo]", {"name": "x.png", "mimeType": "image/png", "buffer": PHOTO}
    )
    look(page, "photo")
    page.click("button.main")
    page.wait_for_selector(".answers")
    look(page, "check")
    page.click("main form button.main")
    page.wait_for_selector(".receipt-no")
    look(page, "receipt")
    page.goto(served.address + "/declare/progress/")
    look(page, "look-up")
    for digits in ("0000", served.phone):
        page.fill("[name=receipt]", served.receipt)
        page.fill("[name=phone]", digits)
        page.click("main form button.main")
        if digits == "0000":
            page.wait_for_selector(".error-summary")
            look(page, "look-up-error")
    page.wait_for_selector(".happenings")
    look(page, "progress")
    page.goto(served.address + "/declare/progress/letter/")
    look(page, "letter")
    page.goto(base + "poster/")
    look(page, "poster")
    page.goto(served.address + served.door[:-2] + "x/")
    look(page, "unknown-code")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_whole_way_works_on_a_phone_without_javascript(
    browser: Any, served: Served, language: str
) -> None:
    context = browser.new_context(viewport=SCREENS["phone"], java_script_enabled=False)
    _speak(context, served, language)
    page = context.new_page()
    seen: list[str] = []

    def look(there: Any, name: str) -> None:
        seen.append(name)
        assert KNOWN not in there.content() and PHONE not in there.content()

    walk(page, served, look)
    assert seen[-1] == "unknown-code"
    context.close()


@pytest.mark.parametrize(
    ("language", "button", "none"),
    [
        ("zh-hans", "拍照或选照片", "还没有选照片"),
        ("en", "Take or choose a photo", "No photo chosen yet"),
    ],
)
@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_the_field_for_a_photo_speaks_the_language_of_the_page(
    browser: Any, served: Served, language: str, button: str, none: str, has_script: bool
) -> None:
    context = browser.new_context(viewport=SCREENS["phone"], java_script_enabled=has_script)
    _speak(context, served, language)
    page = context.new_page()
    page.goto(served.address + served.door)
    page.click(".button.main")
    for question, text in ANSWERS.items():
        page.wait_for_selector(f"[name={question}]")
        if question == "cause":
            page.check(f"[name=cause][value={text}]")
        else:
            page.fill(f"[name={question}]", text)
        page.click("button.main")
    page.wait_for_selector("[name=photo]")
    words = page.locator(".files-face")
    assert words.is_visible() == has_script
    native = page.evaluate("getComputedStyle(document.querySelector('[name=photo]')).opacity")
    assert native == ("0" if has_script else "1"), (
        "the browser's own control stays without a script"
    )
    if has_script:
        assert words.inner_text().split("\n") == [button, none]
    photo = {"name": "结算单.png", "mimeType": "image/png", "buffer": PHOTO}
    if has_script:
        with page.expect_file_chooser() as chooser:
            page.click(".files-button", force=True)  # the control lies over its words
        chooser.value.set_files(photo)
        assert words.inner_text().split("\n") == [button, "结算单.png"]
    else:
        page.set_input_files("[name=photo]", photo)
    page.click("button.main")
    page.wait_for_selector(".answers")
    context.close()


Seen = tuple[dict[str, list[str]], list[str]]
"""Screen -> what is wrong on a page there; and what the browser complained of."""


@pytest.fixture(scope="module")
def seen_in(browser: Any, served: Served) -> Callable[[str], Seen]:
    """The whole way in a language, gone once: each page is looked at on every screen."""

    @cache
    def go(language: str) -> Seen:
        context = browser.new_context()
        _speak(context, served, language)
        page = context.new_page()
        found: dict[str, list[str]] = {screen: [] for screen in SCREENS}
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def look(page: Any, name: str) -> None:
            for screen, size in SCREENS.items():
                page.set_viewport_size(size)
                found[screen] += _wrong(page, name)
                folder = os.environ.get("PICTURES")
                if folder:
                    page.screenshot(path=f"{folder}/{screen}-{language}-{name}.png", full_page=True)

        walk(page, served, look)
        context.close()
        return found, complaints

    return go


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("screen", list(SCREENS))
def test_no_page_has_a_barrier_or_a_small_target_or_breaks_the_policy(
    seen_in: Callable[[str], Seen], screen: str, language: str
) -> None:
    found, complaints = seen_in(language)
    assert found[screen] == []
    assert [one for one in complaints if "status of 4" not in one] == []


def _wrong(page: Any, name: str) -> list[str]:
    """What keeps somebody out of a page as it stands, is too wide or too small for a thumb."""
    found = [f"{name}: {one['id']}" for one in barriers(page)]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found += [f"{name}: wider than the screen"] if wide else []
    if name not in ("letter", "poster"):
        found += [f"{name}: {one}" for one in page.evaluate(_SMALL, TARGET)]
    return found


_SMALL = """(least) => [...document.querySelectorAll(
  "main a, main button, main input:not([type=hidden]):not([type=radio]):not([type=checkbox]), "
  + "main textarea, .choice label, .tick label, .back, header button")]
  .filter(one => !one.closest(".error-summary"))
  .map(one => [one.outerHTML.slice(0, 60), one.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && (box.height < least - .5 || box.width < least - .5))
  .map(([html, box]) => `${html} ${Math.round(box.width)}x${Math.round(box.height)}`)"""


def _speak(context: Any, served: Served, language: str) -> None:
    cookie = {"name": "fangpin_language", "value": language, "url": served.address}
    context.add_cookies([cookie])
