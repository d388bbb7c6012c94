"""How long things are kept, and by which clock."""

from __future__ import annotations

from tests.chromium import in_chromium
from tests.field.phone.phone import WITH_THE_STORE, Phone
from tests.field.served import Server

pytestmark = in_chromium


def test_after_the_packs_days_households_go_and_what_was_not_sent_stays(
    phone: Phone, server: Server
) -> None:
    page = phone.set_up()
    phone.leave_in_the_outbox("灶屋漏雨。")
    page.evaluate(
        """async () => {
          const db = await new Promise((done) => {
            const asked = indexedDB.open("fangpin-field");
            asked.onsuccess = () => done(asked.result);
          });
          const tx = db.transaction(["meta"], "readwrite");
          tx.objectStore("meta").put(Date.now() - 15 * 86400000, "heard");
          await new Promise((done) => { tx.oncomplete = done; });
        }"""
    )
    assert phone.rows("task:")
    page.reload()
    page.wait_for_selector(".pad")
    assert phone.rows("task:") == [], "gone before anybody has entered a PIN"
    phone.unlock()
    page.wait_for_selector(".empty, .task")
    assert page.locator(".task").count() == 0
    assert page.locator(".pill:has-text('1')").count() == 1

    phone.context.set_offline(False)
    page.click(".tabs a >> nth=2")
    page.click(".log-screen .main")
    page.wait_for_selector(".entry.is-stored")
    assert server.rows("SELECT count(*) FROM cases_clue WHERE note = '灶屋漏雨。'") == [(1,)]


SET_BACK = """if (localStorage["test.set-back"]) {
  const Real = Date;
  const back = Real.now() - Real.UTC(1970, 0, 2);
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() - back); }
    static now() { return Real.now() - back; }
  };
}"""


def test_a_phone_whose_clock_was_set_back_counts_the_days_from_what_the_server_said(
    phone: Phone, server: Server
) -> None:
    phone.context.add_init_script(SET_BACK)
    page = phone.set_up()
    days = page.locator(".task .days").all_inner_texts()
    page.evaluate("localStorage['test.set-back'] = '1'")
    phone.context.set_offline(True)
    page.reload()  # the battery was empty: the phone believes that it is 1970
    phone.unlock()
    page.wait_for_selector(".task")
    assert page.evaluate("new Date().getFullYear()") == 1970
    assert page.locator(".task .days").all_inner_texts() == days
    page.click(".tabs a >> nth=1")
    page.wait_for_selector(".clue-screen")
    page.fill("#c-head", "段细春")
    page.fill("#c-note", "钟停了。")
    page.click(".clue-screen .main")
    phone.context.set_offline(False)
    phone.update()
    page.wait_for_selector(".entry.is-stored")
    assert server.rows("SELECT \"on\" FROM cases_clue WHERE note = '钟停了。'") == [("2020-12-14",)]


def test_the_log_of_what_was_sent_is_as_long_as_the_packs_days(
    phone: Phone, server: Server
) -> None:
    page = phone.set_up()
    page.evaluate(
        WITH_THE_STORE
        + """
          for (const [key, days] of [["old", 15], ["new", 13]]) {
            await store.putRecord({
              key, kind: "visit", about: key, head: key, saved: Date.now(), state: "stored",
              stored: Date.now() - days * 86400000,
            });
          }
        }"""
    )
    page.reload()
    phone.unlock()
    assert phone.rows("out:") == ["out:new"]
