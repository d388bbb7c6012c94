"""A phone that is set up for the cadre: Chromium on a small screen, and what it complained of."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from tests.chromium import CHROMIUM, FLAGS
from tests.field.seed import PASSWORD
from tests.field.served import Server

PIN = "258046"
SCREEN = {"width": 360, "height": 740}


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
            "viewport": SCREEN,
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
        # A phone tries again after some seconds: on a busy machine twice.
        self.context.set_default_timeout(60_000)
        self.context.add_init_script(
            f"if (location.protocol !== 'about:') localStorage['field.look'] ??= '{look}'"
        )
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.devtools: Any = None
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

    def photo(self, content: bytes | None = None) -> None:
        """Take one; without a content a small one, which is made smaller at once."""
        self.offer(content or small_picture())
        self.page.wait_for_selector(".photo img")

    def photo_that_does_not_fit(self) -> None:
        self.offer(small_picture())
        self.page.wait_for_selector(".toast.bad:has-text('照片没有存下')")

    def offer(self, content: bytes) -> None:
        """What the camera hands over."""
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content}
        self.page.set_input_files("#photo", photo)

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

    def leave_in_the_outbox(self, note: str) -> None:
        """A clue that is written without a line."""
        page = self.page
        self.context.set_offline(True)
        page.click(".tabs a >> nth=1")
        page.wait_for_selector(".clue-screen")
        page.fill("#c-head", "邓桂英")
        page.fill("#c-note", note)
        page.click(".clue-screen .main")
        page.wait_for_selector(".pill.is-off:has-text('1')")

    def give_room(self, size: int | None = None) -> None:
        """As many bytes for these pages; None: as many as there are."""
        if self.devtools is None:
            self.devtools = self.context.new_cdp_session(self.page)
        origin = {"origin": self.server.address}
        room = {} if size is None else {"quotaSize": size}
        self.devtools.send("Storage.overrideQuotaForOrigin", origin | room)

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


def camera_picture() -> bytes:
    """A photo of 3000 x 2000 with a place in its EXIF, which is hard to make small."""
    image = Image.effect_noise((1500, 1000), 60).resize((3000, 2000)).convert("RGB")
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (25.0, 23.0, 53.52), 3: "E", 4: (112.0, 56.0, 28.1)})
    exif[0x8825] = gps
    content = io.BytesIO()
    image.save(content, "JPEG", quality=92, exif=exif)
    return content.getvalue()


@cache
def small_picture() -> bytes:
    """A photo of 800 x 540, about 250 kB on the phone."""
    content = io.BytesIO()
    Image.effect_noise((800, 540), 60).convert("RGB").save(content, "JPEG", quality=80)
    return content.getvalue()
