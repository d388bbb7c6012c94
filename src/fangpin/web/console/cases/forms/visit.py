"""The form of the home visit: only what the system lacks or doubts is asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.cases import acts
from fangpin.casework.cases.asking import Question, form_of, questions
from fangpin.policy.models.procedures import Form, FormField
from fangpin.web.console.cases.forms.base import (
    ActForm,
    AmountField,
    CountField,
    DayField,
    MomentField,
    cause_choices,
    listed_words,
    local,
    radio_field,
    select_field,
    words_field,
)
from fangpin.web.console.cases.records import answer_words, income_view
from fangpin.web.ground.figures import plain
from fangpin.web.ground.words import said, unit_words

AT_RISK = "risk"


class RecordVisit(ActForm):
    """Who was there, what was found, and the judgement in words."""

    act = "record_visit"
    fields_of_codes = {
        "TOO_FEW_VERIFIERS": "verifiers",
        "VISIT_IN_FUTURE": "visited_at",
        "CAUSE_MISSING": "cause",
        "TEXT_MISSING": "judgement",
    }

    finding = radio_field(
        label=gettext_lazy("核实下来，有没有返贫致贫风险？"),
        choices=[(AT_RISK, gettext_lazy("有风险")), ("none", gettext_lazy("没有风险"))],
    )
    judgement = words_field(
        label=gettext_lazy("核实结论"),
        rows=4,
        help_text=gettext_lazy("收入、支出、困难、自己能不能应付，综合判断，写清为什么。"),
    )

    def prepare(self) -> None:
        """Questions of the pack's form first, then the finding, the causes and the judgement."""
        form = self._form()
        asked = {
            one.field.field: one
            for one in (
                questions(self.pack, form, self.desk.case, on=self.desk.today) if form else []
            )
        }
        self.questions: list[Question] = list(asked.values())
        own = dict(self.fields)
        self.fields.clear()
        self.fields["key"], self.fields["version"] = own["key"], own["version"]
        for one in self.questions:
            self.fields[f"a-{one.field.field}"] = answer_field(
                one.field, required=one.field.required and one.is_asked
            )
            self.initial[f"a-{one.field.field}"] = one.system
        self._lines()
        self.fields["finding"] = own["finding"]
        self._causes()
        self.fields["coping"] = radio_field(
            label=gettext("自己能不能应付"),
            choices=listed_words(self.pack, "coping"),
            required=False,
        )
        self.fields["severe"] = forms.BooleanField(
            label=gettext("基本生活出现严重困难"), required=False
        )
        self.fields["judgement"] = own["judgement"]
        self.fields["verifiers"] = forms.CharField(
            label=gettext("入户的人"),
            help_text=gettext("至少两人，用顿号隔开；没有账号的写姓名。"),
            max_length=200,
        )
        self.initial["verifiers"] = self.desk.scope.name + "、"
        self.fields["visited_at"] = MomentField(label=gettext("入户时间"))
        self.initial["visited_at"] = local(self.desk.at)
        self.fields["absent"] = forms.BooleanField(label=gettext("没有找到这户人"), required=False)
        self.ask_for_papers()

    def _lines(self) -> None:
        """Lines of the income statement, each to be corrected with a reason."""
        view = income_view(self.desk)
        self.lines = view.lines if view else []
        for line in self.lines:
            self.fields[f"c-{line.code}"] = AmountField(label=line.title, required=False)
            self.fields[f"r-{line.code}"] = forms.CharField(
                label=gettext("更正理由"), required=False, max_length=200
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for line in self.lines:
            if given.get(f"c-{line.code}") is not None and not given.get(f"r-{line.code}"):
                self.add_error(f"r-{line.code}", gettext("更正收入要写明理由。"))
        return given

    @property
    def corrections(self) -> list[tuple[forms.BoundField, forms.BoundField, str]]:
        """(amount, reason, what the system has) of each line of the income statement."""
        return [
            (
                self[f"c-{line.code}"],
                self[f"r-{line.code}"],
                plain(line.amount) if line.amount is not None else gettext("说不准"),
            )
            for line in self.lines
        ]

    def _form(self) -> Form | None:
        return form_of(self.pack, self.desk.case, act=self.act)

    def _causes(self) -> None:
        choices = cause_choices(self.pack)
        known = next((clue.cause for clue in self.desk.case.clues.all() if clue.cause), "")
        self.fields["cause"] = select_field(
            label=gettext("主要风险"),
            choices=choices,
            empty=gettext("选择主要风险"),
            required=False,
        )
        self.initial["cause"] = known
        self.fields["more_causes"] = forms.MultipleChoiceField(
            label=gettext("另外还有"),
            choices=choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        if any(one.note_required for one in self.pack.causes.values()):
            self.fields["cause_note"] = forms.CharField(
                label=gettext("风险说明"),
                required=False,
                max_length=200,
                help_text=gettext("选“其他”时要写明。"),
            )

    @property
    def asked(self) -> list[tuple[forms.BoundField, str]]:
        """(field, what the system says) of what must be answered."""
        return [
            (self[f"a-{one.field.field}"], self._system(one))
            for one in self.questions
            if one.is_asked
        ]

    @property
    def known(self) -> list[tuple[forms.BoundField, str]]:
        """(field, what the system says) of what is known and not in doubt: folded away."""
        return [
            (self[f"a-{one.field.field}"], self._system(one))
            for one in self.questions
            if not one.is_asked
        ]

    def rest(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def causes(self) -> list[forms.BoundField]:
        return self.rest("cause", "more_causes", "cause_note")

    @property
    def difficulty(self) -> list[forms.BoundField]:
        return self.rest("coping", "severe")

    @property
    def words(self) -> forms.BoundField:
        return self["judgement"]

    @property
    def last(self) -> list[forms.BoundField]:
        return [*self.rest("verifiers", "visited_at"), *self.paper_fields, self["absent"]]

    def _system(self, one: Question) -> str:
        return answer_words(one.field, one.system) if one.system else ""

    def carry_out(self) -> Any:
        given = self.cleaned_data
        form = self._form()
        chosen = [given["cause"], *given["more_causes"]] if given["finding"] == AT_RISK else []
        note = given.get("cause_note", "")
        noted = {one.cause for one in self.pack.causes.values() if one.note_required}
        visit = acts.VisitRecord(
            visited_at=given["visited_at"],
            verifiers=self._verifiers(given["verifiers"]),
            is_at_risk=given["finding"] == AT_RISK,
            judgement=given["judgement"],
            papers=self.papers,
            form=form.form if form else acts.VISIT_FORM,
            is_household_found=not given["absent"],
            is_in_severe_difficulty=given["severe"],
            coping=given["coping"],
            causes=tuple(
                acts.CauseFound(code, note if code in noted else "")
                for code in dict.fromkeys(code for code in chosen if code)
            ),
            answers=tuple(self._answers()),
            corrections=tuple(
                acts.CorrectedLine(line.code, given[f"c-{line.code}"], given[f"r-{line.code}"])
                for line in self.lines
                if given[f"c-{line.code}"] is not None
            ),
        )
        return acts.record_visit(**self.common, visit=visit)

    def _verifiers(self, text: str) -> tuple[str, ...]:
        for sign in ("、", "，", ",", "；", ";", "\n"):
            text = text.replace(sign, "\n")
        names = [one.strip() for one in text.split("\n") if one.strip()]
        own = {self.desk.scope.name: self.desk.scope.official}
        return tuple(own.get(name, name) for name in names)

    def _answers(self) -> list[acts.Answer]:
        found = []
        for one in self.questions:
            value = _written(self.cleaned_data.get(f"a-{one.field.field}"))
            if value == "" and one.system == "":
                continue
            verdict = "" if one.system == "" else "agrees" if value == one.system else "differs"
            found.append(acts.Answer(one.field.field, value, one.system, verdict))
        return found


def answer_field(field: FormField, *, required: bool) -> forms.Field:
    """A question of one of the pack's forms as a field of ours."""
    label, help_text = _label(field), said(field.hint)
    match field.type:
        case "truth":
            made: forms.Field = forms.ChoiceField(
                choices=[("true", gettext("是")), ("false", gettext("否"))],
                widget=forms.RadioSelect,
            )
        case "choice":
            made = forms.ChoiceField(
                choices=[(code, said(words)) for code, words in field.choices.items()],
                widget=forms.RadioSelect,
            )
        case "amount":
            made = AmountField()
        case "count":
            made = CountField()
        case "date":
            made = DayField()
        case _:
            made = forms.CharField(max_length=200)
    made.required, made.label, made.help_text = required, label, help_text
    return made


def _label(field: FormField) -> str:
    unit = unit_words(field.unit) if field.unit and field.type in ("amount", "count") else ""
    title = said(field.title)
    return gettext("%(title)s（%(unit)s）") % {"title": title, "unit": unit} if unit else title


def _written(value: Any) -> str:
    match value:
        case None:
            return ""
        case Decimal() | int():
            text = f"{Decimal(value):f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case date():
            return value.isoformat()
    return str(value)


class RecordConsent(ActForm):
    """The household's declaration, and its consent that departments are asked."""

    act = "record_consent"
    intro = gettext_lazy("签字后，部门才能查询比对这户人的信息。")
    fields_of_codes = {"READ_ALOUD_MISSING": "read_aloud", "CONSENT_IN_FUTURE": "signed_date"}

    signed_date = DayField(label=gettext_lazy("签署日期"))
    read_aloud = forms.BooleanField(
        label=gettext_lazy("已向农户宣读"),
        required=False,
        help_text=gettext_lazy("别人代写的，必须宣读。"),
    )

    def prepare(self) -> None:
        self.fields["form"] = radio_field(
            label=gettext("签署方式"), choices=listed_words(self.pack, "consent_form")
        )
        self.order_fields(["form", "signed_date", "read_aloud"])
        self.initial["signed_date"] = self.desk.today
        self.ask_for_papers()

    def carry_out(self) -> Any:
        return acts.record_consent(
            **self.common,
            form=self.cleaned_data["form"],
            signed_date=self.cleaned_data["signed_date"],
            is_read_aloud=self.cleaned_data["read_aloud"],
            papers=self.papers,
        )
