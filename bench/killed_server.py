"""The server is killed again and again while officials act: nothing acknowledged is lost or doubled.

    fangpin bench killed-server --kills 50

    fangpin bench killed-server --kills 50 --database postgresql

The real server (granian on 127.0.0.1; SQLite in a file, or a PostgreSQL cluster of its own with fsync
on) is sent SIGKILL at random moments under load. Whoever got no answer sends the same form again,
with its key, to the next server.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from casework import a_database
from casework_fill import DAY
from killed_work import PASSWORD, prepare, verify
from measure import cost_of, machine, tell

HOST = "127.0.0.1"
SERVE = "from fangpin.cli.entry import main; main()"


@dataclass
class Sent:
    """What clients sent: keys that were answered, and how often a key had to be sent."""

    waiting: list[str]
    answered: set[str] = field(default_factory=set)
    retried: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> str | None:
        with self.lock:
            return self.waiting.pop() if self.waiting else None

    def put_back(self, number: str) -> None:
        with self.lock:
            self.retried += 1
            self.waiting.append(number)


class Client(threading.Thread):
    """An official's browser: signs in and assigns one case after the other."""

    def __init__(self, base: str, sent: Sent, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.base, self.sent, self.stop = base, sent, stop
        self.jar = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def run(self) -> None:
        try:
            self._sign_in()
        except OSError:
            return
        while not self.stop.is_set() and (number := self.sent.take()) is not None:
            try:
                page = self._post(
                    f"/cases/{number}/assign/", {"key": f"k-{number}", "version": "0", "to": ""}
                )
            except OSError:
                self.sent.put_back(number)
                return
            with self.sent.lock:
                if f"/cases/{number}/" in page:
                    self.sent.answered.add(f"k-{number}")
                else:
                    self.sent.refused.append(page)

    def _sign_in(self) -> None:
        self.browser.open(f"{self.base}/sign-in/", timeout=20).read()
        self._post("/sign-in/", {"username": "reviewer", "password": PASSWORD})

    def _post(self, path: str, given: dict[str, str]) -> str:
        token = next((one.value for one in self.jar if one.name == "fangpin_csrf"), "") or ""
        data = urllib.parse.urlencode({**given, "csrfmiddlewaretoken": token}).encode()
        with self.browser.open(self.base + path, data, timeout=20) as answer:
            answer.read()
            return str(answer.url)


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench killed-server", description=__doc__)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--cases", type=int, default=4_000)
    options.add_argument("--clients", type=int, default=3)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with a_database(given.database) as (home, url):
        numbers = cost_of(prepare, home, url, given.cases).answer
        sent = Sent(list(numbers))
        kills = 0
        draw = random.Random(5)
        while kills < given.kills and sent.waiting:
            kills += _round(home, url, sent, given.clients, lifetime=draw.uniform(0.3, 1.5))
        found = cost_of(verify, home, url, sorted(sent.answered)).answer
    tell(
        {
            "database": given.database,
            "kills": kills,
            "acknowledged": len(sent.answered),
            "sent_again": sent.retried,
            "refused": len(sent.refused),
            **found,
            **machine(),
        },
        as_json=given.json,
    )
    if found["lost"] or found["doubled"] or found["without_audit"]:
        sys.exit(1)


def _round(home: str, url: str, sent: Sent, clients: int, *, lifetime: float) -> int:
    """One server's life under load; 1 when it was killed."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, "serve", "--port", str(port)],
        env={
            **os.environ,
            "FANGPIN_HOME": home,
            "FANGPIN_DATABASE_URL": url,
            "FANGPIN_PACK": "cn_hunan_chenzhou",
            "FANGPIN_CLOCK": DAY.isoformat(),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if not _answers(f"http://{HOST}:{port}/alive/", seconds=60):
            raise RuntimeError("the server did not come up")
        stop = threading.Event()
        people = [Client(f"http://{HOST}:{port}", sent, stop) for _ in range(clients)]
        before = len(sent.answered)
        for one in people:
            one.start()
        _wait_for_work(sent, before, seconds=30)
        time.sleep(lifetime)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    stop.set()
    for one in people:
        one.join(30)
    return 1


def _wait_for_work(sent: Sent, before: int, *, seconds: float) -> None:
    """Wait until something was answered: a server killed before its first act proves nothing."""
    until = time.monotonic() + seconds
    while len(sent.answered) == before and sent.waiting and time.monotonic() < until:
        time.sleep(0.02)


def _answers(address: str, *, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    main()
