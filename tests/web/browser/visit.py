"""An official at a page."""

from __future__ import annotations

from typing import Any

from tests.web.seed import PASSWORD

_sessions: dict[tuple[str, str], Any] = {}
"""Address, account -> the cookies of whoever signed in there with a script."""


class Visit:
    """A page of a signed-in official that remembers what the browser complained of.

    The first visit of an account signs in as a person does, and so does each without a script;
    others find the account signed in.
    """

    def __init__(
        self, browser: Any, address: str, *, username: str = "city", **context: Any
    ) -> None:
        self.address = address
        self.context = browser.new_context(**context)
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        has_script = context.get("java_script_enabled", True)
        if has_script and (address, username) in _sessions:
            self.context.add_cookies(_sessions[address, username])
            return
        self._sign_in(username)
        if has_script:
            _sessions[address, username] = self.context.cookies()

    def _sign_in(self, username: str) -> None:
        self.page.goto(self.address + "/sign-in/")
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
