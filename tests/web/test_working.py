"""The serving process keeps a worker beside it: only while there is work, and never past its own end."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.jobs.actions import enqueue
from fangpin.values import clock
from fangpin.web import working


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been started; each is a process that does nothing for a while."""
    commands: list[list[str]] = []
    popen = subprocess.Popen

    def start(command: list[str], **_: Any) -> subprocess.Popen[bytes]:
        commands.append(command)
        return popen([sys.executable, "-c", "import time; time.sleep(60)"])

    monkeypatch.setattr(working.subprocess, "Popen", start)
    return commands


def test_a_server_removes_what_a_killed_one_had_half_received(
    tmp_path: Path, settings: Any
) -> None:
    """It holds identity numbers in the clear; the next upload, which would have swept it, may be far."""
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, home=tmp_path, worker=False)
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    for name in (f".unfinished-{killed.pid}-a", f".unfinished-{os.getppid()}-b", "of-an-upload"):
        (uploads / name).write_text("{}")
    assert working.start_keeper() is None
    left = {file.name for file in uploads.iterdir()}
    assert left == {f".unfinished-{os.getppid()}-b", "of-an-upload"}


@pytest.mark.django_db
def test_without_work_no_worker_is_started(started: list[list[str]]) -> None:
    assert working.keep_once(None) is None
    assert started == []


@pytest.mark.django_db
def test_one_worker_is_started_and_a_killed_one_is_followed_by_another(
    started: list[list[str]],
) -> None:
    enqueue(kind="check_upload", subject="a", lane="", at=clock.now({}))
    first = working.keep_once(None)
    assert first is not None
    try:
        assert started[0][-4:] == ["worker", "--until-idle", "--beside", str(os.getpid())]
        assert working.keep_once(first) is first
        first.send_signal(signal.SIGKILL)
        first.wait()
        second = working.keep_once(first)
        assert second is not None and second is not first
        second.kill()
        second.wait()
        assert len(started) == 2
    finally:
        first.kill()


def test_a_setting_leaves_the_workers_to_somebody_else(settings: Any) -> None:
    import dataclasses

    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, worker=False)
    assert working.start_keeper() is None


def test_a_worker_ends_with_the_process_that_started_it(home_folder: Path) -> None:
    """The parent starts a worker as the server does, and is killed."""
    program = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', "
        "'from fangpin.cli.entry import main; main()', 'worker', '--beside', str(os.getpid())])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(120)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    for _ in range(240):
        if not _is_running(child):
            return
        time.sleep(0.25)
    os.kill(child, signal.SIGKILL)
    raise AssertionError("the worker outlived its server")


def _is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rsplit(")", 1)[1]
    except OSError:
        return False
    return state.split()[0] != "Z"
