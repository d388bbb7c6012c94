"""Why an act is refused, for whoever tried it: where, what, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from fangpin.policy.models.nodes import Words
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem, ProblemError


def refusal(
    code: str, where: str, *, zh: str, en: str, fix_zh: str, fix_en: str, **details: object
) -> ProblemError:
    """A refused act as an error to raise; nothing was changed."""
    return ProblemError(Problem(code, where, zh, en, fix_zh, fix_en, dict(details)))


def not_permitted(where: str, *, title: Words, roles: Iterable[Words] = ()) -> ProblemError:
    """ACT_NOT_PERMITTED: the official's post may not do this."""
    owners = list(roles)
    zh = "、".join(role.zh for role in owners) or "有此权限的岗位"
    en = " or ".join(role.en for role in owners) or "a post with this permission"
    return refusal(
        "ACT_NOT_PERMITTED",
        where,
        zh=f"您的岗位不能办理“{title.zh}”。",
        en=f"Your post may not do this: {title.en}.",
        fix_zh=f"请交由{zh}办理。",
        fix_en=f"Hand it to: {en}.",
    )


def case_ended(where: str, *, on: date) -> ProblemError:
    """CASE_ENDED: nothing more is done on it."""
    return refusal(
        "CASE_ENDED",
        where,
        zh=f"此件已于 {on} 办结，不能继续办理。",
        en=f"This case ended on {on}; nothing more can be done on it.",
        fix_zh="如有新的情况，请登记新的线索；对结果有异议，请登记申诉。",
        fix_en="Record a new clue if something new has happened, or an appeal against the result.",
    )


def step_done(where: str, *, title: Words, on: date) -> ProblemError:
    """STEP_DONE: a colleague, or a second click, has done it already."""
    return refusal(
        "STEP_DONE",
        where,
        zh=f"“{title.zh}”已于 {on} 办理，不会重复办理。",
        en=f"This was done on {on} already and is not done twice: {title.en}.",
        fix_zh="请刷新页面，查看最新进度。",
        fix_en="Reload the page to see how far the case has come.",
    )


def step_not_open(where: str, *, title: Words, missing: Iterable[Words]) -> ProblemError:
    """STEP_NOT_OPEN: other steps come first."""
    steps = list(missing)
    zh = "、".join(step.zh for step in steps) or "本程序没有这个环节"
    en = ", ".join(step.en for step in steps) or "this procedure has no such step"
    return refusal(
        "STEP_NOT_OPEN",
        where,
        zh=f"现在不能办理“{title.zh}”：还差 {zh}。",
        en=f"Not yet: {title.en}. Before it: {en}.",
        fix_zh="请先完成前面的环节。",
        fix_en="Complete the earlier steps first.",
        missing=[step.en for step in steps],
    )


def case_changed(where: str, *, version: int, now: int) -> ProblemError:
    """CASE_CHANGED: someone else acted since the page was opened."""
    return refusal(
        "CASE_CHANGED",
        where,
        zh="您打开页面之后，此件已有别人办理过。您的填写没有保存。",
        en="Someone else has acted on this case since you opened it. Nothing of yours was stored.",
        fix_zh="请刷新页面，看过最新进度后再办理。",
        fix_en="Reload, look at what has changed, and act again.",
        version=version,
        current=now,
    )


def key_used(where: str) -> ProblemError:
    """KEY_USED: one key, two different acts."""
    return refusal(
        "KEY_USED",
        where,
        zh="这个提交编号已用于另一项办理。",
        en="This submission key was used for another act.",
        fix_zh="请重新打开表单再提交。",
        fix_en="Open the form again and submit.",
    )


def reason_unknown(where: str, *, title: Words) -> ProblemError:
    """REASON_UNKNOWN: the act needs a reason of the pack's list."""
    return refusal(
        "REASON_UNKNOWN",
        where,
        zh=f"“{title.zh}”必须从清单中选择原因。",
        en=f"A reason of the list is needed: {title.en}.",
        fix_zh="请选择一个原因，可另加说明。",
        fix_en="Choose a reason; words of your own may be added.",
    )


def below_minimum(
    where: str, *, code: str, title: Words, needed: object, given: object
) -> ProblemError:
    """The act does not reach a minimum of the procedure; `code` says which."""
    return refusal(
        code,
        where,
        zh=f"“{title.zh}”未达到要求：至少 {needed}，现为 {given}。",
        en=f"{title.en}: at least {needed} needed, {given} given.",
        fix_zh="补足后再提交。",
        fix_en="Make it up and submit again.",
        needed=str(needed),
        given=str(given),
    )


def missing_text(where: str, *, zh: str, en: str) -> ProblemError:
    """TEXT_MISSING: something has to be said in words."""
    return refusal(
        "TEXT_MISSING",
        where,
        zh=f"“{zh}”不能为空。",
        en=f"This must be written: {en}.",
        fix_zh="请用自己的话写明。",
        fix_en="Say it in your own words.",
    )


def not_a_word(where: str, *, zh: str, en: str, given: str, valid: Iterable[str]) -> ProblemError:
    """VALUE_NOT_LISTED: a code that the pack does not list."""
    listed = sorted(valid)
    fix_zh, fix_en = advice(written=given, valid=listed)
    return refusal(
        "VALUE_NOT_LISTED",
        where,
        zh=f"“{zh}”没有“{given}”这一项，请从清单中选择。",
        en=f"{en}: there is no '{given}'; choose one of the list.",
        fix_zh=fix_zh,
        fix_en=fix_en,
        valid=listed,
    )


def notice_too_short(where: str, *, earliest: datetime) -> ProblemError:
    """NOTICE_TOO_SHORT: the pack's days of public notice are not full yet."""
    when = earliest.strftime("%Y-%m-%d %H:%M")
    return refusal(
        "NOTICE_TOO_SHORT",
        where,
        zh=f"公示未满，最早 {when} 可以结束。",
        en=f"The notice is not full yet; it may end from {when}.",
        fix_zh="到期后再办理。",
        fix_en="Come back then.",
        earliest=earliest.isoformat(),
    )
