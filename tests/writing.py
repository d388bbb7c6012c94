"""How real packs say that their countries write tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from fangpin.policy.models.header import TableWords
from fangpin.values.writing import Writing


@cache
def table_words(pack: str = "cn") -> TableWords:
    """What a real pack says of tables."""
    file = Path(__file__).parents[1] / "packs" / pack / "pack.yaml"
    return TableWords.model_validate(yaml.safe_load(file.read_text("utf-8"))["tables"])


CHINA: Writing = table_words().writing
