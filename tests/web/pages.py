"""What a page says, and its forms as a browser would send them: what is there, some fields changed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client


def body(response: Any) -> str:
    """What was sent, also piece by piece."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", errors="replace")


def text_of(response: Any) -> str:
    """The words of a page without its markup."""
    page = re.sub(r"<svg[^>]*/>", " ", body(response))
    page = re.sub(r"<title>.*?</title>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:b|small)>", "", page)))


class _Forms(HTMLParser):
    """Every form of a page: its address and the values that would be sent as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._select = ""
        self._area = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        if not self.forms:
            return
        values = self.forms[-1][1]
        if tag == "input" and given.get("name"):
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in given:
                    values.setdefault(given["name"], []).append(given.get("value", "on"))
            else:
                values.setdefault(given["name"], []).append(given.get("value", ""))
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            if self._select not in values or "selected" in given:
                values[self._select] = [given.get("value", "")]
        elif tag == "textarea":
            self._area, self._text = given.get("name", ""), ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            self.forms[-1][1].setdefault(self._area, []).append(self._text.lstrip("\n"))
            self._area = ""


def form_of(page: str, ending: str) -> tuple[str, dict[str, list[str]]]:
    """(address, values) of the form whose address ends so."""
    parser = _Forms()
    parser.feed(page)
    found = [one for one in parser.forms if one[0].partition("?")[0].endswith(ending)]
    assert found, (ending, [one[0] for one in parser.forms])
    return found[0]


def send(client: Client, path: str, ending: str, **changes: Any) -> Any:
    """Open a page, change some fields of one of its forms, and send it."""
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    address, values = form_of(response.content.decode(), ending)
    values.pop("csrfmiddlewaretoken", None)
    for name, value in changes.items():
        values[name.replace("__", "-")] = value if isinstance(value, list) else [str(value)]
    return client.post(address or path, values)
