"""What every node of a policy pack stands on: strict reading, words in two languages, a source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
DottedCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Status = Literal["published", "proposed"]
"""published: the source states this very value; proposed: derived by us, a county must review it."""


class Node(BaseModel):
    """Base of every node: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Node):
    """A text for people in both languages of the interface."""

    zh: Text
    en: Text


class Sourced(Node):
    """Whatever states policy names its source (a key of sources.yaml) and its status."""

    source: Code
    status: Status


class Overlay(Node):
    """A child pack replaces a parent's entry of the same code only where it says so."""

    override: bool = False
