"""What every form of an act shares: its key, its version, how a refusal finds its field."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from fangpin.casework.cases.acts import PaperOfAct
from fangpin.casework.cases.asking import form_of
from fangpin.casework.cases.gate import words_under
from fangpin.policy import Pack
from fangpin.values.amounts import CENT, read_amount
from fangpin.values.problem import Problem
from fangpin.web.console.cases.desk import Desk
from fangpin.web.console.cases.papers import PapersField, stored
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import cause_words, said

Choices = list[tuple[str, Any]]
"""Code and title; a title may be translated only when it is shown."""


class ToldForm(forms.Form):
    """A form that can show a refusal, and tells above itself of all that is wrong."""

    fields_of_codes: ClassVar[Mapping[str, str]] = {}
    """Code of a refusal -> the field that it is about."""

    def refused(self, problems: Iterable[Problem]) -> None:
        """Show a refusal at its field, or above the form."""
        for problem in problems:
            field = self.fields_of_codes.get(problem.code)
            self.add_error(field if field in self.fields else None, told(problem))

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(field's id, message) of everything that is wrong, in the form's order."""
        found = [("", str(message)) for message in self.non_field_errors()]
        for name in self.fields:
            bound = self[name]
            found += [(first_id(bound), _of_field(bound.label, text)) for text in bound.errors]
        return found

    def speak(self) -> None:
        """Give every field our own words for what is missing."""
        for field in self.fields.values():
            field.error_messages["required"] = gettext("请填写这一项。")
            field.error_messages["invalid_choice"] = gettext("请从清单中选择。")


def _of_field(label: object, text: object) -> str:
    """What is wrong, after the field's label; a question carries its sign already."""
    if str(label).endswith(("？", "?")):
        return f"{label} {text}" if short_language() == "en" else f"{label}{text}"
    return f"{label}: {text}" if short_language() == "en" else f"{label}：{text}"


class ActForm(ToldForm):
    """The form of one act on one case.

    `key` goes with the act: a form that is sent twice is one act. `version` is the case as its
    writer saw it; acts that decide refuse when someone has acted since.
    """

    act: ClassVar[str] = ""
    intro: ClassVar[Any] = ""
    key = forms.CharField(widget=forms.HiddenInput, max_length=56)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *, desk: Desk, data: Any = None, files: Any = None) -> None:
        self.desk = desk
        self.pack: Pack = desk.pack
        super().__init__(
            data,
            files,
            auto_id="f-%s",
            label_suffix="",
            initial={"key": secrets.token_hex(16), "version": desk.case.version},
        )
        self.prepare()
        self.speak()

    def prepare(self) -> None:
        """Add what depends on the case: choices, fields of the pack's form, initial values."""

    @property
    def title(self) -> str:
        return self.desk.title_of(self.act)

    @property
    def button(self) -> str:
        return gettext("提交：%(act)s") % {"act": self.title}

    @property
    def common(self) -> dict[str, Any]:
        """What every act takes."""
        return {
            "pack": self.pack,
            "case_no": self.desk.case.case_no,
            "by": self.desk.scope,
            "at": self.desk.at,
            "key": self.cleaned_data["key"],
        }

    @property
    def decided_on(self) -> dict[str, Any]:
        """For acts that decide: the version that the writer saw."""
        return {**self.common, "version": self.cleaned_data["version"]}

    def carry_out(self) -> Any:
        """Call the act. Raises ProblemError; nothing is changed then."""
        raise NotImplementedError

    def ask_for_papers(self) -> None:
        """Add a field for each kind of attachment that the pack's form of this act knows."""
        form = form_of(self.pack, self.desk.case, act=self.act)
        needed = [kind for step in self.desk.standing.open for kind in step.evidence]
        self.kinds = list(dict.fromkeys([*(form.attachments if form else {}), *needed]))
        for kind in self.kinds:
            word = self.pack.words.get(f"attachment.{kind}")
            self.fields[f"p-{kind}"] = PapersField(label=said(word.title) if word else kind)

    @property
    def papers(self) -> tuple[PaperOfAct, ...]:
        """The contents sent with the form, kept. Raises ProblemError."""
        sender = self.desk.scope.official
        return tuple(
            one
            for kind in self.kinds
            for one in stored(kind, self.cleaned_data[f"p-{kind}"], sender=sender)
        )

    @property
    def paper_fields(self) -> list[forms.BoundField]:
        return [self[f"p-{kind}"] for kind in self.kinds]

    kinds: list[str] = []

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """(class of the group, its fields) in the order in which they are asked."""
        return [("", [field for field in self if not field.is_hidden])]


def first_id(bound: forms.BoundField) -> str:
    """The id of the first control of a field: where a link of the error summary leads."""
    several = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if several else str(bound.auto_id)


def told(problem: Problem) -> str:
    """A problem as the reader reads it: what, then what to do."""
    if short_language() == "en":
        return f"{problem.en} {problem.fix_en}"
    return f"{problem.zh}{problem.fix_zh}"


class AmountField(forms.DecimalField):
    """An amount as the pack's offices write it: separators and marks of money are no mistake."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **given: Any) -> None:
        super().__init__(max_digits=16, decimal_places=2, **given)
        self.error_messages["invalid"] = gettext_lazy("请写数字，例如 1200 或 1200.50。")

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        read = read_amount("".join(value.split()), writing=installation_pack().header.writing)
        if read.value is None or "ROUNDED" in read.repairs:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(read.value)

    def prepare_value(self, value: Any) -> Any:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return value
        return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


class PaidField(AmountField):
    """An amount that is paid: more than nought."""

    def __init__(self, **given: Any) -> None:
        super().__init__(min_value=CENT, **given)
        self.error_messages["min_value"] = gettext_lazy("金额应大于零。")


class CountField(forms.IntegerField):
    """A whole number of people or things."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **given: Any) -> None:
        given.setdefault("min_value", 0)
        super().__init__(**given)
        self.error_messages["invalid"] = gettext_lazy("请写整数。")


class DayField(forms.DateField):
    """A day."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **given: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **given)
        self.error_messages["invalid"] = gettext_lazy("请写日期，例如 2020-12-14。")


class MomentField(forms.DateTimeField):
    """A day and an hour where the installation stands."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **given: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **given)
        self.error_messages["invalid"] = gettext_lazy("请写日期和时间，例如 2020-12-14 10:30。")


def words_field(
    *, label: Any, rows: int = 3, help_text: Any = "", required: bool = True
) -> forms.CharField:
    """Words of one's own, several lines of them."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def radio_field(
    *, label: Any, choices: Choices, help_text: Any = "", required: bool = True
) -> forms.ChoiceField:
    """One of a few."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        help_text=help_text,
        required=required,
    )


def select_field(
    *, label: Any, choices: Choices, empty: Any = None, help_text: Any = "", required: bool = True
) -> forms.ChoiceField:
    """One of many; `empty` are the words of no choice yet."""
    shown = choices if empty is None else [("", empty), *choices]
    return forms.ChoiceField(label=label, choices=shown, help_text=help_text, required=required)


def yes_or_no(*, label: Any, yes: Any, no: Any) -> forms.TypedChoiceField:
    """A truth that must be said."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("yes", yes), ("no", no)],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )


def listed_words(pack: Pack, prefix: str) -> Choices:
    """The pack's words under a code, as choices."""
    return [(code, said(title)) for code, title in words_under(pack, prefix).items()]


def cause_choices(pack: Pack) -> Choices:
    """The pack's risk causes, in its order."""
    ordered = sorted(pack.causes.values(), key=lambda one: one.order)
    return [(one.cause, cause_words(one.cause)) for one in ordered]


def local(moment: datetime) -> datetime:
    """A moment as the installation's clock shows it."""
    return timezone.localtime(moment).replace(second=0, microsecond=0, tzinfo=None)
