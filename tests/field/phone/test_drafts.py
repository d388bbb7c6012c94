"""What is half written: taken out again, ended later, given up."""

from __future__ import annotations

from tests.chromium import in_chromium
from tests.field.phone.phone import WITH_THE_STORE, Phone
from tests.field.seed import PASSWORD
from tests.field.served import Caller, Server
from tests.field.world import visit_body

pytestmark = in_chromium


def test_a_photo_that_is_taken_out_again_leaves_the_phone(phone: Phone, server: Server) -> None:
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


def test_what_is_missing_grows_less_as_it_is_filled_in(phone: Phone) -> None:
    page = phone.set_up()
    phone.open_form("陈有田")
    page.click(".foot .main")
    missing = page.locator(".summary:not([hidden]) a")
    missing.first.wait_for()
    before = missing.all_text_contents()
    marked = page.locator(".is-missing")
    assert marked.count() == len(before) > 3

    page.fill("#f-judgement-input", "三月住院后不能外出打工。")
    assert missing.all_text_contents() == [one for one in before if one != "户主怎么说，您怎么看"]
    assert page.locator("#f-judgement.is-missing").count() == 0
    page.fill("#f-judgement-input", "")
    assert missing.all_text_contents() == before, "what is taken out again is missing again"
    phone.fill()
    page.wait_for_selector(".summary", state="hidden")
    assert marked.count() == 0


def test_only_what_could_be_on_record_is_said_to_be_missing_there(phone: Phone) -> None:
    page = phone.set_up()
    phone.open_form("陈有田")
    for field in ("clue_true", "unsafe_house"):
        assert page.locator(f"#f-{field} small").count() == 0, "no department is asked for it"
    assert "系统没有" in page.locator(".question small").all_text_contents()


def test_what_is_half_written_can_be_ended_after_someone_else_has_been_there(
    phone: Phone, server: Server
) -> None:
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
    page.wait_for_selector(".entry.is-stored")
    assert server.count("visits") == before + 1
    told = server.rows("SELECT act FROM cases_caseact ORDER BY id DESC LIMIT 1")
    assert told == [("supplement_visit",)], "beside the other's"


def test_a_draft_whose_household_left_the_list_is_shown_and_may_be_given_up(
    phone: Phone, server: Server
) -> None:
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
