"""Folders over SFTP, read from a real server."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.receipt import Receipt
from fangpin.values.problem import ProblemError
from tests.feeds.builders import Desk, csv_text, wage_row
from tests.feeds.servers import (
    NAME,
    PASSWORD,
    SftpServer,
    breaking_off,
    relay,
    sftp_server,
    silent_server,
    trickling,
)
from tests.feeds.test_folders import named, put
from tests.feeds.test_sources import FOLDER, pulled

SFTP = FOLDER.replace("${WAGES_FOLDER}", f"sftp://{NAME}:${{PASSWORD}}@127.0.0.1:${{PORT}}/对外")
SFTP += '    options: {host_key: "${KEY}", allow_agent: false, look_for_keys: false}\n'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "served" / "对外").mkdir(parents=True)
    with sftp_server(tmp_path / "served") as server:
        yield server


@pytest.fixture
def folder(server: SftpServer) -> Path:
    return server.folder / "对外"


def taken(desk: Desk, server: SftpServer, text: str = SFTP, **changed: Any) -> list[Receipt]:
    known = {"PASSWORD": PASSWORD, "PORT": str(server.port), "KEY": server.fingerprint}
    return pulled(desk, text, **{**known, **changed})


def refusal(desk: Desk, server: SftpServer, text: str = SFTP, **changed: Any) -> str:
    with pytest.raises(ProblemError) as raised:
        taken(desk, server, text, **changed)
    assert PASSWORD not in str(raised.value) and arrivals(desk.home) == []
    (problem,) = raised.value.problems
    return problem.code


def test_each_file_comes_once_and_again_when_it_changed(
    desk: Desk, server: SftpServer, folder: Path
) -> None:
    assert taken(desk, server) == []
    put(folder / "三月 工资.csv", "2020-03")
    put(folder / "b.csv", "2020-02")
    assert [one.outcome for one in taken(desk, server)] == ["accepted", "accepted"]
    assert taken(desk, server) == []
    other = csv_text([wage_row(1, month="2020-02", wage="1999.50")])
    assert len(other) == len((folder / "b.csv").read_text(encoding="utf-8"))
    (folder / "b.csv").write_text(other, encoding="utf-8")
    os.utime(folder / "b.csv", (1_600_000_000, 1_600_000_000))
    assert [one.outcome for one in taken(desk, server)] == ["accepted"]
    for transport in server.transports:
        transport.join(30)
        assert not transport.is_alive(), "a pull that ended left the server"


def test_folders_within_are_read_where_the_pattern_names_them(
    desk: Desk, server: SftpServer, folder: Path
) -> None:
    put(folder / "a.csv", "2020-01")
    put(folder / "2020" / "三月" / "三月.csv", "2020-03")
    text = SFTP.replace("*.csv", "**/*.csv")
    assert len(taken(desk, server, text)) == 2
    assert taken(desk, server, text) == []


def test_a_server_is_trusted_by_its_key_alone(desk: Desk, server: SftpServer, folder: Path) -> None:
    put(folder / "a.csv", "2020-01")
    for key in ("", "SHA256:other"):
        with pytest.raises(ProblemError) as raised:
            taken(desk, server, KEY=key)
        (problem,) = raised.value.problems
        assert problem.code == "SOURCE_HOST_KEY" and server.fingerprint in problem.en
    assert server.signed_in == [], "the password is shown to no stranger"
    assert len(taken(desk, server, KEY=f"SHA256:other {server.fingerprint}")) == 1


def test_what_fails_is_told_without_the_password(
    desk: Desk, server: SftpServer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    put(folder / "a.csv", "2020-01")
    assert refusal(desk, server, PASSWORD="geheim-but-wrong") == "SOURCE_UNREACHABLE"
    assert refusal(desk, server, PORT="1") == "SOURCE_UNREACHABLE"
    nowhere = SFTP.replace("127.0.0.1", "nowhere.invalid")
    assert refusal(desk, server, nowhere) == "SOURCE_UNREACHABLE"
    assert "geheim" not in caplog.text


@pytest.mark.parametrize("pattern", ["*.csv", "**/*.csv"])
def test_a_folder_that_is_not_there_is_not_an_empty_one(
    desk: Desk, server: SftpServer, pattern: str
) -> None:
    text = SFTP.replace("/对外", "/nothing").replace("*.csv", pattern)
    assert refusal(desk, server, text) == "SOURCE_FOLDER_MISSING"


def test_a_server_that_goes_midway_is_told_and_the_rest_comes_later(
    desk: Desk, server: SftpServer, folder: Path
) -> None:
    for name, month in (("a", "2020-01"), ("b", "2020-02"), ("c", "2020-03")):
        put(folder / f"{name}.csv", month)
    server.read = lambda path: server.leave() if path.endswith("b.csv") else None
    with pytest.raises(ProblemError) as raised:
        taken(desk, server)
    assert {problem.code for problem in raised.value.problems} == {"SOURCE_UNREACHABLE"}
    assert len(arrivals(desk.home)) == 1
    server.read = lambda path: None
    assert len(taken(desk, server)) == 2


IMPATIENT = SFTP + "    patience_seconds: 1\n"


def test_a_server_that_says_nothing_is_not_waited_for(desk: Desk, server: SftpServer) -> None:
    with silent_server() as port:
        assert refusal(desk, server, IMPATIENT, PORT=str(port)) == "SOURCE_SILENT"


def test_a_server_that_falls_silent_midway_is_not_waited_for(
    desk: Desk, server: SftpServer, folder: Path
) -> None:
    put(folder / "a.csv", "2020-01")
    over = threading.Event()
    server.read = lambda path: over.wait()
    try:
        assert refusal(desk, server, IMPATIENT) == "SOURCE_SILENT"
    finally:
        over.set()
    assert len(taken(desk, server, IMPATIENT)) == 1, "the next pull takes it"


@pytest.mark.parametrize("after", [0, 1_000, 4_000, 30_000])
@pytest.mark.parametrize(
    ("line", "code"), [(trickling, "SOURCE_SILENT"), (breaking_off, "SOURCE_UNREACHABLE")]
)
def test_a_line_that_trickles_or_breaks_off_leaves_nothing_half_received(
    desk: Desk, server: SftpServer, folder: Path, line: Any, code: str, after: int
) -> None:
    """A byte now and then keeps every limit of the library itself waiting."""
    text = csv_text([wage_row(place, month="2020-01") for place in range(600)])
    (folder / "a.csv").write_text(text, encoding="utf-8")
    with relay(server.port, line(after)) as port:
        assert refusal(desk, server, IMPATIENT, PORT=str(port)) == code
    assert not any(desk.home.spill.iterdir())
    (receipt,) = taken(desk, server)
    assert (receipt.outcome, receipt.read) == ("accepted", 600)


def test_a_file_that_is_written_while_it_is_read_waits(
    desk: Desk, server: SftpServer, folder: Path
) -> None:
    put(folder / "a.csv", "2020-01")
    server.read = lambda path: put(folder / "a.csv", "2020-01", 1, 2)
    assert refusal(desk, server) == "SOURCE_FILE_CHANGING"
    server.read = lambda path: None
    assert [one.accepted for one in taken(desk, server)] == [2]


def test_a_file_above_the_limit_is_refused(
    desk: Desk, server: SftpServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "a.csv", "2020-03")
    monkeypatch.setattr("fangpin.feeds.sources.pull.Limits", lambda: Limits(file_bytes=20))
    (receipt,) = taken(desk, server)
    assert (receipt.outcome, receipt.findings[0].code) == ("refused", "FILE_TOO_LARGE")


def test_names_in_gbk_are_taken_once_and_shown_as_they_are_meant(
    desk: Desk, server: SftpServer, folder: Path
) -> None:
    put(folder / "a.csv", "2020-01")
    put(named(folder, "三月工资.csv".encode("gbk")), "2020-03")
    put(named(folder, "三月工资.csv".encode()), "2020-02")
    put(named(folder, b"\xff.csv"), "2019-12")
    within = named(folder, "对内".encode("gbk"))
    within.mkdir()
    put(within / "b.csv", "2019-11")
    text = SFTP.replace("*.csv", "**/*工资.csv")
    assert len(taken(desk, server, text)) == 2
    assert {json.loads((one.folder / "delivery.json").read_text(encoding="utf-8"))["original_name"]
            for one in arrivals(desk.home)} == {"三月工资.csv"}  # fmt: skip
    assert taken(desk, server, text) == [], "each is known by its own bytes"
    assert len(taken(desk, server, SFTP.replace("*.csv", "**/*.csv"))) == 3
    put(named(folder, "三月工资.csv".encode("gbk")), "2020-03", 1, 2)
    assert [one.read for one in taken(desk, server)] == [2]


def test_a_refusal_in_gbk_is_read_by_its_number(
    desk: Desk, server: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["没有那个文件".encode("gbk")] * 9
    monkeypatch.setattr("paramiko.sftp_server.SFTP_DESC", words)
    assert refusal(desk, server, SFTP.replace("/对外", "/nothing")) == "SOURCE_FOLDER_MISSING"


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("simplecache::sftp://", "{sftp: {host_key: SHA256:other, %s}}"),
        ("filecache::sftp://", "{sftp: {%s}}"),
        ("simplecache://", "{target_protocol: sftp, target_options: {host: 127.0.0.1, %s}}"),
    ],
)
def test_a_server_behind_another_file_system_is_trusted_by_its_key_too(
    desk: Desk, server: SftpServer, folder: Path, address: str, options: str
) -> None:
    put(folder / "a.csv", "2020-01")
    account = f'username: {NAME}, password: "${{PASSWORD}}", port: {server.port}'
    url = f"{address}127.0.0.1/对外" if "sftp" in address else f"{address}/对外"
    text = FOLDER.replace("${WAGES_FOLDER}", url) + f"    options: {options % account}\n"
    assert refusal(desk, server, text) == "SOURCE_HOST_KEY"
    assert server.signed_in == []
