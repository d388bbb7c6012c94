"""A full phone loses nothing and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import in_chromium
from tests.field.phone.phone import FILL_THE_DISK, Phone
from tests.field.served import Server

pytestmark = in_chromium


@pytest.fixture
def phone(browser: Any, server: Server, tmp_path: Path) -> Iterator[Phone]:
    """A phone with room for four megabytes."""
    made = Phone(browser, server, disk=tmp_path)
    made.give_room(4_000_000)
    yield made
    made.context.close()


def test_a_full_phone_says_so_and_loses_nothing_of_the_form(phone: Phone) -> None:
    page = phone.set_up()
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

    phone.give_room()
    page.click(".foot .main")
    page.wait_for_selector(".pill.is-off:has-text('1')")


def test_a_clue_that_is_written_on_a_full_phone_stays_on_the_page(phone: Phone) -> None:
    page = phone.set_up()
    page.click(".tabs a >> nth=1")
    page.wait_for_selector(".clue-screen")
    page.evaluate(FILL_THE_DISK)
    page.fill("#c-head", "段细春")
    page.fill("#c-note", "屋顶漏雨，灶屋也漏。")
    page.wait_for_selector(".toast.bad:has-text('草稿没有存下')")
    page.click(".clue-screen .main")
    page.wait_for_selector(".toast.bad:has-text('还没有存下')")
    assert page.input_value("#c-note") == "屋顶漏雨，灶屋也漏。"

    phone.give_room()
    page.fill("#c-note", "屋顶漏雨，灶屋也漏水。")
    phone.drafted()
    assert phone.rows("draft:") == ["draft:clue"], "kept on after the room was back"
    page.click(".clue-screen .main")
    page.wait_for_selector(".toast:has-text('已存在手机里')")
    assert phone.complaints == []


def test_a_full_phone_still_uploads_and_that_makes_room(phone: Phone, server: Server) -> None:
    page = phone.set_up()
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
    page.wait_for_selector(".entry.is-stored")
    assert server.count("visits") == before + 1
    assert phone.rows("paper:") == [], "what the server has need not lie here"
    page.reload()
    phone.unlock()
    page.wait_for_selector(".log-screen")
    assert page.locator(".entry.is-waiting").count() == 0, "and is not sent again"
    assert phone.complaints == []
