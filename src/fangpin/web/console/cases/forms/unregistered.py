"""Forms of households that no registry lists: written down with a clue, joined, and parted again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.cases import acts
from fangpin.casework.declarations.acts import register_declaration
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.divisions.models import Division
from fangpin.casework.receipts.actions import once
from fangpin.casework.registry.models import Household
from fangpin.casework.registry.provisional import form_of_unregistered
from fangpin.policy import Pack
from fangpin.policy.models.procedures import Form
from fangpin.values.problem import Problem
from fangpin.web.console.cases.forms.base import (
    DayField,
    ToldForm,
    cause_choices,
    listed_words,
    radio_field,
    select_field,
    told,
    words_field,
)
from fangpin.web.console.cases.forms.household import BY_MACHINE
from fangpin.web.console.cases.forms.visit import answer_field
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.language import short_language
from fangpin.web.ground.unregistered import (
    declared_answers,
    keep_number,
    read_new_household,
    villages_of,
)

ANSWER = "a-"
"""Fields of the pack's form are named so."""


class NewHousehold(ToldForm):
    """The pack's form of such a household, and the clue; of a declaration the clue is known."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=56)

    def __init__(
        self,
        *,
        pack: Pack,
        request: ConsoleRequest,
        declaration: Declaration | None = None,
        data: Any = None,
    ) -> None:
        self.pack, self.request, self.declaration = pack, request, declaration
        self.known: Sequence[Household] = ()
        """Households that may be the same one, once the act has asked."""
        super().__init__(
            data, auto_id="f-%s", label_suffix="", initial={"key": secrets.token_hex(16)}
        )
        form = form_of_unregistered(pack)
        assert form is not None, "the view asks for it first"
        self.form: Form = form
        self._ask_who()
        if declaration is None:
            self._ask_clue()
        self.fields["another"] = forms.BooleanField(
            label=gettext("都不是，是另一户"), required=False
        )
        self.speak()

    @property
    def groups(self) -> list[forms.BoundField]:
        """What is asked, in order; whether it is another one only where there are some to see."""
        hidden = {"key"} if self.known or self.data.get("another") else {"key", "another"}
        return [field for field in self if field.name not in hidden]

    def carry_out(self) -> str:
        """The number of the case. Raises ProblemError; nothing is changed then."""
        given = {
            name.removeprefix(ANSWER): _text(value)
            for name, value in self.cleaned_data.items()
            if name.startswith(ANSWER)
        }
        answers = {field: text for field, text in given.items() if text}
        if self.declaration is not None:
            answers = {**declared_answers(self.form, self.declaration), **answers}
        new = read_new_household(
            division=self.cleaned_data["village"], answers=answers, today=self.request.today
        )

        def act() -> dict[str, Any]:
            said_of_it: dict[str, Any] = {
                "pack": self.pack,
                "new": new,
                "by": self.request.scope,
                "at": self.request.at,
                "is_another": self.cleaned_data["another"],
            }
            if self.declaration is not None:
                row = register_declaration(receipt_no=self.declaration.receipt_no, **said_of_it)
                assert row.case is not None
                case = row.case
            else:
                clue = {name: self.cleaned_data[name] for name in _CLUE}
                case = acts.register_household(**said_of_it, **clue)
            keep_number(new)
            return {"case_no": case.case_no}

        done = once(
            key=self.cleaned_data["key"],
            kind="register_household",
            official=self.request.scope.official,
            content={"answers": answers, "village": new.division},
            at=self.request.at,
            act=act,
        )
        return str(done.answer["case_no"])

    def refused(self, problems: Any) -> None:
        """Each problem at the field that it is about; households that it may be are shown."""
        for problem in problems:
            field = ANSWER + str(problem.details.get("field", ""))
            if problem.code == "HOUSEHOLD_KNOWN":
                self.known = list(
                    Household.objects.filter(
                        household_no__in=[
                            one["household_no"] for one in problem.details["households"]
                        ]
                    ).order_by("household_no")
                )
            self.add_error(field if field in self.fields else _at(problem), told(problem))

    def _ask_who(self) -> None:
        villages = villages_of(self.request.scope)
        self.fields["village"] = select_field(
            label=gettext("哪个村"),
            choices=[(one.code, _name(one)) for one in villages],
            empty=None if len(villages) == 1 else gettext("请选择"),
        )
        if self.declaration is not None:
            self.initial["village"] = self.declaration.division
        for field in self.form.fields:
            # An empty number may stand sealed in the declaration: the act asks once more.
            made = answer_field(field, required=field.required)
            if self.declaration is not None and field.holds in ("identity", "phone"):
                made.help_text = gettext("申报时填过的不用再填，已经加密保存。")
            self.fields[ANSWER + field.field] = made
            if self.declaration is not None and field.holds == "head_name":
                self.initial[ANSWER + field.field] = self.declaration.name

    def _ask_clue(self) -> None:
        channels = [one for one in listed_words(self.pack, "channel") if one[0] not in BY_MACHINE]
        self.fields["channel"] = radio_field(label=gettext("线索渠道"), choices=channels)
        self.fields["on"] = DayField(label=gettext("哪天知道的"))
        self.fields["cause"] = select_field(
            label=gettext("风险类型"),
            choices=cause_choices(self.pack),
            empty=gettext("还说不准"),
            required=False,
        )
        self.fields["note"] = words_field(label=gettext("情况"), required=False)
        self.initial["on"] = self.request.today


_CLUE = ("channel", "on", "cause", "note")
_FIELDS_OF_CODES = {"CLUE_IN_FUTURE": "on", "VILLAGE_OUTSIDE": "village"}


class Join(ToldForm):
    """Which household of the registry it is, and how that is known."""

    fields_of_codes = {"TEXT_MISSING": "note"}

    to = forms.IntegerField(widget=forms.HiddenInput)
    note = words_field(
        label=gettext_lazy("怎么知道是同一户"),
        help_text=gettext_lazy("例如：户口本已迁入、证件号码一致、村里核实过。"),
        rows=2,
    )


class Part(ToldForm):
    """Why a joining is taken back."""

    fields_of_codes = {"TEXT_MISSING": "note"}

    note = words_field(label=gettext_lazy("为什么撤销"), rows=2)


def _at(problem: Problem) -> str | None:
    return _FIELDS_OF_CODES.get(problem.code)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _name(division: Division) -> str:
    return division.name_en if short_language() == "en" else division.name_zh
