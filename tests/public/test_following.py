"""Whoever holds the receipt and the phone sees the matter; nobody else learns anything."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fangpin.casework.audit import actions as audit
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Appeal
from fangpin.casework.declarations.acts import (
    answer_declaration,
    join_declarations,
    whole_pack,
)
from fangpin.casework.registry.models import Household
from tests.casework.cases_world import DAY, moment, pack
from tests.public.world import UNKNOWN, Village

WRONG = "回执号和电话尾号对不上"


def test_a_receipt_and_four_digits_show_the_matter_however_they_are_typed(village: Village) -> None:
    farmer = village.farmer()
    row = farmer.declare()
    for typed in (row.receipt_no, row.receipt_no.lower(), row.receipt_no.replace("-", " ")):
        assert village.farmer().look_up(typed).status_code == 302
    typed = row.receipt_no.replace("0", "O").replace("1", "l")
    assert village.farmer().look_up(typed).status_code == 302
    assert farmer.client.get(f"/declare/progress/{row.receipt_no}/").status_code == 200


def test_a_wrong_try_says_the_same_for_a_receipt_that_exists_and_one_that_does_not(
    village: Village,
) -> None:
    row = village.farmer().declare()
    pages, counts = [], []
    for receipt in (row.receipt_no, "0000-0000-0000"):
        farmer = village.farmer()
        with CaptureQueriesContext(connection) as captured:
            answer = farmer.look_up(receipt, "9999")
        pages.append(_without_tokens(answer.content.decode().replace(receipt, "")))
        counts.append(len(captured))
        assert answer.status_code == 422
    assert pages[0] == pages[1] and WRONG in pages[0]
    assert counts[0] == counts[1]


def test_a_wrong_try_takes_the_same_time_within_5_ms(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fangpin.web.public.views.follow.may_look_up", lambda *_, **__: True)
    row = village.farmer().declare()
    taken: dict[str, list[float]] = {row.receipt_no: [], "0000-0000-0000": []}
    farmer = village.farmer()
    for turn in range(30):
        for receipt in sorted(taken, reverse=bool(turn % 2)):
            begun = time.process_time()
            farmer.look_up(receipt, "9999")
            taken[receipt].append(time.process_time() - begun)
    # The cheapest of many tell the work that is done, whatever else the machine does.
    there, nowhere = (min(times) * 1000 for times in taken.values())
    assert abs(there - nowhere) < 5, f"cheapest: {there:.1f} ms and {nowhere:.1f} ms"


def test_tries_are_limited_by_source_and_by_receipt(village: Village) -> None:
    row = village.farmer().declare()
    limit = int(pack().parameter("public.lookups", at=DAY, division=None).number)
    for at in range(limit):
        assert village.farmer(source=f"10.0.1.{at}").look_up(row.receipt_no, "9999")
    refused = village.farmer(source="10.0.9.9").look_up(row.receipt_no)
    assert refused.status_code == 429 and "12345" in refused.content.decode()


def test_before_officials_came_a_known_and_an_unknown_number_give_the_same_page(
    village: Village,
) -> None:
    known = village.farmer()
    row = known.declare()
    other = village.farmer()
    elsewhere = other.declare(identity=UNKNOWN)
    assert join_declarations(pack=pack(), by=whole_pack(pack()), at=moment(DAY)) == 1
    household = Household.objects.get()
    _looked_at(village, household)
    known.look_up(row.receipt_no)
    other.look_up(elsewhere.receipt_no)
    pages = [
        _without_tokens(farmer.progress().replace(number, ""))
        for farmer, number in ((known, row.receipt_no), (other, elsewhere.receipt_no))
    ]
    assert pages[0] == pages[1]
    assert "还有 15 天" in pages[0] and "谁看过我的档案" not in pages[0]


def test_after_the_visit_steps_days_and_who_looked_are_shown_without_names(
    village: Village,
) -> None:
    farmer = village.farmer()
    row = farmer.declare()
    village.visited(row)
    _looked_at(village, Household.objects.get())
    farmer.look_up(row.receipt_no)
    page = farmer.progress()
    assert "入户核实" in page and "派单" in page
    assert pack().roles["township_reviewer"].title.zh in page and "查看农户档案" in page
    assert "reviewer Zhang" not in page and "reviewer" not in page
    assert "政务服务热线" in page and "加密保存" in page and "保管期限" in page


def test_the_result_is_told_and_an_appeal_sent_twice_is_one_with_its_day(village: Village) -> None:
    farmer = village.farmer()
    row = farmer.declare()
    there = village.visited(row)
    there.act("find_not_at_risk", village.cast.reviewer, reason="income_stable", note="收入稳定")
    farmer.look_up(row.receipt_no)
    assert pack().words["outcome.not_at_risk"].title.zh in farmer.progress()

    given = {"text": "我家真的没有收入", "key": "a" * 32}
    for _ in range(2):
        assert farmer.client.post("/declare/progress/appeal/", given).status_code == 302
    assert farmer.client.post("/declare/progress/appeal/", {"text": " "}).status_code == 422
    filed = Appeal.objects.get()
    assert (filed.text, filed.recorded_by) == ("我家真的没有收入", "")
    assert AuditEntry.objects.get(act="appeal").detail["role"] == "declarant"
    assert filed.due_date is not None and filed.due_date.isoformat() in farmer.progress()


def test_nobody_files_an_appeal_without_the_receipt_or_before_officials_came(
    village: Village,
) -> None:
    farmer = village.farmer()
    row = farmer.declare()
    join_declarations(pack=pack(), by=whole_pack(pack()), at=moment(DAY))
    given = {"text": "不同意", "key": "a" * 32}
    assert village.farmer().client.post("/declare/progress/appeal/", given).status_code == 302
    farmer.look_up(row.receipt_no)
    farmer.client.post("/declare/progress/appeal/", given)
    assert Appeal.objects.count() == 0


def test_an_answer_in_words_reaches_the_farmer(village: Village) -> None:
    farmer = village.farmer()
    row = farmer.declare(identity=UNKNOWN)
    answer_declaration(
        pack=pack(),
        receipt_no=row.receipt_no,
        by=village.office.scope(village.cast.reviewer),
        at=moment(DAY),
        answer="您家户口在邻县，已替您转过去。",
    )
    farmer.look_up(row.receipt_no)
    page = farmer.progress()
    assert "已替您转过去" in page and "已经书面答复" in page and "reviewer" not in page


def test_who_opened_the_declaration_itself_is_told_with_the_answer_and_not_before(
    village: Village,
) -> None:
    farmer = village.farmer()
    row = farmer.declare(identity=UNKNOWN)
    for at in (moment(DAY), moment(DAY)):
        audit.record(
            act="view_declaration",
            official=village.office.scope(village.cast.reviewer),
            subject_kind="declaration",
            subject=row.receipt_no,
            division=row.division,
            at=at,
            detail={"role": "township_reviewer"},
        )
    farmer.look_up(row.receipt_no)
    assert "弄清是哪一户" not in farmer.progress(), (
        "it would tell that no registry knows the number"
    )
    answer_declaration(
        pack=pack(),
        receipt_no=row.receipt_no,
        by=village.office.scope(village.cast.reviewer),
        at=moment(DAY),
        answer="已替您登记。",
    )
    page = farmer.progress()
    assert "查看您的申报，弄清是哪一户" in page and "× 2" in page
    assert pack().roles["township_reviewer"].title.zh in page and "reviewer Zhang" not in page


def test_what_was_opened_closes_by_itself_and_by_hand(village: Village) -> None:
    farmer = village.farmer()
    row = farmer.declare()
    farmer.look_up(row.receipt_no)
    assert "申报进度" in farmer.progress()
    farmer.client.post("/declare/progress/close/")
    assert "申报进度" not in farmer.progress()


def test_the_letter_is_for_whoever_opened_the_receipt(village: Village) -> None:
    farmer = village.farmer()
    row = farmer.declare()
    assert farmer.client.get("/declare/progress/letter/").status_code == 302
    farmer.look_up(row.receipt_no)
    page = farmer.client.get("/declare/progress/letter/").content.decode()
    assert row.receipt_no in page and "李某户" in page and "138" not in page


def _looked_at(village: Village, household: Household) -> None:
    scope = village.office.scope(village.cast.reviewer)
    for _ in range(2):
        audit.record(
            act="view_household",
            official=scope,
            subject_kind="household",
            subject=str(household.household_ref),
            division=household.division,
            at=moment(DAY),
            detail={"role": scope.role},
        )


def _without_tokens(page: str) -> str:
    import re

    return re.sub(r'name="(csrfmiddlewaretoken|key)" value="[^"]*"', "", page)
