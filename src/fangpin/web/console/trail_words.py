"""The audit trail in words: acts, what they were about, and the codes and counts beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from fangpin.casework.audit.models import AuditEntry
from fangpin.policy.pack import Pack
from fangpin.web.console.page_names import page_words
from fangpin.web.ground.figures import plain
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.sessions import REFUSED_VIEW
from fangpin.web.ground.words import cause_words, listed, said

KINDS = {
    "case": gettext_noop("办理件"),
    "household": gettext_noop("农户"),
    "alert": gettext_noop("预警"),
    "meeting": gettext_noop("会议"),
    "division": gettext_noop("区划"),
    "official": gettext_noop("账号"),
    "delivery": gettext_noop("批次"),
    "measure": gettext_noop("措施"),
    "declaration": gettext_noop("农户申报"),
    "upload": gettext_noop("报送"),
    "token": gettext_noop("接口令牌"),
    "claim": gettext_noop("待归人数据"),
    "row": gettext_noop("数据行"),
    "person": gettext_noop("人"),
    "resource": gettext_noop("名额"),
    "papers": gettext_noop("照片和材料"),
    "run": gettext_noop("月度运算"),
}
ACTS = {
    "view_household": gettext_noop("查看农户档案"),
    "view_declaration": gettext_noop("查看农户申报"),
    "receive_declaration": gettext_noop("收到农户申报"),
    "answer_declaration": gettext_noop("答复农户申报"),
    "view_link": gettext_noop("查看待核对的一对"),
    "view_links": gettext_noop("查看归到农户的数据"),
    "load_claims": gettext_noop("更新待核对名单"),
    "view_case": gettext_noop("查看办理件"),
    "sweep_papers": gettext_noop("清理未提交的照片"),
    "print_sheet": gettext_noop("打印表单"),
    "view_paper": gettext_noop("查看照片和材料"),
    "end_alert": gettext_noop("办结预警"),
    "sign_in": gettext_noop("登录"),
    "lock_account": gettext_noop("多次输错密码，账号暂停"),
    "open_account": gettext_noop("开账号"),
    "reset_password": gettext_noop("重设密码"),
    "change_password": gettext_noop("修改密码"),
    "confirm_second_factor": gettext_noop("启用两步验证"),
    "remove_second_factor": gettext_noop("停用两步验证"),
    "appoint": gettext_noop("任命岗位"),
    "end_post": gettext_noop("免去岗位"),
    "delegate": gettext_noop("委托岗位"),
    "revoke_delegation": gettext_noop("收回委托"),
    "reveal_identity": gettext_noop("查看完整证件号码"),
    "source_corrected": gettext_noop("来源数据更正，预警办结"),
    "export_rejects": gettext_noop("下载退回的行"),
    "submit_upload": gettext_noop("报送数据"),
    "check_upload": gettext_noop("检查报送的数据"),
    "decline_readings": gettext_noop("不按建议读取"),
    "release_delivery": gettext_noop("放行批次"),
    "refuse_delivery": gettext_noop("拒收批次"),
    "create_token": gettext_noop("发放接口令牌"),
    "revoke_token": gettext_noop("撤销接口令牌"),
    "export_audit": gettext_noop("导出审计"),
    "manage_resources": gettext_noop("登记名额"),
    "correct_places": gettext_noop("改正名额"),
    "close_places": gettext_noop("停用名额"),
    "reopen_places": gettext_noop("恢复名额"),
    "refuse_view": gettext_noop("不给看"),
    "load_run": gettext_noop("载入月度运算"),
    "take_tasks_to_the_field": gettext_noop("手机取走任务"),
    "refused_outside_scope": gettext_noop("手机查岗位之外的户，没有给"),
}
DETAILS = {
    "against": gettext_noop("不同意"),
    "alert": gettext_noop("预警"),
    "answer": gettext_noop("答复"),
    "at_risk": gettext_noop("有风险"),
    "category": gettext_noop("类别"),
    "causes": gettext_noop("原因"),
    "channel": gettext_noop("来源"),
    "corrections": gettext_noop("更正"),
    "days": gettext_noop("天数"),
    "delegation": gettext_noop("委托"),
    "department": gettext_noop("部门"),
    "departments": gettext_noop("部门"),
    "earliest_end": gettext_noop("最早可结束"),
    "findings": gettext_noop("发现"),
    "for": gettext_noop("同意"),
    "form": gettext_noop("方式"),
    "from_date": gettext_noop("起"),
    "measure": gettext_noop("措施"),
    "measures": gettext_noop("措施"),
    "minutes": gettext_noop("分钟"),
    "monthly_amount": gettext_noop("每月金额"),
    "monthly_amounts": gettext_noop("每月金额"),
    "official": gettext_noop("账号"),
    "on": gettext_noop("日期"),
    "post": gettext_noop("岗位"),
    "provider": gettext_noop("提供单位"),
    "quota": gettext_noop("名额"),
    "reason": gettext_noop("理由"),
    "situation": gettext_noop("回访情况"),
    "title": gettext_noop("名称"),
    "to": gettext_noop("派给"),
    "to_date": gettext_noop("止"),
    "tries": gettext_noop("次数"),
    "verifiers": gettext_noop("核实人"),
}
"""What stands beside an act; of what is not listed the code is shown as it was written."""


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$")
"""A moment as acts write it down; people read it by the clock of the installation."""


def act_words(act: str) -> str:
    """The words of an act: the pack's, else the interface's, else the code itself."""
    word = installation_pack().words.get(f"act.{act}")
    if word:
        return said(word.title)
    return gettext(ACTS[act]) if act in ACTS else act


def kind_words(entry: AuditEntry) -> str:
    """What kind of thing an act was about; of a page that was refused, where it lies."""
    if entry.act == REFUSED_VIEW:
        return gettext("“%(name)s”的页面") % {"name": page_words(entry.subject_kind)}
    found = KINDS.get(entry.subject_kind)
    return gettext(found) if found else entry.subject_kind


def detail_words(detail: Mapping[str, Any]) -> str:
    """Codes in the pack's words, and counts; they hold no name and no number of a person."""
    pack = installation_pack()
    return " · ".join(
        f"{gettext(DETAILS[name]) if name in DETAILS else name} {_value(pack, name, value)}"
        for name, value in detail.items()
        if name != "role" and value not in ("", [])
    )


def _value(pack: Pack, name: str, value: Any) -> str:
    if isinstance(value, list):
        return listed(_value(pack, name, one) for one in value)
    if isinstance(value, Mapping):
        return listed(f"{_value(pack, name, of)} {plain(one)}" for of, one in value.items())
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, str) and _MOMENT.match(value):
        moment = datetime.fromisoformat(value)
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    words = _WORDS.get(name)
    return (words(pack, str(value)) if words else "") or str(value)


def _measure(pack: Pack, code: str) -> str:
    return said(pack.measures[code].title) if code in pack.measures else ""


def _category(pack: Pack, code: str) -> str:
    found = next((one for one in pack.categories if one.category == code), None)
    return said(found.title) if found else ""


def _department(pack: Pack, code: str) -> str:
    found = pack.departments.get(code)
    return said(found.short) if found else ""


def _word(group: str) -> Callable[[Pack, str], str]:
    """Of a code that stands alone: the pack's word of this group that ends with it."""

    def words(pack: Pack, code: str) -> str:
        found = pack.words.get(code) or next(
            (
                word
                for name, word in pack.words.items()
                if name.startswith(f"{group}.") and name.endswith(f".{code}")
            ),
            None,
        )
        return said(found.title) if found else ""

    return words


_WORDS: dict[str, Callable[[Pack, str], str]] = {
    "answer": _word("answer"),
    "category": _category,
    "causes": lambda _, code: cause_words(code),
    "channel": _word("channel"),
    "department": _department,
    "departments": _department,
    "form": _word("consent_form"),
    "measure": _measure,
    "measures": _measure,
    "monthly_amounts": _measure,
    "reason": _word("reason"),
    "situation": _word("situation"),
}
