"""Forms of help within a case: the plan, and the first help that reached the household."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.measures import acts as help_acts
from fangpin.casework.measures import queries as measures
from fangpin.web.console.cases.forms.base import (
    ActForm,
    AmountField,
    DayField,
    radio_field,
    select_field,
    words_field,
)
from fangpin.web.console.cases.forms.places import (
    member_choices,
    offered_measures,
    place_choices,
    planned,
)
from fangpin.web.ground.words import said


class MakePlan(ActForm):
    """What help the household gets; proposals suit its causes, people decide."""

    act = "make_plan"
    fields_of_codes = {
        "PLAN_EMPTY": "measures",
        "RESOURCE_FULL": "place",
        "RESOURCE_UNKNOWN": "place",
        "MEASURE_WITHOUT_PLACE": "place",
        "MEASURE_WITHOUT_PERSON": "member",
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
        household, today, scope = self.desk.case.household, self.desk.today, self.desk.scope
        self.fields["measures"] = forms.MultipleChoiceField(
            label=gettext("帮扶措施"),
            choices=offered_measures(self.pack, household, on=today),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": gettext("请至少选择一项措施。")},
        )
        self.fields["place"] = select_field(
            label=gettext("占用名额"),
            choices=place_choices(scope, household, on=today),
            empty=gettext("不占名额"),
            required=False,
        )
        self.fields["member"] = select_field(
            label=gettext("给谁"),
            choices=member_choices(scope, household),
            empty=gettext("全户"),
            required=False,
        )
        self.order_fields(["measures", "place", "member", "from_date", "goal", "reason"])
        self.initial["from_date"] = today

    def carry_out(self) -> Any:
        given = self.cleaned_data
        chosen = planned(
            self.pack,
            self.desk.scope,
            codes=given["measures"],
            place=given["place"],
            member=given["member"],
            from_date=given["from_date"],
            reason=given["reason"],
            on=self.desk.today,
        )
        return help_acts.make_plan(**self.decided_on, measures=chosen, goal=given["goal"])


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
