from __future__ import annotations

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "fangpin.casework.uploads"
    label = "uploads"
    default_auto_field = "django.db.models.BigAutoField"
