"""Both languages of the phone are whole, and its pages are what the policy lets a browser run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fangpin.web.field.assets import FOLDER

SCRIPTS = sorted(FOLDER.glob("*.js"))
_USED = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
_KEPT = re.compile(r'^  "((?:[^"\\]|\\.)*)":\s*(.*?),$', re.M | re.S)
_HOLE = re.compile(r"\{(\w+)\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def used() -> set[str]:
    return {
        match[1]
        for file in SCRIPTS
        if file.name != "en.js"
        for match in _USED.finditer(file.read_text(encoding="utf-8"))
    }


def kept() -> dict[str, str]:
    text = (FOLDER / "en.js").read_text(encoding="utf-8")
    return {match[1]: match[2] for match in _KEPT.finditer(text)}


def test_every_sentence_of_the_phone_has_its_english_and_no_other_is_kept() -> None:
    assert used() == set(kept())


def test_no_english_is_left_in_chinese_or_loses_what_it_is_to_say() -> None:
    for zh, en in kept().items():
        assert not _CHINESE.search(en), zh
        spare = {"name", "n"} if zh == "{n} 月" else set()
        assert set(_HOLE.findall(zh)) - spare <= set(_HOLE.findall(en)), zh


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_chinese_reaches_the_screen_through_the_words_alone(file: Path) -> None:
    if file.name == "en.js":
        return
    text = re.sub(r"//.*", "", file.read_text(encoding="utf-8"))
    left = _USED.sub("", text)
    kinds = set(re.findall(r'"([^"]*[\u4e00-\u9fff][^"]*)"', left))
    assert kinds <= {
        "中文",
        "人",
        "待办",
        "登记线索",
        "上传记录",
        "我的",
        "入户核查",
        "线索",
        "走访",
    }


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_nothing_of_a_server_is_ever_read_as_markup_or_code(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        "document.write",
    ):
        assert word not in text
    for found in re.findall(r'from "([^"]+)"', text):
        assert found.startswith("./"), found
