"""Alerts are dispatched and cases worked, with and without a script."""

from __future__ import annotations

from typing import Any

from tests.chromium import in_chromium
from tests.web.browser.visit import Visit

pytestmark = in_chromium


def test_alerts_are_chosen_with_x_and_dispatched_together(browser: Any, address: str) -> None:
    visit = Visit(browser, address, username="town", viewport={"width": 1300, "height": 900})
    page = visit.open("/queue/?q=何满香")
    assert not page.locator(".batch").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.wait_for_selector("[data-batch-count]:has-text('已选 1 条')")
    page.keyboard.press("x")
    assert page.locator("[name=alert]:checked").count() == 0
    page.keyboard.press("x")
    page.click(".batch .button.main")
    page.wait_for_selector("h1:has-text('已派 1 件')")
    assert visit.complaints == []
    visit.context.close()


def test_a_visit_without_risk_asks_for_no_cause_and_a_mistake_is_pointed_at(
    browser: Any, address: str
) -> None:
    visit = Visit(browser, address, username="village", viewport={"width": 1300, "height": 900})
    page = visit.open("/cases/")
    page.click("[data-row] a.name:has-text('陈有田')")
    assert page.locator("#f-cause").is_visible()
    page.check("#f-finding_1")
    assert not page.locator("#f-cause").is_visible()
    page.fill("#f-judgement", "儿子已外出务工。")
    page.click(".act-form .button.main")
    page.wait_for_selector("#errors")
    assert page.evaluate("document.activeElement.id") == "errors"
    page.click("#errors a >> nth=0")
    assert page.evaluate("document.activeElement.id").startswith("f-a-unsafe_house")
    assert page.input_value("#f-judgement") == "儿子已外出务工。"
    visit.context.close()


def test_a_case_is_worked_without_a_script(browser: Any, address: str) -> None:
    visit = Visit(browser, address, username="town", java_script_enabled=False)
    page = visit.open("/queue/?q=郑秋香")
    page.check("[name=alert]")
    page.click(".batch .button.main")
    page.click("a.name:has-text('郑秋香')")
    page.wait_for_url("**/cases/C20-**")
    page.click("a:has-text('签承诺授权')")
    page.check("#f-form_0")
    page.click(".act-form .button.main")
    page.wait_for_selector(".said:has-text('已保存：签承诺授权')")
    visit.context.close()
