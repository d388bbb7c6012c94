"""Act -> its form. A meeting has a page of its own."""

from __future__ import annotations

from fangpin.web.console.cases.forms import decisions, procedure, visit
from fangpin.web.console.cases.forms import help as of_help
from fangpin.web.console.cases.forms.base import ActForm

_ALL: tuple[type[ActForm], ...] = (
    procedure.Assign,
    visit.RecordVisit,
    visit.RecordConsent,
    procedure.RequestComparison,
    procedure.AnswerComparison,
    procedure.ReplyToCounterEvidence,
    procedure.CloseComparison,
    procedure.PostNotice,
    procedure.RecordObjection,
    procedure.AnswerObjection,
    procedure.EndNotice,
    decisions.ReviewAtTownship,
    decisions.ApproveAtCounty,
    decisions.Announce,
    decisions.ReturnForCorrection,
    decisions.FindNotAtRisk,
    decisions.Refuse,
    decisions.Withdraw,
    decisions.KeepInMonitoring,
    decisions.OpenGreenChannel,
    decisions.RecordAppeal,
    decisions.AnswerAppeal,
    of_help.MakePlan,
    of_help.DeliverMeasure,
)
FORMS: dict[str, type[ActForm]] = {form.act: form for form in _ALL}
