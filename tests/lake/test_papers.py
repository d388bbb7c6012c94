"""A photo comes in pieces over a line that fails; a phone that gives up waiting sends it again."""

from __future__ import annotations

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from fangpin.values.problem import ProblemError

PIECE = 1_000


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    home = Home(tmp_path / "home")
    home.prepare()
    return Papers(home)


def photo(number: int) -> bytes:
    return b"\xff\xd8\xff" + random.Random(number).randbytes(5 * PIECE)


def send(papers: Papers, content: bytes, *, sender: str) -> None:
    """As the phone does it: what is told to be missing comes next, until the whole is there."""
    name = hashlib.sha256(content).hexdigest()
    reached, is_whole = 0, False
    while not is_whole:
        piece = content[reached : reached + PIECE]
        try:
            stored = papers.put(name, piece, offset=reached, total=len(content), sender=sender)
        except ProblemError as error:
            assert error.problems[0].code == "PAPER_OFFSET", error.problems
            stored = papers.state(name, sender=sender)
        reached, is_whole = stored.received, stored.is_whole


def test_one_photo_sent_twice_at_once_is_there_once_and_nobody_is_refused(papers: Papers) -> None:
    with ThreadPoolExecutor(4) as phones:
        for number in range(60):
            content = photo(number)
            sent = [phones.submit(send, papers, content, sender="village/zhou") for _ in range(4)]
            for one in sent:
                one.result()
            assert papers.read(hashlib.sha256(content).hexdigest()) == content


def test_photos_that_end_while_others_begin_are_not_counted_against_their_sender(
    papers: Papers,
) -> None:
    with ThreadPoolExecutor(4) as phones:
        sent = [
            phones.submit(send, papers, photo(number), sender="village/zhou")
            for number in range(200)
        ]
        for one in sent:
            one.result()
