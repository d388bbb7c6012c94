"""The phone's pages in a real browser: without a line, with a lost answer, and for every eye."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from tests.field.seed import PASSWORD
from tests.field.served import Caller, Server
from tests.field.world import visit_body
from tests.web.test_browser import CHROMIUM, FLAGS

PIN = "258046"
PHONE = {"width": 360, "height": 740}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def server(repository: Path) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        made = Server(repository, Path(folder) / "home")
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def untouched(repository: Path) -> Iterator[Server]:
    """The village as it is made: what the other tests write would change its screens."""
    with tempfile.TemporaryDirectory() as folder:
        made = Server(repository, Path(folder) / "home")
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


class Phone:
    """A phone that is set up for the cadre, and what its browser complained of."""

    def __init__(
        self,
        browser: Any,
        server: Server,
        *,
        look: str = "{}",
        disk: Path | None = None,
        **context: Any,
    ) -> None:
        """`disk`: a folder of its own, since only a browser with one knows a full disk."""
        self.server = server
        context |= {
            "viewport": PHONE,
            "is_mobile": True,
            "has_touch": True,
            "geolocation": {"latitude": 25.4, "longitude": 112.9, "accuracy": 12},
            "permissions": ["geolocation"],
        }
        if disk is None:
            self.context = browser.new_context(**context)
        else:
            self.context = browser.browser_type.launch_persistent_context(
                disk, executable_path=str(CHROMIUM), args=FLAGS, **context
            )
        self.context.add_init_script(
            f"if (location.protocol !== 'about:') localStorage['field.look'] ??= '{look}'"
        )
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        is_line = "ERR_" in message.text or "401" in message.text or "409" in message.text
        if message.type in ("error", "warning") and not is_line:
            self.complaints.append(message.text)

    def set_up(self) -> Any:
        """Sign in, choose a PIN, wait for the list and for the pages to be kept."""
        page = self.page
        page.goto(self.server.address + "/field/")
        page.wait_for_selector("#name")
        self.sign_in()
        self.choose_pin()
        return page

    def sign_in(self) -> None:
        self.page.fill("#name", "cun")
        self.page.fill("#word", PASSWORD)
        self.page.click("button.main")
        self.page.wait_for_selector(".pad")

    def choose_pin(self) -> None:
        self.pin()
        self.page.wait_for_selector("h1:text('再输'), h1:text('once more')")
        self.pin()
        self.page.wait_for_selector(".task")
        self.kept()

    def kept(self) -> None:
        """Wait until the service worker holds the pages."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def pin(self) -> None:
        for digit in PIN:
            self.page.keyboard.press(digit)

    def unlock(self) -> None:
        self.page.wait_for_selector(".pad")
        self.pin()
        self.page.wait_for_selector(".head")

    def open_form(self, head: str) -> None:
        self.page.click(f".task:has-text('{head}')")
        self.page.wait_for_selector(".card-screen")
        self.page.click(".foot .main")
        self.page.wait_for_selector(".form-screen")

    def fill(self, *, judgement: str = "三月住院后不能外出打工。") -> None:
        page = self.page
        page.click("#f-clue_true [data-code=agrees]")
        page.click("#f-unsafe_house [data-code=false]")
        page.click("#f-unsafe_water [data-code=false]")
        page.click("#f-risk [data-code=true]")
        page.fill("#f-judgement-input", judgement)
        page.fill("#f-second-input", "王村医")
        page.click("#f-consent [data-code=later]")

    def photo(self) -> None:
        self.page.set_input_files(
            "#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        )
        self.page.wait_for_selector(".photo img")

    def photo_that_does_not_fit(self) -> None:
        self.page.set_input_files(
            "#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        )
        self.page.wait_for_selector(".toast.bad:has-text('照片没有存下')")

    def sign(self, within: str = "") -> None:
        page = self.page
        page.click(f"{within} .signature button >> nth=0")
        box = page.locator(".sign canvas").bounding_box()
        page.mouse.move(box["x"] + 30, box["y"] + 60)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(box["x"] + 30 + step * 15, box["y"] + 60 + (step % 2) * 30)
        page.mouse.up()
        page.click(".sign .main")
        page.wait_for_selector(f"{within} .signature img")

    def rows(self, prefix: str) -> list[str]:
        """The keys of what lies on the phone, which are no secret."""
        found: list[str] = self.page.evaluate(KEYS, prefix)
        return found

    def update(self) -> None:
        """Upload and refresh by hand."""
        self.page.click(".tabs a >> nth=2")
        self.page.click(".log-screen .main")

    def drafted(self) -> None:
        """Drafts are kept a moment after the last letter."""
        self.page.wait_for_timeout(600)


KEYS = """async (prefix) => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("fangpin-field");
    asked.onsuccess = () => done(asked.result);
  });
  return new Promise((done) => {
    const asked = db.transaction(["rows"]).objectStore("rows").getAllKeys();
    asked.onsuccess = () => { db.close(); done(asked.result.filter((key) => key.startsWith(prefix))); };
  });
}"""
WITH_THE_STORE = """async (work) => {
  const version = document.querySelector("script[type=module]").src.split("/").at(-2);
  const store = await import(`/field/app/${version}/store.js`);
"""

FILL_THE_DISK = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("others", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("s");
    asked.onsuccess = () => done(asked.result);
  });
  let key = 0;
  for (let size = 500000; size > 200; ) {
    const isFull = await new Promise((done) => {
      const tx = db.transaction(["s"], "readwrite");
      tx.objectStore("s").put(crypto.getRandomValues(new Uint8Array(Math.min(size, 60000))), key++);
      tx.oncomplete = () => done(false);
      tx.onabort = () => done(true);
    });
    if (isFull) size /= 2;
  }
}"""


def picture() -> bytes:
    """A photo of 3000 x 2000 with a place in its EXIF."""
    import io
    import random

    from PIL import Image

    chance = random.Random(1)
    image = Image.effect_noise((1500, 1000), 60).resize((3000, 2000)).convert("RGB")
    image.putpixel((0, 0), (chance.randrange(255), 0, 0))
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (25.0, 23.0, 53.52), 3: "E", 4: (112.0, 56.0, 28.1)})
    exif[0x8825] = gps
    content = io.BytesIO()
    image.save(content, "JPEG", quality=92, exif=exif)
    return content.getvalue()


def test_a_visit_written_without_a_line_arrives_exactly_once(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    before = server.count("visits")

    phone.context.set_offline(True)
    phone.open_form("吴满秀")
    phone.fill()
    phone.photo()
    phone.sign()
    page.click("#f-consent [data-code=signature]")
    phone.sign("#f-consent-papers")
    page.click(".place button")
    page.wait_for_selector(".place p:has-text('12')")
    phone.drafted()

    page.reload()  # in the middle of the form, without a line
    phone.unlock()
    page.wait_for_selector(".form-screen")
    assert page.input_value("#f-judgement-input") == "三月住院后不能外出打工。"
    assert page.locator(".photo img").count() == 1
    assert page.locator(".signature img").count() == 2, "the visit's and the consent's"

    server.stop()  # a cold start with the server gone
    page.goto("about:blank")
    phone.context.set_offline(False)
    page.goto(f"{server.address}/field/")
    phone.unlock()
    page.wait_for_selector(".task:has-text('吴满秀') .task-begun")
    phone.open_form("吴满秀")
    page.click(".foot .main")
    page.wait_for_selector(".toast")
    page.wait_for_selector(".pill.is-off:has-text('1')")
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == 0, "the list begins at its top, not where the form was left"

    server.start()
    page.click(".pill")
    page.click(".log-screen .main")
    page.wait_for_selector(".entry.is-stored", timeout=20_000)
    assert server.count("visits") == before + 1
    kinds = server.rows(
        "SELECT a.kind, a.size, a.latitude, a.sha256 FROM cases_attachment a "
        "JOIN cases_visit v ON v.act_id = a.act_id ORDER BY a.kind"
    )
    (photo,) = [row for row in kinds if row[0] == "photo"]
    assert photo[1] <= 300_000, "made small"
    assert round(float(photo[2]), 3) == 25.398, "its place stands beside it"
    assert b"Exif" not in Papers(Home(server.home)).read(photo[3]), "and nothing else of the phone"
    assert [row[0] for row in kinds].count("signature") == 1
    assert server.rows(
        "SELECT c.form, a.kind FROM cases_consent c JOIN cases_attachment a ON a.act_id = c.act_id"
    ) == [("signature", "signature")], "signed at the same visit"
    (place,) = server.rows("SELECT accuracy_m FROM cases_visit ORDER BY id DESC LIMIT 1")
    assert place == (12,)
    assert phone.complaints == []
    phone.context.close()


def test_an_answer_that_is_lost_after_the_visit_was_stored_makes_no_second_one(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    before = server.count("visits")
    phone.open_form("欧阳国强")
    phone.fill(judgement="两口子都没有活干。")
    server.line("drop")
    page.click(".foot .main")
    page.wait_for_selector(".pill:has-text('1')")
    deadline = time.monotonic() + 20
    while server.count("visits") == before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert server.count("visits") == before + 1, "stored, the answer lost"

    page.click(".pill")
    page.click(".log-screen .main")
    page.wait_for_selector(".entry.is-stored", timeout=20_000)
    assert server.count("visits") == before + 1
    phone.context.close()


def test_a_lapsed_login_keeps_everything_and_goes_on_after_the_password(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
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
    page.wait_for_selector(".pill.is-on", timeout=20_000)
    assert server.rows("SELECT count(*) FROM cases_visit WHERE judgement = '学费还差一半。'") == [
        (1,)
    ]
    phone.context.close()


def test_what_lies_on_the_phone_is_noise_without_the_pin(browser: Any, server: Server) -> None:
    phone = Phone(browser, server)
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
    phone.context.close()


def test_signing_out_empties_the_phone(browser: Any, server: Server) -> None:
    phone = Phone(browser, server)
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
    phone.context.close()


def wait_in_the_outbox(phone: Phone, *, note: str) -> None:
    """A clue that is written without a line."""
    phone.context.set_offline(True)
    page = phone.page
    page.click(".tabs a >> nth=1")
    page.wait_for_selector(".clue-screen")
    page.fill("#c-head", "邓桂英")
    page.fill("#c-note", note)
    page.click(".clue-screen .main")
    page.wait_for_selector(".pill.is-off:has-text('1')")


def test_a_household_that_no_registry_lists_is_written_down_without_a_line_and_arrives_once(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    phone.context.set_offline(True)
    page.click(".tabs a >> nth=1")
    page.wait_for_selector(".clue-screen")
    page.click(".clue-screen [data-code=new]")
    page.click(".clue-screen .main")
    page.wait_for_selector(".summary:has-text('户主姓名')")
    page.fill("#c-head_name", "陈有田")
    page.fill("#c-members", "两")
    page.click("#c-why_unregistered [data-code=moved_in]")
    page.click(".clue-screen .main")
    page.wait_for_selector(".summary:has-text('只写数字')")
    page.fill("#c-members", "2")
    page.fill("#c-note", "刚迁入，没有地种。")
    phone.drafted()
    page.reload()
    phone.unlock()
    page.wait_for_selector(".clue-screen")
    assert page.input_value("#c-head_name") == "陈有田", "a draft like any other"
    page.click(".clue-screen .main")
    page.wait_for_selector(".pill.is-off:has-text('1')")

    phone.context.set_offline(False)
    page.click(".tabs a >> nth=2")
    page.click(".log-screen .main")
    page.wait_for_selector(".refusal:has-text('可能是同一户')", timeout=20_000)
    page.click(".refusal-acts button:has-text('是另一户')")
    page.wait_for_selector(".entry.is-stored", timeout=20_000)
    made = server.rows(
        "SELECT h.head_name, h.count_of_members, h.is_listed FROM registry_provisional p "
        "JOIN registry_household h ON h.household_ref = p.household_id"
    )
    assert made == [("陈有田", 2, 0)]
    assert server.rows("SELECT count(*) FROM cases_clue WHERE note = '刚迁入，没有地种。'") == [
        (1,)
    ]
    assert phone.complaints == []
    phone.context.close()


def test_a_clue_whose_household_is_not_found_becomes_one_that_no_registry_lists(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    page.click(".tabs a >> nth=1")
    page.wait_for_selector(".clue-screen")
    page.fill("#c-head", "没有这人")
    page.fill("#c-note", "屋顶漏雨。")
    page.click(".clue-screen .main")
    page.wait_for_selector(".pill:has-text('1')")
    page.click(".tabs a >> nth=2")
    page.click(".refusal-acts button:has-text('补登记')", timeout=20_000)
    page.wait_for_selector(".clue-screen")
    assert page.input_value("#c-head_name") == "没有这人"
    assert page.input_value("#c-note") == "屋顶漏雨。"
    page.fill("#c-members", "1")
    page.click("#c-why_unregistered [data-code=never]")
    page.click(".clue-screen .main")
    page.click(".tabs a >> nth=2")
    page.wait_for_selector(".entry.is-stored:has-text('没有这人')", timeout=20_000)
    phone.context.close()


def test_after_the_packs_days_households_go_and_what_was_not_sent_stays(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    wait_in_the_outbox(phone, note="灶屋漏雨。")
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
    page.wait_for_selector(".entry.is-stored", timeout=20_000)
    assert server.rows("SELECT count(*) FROM cases_clue WHERE note = '灶屋漏雨。'") == [(1,)]
    phone.context.close()


def test_a_forgotten_pin_is_replaced_with_the_password_and_nothing_is_lost(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    wait_in_the_outbox(phone, note="药费太高。")
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
    page.wait_for_selector(".pill.is-on", timeout=20_000)
    assert server.rows("SELECT count(*) FROM cases_clue WHERE note = '药费太高。'") == [(1,)]
    phone.context.close()


def test_a_full_phone_says_so_and_loses_nothing_of_the_form(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    phone = Phone(browser, server, disk=tmp_path)
    page, origin = phone.page, server.address
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 4_000_000})
    phone.set_up()
    phone.open_form("罗石贵")
    phone.fill(judgement="腿脚不便，一个人过。")
    phone.drafted()
    phone.context.set_offline(True)
    page.evaluate(FILL_THE_DISK)
    phone.photo_that_does_not_fit()
    page.click(".foot .main")
    page.wait_for_selector(".toast.bad:has-text('还没有存下')")
    assert page.locator(".form-screen").count() == 1
    assert page.input_value("#f-judgement-input") == "腿脚不便，一个人过。"

    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    page.click(".foot .main")
    page.wait_for_selector(".pill.is-off:has-text('1')")
    phone.context.close()


def test_a_clue_that_is_written_on_a_full_phone_stays_on_the_page(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    phone = Phone(browser, server, disk=tmp_path)
    page, origin = phone.page, server.address
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 4_000_000})
    phone.set_up()
    page.click(".tabs a >> nth=1")
    page.wait_for_selector(".clue-screen")
    page.evaluate(FILL_THE_DISK)
    page.fill("#c-head", "段细春")
    page.fill("#c-note", "屋顶漏雨，灶屋也漏。")
    page.wait_for_selector(".toast.bad:has-text('草稿没有存下')")
    page.click(".clue-screen .main")
    page.wait_for_selector(".toast.bad:has-text('还没有存下')")
    assert page.input_value("#c-note") == "屋顶漏雨，灶屋也漏。"

    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    page.fill("#c-note", "屋顶漏雨，灶屋也漏水。")
    phone.drafted()
    assert phone.rows("draft:") == ["draft:clue"], "kept on after the room was back"
    page.click(".clue-screen .main")
    page.wait_for_selector(".toast:has-text('已存在手机里')")
    assert phone.complaints == []
    phone.context.close()


def test_a_full_phone_still_uploads_and_that_makes_room(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    phone = Phone(browser, server, disk=tmp_path)
    page, origin = phone.page, server.address
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 4_000_000})
    phone.set_up()
    phone.context.set_offline(True)
    phone.open_form("罗石贵")
    phone.fill(judgement="腿脚不便，还没有人照看。")
    phone.photo()
    page.click(".foot .main")
    page.wait_for_selector(".pill.is-off:has-text('1')")
    page.evaluate(FILL_THE_DISK)
    before = server.count("visits")

    phone.context.set_offline(False)
    phone.update()
    page.wait_for_selector(".entry.is-stored", timeout=20_000)
    assert server.count("visits") == before + 1
    assert phone.rows("paper:") == [], "what the server has need not lie here"
    page.reload()
    phone.unlock()
    page.wait_for_selector(".log-screen")
    assert page.locator(".entry.is-waiting").count() == 0, "and is not sent again"
    assert phone.complaints == []
    phone.context.close()


def test_a_photo_that_is_taken_out_again_leaves_the_phone(browser: Any, server: Server) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    phone.open_form("陈有田")
    phone.photo()
    phone.sign()
    assert len(phone.rows("paper:")) == 2
    phone.sign()
    page.click(".photo-drop")
    page.wait_for_selector(".photo", state="detached")
    page.wait_for_timeout(300)
    assert len(phone.rows("paper:")) == 1, "the last signature alone"
    phone.context.close()


def test_what_is_half_written_can_be_ended_after_someone_else_has_been_there(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    phone.open_form("陈有田")
    case_no = page.evaluate("decodeURIComponent(location.hash).split('/').at(-1)")
    phone.fill(judgement="我看到的是药费。")
    phone.photo()
    phone.drafted()
    page.goto(server.address + "/field/#/")

    body = visit_body(case_no, judgement="同事先去过。", verifiers=["cun", "王村医"])
    assert Caller(server, "cun", PASSWORD).post("visits", body)[0] == 201
    before = server.count("visits")
    phone.update()
    page.wait_for_selector(".pill.is-on")
    page.click(".tabs a >> nth=0")
    page.wait_for_selector(".task.is-done:has-text('陈有田'):has-text('填了一半')")
    page.reload()  # the form's own page is not in memory either
    phone.unlock()
    page.click(".task.is-done:has-text('陈有田')")
    page.wait_for_selector("h2:text('没写完的')")
    page.click(".foot .main")
    page.wait_for_selector(".form-screen")
    assert page.input_value("#f-judgement-input") == "我看到的是药费。"
    page.click(".foot .main")
    phone.update()
    page.wait_for_selector(".entry.is-stored", timeout=20_000)
    assert server.count("visits") == before + 1
    told = server.rows("SELECT act FROM cases_caseact ORDER BY id DESC LIMIT 1")
    assert told == [("supplement_visit",)], "beside the other's"
    phone.context.close()


def test_a_draft_whose_household_left_the_list_is_shown_and_may_be_given_up(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    page.evaluate(
        WITH_THE_STORE
        + """
          const sha256 = await store.keepPaper(new Uint8Array([1, 2, 3]));
          const task = { kind: "visit", id: "N-1", head: "罗石贵", form: "visit" };
          await store.saveDraft("N-1", { task, papers: [{ kind: "photo", sha256 }] });
        }"""
    )
    page.reload()
    phone.unlock()
    page.click(".group.is-left .task:has-text('罗石贵')")
    page.click("text=删去草稿")
    page.click("dialog .grave")
    page.wait_for_selector("h1:text('入户待办')")
    assert page.locator(".group.is-left").count() == 0
    assert phone.rows("draft:") == phone.rows("paper:") == []
    phone.context.close()


SET_BACK = """if (localStorage["test.set-back"]) {
  const Real = Date;
  const back = Real.now() - Real.UTC(1970, 0, 2);
  window.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() - back); }
    static now() { return Real.now() - back; }
  };
}"""


def test_a_phone_whose_clock_was_set_back_counts_the_days_from_what_the_server_said(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
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
    page.wait_for_selector(".entry.is-stored", timeout=20_000)
    assert server.rows("SELECT \"on\" FROM cases_clue WHERE note = '钟停了。'") == [("2020-12-14",)]
    phone.context.close()


def test_a_server_that_cannot_answer_is_not_taken_for_one_that_is_heard(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
    page = phone.set_up()
    page.wait_for_selector(".pill.is-on")
    server.line("trouble")
    phone.update()
    page.wait_for_selector(".pill.is-wait:has-text('未更新')")
    page.wait_for_selector(".sentence:has-text('服务器暂时办不了')")
    server.line("up")
    page.click(".log-screen .main")
    page.wait_for_selector(".pill.is-on")
    phone.context.close()


def test_the_log_of_what_was_sent_is_as_long_as_the_packs_days(
    browser: Any, server: Server
) -> None:
    phone = Phone(browser, server)
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
    phone.context.close()


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


LOOKS = ['{"language":"zh"}', '{"language":"en"}', '{"language":"zh","elder":true}']


@pytest.mark.parametrize("look", LOOKS)
def test_no_screen_has_a_barrier_and_controls_are_made_for_a_thumb_and_words_for_old_eyes(
    browser: Any, untouched: Server, look: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    is_elder = "elder" in look
    control, letters = (60, 18) if is_elder else (50, 15)
    phone = Phone(browser, untouched, look=look)
    small: list[Any] = []
    barriers = {}
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
        width = phone.page.evaluate("document.documentElement.scrollWidth")
        small += [(name, *one) for one in told] + ([(name, "wide", width)] if width > 360 else [])
        results = Axe().run(phone.page)
        if results.violations_count:
            barriers[name] = [
                (violation["id"], [node["target"] for node in violation["nodes"]][:4])
                for violation in results.response["violations"]
            ]
    phone.context.close()
    assert small == []
    assert barriers == {}
    assert not [one for one in phone.complaints if re.search("Content.Security", one)]
