"""Replays a rule over past months by what had arrived then: what would another threshold have found?"""

from fangpin.backtest.compare import Difference, compare
from fangpin.backtest.replay import Replay, ReplayMonth, Truth, replay, replay_all
from fangpin.backtest.thresholds import parameters_of

__all__ = [
    "Difference",
    "Replay",
    "ReplayMonth",
    "Truth",
    "compare",
    "parameters_of",
    "replay",
    "replay_all",
]
