"""Forms of help within a case: the plan, and the first help that reached the household."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.measures import acts as help_acts
from fangpin.web.console.cases.forms.base import (
    ActForm,
    DayField,
    PaidField,
    radio_field,
    words_field,
)
from fangpin.web.console.cases.forms.places import measure_choices
from fangpin.web.console.cases.forms.plan import PlanForm


class MakePlan(PlanForm, ActForm):
    """What help the household gets; proposals suit its causes, people decide."""

    act = "make_plan"

    from_date = DayField(label=gettext_lazy("从哪天起"))
    goal = words_field(label=gettext_lazy("帮扶目标"), rows=2, required=False)
    reason = words_field(
        label=gettext_lazy("为什么是这些措施"),
        rows=2,
        required=False,
        help_text=gettext_lazy("条件不满足或说不准的措施，要写明理由。"),
    )

    def prepare(self) -> None:
        desk = self.desk
        self.offer(pack=self.pack, scope=desk.scope, household=desk.case.household, on=desk.today)
        self.order_fields(["measures", "place", "member", "from_date", "goal", "reason"])

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [("", self.asked)]

    def carry_out(self) -> Any:
        chosen = self.chosen(pack=self.pack, scope=self.desk.scope, on=self.desk.today)
        return help_acts.make_plan(
            **self.decided_on, measures=chosen, goal=self.cleaned_data["goal"]
        )


class DeliverMeasure(ActForm):
    """Help that reached the household."""

    act = "deliver_measure"
    fields_of_codes = {"DELIVERY_IN_FUTURE": "on", "MEASURE_ENDED": "measure"}

    on = DayField(label=gettext_lazy("落实日期"))
    amount = PaidField(label=gettext_lazy("金额"), required=False)
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=200)

    def prepare(self) -> None:
        self.fields["measure"] = radio_field(
            label=gettext("哪项措施"),
            choices=measure_choices(self.pack, self.desk.scope, self.desk.case.household_id),
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
