"""Files are chosen, sent and checked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.barriers import barriers
from tests.chromium import in_chromium
from tests.web.browser.visit import Visit
from tests.web.work import bills

pytestmark = in_chromium


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_a_file_is_uploaded_and_its_check_is_watched_to_the_end(
    browser: Any, address: str, has_script: bool
) -> None:
    """The serving process starts the worker by itself; the page comes to the result by itself."""
    visit = Visit(browser, address, username="owner", java_script_enabled=has_script)
    page = visit.open("/uploads/?feed=medical.insured")
    text = bills(
        5 if has_script else 6,
        金额="壹仟元整" if has_script else "4OO",
        编号="B-script" if has_script else "B-none",
    )
    file = {"name": "参保.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("[name=file]", file)
    assert page.locator(".files-told").is_visible() == has_script
    assert not has_script or page.inner_text(".files-told") == "参保.csv"
    page.click(".act-form .button.main")
    page.wait_for_selector("h1:has-text('参保.csv')")
    page.wait_for_selector("#ended-head", timeout=120_000)
    assert "退回 1 行" in page.inner_text("#ended-head")
    assert ("壹" if has_script else "4OO") in page.inner_text("#upload")
    assert visit.complaints == []
    result = page.url.removeprefix(address)
    visit.context.close()
    if has_script:
        _no_barrier_on_a_phone(browser, address, result)


def _no_barrier_on_a_phone(browser: Any, address: str, result: str) -> None:
    visit = Visit(
        browser,
        address,
        username="owner",
        viewport={"width": 390, "height": 844},
        bypass_csp=True,
    )
    page = visit.open(result)
    delivery = str(page.locator("#ended-head ~ .acts a").first.get_attribute("href"))
    for path in (result, delivery):
        page = visit.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert barriers(page) == [], path
    visit.context.close()


def test_a_field_for_papers_tells_how_many_were_chosen_and_their_names(
    browser: Any, address: str
) -> None:
    visit = Visit(browser, address, username="village", viewport={"width": 390, "height": 844})
    page = visit.open("/cases/")
    page.click("[data-row] a.name:has-text('陈有田')")
    field = page.locator(".files >> nth=0")
    assert field.inner_text().split("\n") == ["选择文件，可多选", "还没有选文件"]
    papers = [
        {"name": name, "mimeType": "image/png", "buffer": b"x"} for name in ("正面.png", "背面.png")
    ]
    with page.expect_file_chooser() as chooser:
        field.locator(".button").click(force=True)  # the control lies over its words
    chooser.value.set_files(papers)
    assert field.inner_text().split("\n")[1] == "2 个文件：正面.png、背面.png"
    field.locator("input").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    ring = "getComputedStyle(document.querySelector('.files-face')).outlineStyle"
    assert page.evaluate(ring) == "solid", "the ring is around the words that are seen"
    visit.context.close()


def test_a_file_that_is_too_large_is_told_before_it_travels(browser: Any, address: str) -> None:
    visit = Visit(browser, address, username="owner")
    page = visit.open("/uploads/")
    page.evaluate("document.querySelector('[name=file]').dataset.mostBytes = '10'")
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * 11}
    page.set_input_files("[name=file]", file)
    assert "1024 MB" in page.evaluate("document.querySelector('[name=file]').validationMessage")
    page.click(".act-form .button.main")
    assert page.url.endswith("/uploads/")
    page.set_input_files("[name=file]", {**file, "buffer": b"x" * 10})
    page.click(".act-form .button.main")
    page.wait_for_selector("#upload")
    assert visit.complaints == []
    visit.context.close()
