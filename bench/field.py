"""First paint of the phone on slow 3G (400 kb/s, 400 ms, CPU six times slower), as a browser tells it.

`python -m bench.field [--runs 5]`: Debian's Chromium against granian on this machine. The first
visit has nothing kept; the later one starts from what the service worker kept.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
BARS = {"first visit": 1500, "later visit": 500}
PIN = "258046"
PASSWORD = "looking-at-phones"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The invented village under the server that installations use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if "FANGPIN" not in name}
    environment = {
        **clean,
        "FANGPIN_HOME": str(folder / "home"),
        "FANGPIN_PACK": "cn_hunan_chenzhou",
        "FANGPIN_CLOCK": "2020-12-14",
    }
    seeding = [sys.executable, "-m", "tests.field.serve", str(folder / "home")]
    subprocess.run(seeding, cwd=REPOSITORY, env=clean, check=True)
    arguments = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    arguments += ["--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    process = subprocess.Popen(
        [sys.executable, *arguments, "fangpin.web.wsgi:application"], env=environment
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/alive/", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


def slow(page: Any) -> None:
    """The line and the processor of an old phone."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_3G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 6})


def one_run(browser: Any, address: str) -> dict[str, float]:
    """Milliseconds from the navigation to each moment; bytes of the first visit."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True)
    page = context.new_page()
    slow(page)
    page.goto(f"{address}/field/", wait_until="load")
    page.wait_for_selector("#name")
    told = {
        "first visit": page.evaluate(PAINT),
        "sign-in answers": page.evaluate("performance.now()"),
        "kB of the first visit": page.evaluate(
            "performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"
        )
        / 1000,
    }
    fast = context.new_page()
    fast.goto(f"{address}/field/")
    fast.fill("#name", "cun")
    fast.fill("#word", PASSWORD)
    fast.click("button.main")
    for _ in range(2):
        fast.wait_for_selector(".pad")
        for digit in PIN:
            fast.keyboard.press(digit)
        fast.wait_for_timeout(700)
    fast.wait_for_selector(".task")
    fast.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()
    fast.close()
    later = context.new_page()
    slow(later)
    later.goto(f"{address}/field/")
    later.wait_for_selector(".pad")
    told["later visit"] = later.evaluate(PAINT)
    told["PIN answers"] = later.evaluate("performance.now()")
    begun = time.perf_counter()
    for digit in PIN:
        later.keyboard.press(digit)
    later.wait_for_selector(".task")
    told["list after the PIN"] = (time.perf_counter() - begun) * 1000
    context.close()
    return told


def main(runs: int) -> int:
    """Print the medians; 1 when a bar is missed."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        found = [one_run(browser, address) for _ in range(runs)]
        browser.close()
    missed = 0
    print(f"slow 3G: 400 kb/s, 400 ms, CPU/6; median of {runs}")
    for name in found[0]:
        median = statistics.median(run[name] for run in found)
        bar = BARS.get(name)
        missed += bar is not None and median > bar
        unit = "" if name.startswith("kB") else " ms"
        print(f"  {name:24} {median:7.0f}{unit}" + (f"   bar {bar} ms" if bar else ""))
    return int(bool(missed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    raise SystemExit(main(parser.parse_args().runs))
