"""Why a household is looked at, in one sentence: its alert's, or what a clue said."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.cases import queries
from fangpin.casework.cases.models import Case
from fangpin.casework.officials.scope import Scope
from fangpin.web.console.reasons import marked
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import cause_words, said


@dataclass(frozen=True, slots=True)
class Why:
    """The sentence, and the alert that it is taken from; without one it is a clue's."""

    sentence: SafeString
    alert_no: str = ""
    others: int = 0
    """Further reasons of the same run."""


def why_of(scope: Scope, case: Case) -> Why:
    """The most urgent reason of the case's first alert; else the first clue in words."""
    clues = queries.clues(scope, case)
    for clue in clues:
        if clue.alert is None:
            continue
        history = alerts.reasons(scope, clue.alert)
        standing = [one for one in history[0].reasons if not one.is_withdrawn] if history else []
        if standing:
            first = standing[0]
            text = first.sentence_en if short_language() == "en" else first.sentence_zh
            return Why(marked(text), clue.alert.alert_no, len(standing) - 1)
    if not clues:
        return Why(marked(gettext("提出风险消除：要入户核实风险是否真的消除。")))
    clue = clues[0]
    word = installation_pack().words.get(f"channel.{clue.channel}")
    channel = said(word.title) if word else clue.channel
    parts = [channel, cause_words(clue.cause) if clue.cause else "", clue.note]
    return Why(marked(" · ".join(part for part in parts if part)))
