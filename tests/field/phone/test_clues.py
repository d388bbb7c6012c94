"""Clues: also of a household that no registry lists."""

from __future__ import annotations

from tests.chromium import in_chromium
from tests.field.phone.phone import Phone
from tests.field.served import Server

pytestmark = in_chromium

HOLD_THE_LIST = """() => {
  const real = window.fetch;
  const held = [];
  window.fetch = async (...asked) => {
    if (String(asked[0]).includes("tasks")) await new Promise((done) => held.push(done));
    return real(...asked);
  };
  window.letGo = () => { window.fetch = real; held.forEach((done) => done()); };
}"""
"""A slow line: what is asked of the phone while it still fetches its list is done all the same."""


def test_a_household_that_no_registry_lists_is_written_down_without_a_line_and_arrives_once(
    phone: Phone, server: Server
) -> None:
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
    page.evaluate(HOLD_THE_LIST)
    page.click(".tabs a >> nth=2")
    page.click(".log-screen .main")
    page.wait_for_selector(".refusal:has-text('可能是同一户')")
    page.click(".refusal-acts button:has-text('是另一户')")
    page.wait_for_selector(".entry.is-waiting")
    page.evaluate("window.letGo()")
    page.wait_for_selector(".entry.is-stored")
    made = server.rows(
        "SELECT h.head_name, h.count_of_members, h.is_listed FROM registry_provisional p "
        "JOIN registry_household h ON h.household_ref = p.household_id"
    )
    assert made == [("陈有田", 2, 0)]
    assert server.rows("SELECT count(*) FROM cases_clue WHERE note = '刚迁入，没有地种。'") == [
        (1,)
    ]
    assert phone.complaints == []


def test_a_clue_whose_household_is_not_found_becomes_one_that_no_registry_lists(
    phone: Phone, server: Server
) -> None:
    page = phone.set_up()
    page.click(".tabs a >> nth=1")
    page.wait_for_selector(".clue-screen")
    page.fill("#c-head", "没有这人")
    page.fill("#c-note", "屋顶漏雨。")
    page.click(".clue-screen .main")
    page.wait_for_selector(".pill:has-text('1')")
    page.click(".tabs a >> nth=2")
    page.click(".refusal-acts button:has-text('补登记')")
    page.wait_for_selector(".clue-screen")
    assert page.input_value("#c-head_name") == "没有这人"
    assert page.input_value("#c-note") == "屋顶漏雨。"
    page.fill("#c-members", "1")
    page.click("#c-why_unregistered [data-code=never]")
    page.click(".clue-screen .main")
    page.click(".tabs a >> nth=2")
    page.wait_for_selector(".entry.is-stored:has-text('没有这人')")
