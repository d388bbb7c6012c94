"""Measures a piece of work in a process of its own: cpu-seconds, wall seconds, peak memory.

The machines are noisy, so bars are ratios of cpu-seconds against a floor measured in the same run.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work cost, and what it answered."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    answer: Any


def cost_of(work: Callable[..., Any], *arguments: Any) -> Cost:
    """Run `work` in a fresh process; its children's cpu time counts too."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(sender, work, arguments))
    process.start()
    sender.close()
    try:
        answer, cpu_s, peak_mb, inside_s = receiver.recv()
    except EOFError as error:
        process.join()
        raise RuntimeError(f"the measured process ended with {process.exitcode}") from error
    process.join()
    return Cost(round(cpu_s, 2), round(inside_s, 2), round(peak_mb), answer)


def _measured(sender: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    before, began = _cpu_seconds(), time.perf_counter()
    answer = work(*arguments)
    cpu_s, inside_s = _cpu_seconds() - before, time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    sender.send((answer, cpu_s, max(own, children) / 1024, inside_s))
    sender.close()


def _cpu_seconds() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (
            resource.getrusage(resource.RUSAGE_SELF),
            resource.getrusage(resource.RUSAGE_CHILDREN),
        )
    )


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def tell(answer: dict[str, Any], *, as_json: bool) -> None:
    """Print a bench's answer: one JSON object, or a line a figure."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    for name, value in answer.items():
        print(f"{name:>24}  {value}")
