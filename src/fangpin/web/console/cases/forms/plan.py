"""What a plan asks for, within a case and after it: measures, the place, the member, amounts a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext

from fangpin.casework.measures.plans import PlannedMeasure
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household
from fangpin.decisions.measures import to_be_named
from fangpin.policy import Pack
from fangpin.web.console.cases.forms.base import PaidField, ToldForm, select_field
from fangpin.web.console.cases.forms.places import (
    member_choices,
    offered_measures,
    place_choices,
    planned,
)
from fangpin.web.ground.words import said

_AMOUNT = "amount-"
"""Before a measure's code: the field of what it pays a month."""


class PlanForm(ToldForm):
    """The fields of a plan; who inherits it says for whom and which act it is."""

    fields_of_codes = {
        "PLAN_EMPTY": "measures",
        "RESOURCE_FULL": "place",
        "RESOURCE_UNKNOWN": "place",
        "MEASURE_WITHOUT_PLACE": "place",
        "MEASURE_WITHOUT_PERSON": "member",
        "CONDITION_NEEDS_REASON": "reason",
        "MEASURE_PERIOD": "from_date",
        "MONTHLY_AMOUNT": "measures",
        "MEASURE_NOT_MONTHLY": "measures",
    }

    def offer(self, *, pack: Pack, scope: Scope, household: Household, on: date) -> None:
        """Add the fields that depend on the household and the day."""
        self.fields["measures"] = forms.MultipleChoiceField(
            label=gettext("帮扶措施"),
            choices=offered_measures(pack, household, on=on),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": gettext("请至少选择一项措施。")},
        )
        for code, _ in self.fields["measures"].choices:  # type: ignore[attr-defined]
            if pack.measures[code].paid_monthly:
                self.fields[_AMOUNT + code] = PaidField(
                    label=_label(pack),
                    required=False,
                    help_text=gettext("空着就按名额的金额。")
                    if "place" in to_be_named(pack, code)
                    else gettext("还没定的先空着。"),
                )
        self.fields["place"] = select_field(
            label=gettext("占用名额"),
            choices=place_choices(scope, household, on=on),
            empty=gettext("不占名额"),
            required=False,
        )
        self.fields["member"] = select_field(
            label=gettext("给谁"),
            choices=member_choices(scope, household),
            empty=gettext("全户"),
            required=False,
        )
        self.initial["from_date"] = on

    @property
    def picks(self) -> Iterator[tuple[forms.boundfield.BoundWidget, forms.BoundField | None]]:
        """Each measure, and the field of what it pays a month."""
        for pick in self["measures"]:
            name = f"{_AMOUNT}{pick.data['value']}"
            yield pick, self[name] if name in self.fields else None

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields that stand by themselves: amounts stand with their measure."""
        return [field for field in self.visible_fields() if not field.name.startswith(_AMOUNT)]

    def chosen(self, *, pack: Pack, scope: Scope, on: date) -> list[PlannedMeasure]:
        """The measures as they were filled in."""
        given: dict[str, Any] = self.cleaned_data
        return planned(
            pack,
            scope,
            codes=given["measures"],
            place=given["place"],
            member=given["member"],
            from_date=given["from_date"],
            reason=given["reason"],
            amounts={
                name.removeprefix(_AMOUNT): amount
                for name, amount in given.items()
                if name.startswith(_AMOUNT) and amount is not None
            },
            on=on,
        )


def _label(pack: Pack) -> str:
    unit = pack.header.currency
    if unit is None:
        return gettext("每月金额")
    return gettext("每月金额（%(unit)s）") % {"unit": said(unit)}
