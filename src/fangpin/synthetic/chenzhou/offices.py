"""How Chenzhou's departments send: which formats, words and days, and who is late this month."""

from __future__ import annotations

from datetime import date, timedelta

from fangpin.policy.models.feeds import Contract
from fangpin.synthetic.chance import Weighted, between, stream
from fangpin.synthetic.chenzhou.identity_numbers import with_wrong_check_digit
from fangpin.synthetic.chenzhou.tables import TABLES
from fangpin.synthetic.deliveries import Office
from fangpin.synthetic.layouts import Layout
from fangpin.synthetic.world import World
from fangpin.values.month import Month

_LATE = Weighted(
    {
        "yingji": 5,
        "jiaoyu": 2,
        "zhujian": 1,
        "minzheng": 1,
        "canlian": 2,
        "weijian": 1,
        "linye": 1,
        "shuili": 1,
        "caizheng": 1,
    }
)
"""Departments that keep others waiting; emergency management most often."""
LAST_DAY_OF_THE_LATE = date(2020, 12, 9)

# Of a feed, else of its department. Spreadsheets for some: each costs its reader a process.
_FORMATS: dict[str, tuple[Layout, ...]] = {
    "yibao": (Layout(form="csv", encoding="gb18030", own_words=False),),
    "renshe": (
        Layout(form="csv", encoding="utf-8"),
        Layout(form="csv", encoding="utf-8-sig", date_style="slashes"),
    ),
    "gongan": (Layout(form="csv", encoding="gb18030", date_style="plain"),),
    "caizheng": (Layout(form="csv", encoding="gb18030", thousands=True),),
    "nongye": (Layout(form="csv", encoding="utf-8-sig"),),
    "jinrong": (Layout(form="csv", encoding="utf-8"),),
    "shuiwu": (Layout(form="csv", encoding="gb18030"),),
    "zhujian": (Layout(form="csv", encoding="gb18030", date_style="slashes"),),
    "jiaoyu": (Layout(form="csv", encoding="utf-8-sig", date_style="dots"),),
    "minzheng": (Layout(form="csv", encoding="gb18030", date_style="slashes"),),
    "minzheng.dibao": (
        Layout(form="xlsx", date_style="dashes"),
        Layout(form="xlsx", date_style="chinese", thousands=True),
    ),
    "canlian": (Layout(form="csv", encoding="gb18030"),),
    "canlian.cert": (Layout(form="xlsx", date_style="dots"),),
    "weijian": (Layout(form="csv", encoding="utf-8-sig"),),
    "weijian.serious": (Layout(form="xlsx", date_style="slashes"),),
    "yingji": (Layout(form="xlsx", date_style="chinese", thousands=True),),
    "linye": (Layout(form="xlsx", date_style="dashes"),),
    "shuili": (Layout(form="csv", encoding="utf-8", date_style="slashes"),),
}
_KEPT_BY_HAND = {
    "minzheng": ("temp_aid", "low_margin", "tekun", "cremation_marriage"),
    "canlian": ("cert", "allow"),
    "weijian": ("serious",),
    "yingji": ("disaster", "fire"),
    "linye": ("eco",),
    "zhujian": ("house",),
    "jiaoyu": ("fee", "aid"),
    "nongye": ("grain", "land", "income_survey", "household_report"),
    "caizheng": ("card",),
    "renshe": ("post",),
}
WRONG_BY_HAND = 0.015
_PLAIN = (Layout(form="csv", encoding="utf-8"),)

_MISTAKEN = {
    "李": "季",
    "王": "玉",
    "陈": "阵",
    "张": "章",
    "刘": "留",
    "黄": "簧",
    "曹": "槽",
    "何": "河",
    "邓": "邢",
    "周": "局",
    "谢": "榭",
    "罗": "萝",
    "胡": "湖",
    "肖": "萧",
    "曾": "增",
    "欧": "殴",
    "廖": "寥",
    "唐": "糖",
}
"""A character and one that a tired clerk writes for it."""


def layout(world: World, contract: Contract, month: Month) -> Layout:
    """The outward form of a department's file in a month: words change every half year or so."""
    department, table = contract.feed.split(".")
    forms = _FORMATS.get(contract.feed) or _FORMATS.get(department, _PLAIN)
    chance = stream(world.seed, "layout", contract.feed, int(month) // 5)
    by_hand = table in _KEPT_BY_HAND.get(department, ())
    chosen = forms[between(chance, 0, len(forms) - 1)]
    return Layout(
        form=chosen.form,
        encoding=chosen.encoding,
        wording=between(chance, 0, 3) if chance.random() < 0.5 else 0,
        own_words=chosen.own_words,
        date_style=chosen.date_style,
        thousands=chosen.thousands,
        wrong_share=WRONG_BY_HAND if by_hand else chosen.wrong_share,
        title=f"郴州市{contract.title.zh}（{month.year}年{month.number}月）",
        unit_row="单位：元",
    )


def late_department(world: World, month: Month) -> str:
    """The department whose files of this month come weeks late."""
    return _LATE.pick(stream(world.seed, "late", int(month)))


def received(world: World, contract: Contract, month: Month) -> date:
    """In the first days of the next month; the first registry comes on the world's third day."""
    chance = stream(world.seed, "received", contract.feed, int(month))
    if contract.feed == world.registry_feed:
        first = month == world.first_month
        return (
            month.first_day + timedelta(days=2) if first else month.plus(1).first_day + timedelta(2)
        )
    following = month.plus(1).first_day
    if contract.feed.split(".")[0] == late_department(world, month):
        return min(
            following + timedelta(days=between(chance, 12, 24)),
            max(LAST_DAY_OF_THE_LATE, following + timedelta(days=8))
            if month == world.last_month
            else following + timedelta(days=24),
        )
    return following + timedelta(days=between(chance, 1, 4))


def mistaken_name(name: str) -> str:
    """The name as a tired clerk writes it."""
    return _MISTAKEN.get(name[:1], name[:1]) + name[1:]


OFFICE = Office(
    tables=TABLES,
    layout=layout,
    received=received,
    identifier_slip=lambda number: with_wrong_check_digit(number[:18]) + number[18:],
    name_slip=mistaken_name,
)
