"""Cases: what officials did with a household's clues, act by act."""

from fangpin.casework.cases.models.appeal import Appeal
from fangpin.casework.cases.models.case import Case, CaseAct, Clue
from fangpin.casework.cases.models.comparison import Comparison, CounterEvidence
from fangpin.casework.cases.models.decision import Decision, DecisionCause
from fangpin.casework.cases.models.deliberation import DeliberationItem, Meeting
from fangpin.casework.cases.models.episode import Episode, EpisodeCause
from fangpin.casework.cases.models.notice import Objection, PublicNotice
from fangpin.casework.cases.models.turn import Turn, TurnEdition
from fangpin.casework.cases.models.visit import (
    Attachment,
    Consent,
    Correction,
    Verifier,
    Visit,
    VisitAnswer,
    VisitCause,
)

__all__ = [
    "Appeal",
    "Attachment",
    "Case",
    "CaseAct",
    "Clue",
    "Comparison",
    "Consent",
    "Correction",
    "CounterEvidence",
    "Decision",
    "DecisionCause",
    "DeliberationItem",
    "Episode",
    "EpisodeCause",
    "Meeting",
    "Objection",
    "PublicNotice",
    "Turn",
    "TurnEdition",
    "Verifier",
    "Visit",
    "VisitAnswer",
    "VisitCause",
]
