"""Forms of help within a case: the plan, and the first help that reached the household."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.measures import acts as help_acts
from fangpin.casework.measures import queries as measures
from fangpin.casework.measures.fitness import proposals
from fangpin.casework.measures.plans import PlannedMeasure
from fangpin.decisions.measures import Proposal
from fangpin.web.console.cases.forms.base import (
    ActForm,
    AmountField,
    DayField,
    radio_field,
    words_field,
)
from fangpin.web.ground.words import cause_words, listed, said


class MakePlan(ActForm):
    """What help the household gets; proposals suit its causes, people decide."""

    act = "make_plan"
    fields_of_codes = {
        "PLAN_EMPTY": "measures",
        "SAFETY_NET_ALONE": "measures",
        "CONDITION_NEEDS_REASON": "reason",
        "MEASURE_PERIOD": "from_date",
    }

    from_date = DayField(label=gettext_lazy("从哪天起"))
    goal = words_field(label=gettext_lazy("帮扶目标"), rows=2, required=False)
    reason = words_field(
        label=gettext_lazy("为什么是这些措施"),
        rows=2,
        required=False,
        help_text=gettext_lazy("条件不满足或说不准的措施，要写明理由。"),
    )

    def prepare(self) -> None:
        proposed = proposals(self.pack, self.desk.case.household, at=self.desk.today)
        reasons = {one.measure.measure: _why(one) for one in proposed}
        order = {one.measure.measure: place for place, one in enumerate(proposed)}
        offered = [
            one
            for one in self.pack.measures.values()
            if one.until_date is None or self.desk.today < one.until_date
        ]
        offered.sort(key=lambda one: order.get(one.measure, len(order)))
        self.fields["measures"] = forms.MultipleChoiceField(
            label=gettext("帮扶措施"),
            choices=[
                (
                    one.measure,
                    gettext("%(title)s（%(why)s）")
                    % {"title": said(one.title), "why": reasons[one.measure]}
                    if one.measure in reasons
                    else said(one.title),
                )
                for one in offered
            ],
            widget=forms.CheckboxSelectMultiple,
        )
        self.order_fields(["measures", "from_date", "goal", "reason"])
        self.initial["from_date"] = self.desk.today

    def carry_out(self) -> Any:
        given = self.cleaned_data
        planned = [
            PlannedMeasure(
                measure=code,
                from_date=given["from_date"],
                department=self.pack.measures[code].department or "",
                reason=given["reason"],
            )
            for code in given["measures"]
        ]
        return help_acts.make_plan(**self.decided_on, measures=planned, goal=given["goal"])


def _why(proposal: Proposal) -> str:
    """What a proposal answers, and a warning where something is known against it."""
    answers = listed(cause_words(one) for one in proposal.causes) or gettext("补缺口")
    if proposal.is_open:
        return gettext("适合：%(causes)s") % {"causes": answers}
    return gettext("适合：%(causes)s；有条件不满足") % {"causes": answers}


class DeliverMeasure(ActForm):
    """Help that reached the household."""

    act = "deliver_measure"
    fields_of_codes = {"DELIVERY_IN_FUTURE": "on", "MEASURE_ENDED": "measure"}

    on = DayField(label=gettext_lazy("落实日期"))
    amount = AmountField(label=gettext_lazy("金额"), required=False)
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=200)

    def prepare(self) -> None:
        kinds = self.pack.measures
        self.fields["measure"] = radio_field(
            label=gettext("哪项措施"),
            choices=[
                (
                    str(one.pk),
                    said(kinds[one.measure].title) if one.measure in kinds else one.measure,
                )
                for one in measures.measures_of_household(
                    self.desk.scope, self.desk.case.household_id, alive_only=True
                )
            ],
        )
        self.order_fields(["measure", "on", "amount", "note"])
        self.initial["on"] = self.desk.today
        choices = list(self.fields["measure"].choices)  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.initial["measure"] = choices[0][0]

    def carry_out(self) -> Any:
        given = self.cleaned_data
        common = {name: value for name, value in self.common.items() if name != "case_no"}
        return help_acts.deliver_measure(
            **common,
            measure_id=int(given["measure"]),
            on=given["on"],
            amount=given["amount"],
            note=given["note"],
        )
