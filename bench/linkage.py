"""Rows of a feed with injected errors to the persons of a registry, by the cascade and the stored model.

    fangpin bench linkage --registry 1000000 --feed 300000

Of the feed's rows 6 % have a wrong digit in the number, 8 % no number, 5 % a wrong character in the
name, 4 % a wrong birth date, 20 % no village; 2 % are about someone whom the registry does not list.
Bars: precision at least 0.9998, recall at least 0.997, 6 s, 1 GiB. The peer is Splink with its own
comparisons, trained in the same run on the same tables.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from linkage_work import link_by_the_stored_model, splink_untuned, write_truth
from measure import cost_of, machine, tell


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench linkage", description=__doc__)
    options.add_argument("--registry", type=int, default=1_000_000, help="persons listed")
    options.add_argument("--feed", type=int, default=300_000, help="rows to link")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--no-peer", action="store_true", help="leave Splink alone out")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="fangpin-bench-"))
    try:
        tell(measured(given, place), as_json=given.json)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def measured(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Generate outside the timed part, then link by the product and by its peer."""
    _say("generating")
    cost_of(write_truth, str(place), given.registry, given.feed, given.seed)
    _say("linking")
    ours = cost_of(link_by_the_stored_model, str(place))
    answer: dict[str, Any] = {
        "precision": ours.answer.pop("precision"),
        "recall": ours.answer.pop("recall"),
        "cpu_s": ours.cpu_s,
        "wall_s": ours.wall_s,
        "peak_mb": ours.peak_mb,
        "registry": given.registry,
        "feed": given.feed,
        **ours.answer,
    }
    if not given.no_peer:
        _say("Splink alone, trained in the same run")
        peer = cost_of(splink_untuned, str(place))
        answer |= {
            "peer_precision": peer.answer["precision"],
            "peer_recall": peer.answer["recall"],
            "peer_cpu_s": peer.cpu_s,
            "peer_wall_s": peer.wall_s,
            "peer_peak_mb": peer.peak_mb,
            "peer_ratio_cpu": round(peer.cpu_s / ours.cpu_s, 1),
        }
    return answer | machine()


def _say(step: str) -> None:
    print(f"… {step}", file=sys.stderr)


if __name__ == "__main__":
    main()
