"""Every path, command, setting and code that the documentation names is really there."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer.main

from fangpin.cli.main import app
from fangpin.feeds.findings import Severity
from fangpin.web.settings.environment import VARIABLES
from tests.docs.pages import REPOSITORY, Page, pages
from tests.docs.problem_codes import PAGE, messages, page

PAGES = pages()
BY_NAME = {one.name: one for one in PAGES}
NAMES = [one.name for one in PAGES]
COMMANDS: Any = typer.main.get_command(app)

_FOLDERS = ("src/", "tests/", "docs/", "packs/", "requirements/", "bench/", ".ci/")
_HOME = ("secret.key", "casework.sqlite3", "deliveries/", "ledger/", "registry/", "runs/", "vault/")


def the_page(name: str) -> Page:
    return BY_NAME[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_file(name: str) -> None:
    one = the_page(name)
    assert [link for link in one.links if not (one.path.parent / link).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_path_exists(name: str) -> None:
    one = the_page(name)
    named = {span for span in one.spans if span.startswith(_FOLDERS) and "<" not in span}
    missing = {span for span in named if not any(REPOSITORY.glob(span.rstrip("/")))}
    # packs/river is the pack that docs/packs.md writes out itself.
    assert {span for span in missing if not span.startswith("packs/river")} == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_its_options_exist(name: str) -> None:
    for line in the_page(name).commands:
        words = shlex.split(line)
        if words[0] == "make":
            target = words[1]
            assert re.search(rf"^{re.escape(target)}:", _makefile(), re.MULTILINE), line
        else:
            _check_fangpin(words[1:], line)


def _makefile() -> str:
    return (REPOSITORY / "Makefile").read_text(encoding="utf-8")


def _check_fangpin(words: list[str], line: str) -> None:
    command = COMMANDS
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    if command.context_settings.get("ignore_unknown_options"):
        return
    known = {option for parameter in command.params for option in parameter.opts}
    known |= {option for parameter in command.params for option in parameter.secondary_opts}
    unknown = [word for word in words if word.startswith("--") and word not in {*known, "--help"}]
    assert unknown == [], line


def test_the_arguments_that_pages_give_to_make_demo_are_options_of_it() -> None:
    for one in PAGES:
        for given in re.findall(r'make demo ARGS="?([^"`\n]+)"?', one.text):
            _check_fangpin(["demo", *shlex.split(given)], given)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_exists(name: str) -> None:
    named = set(re.findall(r"\bFANGPIN_[A-Z_]*[A-Z]\b", the_page(name).text))
    assert named <= set(VARIABLES), named - set(VARIABLES)


def test_operators_can_read_of_every_setting() -> None:
    assert [
        name for name in VARIABLES if f"`{name}`" not in the_page("docs/operators.md").text
    ] == []


def test_every_kind_of_finding_is_explained() -> None:
    text = the_page("docs/feeds.md").text
    assert [one for one in Severity.__args__ if f"| `{one}` |" not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_code_of_a_message_exists(name: str) -> None:
    if name == "docs/messages.md":
        return
    known = {one.code for one in messages()}
    named = {
        span for span in the_page(name).spans if re.match(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$", span)
    }
    assert {code for code in named if not code.startswith("FANGPIN_")} <= known


def test_the_page_of_messages_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make messages"


def test_every_message_is_told_in_both_languages() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [one.code for one in messages() if not chinese.search(one.zh)] == []
    assert [one.code for one in messages() if not one.en or chinese.search(one.en)] == []


def test_every_exit_code_of_the_program_is_explained() -> None:
    sources = "".join(
        file.read_text(encoding="utf-8") for file in (REPOSITORY / "src/fangpin/cli").glob("*.py")
    )
    codes = set(re.findall(r"^(?:[A-Z_]+ = |.*sys\.exit\()(\d+)\)?$", sources, re.MULTILINE))
    text = the_page("docs/exit-codes.md").text
    assert codes
    assert [code for code in sorted(codes) if f"| {code} |" not in text] == []


def test_both_readmes_tell_the_same_commands() -> None:
    english, chinese = the_page("README.md"), the_page("README.zh.md")
    assert english.commands == chinese.commands
    assert len(english.text.split("\n## ")) == len(chinese.text.split("\n## "))


def test_the_list_of_decisions_is_complete() -> None:
    folder = REPOSITORY / "docs" / "adr"
    written = {file.name for file in folder.glob("0*.md")}
    assert set(the_page("docs/adr/README.md").links) == written
    for file in written:
        text = (folder / file).read_text(encoding="utf-8")
        assert "Status: " in text
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences"))
