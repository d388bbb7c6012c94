"""Folders and files of the lake appear whole or not at all, and what killed commands left is swept."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home, passing_folder
from fangpin.lake.spool import Spool
from fangpin.values.files import TEMPORARY, machine_problems, published_file, published_folder
from fangpin.values.problem import ProblemError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ── whole or not at all ─────────────────────────────────────────────────────────────────────────


def test_a_folder_appears_when_its_block_has_ended(home: Home) -> None:
    final = home.runs / "2020-05-10"

    with published_folder(final) as temporary:
        (temporary / "hits.parquet").write_text("hits")
        assert not final.exists()
        assert temporary.name.startswith(f"{TEMPORARY}{os.getpid()}-")

    assert names(home.runs) == ["2020-05-10"]
    assert (final / "hits.parquet").read_text() == "hits"


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_fails_leaves_nothing(home: Home, stop: type[BaseException]) -> None:
    with pytest.raises(stop), published_folder(home.runs / "r") as temporary:
        (temporary / "hits.parquet").write_text("half")
        raise stop
    with pytest.raises(stop), published_file(home.runs / "f") as temporary:
        temporary.write_text("half")
        raise stop

    assert names(home.runs) == []


def test_an_existing_folder_stays_as_it_is(home: Home) -> None:
    final = home.runs / "r"
    with published_folder(final) as temporary:
        (temporary / "a").write_text("first")

    with published_folder(final) as temporary:
        (temporary / "a").write_text("second")

    assert (final / "a").read_text() == "first" and names(home.runs) == ["r"]


def test_of_two_writers_at_once_the_first_one_stays(home: Home) -> None:
    final = home.runs / "r"

    with published_folder(final) as slow:
        (slow / "a").write_text("slow")
        with published_folder(final) as quick:
            (quick / "a").write_text("quick")

    assert (final / "a").read_text() == "quick" and names(home.runs) == ["r"]


def test_a_writer_that_comes_between_the_look_and_the_rename_stays(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = home.runs / "r"
    rename = Path.rename

    def late(self: Path, target: Path) -> Path:
        target.mkdir()
        (target / "a").write_text("quick")
        return rename(self, target)

    with published_folder(final) as temporary:
        (temporary / "a").write_text("slow")
        monkeypatch.setattr(Path, "rename", late)

    assert (final / "a").read_text() == "quick" and names(home.runs) == ["r"]


def test_a_file_is_replaced_at_once_and_an_old_one_stays_when_the_block_fails(home: Home) -> None:
    final = home.ledger / "a.parquet"
    with published_file(final) as temporary:
        temporary.write_text("old")
    with pytest.raises(ValueError), published_file(final) as temporary:
        temporary.write_text("half")
        raise ValueError
    assert final.read_text() == "old"

    with published_file(final) as temporary:
        temporary.write_text("new")

    assert final.read_text() == "new" and names(home.ledger) == ["a.parquet"]


# ── sweeping ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def living() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate(b"\n", timeout=10)


def dead() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(timeout=10)
    return process.pid


def test_what_a_dead_process_left_is_swept_and_a_living_ones_work_is_not(
    home: Home, living: int
) -> None:
    for owner in (living, dead()):
        (home.runs / f"{TEMPORARY}{owner}-aa").mkdir()
        (home.runs / f"{TEMPORARY}{owner}-aa" / "half").touch()
        (home.ledger / f"{TEMPORARY}{owner}-bb").touch()
    (home.runs / "2020-05-10").mkdir()

    assert home.sweep() == 2

    assert names(home.runs) == [f"{TEMPORARY}{living}-aa", "2020-05-10"]
    assert names(home.ledger) == [f"{TEMPORARY}{living}-bb"]
    assert home.sweep() == 0


def test_what_a_killed_engine_spilled_is_swept(home: Home) -> None:
    """It spills people's rows into files that bear its process's number; killed, it leaves them."""
    spilling = (
        "import os, sys; from pathlib import Path; from fangpin.lake.engines.duckdb import connect\n"
        "with connect(memory_limit='100MB', spill=Path(sys.argv[1])) as engine:\n"
        "    engine.make_table('many', 'SELECT hash(range) AS a, hash(range + 1) AS b "
        "FROM range(8000000)')\n"
        "    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", spilling, str(home.spill)], check=False)
    assert names(home.spill), "the engine spills under another name: sweep must know it"

    home.sweep()

    assert names(home.spill) == []


def test_what_one_engine_hands_another_is_gone_with_the_block(home: Home) -> None:
    with pytest.raises(RuntimeError), passing_folder(home.spill) as place:
        (place / "names.parquet").touch()
        raise RuntimeError
    assert names(home.spill) == []


def test_what_was_handed_on_when_a_run_was_killed_is_swept(home: Home) -> None:
    killed = (
        "import os, sys; from pathlib import Path; from fangpin.lake.home import passing_folder\n"
        "with passing_folder(Path(sys.argv[1])) as place:\n"
        "    (place / 'names.parquet').touch()\n"
        "    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(home.spill)], check=False)
    assert len(names(home.spill)) == 1

    home.sweep()

    assert names(home.spill) == []


def test_what_an_engine_of_this_command_keeps_is_not_swept_by_its_own_run(home: Home) -> None:
    with passing_folder(home.spill) as place:
        (place / "names.parquet").touch()
        assert home.sweep() == 0
        assert names(place) == ["names.parquet"]
    assert names(home.spill) == []


def test_what_another_thread_of_this_process_writes_is_not_swept_from_under_it(home: Home) -> None:
    """A demonstration's run begins within the server, while a page of it takes a file in."""
    incoming = Spool(home).begin(limit=10)
    with (
        published_file(home.ledger / "a.parquet") as file,
        published_folder(home.runs / "2020-05-10") as folder,
    ):
        file.write_text("half")
        (folder / "run.json").touch()
        incoming.write(b"half")
        assert home.sweep() == 0
    incoming.keep("u1")
    assert (names(home.ledger), names(home.runs)) == (["a.parquet"], ["2020-05-10"])
    assert names(home.uploads) == ["u1"]


def test_a_sweep_passes_over_what_others_finish_or_remove_meanwhile(home: Home) -> None:
    """Deliveries are published, and a killed command's children tidy up, while a run begins."""
    busy = (
        "import os, shutil, sys; from pathlib import Path\n"
        "while True:\n"
        "    for place in map(Path, sys.argv[1:]):\n"
        "        for number in range(40):\n"
        "            (place / str(number) / 'part').mkdir(parents=True, exist_ok=True)\n"
        "        shutil.rmtree(place, ignore_errors=True)"
    )
    left = home.spill / f"{TEMPORARY}{dead()}-aa"
    finished = home.deliveries / "health.bills"
    others = subprocess.Popen([sys.executable, "-c", busy, str(left), str(finished)])
    try:
        for _ in range(300):
            home.sweep()
    finally:
        others.kill()
        others.wait(timeout=10)

    home.sweep()

    assert names(home.spill) == []


# ── who may look ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def usual_mask() -> Iterator[None]:
    """What most machines begin an account with: files are for everybody to read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


def test_a_new_home_and_what_is_spilled_are_for_its_own_account_alone(
    usual_mask: None, home: Home
) -> None:
    assert mode(home.root) == mode(home.spill) == 0o700


def test_a_spill_that_stood_open_is_closed_to_others_and_its_group_keeps_what_it_was_given(
    usual_mask: None, home: Home
) -> None:
    for stood, stands in ((0o755, 0o750), (0o2777, 0o770), (0o770, 0o770)):
        home.spill.chmod(stood)
        home.prepare()
        assert mode(home.spill) == stands


def test_a_folder_that_was_there_before_keeps_its_own_modes(
    usual_mask: None, tmp_path: Path
) -> None:
    given = tmp_path / "shared"
    given.mkdir(mode=0o755)
    Home(given).prepare()
    assert mode(given) == 0o755 and mode(given / "spill") == 0o700


# ── the machine's refusals ──────────────────────────────────────────────────────────────────────


def problem_codes(error: ProblemError) -> list[str]:
    for problem in error.problems:
        assert problem.zh and problem.en and problem.fix_zh and problem.fix_en
    return [problem.code for problem in error.problems]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_leaves_nothing(home: Home, number: int) -> None:
    with pytest.raises(ProblemError) as raised, published_folder(home.runs / "r") as temporary:
        (temporary / "half").touch()
        raise OSError(number, os.strerror(number))

    assert problem_codes(raised.value) == ["DISK_FULL"]
    assert names(home.runs) == []


def test_a_disk_that_fills_up_at_the_flush_leaves_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(ProblemError) as raised, published_file(home.runs / "f") as temporary:
        temporary.write_text("whole, but not on the disk")

    assert problem_codes(raised.value) == ["DISK_FULL"] and names(home.runs) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() != 0:
        pytest.skip("mounting a tiny file system needs root; the simulated full disk is tested")
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine mounts no tmpfs ({done.stderr.strip()})")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_truly_full_disk_is_told_by_the_engine_and_leaves_nothing(tiny_disk: Path) -> None:
    home = Home(tiny_disk / "home")
    home.prepare()

    with (
        connect(threads=1) as engine,
        pytest.raises(ProblemError) as raised,
        published_file(home.ledger / "big.parquet") as temporary,
    ):
        engine.write("SELECT hash(range) AS a, hash(range + 1) AS b FROM range(500000)", temporary)

    assert problem_codes(raised.value) == ["DISK_FULL"]
    assert names(home.ledger) == []


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file stands where the home should be")

    with pytest.raises(ProblemError) as raised:
        Home(tmp_path / "taken" / "home").prepare()

    assert problem_codes(raised.value) == ["HOME_NOT_WRITABLE"]


def test_other_refusals_of_the_machine_are_told_with_their_reason(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised, machine_problems(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")

    (problem,) = raised.value.problems
    assert problem.code == "HOME_NOT_WRITABLE" and "Permission denied" in problem.en
