"""A doubtful pair as its page shows it: both sides, what agrees, why it is doubtful, what rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop, ngettext

from fangpin.casework.alerts.models import Alert
from fangpin.casework.claims import queries as claims
from fangpin.casework.claims.models import Candidate, CandidateState
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import Scope
from fangpin.linkage.claims.model import load_model
from fangpin.values.month import Month
from fangpin.web.charts.waterfall import Part, signed, waterfall_chart
from fangpin.web.ground.figures import place, share
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import code_words, listed, registry_field, said

SHOWN_ROWS = 12

_TITLES = {
    "number": gettext_noop("证件号码"),
    "name": gettext_noop("姓名"),
    "birth": gettext_noop("出生日期"),
    "sex": gettext_noop("性别"),
    "division": gettext_noop("地点"),
}
_AGREEMENTS = {
    "same": (gettext_noop("一致"), "✓"),
    "close": (gettext_noop("相近"), "≈"),
    "different": (gettext_noop("不一致"), "✕"),
    "unknown": (gettext_noop("没有可比的"), "–"),
}
STATES = {
    CandidateState.OPEN: gettext_noop("待核对"),
    CandidateState.SAME: gettext_noop("是同一人"),
    CandidateState.DIFFERENT: gettext_noop("不是同一人"),
    CandidateState.UNKNOWN: gettext_noop("无法判断"),
    CandidateState.ELSEWHERE: gettext_noop("已归到另一人"),
}
STEPS = {
    "number": gettext_noop("证件号码"),
    "certificate": gettext_noop("证件以身份证号开头"),
    "fifteen": gettext_noop("15 位旧号码"),
    "repaired": gettext_noop("号码错一位，姓名和出生日期都对上"),
    "model": gettext_noop("模型比对"),
    "decided": gettext_noop("人工决定"),
}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of both sides."""

    field: str
    title: str
    claim: str | SafeString
    person: str | SafeString
    agreement: str
    words: str
    sign: str
    note: str
    weight: float


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of a department's delivery."""

    feed: str
    feed_title: str
    delivery: str
    row_no: int
    month: int


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair in a list."""

    candidate: Candidate
    feeds: str
    place: str
    marks: list[FieldLine]
    chance: str
    state: str


def pair_lines(candidates: Sequence[Candidate]) -> list[PairLine]:
    """Pairs as lists show them, in their order."""
    paths = divisions.paths({one.division for one in candidates})
    return [
        PairLine(
            candidate=one,
            feeds=feed_titles(one.feeds),
            place=place(paths.get(one.division, ())[-2:]),
            marks=field_lines(one),
            chance=percent(one.chance),
            state=state_words(one),
        )
        for one in candidates
    ]


def state_words(candidate: Candidate) -> str:
    """How a pair stands."""
    return gettext(STATES[CandidateState(candidate.state)])


def field_lines(candidate: Candidate) -> list[FieldLine]:
    """What both sides say, field by field, in the model's order."""
    return [_field_line(told) for told in candidate.fields]


def _field_line(told: dict[str, Any]) -> FieldLine:
    name = str(told["field"])
    places = [int(one) for one in told.get("differs_at", ())]
    words, sign = _AGREEMENTS[told["agreement"]]
    note = ""
    if places and name == "number" and len(places) <= 3:
        note = gettext("第 %(places)s 位不同") % {"places": listed(places)}
    return FieldLine(
        field=name,
        title=field_title(name),
        claim=_value(name, told["claim"], places),
        person=_value(name, told["person"], places),
        agreement=str(told["agreement"]),
        words=gettext(words),
        sign=sign,
        note=note,
        weight=float(told["weight"]),
    )


def field_title(name: str) -> str:
    """The registry's own title of a compared field, or ours."""
    registry = installation_pack().header.registry
    codes = (
        {
            "number": registry.identifier,
            "name": registry.name,
            "birth": registry.birth,
            "sex": registry.sex,
            "division": None,
        }
        if registry
        else {}
    )
    field = registry_field(codes.get(name))
    return said(field.title) if field else gettext(_TITLES.get(name, name))


def _value(name: str, value: str | None, places: Sequence[int]) -> str | SafeString:
    if value is None:
        return ""
    registry = installation_pack().header.registry
    if name == "sex" and registry:
        return code_words(registry_field(registry.sex), value)
    if name == "division":
        return place(divisions.path(value)[-3:]) or value
    if not places:
        return value
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", sign) if at in places else sign,)
            for at, sign in enumerate(value, start=1)
        ),
    )


def why_doubtful(candidate: Candidate) -> list[str]:
    """The comparison in words: what agrees, what does not, and why nobody was linked by it."""
    lines = field_lines(candidate)

    def titles(*agreements: str) -> str:
        return listed(line.title for line in lines if line.agreement in agreements)

    told = []
    if agree := titles("same"):
        told.append(gettext("一致的：%(fields)s。") % {"fields": agree})
    for line in lines:
        if line.agreement == "close":
            words = gettext("%(field)s相近") % {"field": line.title}
            more = gettext("（%(note)s）") % {"note": line.note} if line.note else ""
            told.append(gettext("%(what)s。") % {"what": words + more})
    if differ := titles("different"):
        told.append(gettext("不一致的：%(fields)s。") % {"fields": differ})
    if missing := titles("unknown"):
        told.append(gettext("有一方没写，无从比较的：%(fields)s。") % {"fields": missing})
    told.append(_why_not_linked(candidate))
    return told


def _why_not_linked(candidate: Candidate) -> str:
    model = load_model()
    accept = model.thresholds.accept
    values = {"chance": percent(candidate.chance), "accept": percent(accept)}
    others = candidate.count_of_candidates - 1
    if others > 0 and candidate.chance < accept:
        alike = ngettext(
            "名册里还有 %(n)d 人也像，只能是其中一人。",
            "名册里还有 %(n)d 人也像，只能是其中一人。",
            others,
        ) % {"n": others}
        space = " " if short_language() == "en" else ""
        told = gettext("这一位的把握是 %(chance)s，到 %(accept)s 才自动归人。") % values
        return f"{alike}{space}{told}"
    if candidate.chance < accept:
        return gettext("把握是 %(chance)s，到 %(accept)s 才自动归人。") % values
    return gettext("把握有 %(chance)s，但姓名差得多，不自动归人。") % values


def percent(chance: float) -> str:
    """A chance as people read it; never 100 % where something is left."""
    if 0.9995 <= chance < 1:
        return "> 99.9%"
    return share(chance, 1 if chance > 0.99 or chance < 0.01 else 0)


def parts_of(candidate: Candidate) -> list[Part]:
    """What the chance is made of, in powers of two: the start, then each field that was compared."""
    if candidate.weight is None:
        return []
    told = [Part(line.title, line.weight) for line in field_lines(candidate)]
    start = candidate.weight - sum(part.value for part in told)
    return [
        Part(gettext("名册里随便一人"), start),
        *(part for part in told if part.value),
    ]


def waterfall(candidate: Candidate) -> str:
    """The parts as a drawing; empty where no model was asked."""
    parts = parts_of(candidate)
    if not parts or candidate.weight is None:
        return ""
    return waterfall_chart(
        parts=parts,
        total=Part(gettext("合计"), candidate.weight),
        against=gettext("不像同一人"),
        in_favour=gettext("像同一人"),
        title=gettext("把握是怎么算出来的"),
        description="；".join(f"{part.words} {signed(part.value)}" for part in parts),
        key="parts",
    )


def row_lines(rows: Sequence[Sequence[Any]]) -> list[RowLine]:
    """[feed, delivery, row number, month] with the feed's words."""
    return [
        RowLine(feed, feed_title(feed), delivery, int(row_no), int(month))
        for feed, delivery, row_no, month in rows
    ]


def feed_title(feed: str) -> str:
    """The words of a feed; its code where the pack no longer has it."""
    contract = installation_pack().contracts.get(feed)
    return said(contract.title) if contract else feed


def feed_titles(feeds: Sequence[str]) -> str:
    """Feeds one after another."""
    return listed(feed_title(feed) for feed in feeds)


def months_said(months: Sequence[int]) -> str:
    """Months in order; neighbours as one span."""
    spans: list[list[int]] = []
    for month in sorted(set(months)):
        if spans and month == spans[-1][1] + 1:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    return listed(
        str(Month(first)) if first == last else f"{Month(first)} → {Month(last)}"
        for first, last in spans
    )


def alerts_of_rows(scope: Scope, rows: Sequence[Sequence[Any]]) -> list[Alert]:
    """The alerts of the scope that cite any of these rows."""
    return claims.alerts_resting_on(scope, [(row[0], row[1], int(row[2])) for row in rows])
