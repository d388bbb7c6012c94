"""Pages by the words of the menu that they lie under, for those who read of a page in the trail."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

_UNDER: dict[str, tuple[str, ...]] = {
    gettext_noop("总览"): ("home", "overview"),
    gettext_noop("预警队列"): ("queue", "dispatch", "end-alert"),
    gettext_noop("农户档案"): ("households", "household", "household-act"),
    gettext_noop("不在册农户"): (
        "unregistered",
        "unregistered-one",
        "register-household",
        "register-declared",
    ),
    gettext_noop("办理"): (
        "cases",
        "case",
        "case-act",
        "case-paper",
        "notice-sheet",
        "case-notice-pdf",
        "announcement-sheet",
        "case-announcement-pdf",
    ),
    gettext_noop("民主评议"): (
        "new-meeting",
        "blank-meeting",
        "meeting",
        "meeting-sheet",
        "meeting-sheet-pdf",
        "meeting-notice",
        "meeting-notice-pdf",
        "meeting-announcement",
        "meeting-announcement-pdf",
    ),
    gettext_noop("农户申报"): (
        "declarations",
        "declaration",
        "declaration-letter",
        "declaration-letter-pdf",
        "declaration-posters",
        "declaration-posters-pdf",
    ),
    gettext_noop("手机入户"): (
        "field",
        "field-session",
        "field-tasks",
        "field-forms",
        "field-blob",
        "field-visits",
        "field-clues",
        "field-follow-ups",
        "odk-form-list",
        "odk-form",
        "odk-manifest",
        "odk-cases",
        "odk-submission",
    ),
    gettext_noop("措施与名额"): (
        "measures",
        "places-held",
        "measures-given",
        "new-place",
        "places-act",
    ),
    gettext_noop("回访与责任"): ("duties",),
    gettext_noop("督办看板"): ("supervision", "clock-cases"),
    gettext_noop("规则与试算"): ("rules", "rule"),
    gettext_noop("操作审计"): ("audit", "audit-entries"),
    gettext_noop("部门数据"): (
        "feeds",
        "feed",
        "delivery",
        "rejects",
        "decide-delivery",
        "readings",
    ),
    gettext_noop("报送数据"): ("uploads", "upload", "api-deliveries", "api-delivery"),
    gettext_noop("归人核对"): (
        "links",
        "link",
        "undo-link",
        "household-links",
        "split-claim",
        "split-row",
        "unlisted",
        "deaths",
        "death",
    ),
    gettext_noop("账号和设置"): ("password", "second-factor", "acting", "preferences", "sign-out"),
    gettext_noop("演示时钟"): ("move-clock",),
}
_WORDS = {page: words for words, pages in _UNDER.items() for page in pages}


def page_words(page: str) -> str:
    """Where a page lies, by the name of its address; empty for what is no page for officials."""
    return gettext(_WORDS[page]) if page in _WORDS else ""
