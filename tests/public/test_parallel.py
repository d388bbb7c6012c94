"""Twenty clicks at the same moment, on a server of its own: one declaration, no error."""

from __future__ import annotations

import re
import sqlite3
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.public.served import Served, serving
from tests.public.world import ANSWERS

CLICKS = 20


class Browser:
    """A browser that keeps cookies and sends forms with their token."""

    def __init__(self, base: str) -> None:
        self.base, self.jar = base, CookieJar()

    def get(self, path: str) -> str:
        with self._opener().open(self.base + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, token: str, **given: str) -> tuple[int, str]:
        """(status, address at the end)."""
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **given}).encode()
        with self._opener().open(self.base + path, data=data, timeout=60) as answer:
            return answer.status, answer.url

    def token(self, path: str) -> str:
        page = self.get(path)
        (first, *_rest) = re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', page)
        return str(first)

    def _opener(self) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))


@pytest.mark.parametrize("clicks", [CLICKS])
def test_parallel_clicks_make_one_declaration(
    repository: Path, tmp_path: Path, clicks: int
) -> None:
    with serving(repository, tmp_path / "home") as served:
        browser = _ready_to_send(served)
        token = browser.token("check/")
        with ThreadPoolExecutor(clicks) as pool:
            answers = list(pool.map(lambda _: browser.post("check/", token), range(clicks)))
        with sqlite3.connect(tmp_path / "home" / "casework.sqlite3") as database:
            (count,) = database.execute(
                "SELECT count(*) FROM declarations_declaration WHERE key != ''"
            ).fetchone()
    assert {status for status, _ in answers} == {200}
    assert {address.rsplit("/", 2)[1] for _, address in answers} == {"receipt"}
    assert count == served.declared + 1


def _ready_to_send(served: Served) -> Browser:
    browser = Browser(served.address + served.door)
    token = browser.token("name/")
    for question, text in ANSWERS.items():
        browser.post(f"{question}/", token, **{question: text})
    browser.post("photo/", token)
    return browser
