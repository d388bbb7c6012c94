"""The language of packs: parsed against an allow-list, type-checked, compiled to SQL."""

from fangpin.policy.expressions.parse import parse
from fangpin.policy.expressions.vocabulary import check_pack

__all__ = ["check_pack", "parse"]
