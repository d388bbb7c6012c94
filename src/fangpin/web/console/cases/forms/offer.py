"""Forms of places that the county offers: posts, a workshop's places, a course."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.measures import offers
from fangpin.casework.measures.models import Resource
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.web.console.cases.forms.base import (
    Choices,
    CountField,
    DayField,
    PaidField,
    ToldForm,
    select_field,
    words_field,
)
from fangpin.web.console.trail_words import act_words
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.words import said


class OfferPlaces(ToldForm):
    """So many places of one kind of help."""

    fields_of_codes = {
        "PLACES_HELD": "quota",
        "MONTHLY_AMOUNT": "monthly_amount",
        "MEASURE_NOT_MONTHLY": "monthly_amount",
    }

    title = forms.CharField(
        label=gettext_lazy("叫什么"), max_length=100, help_text=gettext_lazy("例如：村级保洁员")
    )
    provider = forms.CharField(label=gettext_lazy("提供单位"), max_length=100, required=False)
    quota = CountField(label=gettext_lazy("名额总数"), min_value=1, max_value=100_000)
    monthly_amount = PaidField(label=gettext_lazy("每月金额"), required=False)
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
        return offers.offer_resource(
            pack=self.pack,
            by=by,
            at=self.request.at,
            offer=offers.ResourceRecord(**self.cleaned_data),
        )


class PlacesForm(ToldForm):
    """An act on places that are recorded."""

    act: ClassVar[str] = ""
    intro: ClassVar[Any] = ""

    def __init__(
        self, *, pack: Pack, resource: Resource, request: ConsoleRequest, data: Any = None
    ) -> None:
        super().__init__(data, auto_id="f-%s", label_suffix="")
        self.pack, self.resource, self.request = pack, resource, request
        self.prepare()
        self.speak()

    def prepare(self) -> None:
        """Fill in what is recorded."""

    @property
    def heading(self) -> str:
        return act_words(self.act)

    @property
    def common(self) -> dict[str, Any]:
        return {
            "pack": self.pack,
            "resource_no": self.resource.resource_no,
            "by": self.request.scope,
            "at": self.request.at,
        }

    def carry_out(self) -> Resource:
        """Call the act. Raises ProblemError; nothing is changed then."""
        raise NotImplementedError


class CorrectPlaces(PlacesForm):
    """What was recorded of places is put right."""

    act = offers.CORRECT
    intro = gettext_lazy("已经定下的计划不变：它们照定计划时的金额。")
    fields_of_codes = OfferPlaces.fields_of_codes

    title = forms.CharField(label=gettext_lazy("叫什么"), max_length=100)
    provider = forms.CharField(label=gettext_lazy("提供单位"), max_length=100, required=False)
    quota = CountField(label=gettext_lazy("名额总数"), min_value=1, max_value=100_000)
    monthly_amount = PaidField(label=gettext_lazy("每月金额"), required=False)

    def prepare(self) -> None:
        for name in self.fields:
            self.initial[name] = getattr(self.resource, name)

    def carry_out(self) -> Resource:
        return offers.correct_places(**self.common, **self.cleaned_data)


class ClosePlaces(PlacesForm):
    """No place is given any more."""

    act = offers.CLOSE
    intro = gettext_lazy("停用之后，新的计划不能再占用它；还有人在用的，不能停用。")
    fields_of_codes = {"TEXT_MISSING": "note"}

    on = DayField(label=gettext_lazy("从哪天起停用"))
    note = words_field(label=gettext_lazy("停用原因"), rows=2)

    def prepare(self) -> None:
        self.initial["on"] = self.request.today

    def carry_out(self) -> Resource:
        return offers.close_places(**self.common, **self.cleaned_data)


class ReopenPlaces(PlacesForm):
    """Places that were closed are given again."""

    act = offers.REOPEN
    intro = gettext_lazy("恢复之后，新的计划又可以占用它。")

    def carry_out(self) -> Resource:
        return offers.reopen_places(**self.common)


PLACES_FORMS: dict[str, type[PlacesForm]] = {
    form.act: form for form in (CorrectPlaces, ClosePlaces, ReopenPlaces)
}


def acts_on(resource: Resource) -> list[str]:
    """The acts that make sense for places as they stand."""
    return [offers.REOPEN] if resource.to_date else [offers.CORRECT, offers.CLOSE]


def _kinds(pack: Pack, request: ConsoleRequest) -> Choices:
    """Measures still given: those first that cannot be planned without a place."""
    offered = [
        one
        for one in pack.measures.values()
        if one.until_date is None or request.today < one.until_date
    ]
    offered.sort(key=lambda one: "place" not in one.must_name)
    return [(one.measure, said(one.title)) for one in offered]
