"""A synthetic county with known truth: the truth comes first, the departments' records follow.

Everything here is deterministic: the same seed gives the same bytes. Only tests, benchmarks, the
demo and back-tests use it; the truth file is for tests, benchmarks and back-tests alone.
"""

from fangpin.synthetic.build import build_world, write_deliveries
from fangpin.synthetic.chenzhou.bench_month import (
    BenchMonth,
    bench_deliveries,
    write_bench_month,
)
from fangpin.synthetic.deliveries import PlannedDelivery
from fangpin.synthetic.truth_file import write_truth
from fangpin.synthetic.world import World

__all__ = [
    "BenchMonth",
    "PlannedDelivery",
    "World",
    "bench_deliveries",
    "build_world",
    "write_bench_month",
    "write_deliveries",
    "write_truth",
]
