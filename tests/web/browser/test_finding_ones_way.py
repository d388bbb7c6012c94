"""Keys, menus, filters, language, size, paper; and everything without a script."""

from __future__ import annotations

from typing import Any

from tests.chromium import in_chromium
from tests.web.browser.visit import Visit
from tests.web.seed import LI_ZHUXI

pytestmark = in_chromium


def test_the_queue_is_worked_from_the_keyboard(visit: Visit) -> None:
    page = visit.open("/queue/")
    names = page.locator("[data-row] a.name")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    here = page.locator("tr.is-here a.name")
    assert here.count() == 1
    assert here.inner_text() == names.nth(1).inner_text()
    href = here.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href}")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("李竹")
    page.keyboard.press("Enter")
    page.wait_for_url("**/households/?q=*")
    assert page.locator(f'a[href="/households/{LI_ZHUXI}/"]').count() == 1


def test_a_printed_list_says_who_printed_it_when_and_what_was_chosen(visit: Visit) -> None:
    page = visit.open("/queue/?severity=red")
    page.emulate_media(media="print")
    assert page.locator(".print-by").inner_text().startswith("打印人 曹丽 · 2020-12-14")
    shown = [one.input_value() for one in page.locator(".filters select").all() if one.is_visible()]
    assert shown == ["4310", "red"], "what filters nothing is not on the paper"


def test_the_menu_of_a_phone_shows_where_one_is(browser: Any, address: str) -> None:
    visit = Visit(browser, address, viewport={"width": 360, "height": 740})
    page = visit.open("/supervision/")
    here = page.locator(".side [aria-current]").bounding_box()
    assert here["x"] >= 0 and here["x"] + here["width"] <= 360
    assert page.evaluate("window.scrollY") == 0
    assert page.locator("header.top").bounding_box()["height"] < 210
    visit.context.close()


def test_what_is_typed_while_another_threshold_comes_over_a_slow_line_stays(visit: Visit) -> None:
    """The form came anew with the value of today, and that value was tried instead of one's own."""
    page = visit.open("/rules/wage_lost/")
    waiting: list[Any] = []
    page.route("**/rules/wage_lost/?parameter=*", lambda route: waiting.append(route))
    other = page.locator("#p-2")
    assert not other.is_checked()
    other.check()
    present = other.get_attribute("data-now")
    assert present and page.input_value("#f-value") == present
    page.fill("#f-value", "7")
    for one in waiting:
        one.continue_()
    page.wait_for_url("**parameter=*")
    page.wait_for_timeout(200)
    assert page.input_value("#f-value") == "7"
    assert other.is_checked()


def test_letters_typed_into_a_field_stay_letters(visit: Visit) -> None:
    page = visit.open("/queue/")
    page.click("#find")
    page.keyboard.type("jk/")
    assert page.input_value("#find") == "jk/"
    assert page.locator("tr.is-here").count() == 0


def test_a_filter_changes_the_list_and_the_address(visit: Visit) -> None:
    page = visit.open("/queue/")
    page.select_option("#f-severity", "red")
    page.wait_for_url("**severity=red**")
    page.wait_for_selector("#f-severity option[value=red][selected]", state="attached")
    assert page.locator("tbody .badge.degree-2").count() == 0
    assert page.locator("tbody .badge.degree-1").count() > 0
    assert visit.complaints == []


def test_menus_open_close_and_lead_on(visit: Visit) -> None:
    page = visit.open("/overview/")
    page.click(".where .menu summary >> nth=0")
    assert page.locator("details[data-menu][open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details[data-menu][open]").count() == 0
    page.click(".where .menu summary >> nth=0")
    page.click(".sheet a:has-text('宜章县')")
    page.wait_for_url("**division=431022")


def test_language_and_size_change_at_once(visit: Visit) -> None:
    page = visit.open("/queue/")
    page.click("button[name=language]")
    page.wait_for_selector("h1:has-text('Alert queue')")
    page.click("button[name=size][value='2']")
    page.wait_for_selector("html.size-2")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    page.click("button[name=size][value='0']")
    page.wait_for_selector("html.size-0")
    page.click("button[name=language]")
    page.wait_for_selector("h1:has-text('预警队列')")


def test_everything_is_there_without_a_script(browser: Any, address: str) -> None:
    visit = Visit(browser, address, java_script_enabled=False)
    page = visit.open("/queue/")
    page.select_option("#f-severity", "red")
    page.click(".filters button")
    page.wait_for_url("**severity=red**")
    page.click("[data-row] a.name >> nth=0")
    page.wait_for_url("**/households/*/")
    page = visit.open(f"/households/{LI_ZHUXI}/")
    page.click("details.twin summary")
    assert page.locator("details.twin table").is_visible()
    visit.context.close()
