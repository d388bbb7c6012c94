"""Forms of the steps between visit and approval: assignment, cross-check, notice, objections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.cases import acts
from fangpin.casework.cases.acts.comparison import FOUND, NO_RECORD, Finding
from fangpin.casework.officials.queries import in_office
from fangpin.casework.officials.scope import narrow_to
from fangpin.web.console.cases.forms.base import (
    ActForm,
    MomentField,
    local,
    radio_field,
    select_field,
    words_field,
    yes_or_no,
)
from fangpin.web.console.cases.records import department_words
from fangpin.web.ground.words import figure_said, figure_words, said

VISIT = "record_visit"


class Assign(ActForm):
    """Hand the visit to the village, or to someone in office there."""

    act = "assign"
    fields_of_codes = {"OFFICIAL_NOT_THERE": "to"}

    def prepare(self) -> None:
        roles = [one.role for one in self.pack.roles.values() if VISIT in one.may]
        posts = in_office(
            narrow_to(self.desk.scope, self.desk.case.division), roles=roles, on=self.desk.today
        )
        people = [(one.official.user.get_username(), one.official.name) for one in posts]
        self.fields["to"] = radio_field(
            label=gettext("派给"),
            choices=[("", gettext("村里（由在岗的人办）")), *people],
            required=False,
        )

    def carry_out(self) -> Any:
        return acts.assign(**self.common, to=self.cleaned_data["to"])


class RequestComparison(ActForm):
    """Choose the departments that are asked."""

    act = "request_comparison"
    intro = gettext_lazy("农户已授权。只问与认定有关的部门。")

    def prepare(self) -> None:
        asked = {one.department for one in self.desk.comparisons}
        own = {self.pack.owners.get(form.feed or "") for form in self.pack.forms.values()}
        rest = [
            one
            for code, one in self.pack.departments.items()
            if code not in asked and code not in own  # what visits found is asked of nobody
        ]
        self.fields["departments"] = forms.MultipleChoiceField(
            label=gettext("请哪些部门比对"),
            choices=[(one.department, said(one.title)) for one in rest],
            widget=forms.CheckboxSelectMultiple,
        )
        self.initial["departments"] = [one for one in self._telling() if one not in asked]

    def _telling(self) -> list[str]:
        """Departments whose items the pack's rules of counter-evidence look at."""
        found: dict[str, None] = {}
        for rule in self.pack.rules:
            if rule.kind != "counter_evidence":
                continue
            for code in rule.evidence:
                item = self.pack.items.get(code)
                owner = self.pack.owners.get(item.feed or "") if item else None
                if owner:
                    found[owner] = None
        return list(found)

    def carry_out(self) -> Any:
        return acts.request_comparison(**self.common, departments=self.cleaned_data["departments"])


class AnswerComparison(ActForm):
    """What one department has on record; again, when it corrects its answer.

    Most have nothing on record: several may say so at once, each in an act of its own.
    """

    act = "answer_comparison"
    intro = gettext_lazy("查到的情况要由农户或村里书面说明，本身不作为不予纳入的理由。")
    fields_of_codes = {"NOT_ASKED": "department"}

    answer = radio_field(
        label=gettext_lazy("反馈"),
        choices=[(NO_RECORD, gettext_lazy("无记录")), (FOUND, gettext_lazy("查到情况"))],
    )

    def prepare(self) -> None:
        waiting = self.desk.waiting_departments
        ordered = waiting + [one for one in self.desk.comparisons if one not in waiting]
        self.fields["department"] = select_field(
            label=gettext("部门"),
            choices=[(one.department, department_words(self.desk, one)) for one in ordered],
        )
        if len(waiting) > 1:
            self.fields["also"] = forms.MultipleChoiceField(
                label=gettext("还有哪些部门也是“无记录”"),
                choices=[(one.department, department_words(self.desk, one)) for one in waiting],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        self.order_fields(["department", "answer", "also"])
        items = [(code, said(one.title)) for code, one in self.pack.items.items()]
        for place in (1, 2):
            self.fields[f"item{place}"] = select_field(
                label=gettext("查到什么") if place == 1 else gettext("还查到什么"),
                choices=items,
                empty=gettext("选择项目"),
                required=False,
            )
            self.fields[f"figure{place}"] = forms.CharField(
                label=gettext("数值"), required=False, max_length=60
            )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        pairs = ("item1", "figure1", "item2", "figure2")
        return [
            ("", [self["department"], self["answer"]]),
            *([("if-no-record", [self["also"]])] if "also" in self.fields else []),
            ("two if-found", [self[name] for name in pairs]),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("answer") == FOUND and not given.get("item1"):
            self.add_error("item1", gettext("查到情况的，请选择是什么。"))
        return given

    def carry_out(self) -> Any:
        given = self.cleaned_data
        findings = [
            Finding(given[f"item{place}"], given[f"figure{place}"])
            for place in (1, 2)
            if given["answer"] == FOUND and given[f"item{place}"]
        ]
        also = given.get("also", []) if given["answer"] == NO_RECORD else []
        with transaction.atomic():
            done = acts.answer_comparison(
                **self.common, department=given["department"], findings=findings
            )
            for place, department in enumerate(also):
                if department != given["department"]:
                    common = self.common | {"key": f"{given['key']}-{place}"}
                    acts.answer_comparison(**common, department=department)
        return done


class ReplyToCounterEvidence(ActForm):
    """The household's or the village's written answer to one finding."""

    act = "reply_to_counter_evidence"
    fields_of_codes = {"FINDING_UNKNOWN": "finding", "TEXT_MISSING": "reply"}

    reply = words_field(label=gettext_lazy("书面说明"))

    def prepare(self) -> None:
        self.fields["finding"] = radio_field(
            label=gettext("说明哪一条"),
            choices=[
                (
                    str(pk),
                    " ".join(
                        part
                        for part in (
                            department_words(self.desk, one),
                            figure_words(item)[0],
                            figure_said(item, figure) if figure else "",
                        )
                        if part
                    ),
                )
                for one, pk, item, figure in self.desk.open_findings
            ],
        )
        self.order_fields(["finding", "reply"])
        if self.desk.open_findings:
            self.initial["finding"] = str(self.desk.open_findings[0][1])

    def carry_out(self) -> Any:
        return acts.reply_to_counter_evidence(
            **self.common,
            finding=int(self.cleaned_data["finding"]),
            reply=self.cleaned_data["reply"],
        )


class CloseComparison(ActForm):
    """Complete the cross-check."""

    act = "close_comparison"
    intro = gettext_lazy("各部门都已反馈，查到的情况都有书面说明，就可以完成比对。")

    def carry_out(self) -> Any:
        return acts.close_comparison(**self.common)


class PostNotice(ActForm):
    """The notice hangs in the village."""

    act = "post_notice"
    fields_of_codes = {"TEXT_MISSING": "place", "NOTICE_IN_FUTURE": "posted_at"}

    place = forms.CharField(label=gettext_lazy("张贴地点"), max_length=100)
    posted_at = MomentField(label=gettext_lazy("张贴时间"))

    def prepare(self) -> None:
        self.initial["posted_at"] = local(self.desk.at)

    def carry_out(self) -> Any:
        return acts.post_notice(
            **self.common,
            place=self.cleaned_data["place"],
            posted_at=self.cleaned_data["posted_at"],
        )


class RecordObjection(ActForm):
    """Someone spoke up during the notice."""

    act = "record_objection"
    fields_of_codes = {"TEXT_MISSING": "text"}

    text = words_field(label=gettext_lazy("异议内容"))
    named = forms.BooleanField(label=gettext_lazy("提出的人愿意署名"), required=False)

    def carry_out(self) -> Any:
        return acts.record_objection(
            **self.common,
            text=self.cleaned_data["text"],
            is_anonymous=not self.cleaned_data["named"],
        )


class AnswerObjection(ActForm):
    """The written answer to an objection."""

    act = "answer_objection"
    fields_of_codes = {"OBJECTION_UNKNOWN": "objection", "TEXT_MISSING": "answer"}

    upheld = yes_or_no(
        label=gettext_lazy("调查结果"), yes=gettext_lazy("异议成立"), no=gettext_lazy("异议不成立")
    )
    answer = words_field(label=gettext_lazy("书面答复"))

    def prepare(self) -> None:
        self.fields["objection"] = radio_field(
            label=gettext("答复哪一条"),
            choices=[(str(pk), text) for pk, text in self.desk.open_objections],
        )
        self.order_fields(["objection", "upheld", "answer"])
        if self.desk.open_objections:
            self.initial["objection"] = str(self.desk.open_objections[0][0])

    def carry_out(self) -> Any:
        return acts.answer_objection(
            **self.common,
            objection=int(self.cleaned_data["objection"]),
            answer=self.cleaned_data["answer"],
            is_upheld=self.cleaned_data["upheld"],
        )


class EndNotice(ActForm):
    """The notice has hung its full days."""

    act = "end_notice"
    intro = gettext_lazy("公示满天数、异议都已答复，就可以结束公示，送乡镇审核。")

    def carry_out(self) -> Any:
        return acts.end_notice(**self.common)
