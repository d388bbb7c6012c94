"""Every page of everyone: no error, no violation, no barrier, nothing cut off or too wide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from tests.chromium import in_chromium
from tests.web import seed_cases as at
from tests.web import seed_links as linked
from tests.web.browser.visit import Visit
from tests.web.screens import DESK, PHONE, Screen, in_chinese, in_english
from tests.web.seed import LI_ZHUXI
from tests.web.serve import POSTS

pytestmark = in_chromium

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
    f"/measures/places/{POSTS}/",
    f"/measures/places/{POSTS}/correct_places/",
    f"/measures/places/{POSTS}/close_places/",
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

OF_OTHERS = {
    "owner": OF_AN_OWNER,
    "province": ("/overview/", "/supervision/", "/feeds/", "/audit/"),
}
"""Pages of those who work on no case."""


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
