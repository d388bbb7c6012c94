"""Forms of those who decide: review, approval, announcement, return, ways out, appeals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.cases import acts, queries
from fangpin.casework.cases.states import REASONS
from fangpin.web.console.cases.forms.base import (
    ActForm,
    cause_choices,
    listed_words,
    radio_field,
    select_field,
    words_field,
    yes_or_no,
)
from fangpin.web.ground.words import said

ELIMINATION = "elimination"


class _Decision(ActForm):
    """Review and approval: opinion, category and causes; for an elimination, its kind."""

    fields_of_codes = {
        "TEXT_MISSING": "opinion",
        "CATEGORY_NOT_IN_FORCE": "category",
        "CATEGORY_NEEDS_REASON": "opinion",
        "CAUSE_MISSING": "cause",
        "CONDITIONS_NOT_MET": "elimination_kind",
    }

    def prepare(self) -> None:
        self.reviewed = queries.decision(self.desk.scope, self.desk.case)
        if self.desk.case.kind == ELIMINATION:
            self._kind()
        else:
            self._category()
        self.fields["opinion"] = words_field(
            label=gettext("意见"),
            help_text=gettext("与测算建议不同的，写明理由；收入线是参考，不是唯一标准。"),
            required=self.opinion_is_required,
        )

    opinion_is_required = True

    def _category(self) -> None:
        figures = self.desk.figures
        suggested = figures.suggested_category if figures else ""
        in_force = self.pack.categories_in_force(self.desk.case.first_clue_date)
        choices = [
            (
                one.category,
                gettext("%(title)s（测算建议）") % {"title": said(one.title)}
                if one.category == suggested
                else said(one.title),
            )
            for one in in_force
        ]
        self.fields["category"] = radio_field(label=gettext("监测对象类别"), choices=choices)
        reviewed = self.reviewed.category if self.reviewed else ""
        self.initial["category"] = reviewed or suggested
        causes = self._causes()
        self.fields["cause"] = select_field(
            label=gettext("主要风险"),
            choices=cause_choices(self.pack),
            empty=gettext("选择主要风险"),
        )
        self.fields["more_causes"] = forms.MultipleChoiceField(
            label=gettext("另外还有"),
            choices=cause_choices(self.pack),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.initial["cause"] = causes[0] if causes else ""
        self.initial["more_causes"] = causes[1:]

    def _causes(self) -> list[str]:
        if self.reviewed is not None:
            return [one.cause for one in self.reviewed.causes.order_by("place")]
        visit = self.desk.visit
        return [one.cause for one in visit.causes.order_by("place")] if visit else []

    def _kind(self) -> None:
        self.fields["elimination_kind"] = radio_field(
            label=gettext("消除方式"), choices=listed_words(self.pack, "elimination_kind")
        )
        self.fields["natural_reason"] = select_field(
            label=gettext("自然消除的原因"),
            choices=listed_words(self.pack, "natural_reason"),
            empty=gettext("不是自然消除"),
            required=False,
        )
        if self.reviewed is not None:
            self.initial["elimination_kind"] = self.reviewed.elimination_kind
            self.initial["natural_reason"] = self.reviewed.natural_reason

    @property
    def decided(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.desk.case.kind == ELIMINATION:
            return {
                "opinion": given["opinion"],
                "elimination_kind": given["elimination_kind"],
                "natural_reason": given["natural_reason"],
            }
        return {
            "opinion": given["opinion"],
            "category": given["category"],
            "causes": list(dict.fromkeys([given["cause"], *given["more_causes"]])),
        }


class ReviewAtTownship(_Decision):
    """The township's review."""

    act = "review_at_township"

    def carry_out(self) -> Any:
        return acts.review_at_township(**self.decided_on, **self.decided)


class ApproveAtCounty(_Decision):
    """The county's decision."""

    act = "approve_at_county"
    opinion_is_required = False

    def carry_out(self) -> Any:
        return acts.approve_at_county(**self.decided_on, **self.decided)


class Announce(ActForm):
    """The result was announced in the village."""

    act = "announce"
    intro = gettext_lazy("县级审批后在村里公告结果，不再另行公示。")

    note = forms.CharField(label=gettext_lazy("公告地点"), max_length=200)

    def carry_out(self) -> Any:
        return acts.announce(**self.common, note=self.cleaned_data["note"])


class ReturnForCorrection(ActForm):
    """The case goes back to an earlier step."""

    act = "return_for_correction"
    intro = gettext_lazy("退回的环节和后面的环节要重新办理；已办的留在记录里，时限照算。")
    fields_of_codes = {
        "RETURN_NOT_OPEN": "to_step",
        "REASON_UNKNOWN": "reason",
        "TEXT_MISSING": "note",
    }

    note = words_field(label=gettext_lazy("要补正什么"))

    def prepare(self) -> None:
        self.fields["to_step"] = radio_field(
            label=gettext("退回到"),
            choices=[(step.step, said(step.title)) for step in self.desk.returns],
        )
        self.fields["reason"] = radio_field(
            label=gettext("原因"), choices=listed_words(self.pack, REASONS[self.act])
        )
        self.order_fields(["to_step", "reason", "note"])

    def carry_out(self) -> Any:
        given = self.cleaned_data
        return acts.return_for_correction(
            **self.decided_on, to_step=given["to_step"], reason=given["reason"], note=given["note"]
        )


class _WayOut(ActForm):
    """An exit: a reason of the pack's list, and words."""

    intro = gettext_lazy("由人作出并写明理由；记录永远保留，农户可以申诉。")
    fields_of_codes = {"REASON_UNKNOWN": "reason", "TEXT_MISSING": "note"}

    note = words_field(label=gettext_lazy("说明"))

    def prepare(self) -> None:
        way = next(one for one in self.desk.procedure.exits if one.act == self.act)
        self.fields["reason"] = radio_field(
            label=gettext("原因"), choices=listed_words(self.pack, way.reasons)
        )
        self.order_fields(["reason", "note"])

    def carry_out(self) -> Any:
        function = getattr(acts, self.act)
        return function(
            **self.decided_on, reason=self.cleaned_data["reason"], note=self.cleaned_data["note"]
        )


class FindNotAtRisk(_WayOut):
    """The visit found no risk."""

    act = "find_not_at_risk"


class Refuse(_WayOut):
    """The county does not identify."""

    act = "refuse"


class Withdraw(_WayOut):
    """The household took its application back."""

    act = "withdraw"


class KeepInMonitoring(_WayOut):
    """The risk has not gone: monitoring and help go on."""

    act = "keep_in_monitoring"


class OpenGreenChannel(ActForm):
    """Help first, procedure after."""

    act = "open_green_channel"
    intro = gettext_lazy("先帮扶，程序随后补办；不因此少办任何一步。")
    fields_of_codes = {"GREEN_CHANNEL_CLOSED": "cause"}

    reason = words_field(label=gettext_lazy("为什么等不得"))

    def prepare(self) -> None:
        green = self.desk.procedure.green_channel
        allowed = green.causes if green else []
        self.fields["cause"] = radio_field(
            label=gettext("原因"),
            choices=[one for one in cause_choices(self.pack) if one[0] in allowed],
        )
        self.order_fields(["cause", "reason"])

    def carry_out(self) -> Any:
        return acts.open_green_channel(
            **self.common, cause=self.cleaned_data["cause"], reason=self.cleaned_data["reason"]
        )


class RecordAppeal(ActForm):
    """The household does not accept what was decided."""

    act = "appeal"
    intro = gettext_lazy("申诉由县级书面答复；办理不停。")
    fields_of_codes = {"TEXT_MISSING": "text"}

    text = words_field(label=gettext_lazy("申诉内容"))

    def carry_out(self) -> Any:
        return acts.appeal(**self.common, text=self.cleaned_data["text"])


class AnswerAppeal(ActForm):
    """The county's written answer."""

    act = "answer_appeal"
    intro = gettext_lazy("成立的申诉，随后登记新的线索或回退消除。")
    fields_of_codes = {"TEXT_MISSING": "answer"}

    upheld = yes_or_no(
        label=gettext_lazy("申诉是否成立"), yes=gettext_lazy("成立"), no=gettext_lazy("不成立")
    )
    answer = words_field(label=gettext_lazy("书面答复"))

    def prepare(self) -> None:
        waiting = [one for one in self.desk.appeals if one.answered_at is None]
        self.fields["appeal"] = radio_field(
            label=gettext("答复哪一件"), choices=[(str(one.pk), one.text) for one in waiting]
        )
        self.order_fields(["appeal", "upheld", "answer"])
        if waiting:
            self.initial["appeal"] = str(waiting[0].pk)

    def carry_out(self) -> Any:
        common = {
            name: value for name, value in self.common.items() if name in ("pack", "by", "at")
        }
        return acts.answer_appeal(
            **common,
            appeal_id=int(self.cleaned_data["appeal"]),
            answer=self.cleaned_data["answer"],
            is_upheld=self.cleaned_data["upheld"],
        )
