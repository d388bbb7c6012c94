"""A PostgreSQL cluster that lives as long as a test: its own folder, its own socket, no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = "15"


def binaries() -> Path | None:
    """Where PostgreSQL's programs are; None when this machine has none."""
    for place in (Path("/usr/lib/postgresql") / VERSION / "bin", Path("/usr/local/pgsql/bin")):
        if (place / "initdb").is_file():
            return place
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def throw_away_cluster(*, durable: bool = False) -> Iterator[str]:
    """The FANGPIN_DATABASE_URL of a fresh cluster, which is gone after the block.

    `durable` keeps the server's own promises about the disk: for what is measured or killed.

    Its texts are ordered by ICU, not byte by byte: a column that relies on byte order must say so.
    PostgreSQL refuses to run as root, so root runs it as another user.
    """
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="fangpin-pg-"))
    as_user = _as_plain_user(folder)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_user, str(programs / program), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr}")

    quick = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options = f"-k {folder} -c listen_addresses=''{'' if durable else quick}"
    try:
        run(
            "initdb",
            *("-D", str(data), "-U", "fangpin", "-A", "trust", "-E", "UTF8", "--no-sync"),
            *("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=und"),
        )
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgres://fangpin@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_plain_user(folder: Path) -> list[str]:
    if os.geteuid() != 0:
        return []
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
    ]
