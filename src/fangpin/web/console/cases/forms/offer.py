"""The form of places that the county offers: posts, a workshop's places, a course."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.measures.models import Resource
from fangpin.casework.measures.places import ResourceRecord, offer_resource
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.web.console.cases.forms.base import (
    AmountField,
    Choices,
    CountField,
    DayField,
    ToldForm,
    select_field,
)
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.words import said


class OfferPlaces(ToldForm):
    """So many places of one kind of help; the same name from the same day again corrects them."""

    title = forms.CharField(
        label=gettext_lazy("叫什么"), max_length=100, help_text=gettext_lazy("例如：村级保洁员")
    )
    provider = forms.CharField(label=gettext_lazy("提供单位"), max_length=100, required=False)
    quota = CountField(label=gettext_lazy("名额总数"), min_value=1, max_value=100_000)
    monthly_amount = AmountField(label=gettext_lazy("每月金额"), required=False, min_value=0)
    from_date = DayField(label=gettext_lazy("从哪天起可用"))

    def __init__(
        self, *, pack: Pack, places: Choices, request: ConsoleRequest, data: Any = None
    ) -> None:
        super().__init__(data, auto_id="f-%s", label_suffix="")
        self.pack, self.request = pack, request
        self.fields["measure"] = select_field(
            label=gettext("哪一种措施"), choices=_kinds(pack, request), empty=gettext("请选择")
        )
        self.fields["division"] = select_field(label=gettext("给哪里的农户"), choices=places)
        self.order_fields(
            ["measure", "title", "provider", "division", "quota", "monthly_amount", "from_date"]
        )
        self.initial["from_date"] = request.today
        self.speak()

    def carry_out(self, *, by: Scope) -> Resource:
        """Record them. Raises ProblemError, Resource.DoesNotExist; nothing is changed then."""
        return offer_resource(
            pack=self.pack,
            by=by,
            at=self.request.at,
            offer=ResourceRecord(**self.cleaned_data),
        )


def _kinds(pack: Pack, request: ConsoleRequest) -> Choices:
    """Measures still given: those first that cannot be planned without a place."""
    offered = [
        one
        for one in pack.measures.values()
        if one.until_date is None or request.today < one.until_date
    ]
    offered.sort(key=lambda one: "place" not in one.must_name)
    return [(one.measure, said(one.title)) for one in offered]
