"""The stored model of probabilistic linkage: what is compared, how telling it is, where the lines are.

A model is data: `models/<name>.json`, made by `fangpin link train` on synthetic truth and read as it
stands. Its thresholds are proposed: a county looks at its own review queue before it relies on them.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MODELS = Path(__file__).parent / "models"
PERSONS = "persons"
"""The model that ships: persons by number, name, birth date, sex and division."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Thresholds(_Strict):
    """Of the chance (0..1) that a claim's best candidate is the person, given all its candidates."""

    accept: float = Field(gt=0.5, lt=1)
    """From here the claim is linked by itself."""
    review: float = Field(gt=0, lt=1)
    """From here a person decides; below nothing is proposed."""

    @model_validator(mode="after")
    def _are_in_order(self) -> Thresholds:
        if self.review >= self.accept:
            raise ValueError("a claim must reach the review line before the accept line")
        return self


class Model(_Strict):
    """One edition of a model; its digest names the links that were made with it."""

    model: str
    edition: int = Field(ge=1)
    status: Literal["published", "proposed"]
    source: str
    trained_on: dict[str, str | int | float]
    listed_share: float = Field(gt=0, le=1)
    """Of open claims, the share that is about someone whom the registry lists."""
    thresholds: Thresholds
    required: dict[str, int] = {}
    """Comparison -> the least level without which no claim is linked by itself, whatever its
    chance: a number and the birth date inside it are one fact, so without the name they are not two."""
    blocks: list[list[str]] = Field(min_length=1)
    """Columns that agree in every pair that is looked at; one list is enough for a pair."""
    most_in_a_block: int = Field(gt=0)
    """Persons who share such columns; where there are more, the columns say nothing."""
    settings: dict[str, Any]
    """Splink's settings: the comparisons with their m and u probabilities."""

    @property
    def digest(self) -> str:
        """Changes exactly when the model does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @property
    def compared(self) -> list[str]:
        """The names of the comparisons, in order."""
        return [str(one["output_column_name"]) for one in self.settings["comparisons"]]


@lru_cache(maxsize=4)
def load_model(name: str = PERSONS, *, folder: Path = MODELS) -> Model:
    """Read a stored model. Raises pydantic's ValidationError where the file is not one."""
    return Model.model_validate_json((folder / f"{name}.json").read_text(encoding="utf-8"))


def write_model(model: Model, file: Path) -> None:
    """Write a model as it is stored: the same model gives the same bytes."""
    text = json.dumps(model.model_dump(mode="json"), ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")
