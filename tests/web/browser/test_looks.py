"""What these tests look with sees what is wrong, and on the screen where it is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.barriers import barriers
from tests.chromium import in_chromium
from tests.web.screens import DESK, PHONE, in_chinese, in_english

pytestmark = in_chromium

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
