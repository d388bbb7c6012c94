"""Addresses of the console."""

from __future__ import annotations

from django.urls import path

from fangpin.web.console.views import (
    demo_clock,
    errors,
    feeds,
    household,
    overview,
    preferences,
    queue,
    sign_in,
)

urlpatterns = [
    path("", sign_in.home, name="home"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("password/", sign_in.password, name="password"),
    path("acting/", sign_in.acting, name="acting"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("overview/", overview.overview, name="overview"),
    path("queue/", queue.queue, name="queue"),
    path("households/", household.households, name="households"),
    path("households/<int:household_ref>/", household.household, name="household"),
    path("alerts/<str:alert_no>/end/", household.end, name="end-alert"),
    path("feeds/", feeds.calendar, name="feeds"),
    path("feeds/<str:feed>/", feeds.feed, name="feed"),
    path("feeds/<str:feed>/<str:delivery>/", feeds.delivery, name="delivery"),
    path("feeds/<str:feed>/<str:delivery>/rejects.xlsx", feeds.rejects, name="rejects"),
    path("demo-clock/", demo_clock.move_clock, name="move-clock"),
    path("alive/", errors.alive, name="alive"),
]
