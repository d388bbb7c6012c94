"""What a changed value would have meant: how many more households, how many of them truly in need."""

from __future__ import annotations

from dataclasses import dataclass

from fangpin.backtest.replay import Replay


@dataclass(frozen=True, slots=True)
class Difference:
    """Households over the whole replay; negative numbers are fewer."""

    households: int
    """Alerted under the tried value and not under the present one, less the reverse."""
    true_households: int

    @property
    def visits_a_find(self) -> float | None:
        """How many more households must be visited for each one truly in need; None: not one."""
        if self.true_households <= 0 or self.households <= 0:
            return None
        return self.households / self.true_households

    def sentence_zh(self, change: str) -> str:
        """`change` is what was tried: 阈值改为 350 元."""
        if not self.households and not self.true_households:
            return f"{change}：预警不变"
        more = "多" if self.households > 0 else "少"
        alerted = f"{more}预警 {abs(self.households):,} 户" if self.households else "预警户数不变"
        if self.true_households:
            found = "多找到" if self.true_households > 0 else "少找到"
            told = f"{change}：{alerted}，其中{found}真有困难的 {abs(self.true_households):,} 户"
        else:
            told = f"{change}：{alerted}，没有{more}找到真有困难的户"
        if self.visits_a_find is not None:
            told += f"。平均每多跑 {self.visits_a_find:.1f} 户，多找到 1 户"
        return told

    def sentence_en(self, change: str) -> str:
        """`change` is what was tried: Threshold at 350 yuan."""
        if not self.households and not self.true_households:
            return f"{change}: the alerts stay the same"
        more = "more" if self.households > 0 else "fewer"
        households = "household" if abs(self.households) == 1 else "households"
        alerted = (
            f"{abs(self.households):,} {more} {households} alerted"
            if self.households
            else "as many households alerted"
        )
        if self.true_households:
            found = "more" if self.true_households > 0 else "fewer"
            among = f"{abs(self.true_households):,} {found} truly in need among them"
            told = f"{change}: {alerted}, {among}"
        else:
            told = f"{change}: {alerted}, no {more} truly in need found"
        if self.visits_a_find is not None:
            told += f". One more is found for every {self.visits_a_find:.1f} more visits"
        return told


def compare(present: Replay, tried: Replay) -> Difference:
    """The difference that the tried values make."""
    return Difference(
        households=tried.households - present.households,
        true_households=len(tried.true_households) - len(present.true_households),
    )
