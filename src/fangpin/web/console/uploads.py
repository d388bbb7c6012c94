"""What the upload desk shows: months to choose, how far a check has come, what waits for someone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from fangpin.casework.jobs.models import JobState
from fangpin.casework.officials.scope import Scope
from fangpin.casework.uploads.models import Channel, Outcome, Upload
from fangpin.casework.uploads.queries import feeds_to_send
from fangpin.feeds.arrivals import Arrival, expected_month
from fangpin.feeds.confirm import rows_left
from fangpin.policy.models.feeds import Contract
from fangpin.values.month import Month
from fangpin.web.console.cases.forms.base import ToldForm
from fangpin.web.console.feeds import known_arrivals
from fangpin.web.ground.figures import month as month_words
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

COUNT_OF_MONTHS = 24
STEPS = {
    "reading": gettext_noop("读取文件"),
    "checking": gettext_noop("逐行检查"),
    "comparing": gettext_noop("与已收数据比对"),
    "judging": gettext_noop("判断整批是否异常"),
    "storing": gettext_noop("入库"),
}
OUTCOMES = {
    Outcome.ACCEPTED: gettext_noop("已接收"),
    Outcome.HELD: gettext_noop("暂扣，待确认"),
    Outcome.ALREADY_RECEIVED: gettext_noop("早已收过"),
    Outcome.REFUSED: gettext_noop("整份退回"),
    Outcome.FAILED: gettext_noop("没有检查完"),
    Outcome.DECLINED: gettext_noop("不按建议读取"),
}
TONES = {
    Outcome.ACCEPTED: "",
    Outcome.HELD: "wait",
    Outcome.ALREADY_RECEIVED: "none",
    Outcome.REFUSED: "bad",
    Outcome.FAILED: "bad",
    Outcome.DECLINED: "none",
}


READINGS = {
    "as_proposed": gettext_noop("按建议的读法"),
    "dmy": gettext_noop("日/月/年"),
    "mdy": gettext_noop("月/日/年"),
    "month": gettext_noop("年和月"),
    "day": gettext_noop("月和日"),
}
"""Ways to read the cells of a column (`fangpin.feeds.proposals.CHOICES`)."""


class UploadForm(ToldForm):
    """One file of one feed. `key`: sent twice, it is one upload."""

    feed = forms.ChoiceField(label=gettext_lazy("数据源"))
    month = forms.ChoiceField(label=gettext_lazy("月份"), required=False)
    file = forms.FileField(label=gettext_lazy("文件"))
    sheet = forms.CharField(
        label=gettext_lazy("工作表名"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("只有一个工作表有数据时不用填。"),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, *arguments: Any, scope: Scope, today: date, most_bytes: int, **keywords: Any
    ) -> None:
        keywords.setdefault("initial", {}).setdefault("key", secrets.token_hex(16))
        super().__init__(*arguments, **{"auto_id": "u-%s", **keywords})
        self.speak()
        pack = installation_pack()
        groups = feeds_to_send(scope, pack=pack)
        choices: list[Any] = [
            (said(department.title), [(one.feed, said(one.title)) for one in contracts])
            for department, contracts in groups
        ]
        feed, month, file = (self.fields[name] for name in ("feed", "month", "file"))
        assert isinstance(feed, forms.ChoiceField) and isinstance(month, forms.ChoiceField)
        feed.choices = choices[0][1] if len(choices) == 1 else choices
        month.choices = [("", gettext("按数据里的月份")), *_months(today)]
        megabytes = most_bytes // 1024 // 1024
        file.help_text = gettext(
            "Excel（xlsx、xls）、CSV 等，最大 %(most)s MB。身份证号一列请设为文本。"
        ) % {"most": megabytes}
        file.error_messages["empty"] = gettext("文件是空的，请重新导出后再选。")
        file.widget.attrs["data-most-bytes"] = str(most_bytes)
        file.widget.attrs["data-too-large"] = too_large(most_bytes)


def too_large(most_bytes: int) -> str:
    """What is said of a file that is larger than the installation receives."""
    return gettext("文件超过 %(most)s MB 的上限。请拆分后分次报送，或请管理员调高上限。") % {
        "most": most_bytes // 1024 // 1024
    }


def _months(today: date) -> list[tuple[str, str]]:
    last = int(Month.last_complete(today)) + 1
    return [(str(Month(one)), month_words(one)) for one in range(last, last - COUNT_OF_MONTHS, -1)]


def month_due(contract: Contract, today: date) -> str:
    """The month that the form proposes for a feed; empty: the rows tell it."""
    found = expected_month(contract, as_of=today)
    return "" if found is None else str(Month(found))


def title_of(upload: Upload) -> str:
    """What an upload is called: by its file's name, or by the way it came where that says nothing."""
    if upload.channel == Channel.READINGS:
        return gettext("确认读法")
    if upload.channel == Channel.PUSH:
        return gettext("接口推送")
    return upload.original_name.strip() or gettext("没有名称的文件")


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the check; state: done, now, ahead."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """One upload as the desk lists it."""

    upload: Upload
    title: str
    feed: str
    words: str
    tone: str


def steps_of(upload: Upload) -> list[StepLine]:
    """The steps of a check that goes on, or of one that waits for its turn."""
    job = upload.job
    running = job is not None and job.state == JobState.RUNNING
    codes = list(STEPS)
    now = codes.index(job.step) if running and job and job.step in STEPS else -1
    lines = [StepLine(gettext("排队等候"), "done" if running else "now")]
    for place, code in enumerate(codes):
        state = "done" if place < now else "now" if place == now else "ahead"
        lines.append(StepLine(gettext(STEPS[code]), state))
    return lines


def lines_of(uploads: Sequence[Upload], known: Sequence[Arrival]) -> list[Line]:
    """Uploads as the desk lists them; of one that was held it says how its delivery stands by now."""
    contracts = installation_pack().contracts
    standing = {(one.feed, one.delivery): one.standing_on(None) for one in known}
    lines = []
    for one in uploads:
        feed = said(contracts[one.feed].title) if one.feed in contracts else one.feed
        words, tone = outcome_words(one), TONES[Outcome(one.outcome)] if one.outcome else "wait"
        now = standing.get((one.feed, one.delivery), "held")
        if one.outcome == Outcome.HELD and now != "held":
            released = now == "in_force"
            words = gettext("已放行") if released else gettext("已拒收")
            tone = "" if released else "bad"
        lines.append(Line(one, title_of(one), feed, words, tone))
    return lines


def outcome_words(upload: Upload) -> str:
    """What became of an upload, in two or three words."""
    return gettext(OUTCOMES[Outcome(upload.outcome)]) if upload.outcome else gettext("检查中")


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """A column of a delivery whose cells can be read in the ways of `choices` (code, words)."""

    field: str
    title: str
    count: int
    choices: list[tuple[str, str]]


def reading_choices(arrival: Arrival) -> list[ReadingChoice]:
    """The columns of a delivery whose reading waits to be confirmed; a field once."""
    contract = installation_pack().contracts.get(arrival.feed)
    titles = {one.field: said(one.title) for one in contract.fields} if contract else {}
    found: dict[str, ReadingChoice] = {}
    for one in arrival.proposed.get("columns", ()):
        field = one["field"]
        if field not in titles:
            continue
        earlier = found.get(field)
        ways = [(code, gettext(READINGS[code])) for code in one["choices"]]
        found[field] = ReadingChoice(
            field,
            titles[field],
            one["count"] + (earlier.count if earlier else 0),
            [*(earlier.choices if earlier else []), *ways],
        )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits for someone of the department; `why` says for what."""

    arrival: Arrival
    title: str
    why: str


def waiting_for(scope: Scope, *, today: date, declined: Mapping[str, bool]) -> list[Waiting]:
    """Deliveries that are held, and rows whose proposed reading nobody has confirmed or declined.

    `declined` has the names of deliveries whose readings were turned down.
    """
    pack = installation_pack()
    mine = {one.feed for _, contracts in feeds_to_send(scope, pack=pack) for one in contracts}
    found = [one for one in known_arrivals(today) if one.feed in mine]
    waiting = []
    for one in reversed(found):
        title = said(pack.contracts[one.feed].title)
        standing = one.standing_on(None)
        if standing == "held":
            waiting.append(Waiting(one, title, gettext("整批异常，确认后才生效")))
        elif (
            one.proposed
            and standing == "in_force"
            and (rows := rows_left(one, found))
            and not declined.get(f"{one.feed}/{one.delivery}")
        ):
            waiting.append(Waiting(one, title, gettext("%(n)s 行等待确认读法") % {"n": rows}))
    return waiting
