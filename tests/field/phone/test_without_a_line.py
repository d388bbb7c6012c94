"""A visit arrives exactly once, whatever the line and the server do."""

from __future__ import annotations

import time

from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from tests.chromium import in_chromium
from tests.field.phone.phone import WITH_THE_STORE, Phone, camera_picture
from tests.field.served import Server

pytestmark = in_chromium


def test_a_visit_written_without_a_line_arrives_exactly_once(phone: Phone, server: Server) -> None:
    page = phone.set_up()
    before = server.count("visits")

    phone.context.set_offline(True)
    phone.open_form("吴满秀")
    phone.fill()
    phone.photo(camera_picture())
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
    page.wait_for_selector(".entry.is-stored")
    assert server.count("visits") == before + 1
    kinds = server.rows(
        "SELECT a.kind, a.size, a.latitude, a.sha256 FROM cases_attachment a "
        "JOIN cases_visit v ON v.act_id = a.act_id "
        "WHERE v.id = (SELECT max(id) FROM cases_visit) ORDER BY a.kind"
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


def test_an_answer_that_is_lost_after_the_visit_was_stored_makes_no_second_one(
    phone: Phone, server: Server
) -> None:
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
    page.wait_for_selector(".entry.is-stored")
    assert server.count("visits") == before + 1


def test_a_server_that_cannot_answer_is_not_taken_for_one_that_is_heard(
    phone: Phone, server: Server
) -> None:
    page = phone.set_up()
    page.wait_for_selector(".pill.is-on")
    server.line("trouble")
    phone.update()
    page.wait_for_selector(".pill.is-wait:has-text('未更新')")
    page.wait_for_selector(".sentence:has-text('服务器暂时办不了')")
    server.line("up")
    page.click(".log-screen .main")
    page.wait_for_selector(".pill.is-on")


def test_a_tap_counts_although_something_comes_in_while_the_finger_is_down(phone: Phone) -> None:
    page = phone.set_up()
    page.wait_for_selector(".pill.is-on")  # the first list is whole: what stands in it stays there
    task = page.locator(".task >> nth=0")
    while not (place := task.bounding_box()):
        task.wait_for()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.evaluate(WITH_THE_STORE + "store.changed(); }")
    page.mouse.up()
    page.wait_for_selector(".card-screen")


def test_a_list_that_was_being_drawn_when_the_finger_came_down_is_drawn_when_it_is_lifted(
    phone: Phone,
) -> None:
    page = phone.set_up()
    page.wait_for_selector(".pill.is-on")
    touched = page.query_selector(".task")
    page.evaluate(WITH_THE_STORE + "store.changed(); dispatchEvent(new Event('pointerdown')); }")
    page.wait_for_timeout(500)
    assert touched.evaluate("task => task.isConnected"), "it stays under the finger"
    page.evaluate("dispatchEvent(new Event('pointerup'))")
    page.wait_for_function("task => !task.isConnected", arg=touched)
    page.wait_for_selector(".task")


def test_a_second_window_sends_what_was_saved_in_it_when_the_first_one_has_done(
    phone: Phone, server: Server
) -> None:
    first = phone.set_up()
    first.evaluate(
        """() => {
          navigator.locks.request("field-sync", () => new Promise((done) => { window.done = done; }));
        }"""
    )
    phone.page = page = phone.context.new_page()
    page.goto(server.address + "/field/")
    phone.unlock()
    page.click(".tabs a >> nth=1")
    page.fill("#c-head", "邓桂英")
    page.fill("#c-note", "另一个窗口写的。")
    page.click(".clue-screen .main")
    page.wait_for_selector(".pill:has-text('1')")
    first.evaluate("window.done()")
    page.click(".tabs a >> nth=2")
    page.wait_for_selector(".entry.is-stored")
    assert server.rows("SELECT count(*) FROM cases_clue WHERE note = '另一个窗口写的。'") == [(1,)]
