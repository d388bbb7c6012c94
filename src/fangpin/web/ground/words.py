"""Words of codes that casework stores: steps, figures, relations. The pack's words come first."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext, gettext_noop

from fangpin.policy.models.feeds import ContractField
from fangpin.policy.models.lists import HouseholdAttribute, Indicator, LedgerItem, Parameter, Rule
from fangpin.policy.models.nodes import Words
from fangpin.web.ground.figures import plain, share
from fangpin.web.ground.known import number_of
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack

STEPS = {
    "to_assign": gettext_noop("待派发"),
    "to_visit": gettext_noop("待入户"),
    "to_review": gettext_noop("待评议"),
    "to_approve": gettext_noop("待审定"),
    "to_assist": gettext_noop("待帮扶"),
    "to_follow_up": gettext_noop("待回访"),
    "ended": gettext_noop("已办结"),
}
_NOBODY_CAME_YET = ("to_assign", "to_visit")
_VISIT = "record_visit"


UNITS = (
    gettext_noop("个月"),
    gettext_noop("人"),
    gettext_noop("户"),
    gettext_noop("天"),
    gettext_noop("次"),
    gettext_noop("轮"),
    gettext_noop("组"),
    gettext_noop("级"),
    gettext_noop("本国货币"),
)
"""Counting words in which packs write units; a pack's own words come before them."""
_OF_ONE = {
    "people": "person",
    "persons": "person",
    "households": "household",
    "months": "month",
    "days": "day",
    "times": "time",
    "rounds": "round",
    "groups": "group",
}
"""English units of which there is one."""


def step_words(step: str) -> str:
    """The words of a step: the pack's, its procedure's, the interface's, else the code itself."""
    pack = installation_pack()
    word = pack.words.get(f"step.{step}")
    if word:
        return said(word.title)
    if step in STEPS:
        return gettext(STEPS[step])
    for procedure in pack.procedures:
        for one in procedure.steps:
            if one.step == step:
                return said(one.title)
    return step


def waiting_steps() -> tuple[str, ...]:
    """Steps at which nobody has been to see the household yet: those up to the visit."""
    found = list(_NOBODY_CAME_YET)
    for procedure in installation_pack().procedures:
        codes = [one.step for one in procedure.steps]
        visits = [place for place, one in enumerate(procedure.steps) if one.act == _VISIT]
        if procedure.kind == "identification" and visits:
            found += codes[: visits[0] + 1]
    return tuple(dict.fromkeys(found))


def queue_steps() -> list[tuple[str, str]]:
    """(code, words) of the steps at which an alert may stand: before a case, and in one."""
    procedures = installation_pack().procedures
    codes = [one.step for way in procedures if way.kind == "identification" for one in way.steps]
    if not codes:
        codes = [code for code in STEPS if code != "ended"]
    return [(code, step_words(code)) for code in dict.fromkeys(["to_assign", *codes])]


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
    node = _figure(code)
    return (said(node.title), unit_words(node.unit)) if node else (code, "")


def unit_of(code: str) -> str:
    """The unit's own code as the pack writes it; empty when unknown."""
    node = _figure(code)
    return node.unit if node else ""


def figure_said(code: str, value: object) -> str:
    """A figure with its unit: `1,366 元`, a share as `42%`, a flag as 是 or 否."""
    if isinstance(value, bool) or value is None:
        return plain(value)
    if isinstance(value, list):
        return listed(value)
    number = number_of(value)
    if number is None:
        return plain(code_words(registry_field_with(str(value)), value) if value else value)
    unit = unit_of(code)
    if unit in ("flag", "是否"):
        return plain(bool(number))
    if unit == "share":
        return share(number, 0 if number * 100 == (number * 100).to_integral_value() else 1)
    words = unit_words(unit)
    return f"{plain(value)} {_OF_ONE.get(words, words) if number == 1 else words}".strip()


def _figure(code: str) -> Indicator | LedgerItem | HouseholdAttribute | Parameter | None:
    pack = installation_pack()
    return (
        pack.indicators.get(code)
        or pack.items.get(code)
        or pack.attributes.get(code)
        or pack.parameters.get(code)
    )


def unit_words(unit: str) -> str:
    """A unit in the reader's language: the pack's word `unit.<unit>` or of that Chinese title, the
    currency, else as the pack writes it."""
    pack = installation_pack()
    word = pack.words.get(f"unit.{unit}")
    if word:
        return said(word.title)
    titles = [word.title for code, word in pack.words.items() if code.startswith("unit.")]
    if pack.header.currency:
        titles.append(pack.header.currency)
    for title in titles:
        if title.zh == unit:
            return said(title)
    return gettext(unit) if unit in UNITS else unit


def listed(parts: Iterable[object]) -> str:
    """Things one after another, as the language separates them."""
    return (", " if short_language() == "en" else "、").join(map(str, parts))


def field_said(field: ContractField, value: object) -> str:
    """A field of a row as people read it: numbers with separators, codes as words, text as it is."""
    if field.type in ("amount", "number", "count") or isinstance(value, bool):
        return plain(value)
    if field.type == "flag" and str(value).lower() in ("true", "false"):
        return plain(str(value).lower() == "true")
    return code_words(field, value)


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


def registry_field_with(value: str) -> ContractField | None:
    """The first field of the registry's feed that has this code among its values."""
    pack = installation_pack()
    registry = pack.header.registry
    contract = pack.contracts.get(registry.feed) if registry else None
    fields = contract.fields if contract else []
    return next((field for field in fields if field.values and value in field.values), None)


def code_words(field: ContractField | None, value: object) -> str:
    """A stored code as departments write it, or in English as the code reads."""
    text = "" if value is None else str(value)
    if field is None or not field.values or text not in field.values:
        return text
    if short_language() == "en":
        return text.replace("_", " ").capitalize()
    spoken = field.values[text]
    # Departments also write bare numbers; a word says more.
    return next((word for word in spoken if not word.isascii()), spoken[0] if spoken else text)
