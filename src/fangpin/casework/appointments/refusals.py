"""Why an act on officials is refused, in both languages."""

from __future__ import annotations

from enum import Enum

from fangpin.values.problem import Problem, ProblemError


class Refusal(Enum):
    """Code, zh, en, and what to do about it in both languages."""

    NOT_PERMITTED = (
        "ACT_NOT_PERMITTED",
        "您的岗位不能办理这件事。",
        "Your post may not do this.",
        "请交给有此权限的岗位办理。",
        "Hand it to a post that may.",
    )
    ACCOUNT_TAKEN = (
        "ACCOUNT_TAKEN",
        "这个账号已经有人使用。",
        "This account exists already.",
        "换一个账号名。",
        "Choose another name for the account.",
    )
    ACCOUNT_SHAPE = (
        "ACCOUNT_SHAPE",
        "账号名应为 3 到 40 个小写字母、数字、点、横线或下划线，以字母开头。",
        "An account's name has 3 to 40 lower-case letters, digits, dots, dashes or underscores and "
        "begins with a letter.",
        "改正账号名；不要用证件或电话号码。",
        "Correct the name; use no identity or telephone number.",
    )
    OFFICIAL_UNKNOWN = (
        "OFFICIAL_UNKNOWN",
        "没有这个账号，或者账号已停用。",
        "There is no such account, or it was shut.",
        "用 fangpin official list 查看账号。",
        "See fangpin official list.",
    )
    ROLE_UNKNOWN = (
        "ROLE_UNKNOWN",
        "政策包里没有这个角色。",
        "The pack has no such role.",
        "改用 roles.yaml 中的角色。",
        "Use a role of roles.yaml.",
    )
    ROLE_LEVEL_DIFFERS = (
        "ROLE_LEVEL_DIFFERS",
        "这个角色不设在这一级行政区划。",
        "This role does not stand at divisions of this level.",
        "按 roles.yaml 中该角色的 level 选择区划。",
        "Choose a division of the role's level in roles.yaml.",
    )
    PERIOD = (
        "PERIOD_BACKWARDS",
        "结束日期应晚于开始日期，委托不能从过去开始。",
        "A period ends after it begins, and a delegation does not begin in the past.",
        "改正日期。",
        "Correct the dates.",
    )
    POST_HELD = (
        "POST_HELD",
        "这个人在这段时间已有同一岗位。",
        "The official holds this post at that time already.",
        "先结束原岗位，或改日期。",
        "End the earlier post, or choose other dates.",
    )
    POST_ENDED = (
        "POST_ENDED",
        "这个岗位在那一天已经结束，或还没有开始。",
        "The post has ended by that day, or has not begun.",
        "用 fangpin official list 查看任期。",
        "See its period with fangpin official list.",
    )
    POSTS_EXCLUDE = (
        "POSTS_EXCLUDE",
        "系统、安全、审计管理员不能由同一人兼任，也不能兼任看得到农户的岗位。",
        "System, security and audit administrators are three persons, and none of them holds a post "
        "that sees households.",
        "换一个人任职，或先结束冲突的岗位或委托。",
        "Appoint someone else, or end the post or delegation that conflicts first.",
    )
    NOT_YOURS = (
        "POST_NOT_YOURS",
        "只能委托本人正在担任的岗位；受委托的岗位不能再委托。",
        "Only one's own present post can be handed over; what was handed over is not handed on.",
        "请由岗位本人办理。",
        "Let the holder of the post do it.",
    )
    DELEGATE_ELSEWHERE = (
        "DELEGATE_ELSEWHERE",
        "受委托人应是另一位在职人员，并且在本岗位的区划内任职。",
        "The post can be handed to another official who serves within its division.",
        "请选择本区划内的在职人员。",
        "Choose an official who serves there.",
    )
    DELEGATION_OVERLAPS = (
        "DELEGATION_OVERLAPS",
        "这个岗位在这段时间已经委托。",
        "The post is handed over for a part of that time already.",
        "先撤销原委托，或改日期。",
        "Revoke the earlier delegation, or choose other dates.",
    )
    DELEGATION_ENDED = (
        "DELEGATION_ENDED",
        "这项委托已经撤销或到期。",
        "This delegation was revoked or is over.",
        "不需要再办。",
        "Nothing is left to do.",
    )


def refuse(refusal: Refusal, *, where: str) -> ProblemError:
    """The refusal as an error to raise; `where` names the account, post or division."""
    code, zh, en, fix_zh, fix_en = refusal.value
    return ProblemError(Problem(code=code, where=where, zh=zh, en=en, fix_zh=fix_zh, fix_en=fix_en))
