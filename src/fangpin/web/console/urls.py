"""Addresses of the console."""

from __future__ import annotations

from django.urls import path

from fangpin.web.console.views import (
    audit,
    case,
    cases,
    demo_clock,
    dispatch,
    errors,
    feeds,
    household,
    household_act,
    meetings,
    overview,
    preferences,
    queue,
    sheets,
    sign_in,
    supervision,
)

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.password, name="password"),
    path("second-factor/", sign_in.second, name="second-factor"),
    path("acting/", sign_in.acting, name="acting"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("overview/", overview.overview, name="overview"),
    path("queue/", queue.queue, name="queue"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<str:case_no>/", case.case, name="case"),
    path(
        "cases/<str:case_no>/notice-sheet/", sheets.of_case, {"kind": "notice"}, name="notice-sheet"
    ),
    path(
        "cases/<str:case_no>/notice.pdf",
        sheets.of_case,
        {"kind": "notice", "form": "pdf"},
        name="case-notice-pdf",
    ),
    path(
        "cases/<str:case_no>/announcement/",
        sheets.of_case,
        {"kind": "announcement"},
        name="announcement-sheet",
    ),
    path(
        "cases/<str:case_no>/announcement.pdf",
        sheets.of_case,
        {"kind": "announcement", "form": "pdf"},
        name="case-announcement-pdf",
    ),
    path("cases/<str:case_no>/<slug:act>/", case.act, name="case-act"),
    path("meetings/new/", meetings.new_meeting, name="new-meeting"),
    path("meetings/blank/", sheets.blank_meeting, name="blank-meeting"),
    path("meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting_id>/sheet/", sheets.meeting_sheet, name="meeting-sheet"),
    path(
        "meetings/<int:meeting_id>/sheet.pdf",
        sheets.meeting_sheet,
        {"form": "pdf"},
        name="meeting-sheet-pdf",
    ),
    path(
        "meetings/<int:meeting_id>/notice/",
        sheets.of_meeting,
        {"kind": "notice"},
        name="meeting-notice",
    ),
    path(
        "meetings/<int:meeting_id>/notice.pdf",
        sheets.of_meeting,
        {"kind": "notice", "form": "pdf"},
        name="meeting-notice-pdf",
    ),
    path(
        "meetings/<int:meeting_id>/announcement/",
        sheets.of_meeting,
        {"kind": "announcement"},
        name="meeting-announcement",
    ),
    path(
        "meetings/<int:meeting_id>/announcement.pdf",
        sheets.of_meeting,
        {"kind": "announcement", "form": "pdf"},
        name="meeting-announcement-pdf",
    ),
    path("audit/", audit.trail, name="audit"),
    path("audit/entries.csv", audit.entries, name="audit-entries"),
    path("supervision/", supervision.supervision, name="supervision"),
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("households/", household.households, name="households"),
    path("households/<int:household_ref>/", household.household, name="household"),
    path(
        "households/<int:household_ref>/<slug:act>/",
        household_act.household_act,
        name="household-act",
    ),
    path("alerts/<str:alert_no>/end/", household.end, name="end-alert"),
    path("feeds/", feeds.calendar, name="feeds"),
    path("feeds/<str:feed>/", feeds.feed, name="feed"),
    path("feeds/<str:feed>/<str:delivery>/", feeds.delivery, name="delivery"),
    path("feeds/<str:feed>/<str:delivery>/rejects.xlsx", feeds.rejects, name="rejects"),
    path("demo-clock/", demo_clock.move_clock, name="move-clock"),
    path("alive/", errors.alive, name="alive"),
]
