"""The console in a real browser: no error, no violation, no barrier, and the keyboard works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.barriers import barriers
from tests.chromium import chromium, in_chromium
from tests.web import seed_cases as at
from tests.web import seed_links as linked
from tests.web.screens import DESK, PHONE, Screen, in_chinese, in_english
from tests.web.seed import LI_ZHUXI, PASSWORD
from tests.web.work import bills

PAGES = (
    "/overview/",
    "/overview/?division=431022",
    "/queue/",
    "/queue/?severity=red&step=to_follow_up",
    "/households/",
    f"/households/{LI_ZHUXI}/",
    "/feeds/",
    "/feeds/finance.card/",
    "/feeds/finance.card/2020-11-01/",
    "/nothing-here/",
    "/cases/?view=open",
    "/cases/?view=ended",
    "/supervision/",
    f"/households/{at.IDENTIFIED}/",
)
OF_A_CADRE = (
    "/queue/",
    "/cases/",
    f"/households/{at.OVERDUE_VISIT}/",
    f"/households/{at.OVERDUE_VISIT}/report_clue/",
    "/meetings/new/",
    "/meetings/blank/",
    "/meetings/1/",
    "/meetings/1/sheet/",
)
OF_A_COUNTY = (
    "/measures/",
    "/measures/places/new/",
    "/measures/relief/in_force/",
    "/duties/",
    "/links/",
    "/deaths/",
    "/unlisted/",
    f"/links/{linked.CLAIM}/{linked.LI}/",
    f"/links/{linked.DECIDED_CLAIM}/{linked.WIFE}/",
    f"/households/{LI_ZHUXI}/links/",
    f"/households/{LI_ZHUXI}/links/{linked.LINKED_CLAIM}/{linked.LI}/",
    f"/households/{LI_ZHUXI}/links/{linked.FEED}/{linked.DELIVERY}/{linked.ROW}/",
    "/declarations/",
    f"/declarations/{at.RECEIPT}/",
    f"/declarations/{at.RECEIPT}/register/",
    f"/declare/letters/{at.RECEIPT}/",
    "/declare/posters/431022202/",
    "/unregistered/",
    "/unregistered/new/",
    "/queue/",
    "/audit/",
    "/cases/?view=open",
    "/rules/",
    "/rules/medical_sustained/",
    "/rules/medical_sustained/?value=abc",
    "/supervision/?days=30",
)
OF_AN_OWNER = (
    "/uploads/",
    "/uploads/?feed=medical.insured",
    "/feeds/",
    "/feeds/medical.settlement/",
    "/feeds/medical.settlement/2020-11-01/",
)

pytestmark = in_chromium

OF_OTHERS = {
    "owner": OF_AN_OWNER,
    "province": ("/overview/", "/supervision/", "/feeds/", "/audit/"),
}
"""Pages of those who work on no case."""


@pytest.fixture(scope="module")
def address(repository: Path) -> Iterator[str]:
    """The invented prefecture, served by a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        clean = {name: value for name, value in os.environ.items() if "FANGPIN" not in name}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.serve", f"{folder}/home", "0"],
            cwd=repository,
            env=clean,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline().strip()
            assert line.startswith("http://127.0.0.1:"), line
            # Its deliveries are told of and not there: what is uploaded would be compared with them.
            shutil.rmtree(f"{folder}/home/deliveries/medical.insured")
            yield line
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


class Visit:
    """A page of a signed-in official that remembers what the browser complained of."""

    def __init__(
        self, browser: Any, address: str, *, username: str = "city", **context: Any
    ) -> None:
        self.address = address
        self.context = browser.new_context(**context)
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address + "/sign-in/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click(".button.main")
        self.page.wait_for_selector("header.top")

    def _heard(self, message: Any) -> None:
        expected_404 = "404" in message.text and "/nothing-here/" in message.location["url"]
        if message.type in ("error", "warning") and not expected_404:
            self.complaints.append(message.text)

    def open(self, path: str) -> Any:
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    made = Visit(browser, address, viewport={"width": 1300, "height": 900})
    yield made
    made.context.close()


FAINT = "<html lang=en><title>t</title><main><h1>t</h1><table>{rows}</table></main></html>"


@pytest.mark.parametrize("style", ["color: #bbb", "opacity: .4", "background: #555"])
@pytest.mark.parametrize("place", [0, 1, 39])
def test_one_faint_word_among_many_that_look_alike_is_found(
    browser: Any, style: str, place: int
) -> None:
    rows = "".join(
        f"<tr><td style='{style if at == place else ''}'>word <b>{at}</b></td></tr>"
        for at in range(40)
    )
    context = browser.new_context()
    page = context.new_page()
    page.set_content(FAINT.format(rows=rows))
    found = [one["id"] for one in barriers(page)]
    context.close()
    assert found == ["color-contrast"]


class Bare:
    """A visit to a page that is written here."""

    def __init__(self, page: Any, body: str) -> None:
        self.page, self.context, self.body = page, page.context, body
        self.address, self.complaints = "http://127.0.0.1", []  # type: ignore[var-annotated]

    def open(self, path: str) -> Any:
        self.complaints.append("heard")
        self.page.set_content(
            "<html lang=en><title>t</title><meta name=viewport content='width=device-width'>"
            f"<style>{HIDING} h1 {{ margin: 0 }}</style><main><h1>t</h1>{self.body}</main></html>"
        )
        return self.page


HIDING = """
  @media not (width: 390px) { .phone { display: none } }
  @media not (width: 1300px) { .desk { display: none } }
  @media not print { .paper { display: none } }"""
WIDE = "<div style='width: 1500px; height: 9px'>w</div>"
FAINT_WORD = "<p style='color: #bbb'>word</p>"
SCROLLED = (
    f"<details><summary>s</summary><div class=scroll style='overflow: auto'>{WIDE}</div></details>"
)


def test_what_is_wrong_on_one_screen_is_told_of_that_screen_alone(browser: Any) -> None:
    """Of the looks themselves: a page is loaded once for all its screens."""
    context = browser.new_context()
    page = context.new_page()

    def chinese(place: str, what: str) -> list[Any]:
        seen = in_chinese(Bare(page, f"<div class={place}>{what}</div>"), ["/"])
        assert seen.complaints == {"/": ["heard"]}
        return [
            bool(found[screen]) for found in (seen.wide, seen.barred) for screen in (DESK, PHONE)
        ]

    assert chinese("desk", WIDE) == [True, False, False, False]
    assert chinese("phone", WIDE) == [False, True, False, False]
    assert chinese("desk", FAINT_WORD) == [False, False, True, False]
    assert chinese("phone", FAINT_WORD) == [False, False, False, True]
    assert chinese("any", FAINT_WORD) == [False, False, True, True]

    def english(place: str, what: str) -> list[Any]:
        seen = in_english(Bare(page, f"<div class={place}>{what}</div>"), ["/"])
        assert seen.complaints == {"/": ["heard"]}
        return [bool(seen.wide), bool(seen.cut)]

    assert english("paper", WIDE) == [False, True]
    assert english("phone", WIDE) == [True, False]
    assert english("phone", SCROLLED) == [True, False], "folded, and unfolded there"
    assert english("any", "word") == [False, False]
    context.close()


def pages_of(visit: Visit, username: str) -> list[str]:
    """The pages of someone, and every case that waits for whoever works on cases."""
    if username == "city":
        return list(PAGES)
    if username in OF_OTHERS:
        return list(OF_OTHERS[username])
    page = visit.open("/cases/")
    cases = [str(link.get_attribute("href")) for link in page.locator("[data-row] a.name").all()]
    return [*(OF_A_CADRE if username == "village" else OF_A_COUNTY), *cases]


Looked = TypeVar("Looked")


@pytest.fixture(scope="module")
def once(
    browser: Any, address: str
) -> Callable[[Callable[[Visit, list[str]], Looked], str], Looked]:
    """What was seen of someone's pages, looked at once for the tests that ask after it."""
    seen: dict[tuple[Any, str], Any] = {}

    def look(how: Callable[[Visit, list[str]], Looked], username: str) -> Looked:
        if (how, username) not in seen:
            visit = Visit(browser, address, username=username)
            asked = pages_of(visit, username)
            # Whoever is signed in sees another page there.
            asked += ["/sign-in/"] if username == "city" else []
            seen[how, username] = how(visit, asked)
            visit.context.close()
        return seen[how, username]

    return look


def test_no_page_in_english_raises_an_error_or_violates_the_policy(once: Any) -> None:
    assert once(in_english, "city").complaints == {}


@pytest.mark.parametrize("username", ["city", "village", "county", "owner", "province"])
def test_no_table_is_scrolled_sideways_on_a_phone_in_english_either(
    once: Any, username: str
) -> None:
    assert once(in_english, username).wide == {}


@pytest.mark.parametrize("username", ["city", "village", "county", "owner"])
def test_nothing_is_cut_off_on_paper(once: Any, username: str) -> None:
    """In English, whose words are the longer ones."""
    assert once(in_english, username).cut == {}


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["1300", "390"])
@pytest.mark.parametrize("username", ["city", "village", "county", "owner"])
def test_no_page_complains_or_has_a_barrier_or_is_wider_than_its_screen(
    once: Any, screen: Screen, username: str
) -> None:
    seen = once(in_chinese, username)
    assert seen.complaints == {}
    assert seen.wide[screen] == {}
    assert seen.barred[screen] == {}


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
    page.fill(".filters [name=q]", "何满香")
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
