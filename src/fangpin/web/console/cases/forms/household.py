"""Forms that begin or mend a household's way: a clue, a proposed elimination, one undone."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.states import REASONS
from fangpin.casework.receipts.actions import once
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.web.console.cases.forms.base import (
    DayField,
    ToldForm,
    cause_choices,
    listed_words,
    radio_field,
    select_field,
    words_field,
)
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.words import said

BY_MACHINE = ("rule", "proposal")
"""Channels that no official chooses: rules raise alerts, a proposal is an act of its own."""


class HouseholdForm(ToldForm):
    """An act on a household that has, or gets, a case.

    `key` goes with the form: sent twice it is one act, and both are answered alike.
    """

    act: ClassVar[str] = ""
    intro: ClassVar[Any] = ""
    key = forms.CharField(widget=forms.HiddenInput, max_length=56)

    def __init__(
        self, *, pack: Pack, household: Household, request: ConsoleRequest, data: Any = None
    ) -> None:
        key = secrets.token_hex(16)
        super().__init__(data, auto_id="f-%s", label_suffix="", initial={"key": key})
        self.pack, self.household, self.request = pack, household, request
        self.prepare()
        self.speak()

    def prepare(self) -> None:
        """Add what the pack lists."""

    @property
    def title(self) -> str:
        word = self.pack.words.get(f"act.{self.act}")
        return said(word.title) if word else self.act

    @property
    def common(self) -> dict[str, Any]:
        return {
            "pack": self.pack,
            "household_ref": self.household.household_ref,
            "by": self.request.scope,
            "at": self.request.at,
        }

    @property
    def answers(self) -> dict[str, Any]:
        """What was filled in, without the form's own key."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}

    def carry_out(self) -> Any:
        """Call the act. Raises ProblemError; nothing is changed then."""
        raise NotImplementedError

    def done_once(self) -> str:
        """Carry the form out, however often it is sent; the number of the case that it opened or
        joined, empty where there is none.

        Raises ProblemError; nothing is changed then.
        """

        def act() -> dict[str, Any]:
            done = self.carry_out()
            return {"case_no": done.case_no if isinstance(done, Case) else ""}

        received = once(
            key=self.cleaned_data["key"],
            kind=self.act,
            official=self.request.scope.official,
            content=[self.household.household_ref, {k: str(v) for k, v in self.answers.items()}],
            at=self.request.at,
            act=act,
        )
        return str(received.answer["case_no"])


class ReportClue(HouseholdForm):
    """A clue of any channel: it opens the household's case, or joins the open one."""

    act = "report_clue"
    intro = gettext_lazy(
        "这一户在办的，线索并入那一件；没有在办的，就此立件。时限从最早的线索算起。"
    )
    fields_of_codes = {"CLUE_IN_FUTURE": "on"}

    on = DayField(label=gettext_lazy("哪天知道的"))
    note = words_field(label=gettext_lazy("情况"), required=False)

    def prepare(self) -> None:
        channels = [one for one in listed_words(self.pack, "channel") if one[0] not in BY_MACHINE]
        self.fields["channel"] = radio_field(label=gettext("线索渠道"), choices=channels)
        self.fields["cause"] = select_field(
            label=gettext("风险类型"),
            choices=cause_choices(self.pack),
            empty=gettext("还说不准"),
            required=False,
        )
        self.order_fields(["channel", "on", "cause", "note"])
        self.initial["on"] = self.request.today

    def carry_out(self) -> Any:
        return acts.report_clue(**self.common, **self.answers)


class ProposeElimination(HouseholdForm):
    """The risk seems gone: the procedure then checks whether it is."""

    act = "propose_elimination"
    intro = gettext_lazy("提出后，按程序入户、评议、公示、审核、审批；条件不全满足的，不能消除。")

    def carry_out(self) -> Any:
        return acts.propose_elimination(**self.common)


class RollBackElimination(HouseholdForm):
    """An elimination was wrong: the same time in monitoring goes on."""

    act = "roll_back_elimination"
    intro = gettext_lazy("消除有误的才回退；消除以后又有新的风险，请登记新的线索。")
    fields_of_codes = {"REASON_UNKNOWN": "reason", "TEXT_MISSING": "note"}

    note = words_field(label=gettext_lazy("回退说明"))

    def prepare(self) -> None:
        self.fields["reason"] = radio_field(
            label=gettext("原因"), choices=listed_words(self.pack, REASONS[self.act])
        )
        self.order_fields(["reason", "note"])

    def carry_out(self) -> Any:
        return acts.roll_back_elimination(**self.common, **self.answers)


HOUSEHOLD_FORMS: dict[str, type[HouseholdForm]] = {
    form.act: form for form in (ReportClue, ProposeElimination, RollBackElimination)
}
