"""Every screen for every eye and thumb, in three looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.barriers import barriers
from tests.chromium import in_chromium
from tests.field.phone.phone import WITH_THE_STORE, Phone
from tests.field.served import Server

pytestmark = in_chromium


def every_screen(phone: Phone) -> Iterator[str]:
    """Go through the screens; the name of each, as it stands."""
    page, home = phone.page, phone.server.address + "/field/"
    page.goto(home)
    page.wait_for_selector("#name")
    yield "sign in"
    page.click("button.main")
    page.wait_for_selector(".fault:not([hidden])")
    page.click(".gate-form .link")
    yield "sign in with a second factor, nothing given"
    phone.sign_in()
    yield "new pin"
    for _ in range(6):
        page.keyboard.press("1")
    page.wait_for_selector(".fault:not([hidden])")
    yield "too plain a pin"
    phone.choose_pin()
    yield "list"
    page.click(".task >> nth=0")
    page.wait_for_selector(".card-screen")
    page.click(".twin summary")
    yield "card"
    page.click(".foot .main")
    page.wait_for_selector(".form-screen")
    page.click("#f-risk [data-code=true]")
    phone.photo()
    page.click(".folded summary")
    page.click("#f-consent [data-code=agent]")
    yield "form"
    page.click(".foot .main")
    page.wait_for_selector(".summary:not([hidden])")
    yield "faults"
    page.click(".signature button")
    page.wait_for_selector(".sign canvas")
    yield "signature"
    page.click(".sign .plain >> nth=0")
    page.goto(home + "#/")
    page.click(".task:has-text('监测对象'), .task:has-text('monitored household')")
    page.wait_for_selector(".card-screen")
    yield "card of a follow-up"
    page.click(".foot .main")
    page.wait_for_selector(".form-screen")
    yield "follow-up"
    page.goto(home + "#/")
    page.click(".task.is-done >> nth=0")
    page.wait_for_selector(".card-screen")
    yield "card of a household that is done"
    page.goto(home + "#/clue")
    page.wait_for_selector(".clue-screen")
    yield "clue"
    page.click(".clue-screen [data-code=new]")
    page.click(".clue-screen .main")
    page.wait_for_selector(".summary")
    yield "clue of a household that no registry lists"
    page.click(".tabs a >> nth=2")
    page.wait_for_selector(".log-screen")
    yield "log"
    page.click(".tabs a >> nth=3")
    page.wait_for_selector("h1:text-is('我的'), h1:text-is('Me')")
    yield "me"
    page.click(".plain.is-grave")
    page.wait_for_selector("dialog.ask")
    yield "signing out"
    page.click("dialog .plain")
    page.evaluate(WAITING)
    page.goto(home + "#/")
    page.wait_for_selector(".group.is-left")
    yield "list with what was half written"
    page.click(".group.is-left .task")
    page.wait_for_selector(".card-screen")
    yield "card of what was half written"
    page.goto(home + "#/log")
    page.wait_for_selector(".refusal")
    yield "refused"
    page.goto(home + "#/differs/k")
    page.wait_for_selector(".differs-screen")
    yield "differs"
    page.evaluate(f"{WITH_THE_STORE} store.state.tasks.clear(); store.state.isSignedOut = true; }}")
    page.goto(home + "#/")
    page.wait_for_selector(".head")
    yield "list of a phone that has nothing but a draft"
    page.goto(home + "#/sign-in")
    page.wait_for_selector("#word")
    yield "lapsed sign-in"
    page.goto(home + "#/")
    page.reload()
    page.wait_for_selector(".pad")
    for _ in range(6):
        page.keyboard.press("9")
    page.wait_for_selector(".fault:not([hidden])")
    yield "wrong pin"
    page.click(".gate > .link")
    page.wait_for_selector("#word")
    yield "forgotten pin"
    page.evaluate("() => { Promise.reject(new Error('store.readRows is not a function')); }")
    page.wait_for_selector("h1:text-is('这一页出错了'), h1:text-is('This page has failed')")
    assert page.evaluate("document.activeElement.tagName") == "H1", "it is read out at once"
    yield "a script has failed"


WAITING = (
    WITH_THE_STORE
    + """
  const body = { form: "visit", answers: { members: { found: "4", base: "3" } }, papers: [] };
  await store.putRecord({
    key: "k", kind: "visit", about: "x", head: "吴满秀", saved: Date.now(), state: "differs",
    fields: { members: ["4", "5"], unsafe_house: ["true", "false"] }, body,
  });
  await store.putRecord({
    key: "r", kind: "clue", about: "", head: "段细春", saved: Date.now(), state: "refused",
    problem: { code: "HOUSEHOLD_AMBIGUOUS", zh: "同名", en: "same name", fix_zh: "", fix_en: "",
      households: [{ household_no: "H1", group: "2 组", count: 3 }] }, body,
  });
  await store.putRecord({
    key: "s", kind: "visit", about: "y", head: "黄冬云", saved: Date.now(), state: "stored",
    stored: Date.now(), minutes: 24,
  });
  await store.saveDraft("N-1", { task: { kind: "visit", id: "N-1", head: "罗石贵", form: "visit" } });
}"""
)


BROKEN_DAYS = r"""() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    for (const day of walk.currentNode.data.matchAll(/\d{4}\u2060?-\u2060?\d\d\u2060?-\u2060?\d\d/g)) {
      const range = document.createRange();
      range.setStart(walk.currentNode, day.index);
      range.setEnd(walk.currentNode, day.index + day[0].length);
      const tops = new Set([...range.getClientRects()].map((one) => Math.round(one.top)));
      if (tops.size > 1) found.push([day[0], "over two lines"]);
    }
  }
  return found;
}"""
"""Days that a line breaks in two."""

LOOKS = ['{"language":"zh"}', '{"language":"en"}', '{"language":"zh","elder":true}']


@pytest.mark.parametrize("look", LOOKS)
def test_no_screen_has_a_barrier_and_controls_are_made_for_a_thumb_and_words_for_old_eyes(
    browser: Any, untouched: Server, look: str
) -> None:
    is_elder = "elder" in look
    control, letters = (60, 18) if is_elder else (50, 15)
    phone = Phone(browser, untouched, look=look)
    small: list[Any] = []
    found = {}
    for name in every_screen(phone):
        told = phone.page.evaluate(
            """([control, letters]) => {
              const found = [];
              const seen = (one) => one.getClientRects().length && !one.closest(".unseen");
              for (const one of document.querySelectorAll(
                "button, input:not(.unseen), textarea, summary, .tabs a, .summary a"
              )) {
                const box = (one.closest("label") ?? one).getBoundingClientRect();
                if (seen(one) && box.height < control) found.push([one.outerHTML.slice(0, 90), box.height]);
              }
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walk.nextNode()) {
                const one = walk.currentNode.parentElement;
                if (!walk.currentNode.data.trim() || !seen(one) || one.closest("noscript")) continue;
                const size = parseFloat(getComputedStyle(one).fontSize);
                if (!(one instanceof SVGElement) && size < letters) found.push([walk.currentNode.data, size]);
              }
              return found;
            }""",
            [control, letters],
        )
        told += phone.page.evaluate(BROKEN_DAYS)
        width = phone.page.evaluate("document.documentElement.scrollWidth")
        small += [(name, *one) for one in told] + ([(name, "wide", width)] if width > 360 else [])
        violations = barriers(phone.page)
        if violations:
            found[name] = [
                (violation["id"], [node["target"] for node in violation["nodes"]][:4])
                for violation in violations
            ]
    phone.context.close()
    assert small == []
    assert found == {}
    assert not [one for one in phone.complaints if re.search("Content.Security", one)]
