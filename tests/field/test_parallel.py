"""Twenty equal posts at once, to a server on the database as it is used: one row, and no error."""

from __future__ import annotations

import tempfile
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.field.seed import PASSWORD
from tests.field.served import Caller, Server
from tests.field.world import visit_body

AT_ONCE = 20


@pytest.fixture(scope="module")
def server(repository: Path) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        made = Server(repository, Path(folder) / "home")
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def callers(server: Server) -> list[Caller]:
    return [Caller(server, "cun", PASSWORD) for _ in range(AT_ONCE)]


@pytest.fixture
def cases(callers: list[Caller]) -> list[str]:
    """Cases to visit."""
    return [one["id"] for one in callers[0].get("tasks")["tasks"] if one["kind"] == "visit"]


def at_once(
    callers: list[Caller], posts: list[tuple[str, dict[str, Any]]]
) -> list[tuple[int, Any]]:
    """Post all of them at the same moment, each from a phone of its own."""
    gate = threading.Barrier(len(posts))
    answers: list[tuple[int, Any]] = []

    def send(caller: Caller, what: str, body: dict[str, Any]) -> None:
        gate.wait()
        answers.append(caller.post(what, body))

    threads = [
        threading.Thread(target=send, args=(caller, *post))
        for caller, post in zip(callers, posts, strict=False)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


def december(case_no: str, **changes: Any) -> dict[str, Any]:
    body = visit_body(case_no, **changes)
    body["verifiers"] = ["cun", "王村医"]
    return body


def test_twenty_parallel_posts_of_one_visit_make_one_row(
    server: Server, callers: list[Caller], cases: list[str]
) -> None:
    before = server.count("visits")
    answers = at_once(callers, [("visits", december(cases[0]))] * AT_ONCE)
    assert Counter(status for status, _ in answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({str(told) for _, told in answers}) == 1, "everybody hears the first answer"
    assert server.count("visits") == before + 1


def test_twenty_parallel_posts_of_one_clue_make_one_case(
    server: Server, callers: list[Caller]
) -> None:
    before = server.count("cases"), server.count("clues")
    body = {"key": str(uuid.uuid4()), "head_name": "段细春", "note": "屋顶漏雨。"}
    answers = at_once(callers, [("clues", body)] * AT_ONCE)
    assert Counter(status for status, _ in answers) == {201: 1, 200: AT_ONCE - 1}
    assert (server.count("cases"), server.count("clues")) == (before[0] + 1, before[1] + 1)


def test_visits_of_one_case_by_twenty_phones_are_all_kept(
    server: Server, callers: list[Caller], cases: list[str]
) -> None:
    before = server.count("visits")
    answers = at_once(callers, [("visits", december(cases[0])) for _ in range(AT_ONCE)])
    assert Counter(status for status, _ in answers) == {201: AT_ONCE}
    assert server.count("visits") == before + AT_ONCE


def test_one_key_for_two_visits_at_once_gives_one_and_a_refusal(
    server: Server, callers: list[Caller], cases: list[str]
) -> None:
    before = server.count("visits")
    body = december(cases[0])
    answers = at_once(callers, [("visits", body), ("visits", {**body, "judgement": "另一份"})])
    assert sorted(status for status, _ in answers) == [201, 409]
    assert server.count("visits") == before + 1


def test_a_server_that_is_killed_between_posts_forgets_no_answer(
    server: Server, callers: list[Caller], cases: list[str]
) -> None:
    body = december(cases[0], judgement="停电之前。")
    first = callers[0].post("visits", body)
    server.stop()
    server.start()
    again = Caller(server, "cun", PASSWORD).post("visits", body)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
