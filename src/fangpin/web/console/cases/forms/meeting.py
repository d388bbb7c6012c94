"""The form of a village meeting: who came, and how each household was voted on."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext

from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.values.problem import Problem
from fangpin.web.console.cases.forms.base import (
    CountField,
    DayField,
    first_id,
    listed_words,
    radio_field,
    told,
)
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.language import short_language

_FIELDS = {
    "TOO_FEW_ATTEND": "attending",
    "MEETING_IN_FUTURE": "held_date",
    "TEXT_MISSING": "place",
}


@dataclass(frozen=True, slots=True)
class ItemFields:
    """The fields of one household on the form."""

    case: Case
    chosen: forms.BoundField
    count_for: forms.BoundField
    count_against: forms.BoundField
    count_abstained: forms.BoundField
    opinion: forms.BoundField

    @property
    def errors(self) -> list[str]:
        found: list[str] = []
        for field in (self.count_for, self.count_against, self.count_abstained, self.opinion):
            found += [str(error) for error in field.errors]
        return list(dict.fromkeys(found))


class MeetingForm(forms.Form):
    """One meeting and the households it voted on: all are recorded, or none."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=56)

    def __init__(
        self,
        *,
        pack: Pack,
        division: str,
        cases: Sequence[Case],
        chosen: str,
        today: Any,
        data: Any = None,
    ) -> None:
        super().__init__(
            data, auto_id="f-%s", label_suffix="", initial={"key": secrets.token_hex(16)}
        )
        self.pack, self.division, self.cases = pack, division, list(cases)
        self.fields["held_date"] = DayField(label=gettext("开会日期"), initial=today)
        self.fields["body"] = radio_field(
            label=gettext("评议主体"), choices=listed_words(pack, "deliberation_body")
        )
        self.fields["place"] = forms.CharField(label=gettext("会议地点"), max_length=100)
        self.fields["chair"] = forms.CharField(label=gettext("主持人"), max_length=60)
        self.fields["entitled"] = CountField(label=gettext("应到人数"), min_value=1)
        self.fields["attending"] = CountField(label=gettext("实到人数"), min_value=1)
        self.fields["minutes"] = forms.CharField(
            label=gettext("会议纪要"),
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        for one in self.cases:
            self._votes(one, is_chosen=not chosen or chosen == one.case_no or len(self.cases) < 9)
        for field in self.fields.values():
            field.error_messages["required"] = gettext("请填写这一项。")

    def _votes(self, case: Case, *, is_chosen: bool) -> None:
        name = case.household.head_name
        self.fields[f"on-{case.pk}"] = forms.BooleanField(
            label=gettext("评议 %(name)s户") % {"name": name}, required=False, initial=is_chosen
        )
        for code, label in (
            ("for", gettext("同意")),
            ("against", gettext("不同意")),
            ("abstained", gettext("弃权")),
        ):
            self.fields[f"{code}-{case.pk}"] = CountField(label=label, required=False)
        self.fields[f"opinion-{case.pk}"] = forms.CharField(
            label=gettext("意见"), required=False, max_length=500
        )

    @property
    def head(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name in ("held_date", "body", "place", "chair", "entitled", "attending", "minutes")
        ]

    @property
    def items(self) -> list[ItemFields]:
        return [
            ItemFields(
                one,
                *(
                    self[f"{code}-{one.pk}"]
                    for code in ("on", "for", "against", "abstained", "opinion")
                ),
            )
            for one in self.cases
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for one in self.cases:
            if given.get(f"on-{one.pk}") and given.get(f"for-{one.pk}") is None:
                self.add_error(f"for-{one.pk}", gettext("请填写票数。"))
        return given

    def carry_out(self, *, by: Scope, request: ConsoleRequest) -> list[CaseAct]:
        """Record the meeting. Raises ProblemError; nothing is changed then."""
        given = self.cleaned_data
        return acts.hold_deliberation(
            pack=self.pack,
            by=by,
            at=request.at,
            key=given["key"],
            meeting=acts.MeetingRecord(
                division=self.division,
                held_date=given["held_date"],
                body=given["body"],
                place=given["place"],
                chair=given["chair"],
                count_of_entitled=given["entitled"],
                count_of_attending=given["attending"],
                minutes=given["minutes"],
            ),
            items=[
                acts.Votes(
                    one.case_no,
                    given[f"for-{one.pk}"] or 0,
                    given[f"against-{one.pk}"] or 0,
                    given[f"abstained-{one.pk}"] or 0,
                    given[f"opinion-{one.pk}"],
                )
                for one in self.cases
                if given[f"on-{one.pk}"]
            ],
        )

    def refused(self, problems: Iterable[Problem]) -> None:
        """Show each refusal at its field; one of a single household at its votes."""
        by_number = {f"case {one.case_no}": one for one in self.cases}
        for problem in problems:
            of_case = by_number.get(problem.where)
            field = _FIELDS.get(problem.code)
            if problem.code == "VOTES_DO_NOT_ADD" and of_case is not None:
                field = f"for-{of_case.pk}"
            self.add_error(field if field in self.fields else None, told(problem))

    @property
    def summary(self) -> list[tuple[str, str]]:
        found = [("", str(message)) for message in self.non_field_errors()]
        colon = "：" if short_language() == "zh" else ": "
        owners = {
            f"{code}-{one.pk}": one
            for one in self.cases
            for code in ("for", "against", "abstained", "opinion")
        }
        for name in self.fields:
            bound = self[name]
            label = owners[name].household.head_name if name in owners else bound.label
            found += [(first_id(bound), f"{label}{colon}{text}") for text in bound.errors]
        return found
