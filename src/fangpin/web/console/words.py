"""Words of codes that casework stores: steps, figures, relations. The pack's words come first."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from fangpin.policy.models import ContractField, Rule, Words
from fangpin.web.console.language import short_language
from fangpin.web.console.pack import installation_pack

STEPS = {
    "to_assign": gettext_noop("待派发"),
    "to_visit": gettext_noop("待入户"),
    "to_review": gettext_noop("待评议"),
    "to_approve": gettext_noop("待审定"),
    "to_assist": gettext_noop("待帮扶"),
    "to_follow_up": gettext_noop("待回访"),
    "ended": gettext_noop("已办结"),
}
WAITING_STEPS = ("to_assign", "to_visit")


def step_words(step: str) -> str:
    """The words of a step: the pack's, else the interface's, else the code itself."""
    word = installation_pack().words.get(f"step.{step}")
    if word:
        return said(word.title)
    return gettext(STEPS[step]) if step in STEPS else step


def said(words: Words | None) -> str:
    """The half of a pack's words that this reader reads; empty for none."""
    if words is None:
        return ""
    return words.en if short_language() == "en" else words.zh


def cause_words(cause: str) -> str:
    """The title of a risk cause; 'not stated' for an empty one."""
    found = installation_pack().causes.get(cause)
    return said(found.title) if found else (cause or gettext("未说明原因"))


def figure_words(code: str) -> tuple[str, str]:
    """(title, unit) of an indicator, item, attribute or parameter; the code itself when unknown."""
    pack = installation_pack()
    if code in pack.indicators:
        return said(pack.indicators[code].title), unit_words(pack.indicators[code].unit)
    if code in pack.items:
        return said(pack.items[code].title), unit_words(pack.items[code].unit)
    if code in pack.attributes:
        return said(pack.attributes[code].title), unit_words(pack.attributes[code].unit)
    if code in pack.parameters:
        return said(pack.parameters[code].title), unit_words(pack.parameters[code].unit)
    return code, ""


def unit_words(unit: str) -> str:
    """A unit in the reader's language: the pack's word `unit.<unit>`, the currency's, or as is."""
    pack = installation_pack()
    currency = pack.header.currency
    if currency and unit == currency.zh:
        return said(currency)
    if short_language() == "en":
        return gettext(unit) if unit else ""
    return unit


def rule_of(code: str, *, edition: int) -> Rule | None:
    """The edition of a rule that raised a reason; None when the pack no longer holds it."""
    rules = [rule for rule in installation_pack().rules if rule.rule == code]
    return next((rule for rule in rules if rule.edition == edition), rules[-1] if rules else None)


def registry_field(code: str | None) -> ContractField | None:
    """A field of the feed that lists the persons; None without such a feed or field."""
    pack = installation_pack()
    registry = pack.header.registry
    contract = pack.contracts.get(registry.feed) if registry else None
    if contract is None or code is None:
        return None
    return next((field for field in contract.fields if field.field == code), None)


def code_words(field: ContractField | None, value: object) -> str:
    """A stored code as departments write it, or in English as the code reads."""
    text = "" if value is None else str(value)
    if field is None or not field.values or text not in field.values:
        return text
    if short_language() == "en":
        return text.replace("_", " ").capitalize()
    spoken = field.values[text]
    return spoken[0] if spoken else text


# Units that packs write in Chinese; here so that the English interface has them.
UNITS = (
    gettext_noop("元"),
    gettext_noop("元/年"),
    gettext_noop("元/月"),
    gettext_noop("元/人"),
    gettext_noop("元/人/年"),
    gettext_noop("元/人年"),
    gettext_noop("人"),
    gettext_noop("户"),
    gettext_noop("次"),
    gettext_noop("天"),
    gettext_noop("月"),
    gettext_noop("个月"),
    gettext_noop("轮"),
    gettext_noop("笔"),
    gettext_noop("倍"),
    gettext_noop("亩"),
    gettext_noop("条"),
)
