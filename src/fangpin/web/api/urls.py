"""Addresses of the push API."""

from __future__ import annotations

from django.urls import path

from fangpin.web.api import views

urlpatterns = [
    path("feeds/<str:feed>/deliveries", views.deliveries, name="api-deliveries"),
    path("feeds/<str:feed>/deliveries/<str:upload_no>", views.delivery, name="api-delivery"),
]
