"""A household that no registry lists, from the form to the joined household and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.barriers import barriers
from tests.chromium import in_chromium
from tests.web import seed_cases as at
from tests.web.browser.visit import Visit

pytestmark = in_chromium


@pytest.mark.parametrize("width", [1300, 390])
def test_axe_finds_no_barrier_on_a_household_that_no_registry_lists_until_it_is_parted_again(
    browser: Any, address: str, width: int
) -> None:
    visit = Visit(
        browser,
        address,
        username="town",
        viewport={"width": width, "height": 900},
    )
    found = {}
    for name, page in unregistered(visit, head=f"周新来{'甲' if width == 390 else '乙'}"):
        violations = barriers(page)
        wide = page.evaluate("document.documentElement.scrollWidth") > width
        told = [violation["id"] for violation in violations]
        if told or wide:
            found[name] = [*told, *(["too wide"] if wide else [])]
        folder = os.environ.get("PICTURES")
        if folder:
            page.screenshot(path=f"{folder}/{width}-{name}.png", full_page=True)
    assert found == {}
    visit.context.close()


def unregistered(visit: Visit, *, head: str) -> Iterator[tuple[str, Any]]:
    """From the form to the joined household and back: the name of each page, as it stands."""
    page = visit.open("/unregistered/new/")
    page.click(".act-form .button.main")
    page.wait_for_selector("#errors")
    yield "new-refused", page
    page.select_option("[name=village]", at.SHISHAN)
    page.fill("[name=a-head_name]", head)
    page.fill("[name=a-members]", "4")
    page.check("[name=a-why_unregistered][value=moved_in]")
    page.check("[name=channel][value=inspection]")
    page.click(".act-form .button.main")
    page.wait_for_selector("a[href^='/unregistered/']")
    visit.open("/unregistered/")
    page.click(f"a.name:has-text('{head}')")
    page.wait_for_selector("#which-head")
    yield "not-found-yet", page
    page.fill(".filters [name=q]", "李竹喜")
    page.click(".filters .button")
    page.wait_for_selector("[name=to]")
    page.check("[name=to]")
    yield "found", page
    page.click(".act-form .button.main")
    page.wait_for_selector("#errors")
    assert page.locator("[name=to]:checked").count() == 1, "what was chosen is still there"
    yield "joining-refused", page
    page.fill("[name=note]", "户口本已迁入。")
    page.click(".act-form .button.main")
    page.wait_for_selector("#joined-head")
    yield "joined", page
    page.click("details.agrees summary")
    yield "to-be-parted", page
    page.click("details.agrees .button")
    page.wait_for_selector("#errors")
    yield "parting-refused", page
    page.fill("[name=note]", "查明是两户。")
    page.click("details.agrees .button")
    page.wait_for_selector("#which-head")
    yield "parted", page
