"""Forms of what follows a decision: help that goes on, follow-ups, the contact, a measure's end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.cases.states import REASONS
from fangpin.casework.followup import acts as followup_acts
from fangpin.casework.measures import acts as help_acts
from fangpin.casework.officials.queries import in_office
from fangpin.web.console.cases.forms.base import (
    DayField,
    MomentField,
    PaidField,
    listed_words,
    local,
    radio_field,
    select_field,
    words_field,
)
from fangpin.web.console.cases.forms.household import HouseholdForm
from fangpin.web.console.cases.forms.places import measure_choices
from fangpin.web.console.cases.forms.plan import PlanForm


class NameContact(HouseholdForm):
    """Who answers for the household from today."""

    act = "name_contact"
    intro = gettext_lazy("帮扶联系人对这一户负责到底；换人之后，前任的时间照样留着。")
    fields_of_codes = {"TEXT_MISSING": "name", "OFFICIAL_UNKNOWN": "official"}

    name = forms.CharField(label=gettext_lazy("没有账号的，写姓名"), required=False, max_length=60)

    def prepare(self) -> None:
        posts = in_office(self.request.scope, roles=self.pack.roles, on=self.request.today)
        serving = {
            post.official.user.get_username(): post.official.name
            for post in posts
            if self.household.division.startswith(post.division)
        }
        self.fields["official"] = select_field(
            label=gettext("在岗人员"),
            choices=list(serving.items()),
            empty=gettext("不在名单里"),
            required=False,
        )
        self.order_fields(["official", "name"])

    def carry_out(self) -> Any:
        return followup_acts.name_contact(**self.common, **self.answers)


class RecordFollowUp(HouseholdForm):
    """A visit or call after help began."""

    act = "record_follow_up"
    fields_of_codes = {"VISIT_IN_FUTURE": "visited_at", "TEXT_MISSING": "note"}

    visited_at = MomentField(label=gettext_lazy("走访时间"))
    note = words_field(
        label=gettext_lazy("情况"),
        required=False,
        help_text=gettext_lazy("变差的，写明变差在哪里；要重新核实的，另登记线索。"),
    )

    def prepare(self) -> None:
        self.fields["situation"] = radio_field(
            label=gettext("这一户现在"), choices=listed_words(self.pack, "situation")
        )
        self.order_fields(["situation", "visited_at", "note"])
        self.initial["visited_at"] = local(self.request.at)

    def carry_out(self) -> Any:
        return followup_acts.record_follow_up(**self.common, **self.answers)


class AmendPlan(PlanForm, HouseholdForm):
    """More help for a household that is helped already."""

    act = "amend_plan"

    from_date = DayField(label=gettext_lazy("从哪天起"))
    reason = words_field(label=gettext_lazy("为什么加这些措施"), rows=2, required=False)

    def prepare(self) -> None:
        today, scope = self.request.today, self.request.scope
        self.offer(pack=self.pack, scope=scope, household=self.household, on=today)
        self.order_fields(["measures", "place", "member", "from_date", "reason"])

    def carry_out(self) -> Any:
        chosen = self.chosen(pack=self.pack, scope=self.request.scope, on=self.request.today)
        return help_acts.amend_plan(**self.common, measures=chosen)


class _OnMeasure(HouseholdForm):
    """An act on one of the household's measures under way."""

    def prepare(self) -> None:
        choices = measure_choices(self.pack, self.request.scope, self.household.household_ref)
        self.fields["measure"] = radio_field(label=gettext("哪项措施"), choices=choices)

    @property
    def on_measure(self) -> dict[str, Any]:
        common = {name: value for name, value in self.common.items() if name != "household_ref"}
        return {**common, "measure_id": int(self.cleaned_data["measure"])}


class DeliverAgain(_OnMeasure):
    """Help that reached the household once more."""

    act = "deliver_measure"
    fields_of_codes = {"DELIVERY_IN_FUTURE": "on", "MEASURE_ENDED": "measure"}

    on = DayField(label=gettext_lazy("落实日期"))
    amount = PaidField(label=gettext_lazy("金额"), required=False)
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=200)

    def prepare(self) -> None:
        super().prepare()
        self.order_fields(["measure", "on", "amount", "note"])
        self.initial["on"] = self.request.today

    def carry_out(self) -> Any:
        given = self.cleaned_data
        return help_acts.deliver_measure(
            **self.on_measure, on=given["on"], amount=given["amount"], note=given["note"]
        )


class StopMeasure(_OnMeasure):
    """A measure ends: by a human, with a reason and words."""

    act = "stop_measure"
    intro = gettext_lazy("停止帮扶要有原因、有说明，并留痕；没有人办，措施不会自己停。")
    fields_of_codes = {"REASON_UNKNOWN": "reason", "TEXT_MISSING": "note"}

    on = DayField(label=gettext_lazy("从哪天停止"))
    note = words_field(label=gettext_lazy("停止说明"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["reason"] = radio_field(
            label=gettext("原因"), choices=listed_words(self.pack, REASONS[self.act])
        )
        self.order_fields(["measure", "on", "reason", "note"])
        self.initial["on"] = self.request.today

    def carry_out(self) -> Any:
        given = self.cleaned_data
        return help_acts.stop_measure(
            **self.on_measure, on=given["on"], reason=given["reason"], note=given["note"]
        )


AFTER_FORMS: dict[str, type[HouseholdForm]] = {
    form.act: form for form in (AmendPlan, DeliverAgain, StopMeasure, NameContact, RecordFollowUp)
}
