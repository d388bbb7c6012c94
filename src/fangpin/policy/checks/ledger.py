"""Ledger items: their feeds, parts, groups and shapes hold together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.models.lists import HouseholdAttribute, Indicator, LedgerItem
from fangpin.policy.reading.entries import Entry
from fangpin.policy.reading.nouns import noun
from fangpin.values.problem import Problem

_WITH_VALUE = ("amount", "state")
_SUMMABLE = ("amount", "count", "count_persons", "total")


def item_references_exist(book: Book) -> Iterator[Problem]:
    """ITEM_FEED, ITEM_PART, ITEM_GROUP, ITEM_DETAIL: what an item names exists."""
    for entry, item in book.all("item", LedgerItem):
        by = ("item", item.item)
        feeds, items, groups = book.codes("contract"), book.codes("item"), book.codes("group")
        if item.feed is not None and item.feed not in feeds:
            yield unknown(
                code="ITEM_FEED",
                noun="contract",
                written=item.feed,
                where=entry.where("feed"),
                valid=feeds,
                by=by,
            )
        if item.group is not None and item.group not in groups:
            yield unknown(
                code="ITEM_GROUP",
                noun="group",
                written=item.group,
                where=entry.where("group"),
                valid=groups,
                by=by,
            )
        for index, part in enumerate(item.of):
            if part not in items:
                yield unknown(
                    code="ITEM_PART",
                    noun="item",
                    written=part,
                    where=entry.where("of", index),
                    valid=items,
                    by=by,
                )
        fields = book.fields(item.feed)
        for index, name in enumerate(item.detail if fields is not None else ()):
            if name not in (fields or {}):
                yield unknown(
                    code="ITEM_DETAIL",
                    noun="field",
                    written=name,
                    where=entry.where("detail", index),
                    valid=fields or (),
                    by=by,
                )


def items_have_the_shape_of_their_kind(book: Book) -> Iterator[Problem]:
    """ITEM_SHAPE: a key that this kind of item needs is missing, or one it cannot have is there."""
    for entry, item in book.all("item", LedgerItem):
        total = item.kind == "total"
        needed = ["of"] if total else ["feed"]
        if item.kind in _WITH_VALUE:
            needed.append("value")
        forbidden = ["feed", "value", "where", "detail"] if total else ["of"]
        if not total and item.kind not in _WITH_VALUE:
            forbidden.append("value")
        for key in needed:
            if not getattr(item, key):
                yield _shape(
                    entry,
                    (),
                    f"项目“{item.item}”的 kind 是 {item.kind}，必须写 {key}。",
                    f"The item '{item.item}' is of kind {item.kind} and must have '{key}'.",
                )
        for key in forbidden:
            if getattr(item, key):
                yield _shape(
                    entry,
                    (key,),
                    f"项目“{item.item}”的 kind 是 {item.kind}，不能写 {key}。",
                    f"The item '{item.item}' is of kind {item.kind} and cannot have '{key}'.",
                )


def totals_add_like_to_like(book: Book) -> Iterator[Problem]:
    """TOTAL_OF_STATES, TOTAL_OF_PERIODS: a total adds sums, all monthly or all yearly."""
    for entry, item in book.all("item", LedgerItem):
        for index, code in enumerate(item.of if item.kind == "total" else ()):
            part = book.pack.items.get(code)
            if part is None:
                continue
            if part.kind not in _SUMMABLE:
                yield Problem(
                    code="TOTAL_OF_STATES",
                    where=entry.where("of", index),
                    zh=f"合计“{item.item}”不能加“{code}”：它是状态，不是金额或次数。",
                    en=f"The total '{item.item}' cannot add '{code}': it is a state, no amount or "
                    "count.",
                    fix_zh="从 of 中去掉，或另建一个金额项目。",
                    fix_en="Take it out of `of`, or make an item of kind amount.",
                )
            elif part.period != item.period:
                yield Problem(
                    code="TOTAL_OF_PERIODS",
                    where=entry.where("of", index),
                    zh=f"合计“{item.item}”按 {item.period} 计，“{code}”按 {part.period} 计；"
                    "年度数不分摊到月。",
                    en=f"The total '{item.item}' is per {item.period}, '{code}' per {part.period}; "
                    "yearly figures are never spread over months.",
                    fix_zh="年度项目和月度项目分开合计。",
                    fix_en="Total yearly and monthly items apart.",
                )


def totals_do_not_circle(book: Book) -> Iterator[Problem]:
    """ITEM_CYCLE: a total that contains itself, directly or through other totals."""
    items = book.pack.items
    told: set[str] = set()
    for entry, item in book.all("item", LedgerItem):
        trail = _circle(items, item.item)
        if trail and not told & set(trail):
            told.update(trail)
            shown = " > ".join([*trail, trail[0]])
            yield Problem(
                code="ITEM_CYCLE",
                where=entry.where("of"),
                zh=f"合计项目绕了一圈又包含自己：{shown}。",
                en=f"These totals contain one another in a circle: {shown}.",
                fix_zh="从其中一个 of 中去掉下一个。",
                fix_en="Take the next one out of one of the `of` lists.",
            )


def codes_are_single(book: Book) -> Iterator[Problem]:
    """CODE_SHARED: an item, an attribute and an indicator of one code look alike to expressions."""
    first: dict[str, Entry] = {}
    for kind, model in (
        ("item", LedgerItem),
        ("attribute", HouseholdAttribute),
        ("indicator", Indicator),
    ):
        for entry, _ in book.all(kind, model):
            other = first.setdefault(entry.code, entry)
            if other is not entry:
                (this_zh, this_en), (that_zh, that_en) = noun(entry.kind), noun(other.kind)
                yield Problem(
                    code="CODE_SHARED",
                    where=entry.where(),
                    zh=f"代码“{entry.code}”既是{this_zh}又是{that_zh}（{other.where()}），"
                    "表达式无法区分。",
                    en=f"The code '{entry.code}' names both an entry of kind {this_en} and one of "
                    f"kind {that_en} ({other.where()}); an expression cannot tell them apart.",
                    fix_zh="给其中一个换代码。",
                    fix_en="Give one of them another code.",
                )


def _circle(items: Mapping[str, LedgerItem], start: str) -> list[str]:
    """The codes from `start` back to itself; empty when there is no such way."""

    def search(code: str, trail: list[str]) -> list[str]:
        item = items.get(code)
        for part in item.of if item is not None else ():
            if part == start:
                return trail
            if part not in trail and (found := search(part, [*trail, part])):
                return found
        return []

    return search(start, [start])


def _shape(entry: Entry, path: tuple[str, ...], zh: str, en: str) -> Problem:
    return Problem(
        code="ITEM_SHAPE",
        where=entry.where(*path, key=bool(path)),
        zh=zh,
        en=en,
        fix_zh="amount、state 写 feed 和 value；count、count_persons 只写 feed；total 只写 of。",
        fix_en="amount and state have feed and value; count and count_persons have feed; total "
        "has of.",
    )
