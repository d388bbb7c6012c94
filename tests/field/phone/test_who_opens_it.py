"""Who opens the phone: the PIN, the password, a sign-in that lapsed, and signing out."""

from __future__ import annotations

from tests.chromium import in_chromium
from tests.field.phone.phone import Phone
from tests.field.seed import PASSWORD
from tests.field.served import Server

pytestmark = in_chromium


def test_a_lapsed_login_keeps_everything_and_goes_on_after_the_password(
    phone: Phone, server: Server
) -> None:
    page = phone.set_up()
    phone.context.clear_cookies()
    phone.open_form("黄冬云")
    phone.fill(judgement="学费还差一半。")
    page.click(".foot .main")
    page.wait_for_selector(".pill.is-asks")
    page.click(".pill")
    page.wait_for_selector(".gate-lead:has-text('请重新登录，资料还在。')")
    page.fill("#word", PASSWORD)
    page.click(".gate-form .main")
    page.wait_for_selector(".pill.is-on")
    assert server.rows("SELECT count(*) FROM cases_visit WHERE judgement = '学费还差一半。'") == [
        (1,)
    ]


def test_what_lies_on_the_phone_is_noise_without_the_pin(phone: Phone, server: Server) -> None:
    page = phone.set_up()
    stored = page.evaluate(
        """async () => {
          const db = await new Promise((done) => {
            const asked = indexedDB.open("fangpin-field");
            asked.onsuccess = () => done(asked.result);
          });
          const all = (name) => new Promise((done) => {
            const asked = db.transaction([name]).objectStore(name).getAll();
            asked.onsuccess = () => done(asked.result);
          });
          const bytes = [];
          for (const row of await all("rows")) bytes.push(...new Uint8Array(row.data));
          const meta = await all("meta");
          const device = meta.find((one) => one instanceof CryptoKey);
          return { text: new TextDecoder().decode(new Uint8Array(bytes)), extractable: device.extractable };
        }"""
    )
    assert len(stored["text"]) > 1000
    assert "陈有田" not in stored["text"]
    assert "illness" not in stored["text"]
    assert stored["extractable"] is False

    page.reload()
    page.wait_for_selector(".pad")
    for digit in "999999":
        page.keyboard.press(digit)
    page.wait_for_selector(".fault:has-text('PIN 不对')")
    assert page.locator(".task").count() == 0


def test_signing_out_empties_the_phone(phone: Phone, server: Server) -> None:
    page = phone.set_up()
    page.click(".tabs a >> nth=3")
    page.click("text=退出并清空这部手机")
    page.click("dialog .grave")
    page.wait_for_selector("#name")
    left = page.evaluate(
        """async () => {
          const db = await new Promise((done) => {
            const asked = indexedDB.open("fangpin-field");
            asked.onsuccess = () => done(asked.result);
          });
          const count = (name) => new Promise((done) => {
            const asked = db.transaction([name]).objectStore(name).getAllKeys();
            asked.onsuccess = () => done(asked.result);
          });
          return [await count("rows"), (await count("meta")).filter((key) => key !== "device")];
        }"""
    )
    assert left[0] == []
    assert set(left[1]) <= {"offset", "heard"}


def test_a_forgotten_pin_is_replaced_with_the_password_and_nothing_is_lost(
    phone: Phone, server: Server
) -> None:
    page = phone.set_up()
    phone.leave_in_the_outbox("药费太高。")
    phone.context.set_offline(False)
    page.reload()
    page.click("text=忘记 PIN")
    page.fill("#name", "cun")
    page.fill("#word", PASSWORD)
    page.click(".gate-form .main")
    page.wait_for_selector(".pad")
    phone.pin()
    page.wait_for_selector("h1:text('再输')")
    phone.pin()
    page.wait_for_selector(".head")
    page.wait_for_selector(".pill.is-on")
    assert server.rows("SELECT count(*) FROM cases_clue WHERE note = '药费太高。'") == [(1,)]
